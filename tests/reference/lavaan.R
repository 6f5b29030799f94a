# Frozen values of measurement models and reliability from R `lavaan` (Debian r-cran-lavaan, r-cran-jsonlite).
# lavaan_items.csv: 300 rows, 12 five-point items of three factors, made by `generate` in tests/capability/recovery.py.
# Run: Rscript lavaan.R > lavaan.json
suppressMessages({library(lavaan); library(jsonlite)})
d <- read.csv("lavaan_items.csv")
three <- "f =~ x1 + x2 + x3 + x4\n g =~ x5 + x6 + x7 + x8\n h =~ x9 + x10 + x11 + x12"
one <- "f =~ x1 + x2 + x3 + x4"
wrong <- paste("f =~", paste0("x", 1:12, collapse = " + "))  # one factor for what are three
plain <- c("chisq", "df", "pvalue", "baseline.chisq", "baseline.df", "cfi", "tli", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "srmr")
scaled <- c("chisq", "chisq.scaled", "df.scaled", "pvalue.scaled", "baseline.chisq.scaled", "baseline.df.scaled", "cfi.scaled", "tli.scaled",
  "rmsea.scaled", "rmsea.ci.lower.scaled", "rmsea.ci.upper.scaled", "srmr")
show <- function(model, estimator) {
  ordered <- if (estimator == "ML") NULL else names(d)
  fit <- cfa(model, d, std.lv = TRUE, ordered = ordered, estimator = estimator, control = list(rel.tol = 1e-10))
  p <- parameterEstimates(fit); p <- p[p$op == "=~" | (p$op == "~~" & p$lhs != p$rhs), ]
  s <- standardizedSolution(fit); s <- s[s$op == "=~", ]
  list(estimator = estimator, factors = length(unique(p$lhs[p$op == "=~"])), op = p$op, lhs = p$lhs, rhs = p$rhs, est = p$est, se = p$se,
    std = s$est.std, std.se = s$se, fit = as.list(fitMeasures(fit, if (estimator == "ML") plain else scaled)))
}
models <- list(show(one, "ML"), show(three, "ML"), show(one, "WLSMV"), show(three, "WLSMV"), show(one, "ULSMV"), show(three, "ULSMV"),
  show(wrong, "ML"), show(wrong, "WLSMV"))
r <- lavCor(d, ordered = names(d))
f <- cfa(one, d, ordered = names(d)[1:4], estimator = "WLSMV")
gamma <- lavInspect(f, "gamma"); th <- nrow(gamma) - 6; gamma <- gamma[(th + 1):(th + 6), (th + 1):(th + 6)]
cat(toJSON(list(software = paste0("R ", R.version$major, ".", R.version$minor, ", lavaan ", packageVersion("lavaan")), models = models,
  polychoric = unclass(r), gamma = unclass(gamma)), auto_unbox = TRUE, digits = 12, pretty = FALSE))
