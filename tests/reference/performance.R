# Frozen values for tests/performance/. Run: Rscript tests/reference/performance.R > tests/reference/performance.json
# Needs AER, survival, MASS, VGAM, nnet, sandwich, lmtest (Debian's r-cran-*).
suppressMessages({library(AER); library(survival); library(MASS); library(VGAM); library(nnet); library(sandwich)})
set.seed(20260101)
n <- 240
x <- round(rnorm(n), 3); z <- rbinom(n, 1, .4); g <- sample(1:24, n, TRUE); h <- (g - 1) %/% 6 + 1
w <- round(runif(n, .3, 3), 2)
e <- rnorm(n)
latent <- .3 + .8 * x - .5 * z + e
share <- round(plogis(-1 + .6 * x + .4 * z + rnorm(n)), 4); share[runif(n) < .15] <- 0; share[runif(n) < .04] <- 1
yes <- as.integer(latent > .2)
count <- rnbinom(n, mu = exp(.4 + .5 * x + .3 * z), size = 1.4)
grade <- as.integer(cut(latent, c(-Inf, -.6, .5, 1.4, Inf))) - 1
low <- pmax(round(latent, 3), 0)
both <- pmin(low, 1.6)
d <- data.frame(x, z, g, h, w, share, yes, count, grade, low, both)
strict <- glm.control(epsilon = 1e-14, maxit = 200)
part <- function(v) paste0("[", paste(format(unname(v), digits = 14, trim = TRUE), collapse = ", "), "]")
out <- list()
keep <- function(name, estimate, cov, ll = NULL) {
  out[[name]] <<- paste0('{"estimate": ', part(estimate), ', "error": ', part(sqrt(diag(as.matrix(cov)))),
                         if (!is.null(ll)) paste0(', "likelihood": ', part(ll)), "}")
}
cl0 <- function(m) vcovCL(m, cluster = d$g, type = "HC0", cadjust = TRUE)
m <- glm(yes ~ x + z, binomial, d, control = strict)
keep("logit", coef(m), sandwich(m), logLik(m)); keep("logit_clustered", coef(m), cl0(m))
keep("logit_classical", coef(m), vcov(m))
m <- glm(yes ~ x + z, binomial("probit"), d, control = strict)
keep("probit", coef(m), sandwich(m), logLik(m))
m <- glm(share ~ x + z, quasibinomial, d, control = strict)
keep("fractional", coef(m), sandwich(m)); keep("fractional_clustered", coef(m), cl0(m))
m <- glm(share ~ x + z, quasibinomial, d, weights = w, control = strict)
keep("fractional_weighted", coef(m), sandwich(m))
m <- glm(count ~ x + z, poisson, d, control = strict)
keep("poisson", coef(m), sandwich(m), logLik(m))
m <- glm.nb(count ~ x + z, d, control = glm.control(epsilon = 1e-14, maxit = 200))
out[["negative_binomial"]] <- paste0('{"estimate": ', part(coef(m)), ', "alpha": ', part(1 / m$theta), ', "theta_error": ',
  part(m$SE.theta), ', "theta": ', part(m$theta), ', "error": ', part(sqrt(diag(vcov(m)))), ', "likelihood": ',
  part(logLik(m)), "}")
m <- lm(share ~ x + z, d)
keep("linear", coef(m), vcovHC(m, "HC1")); keep("linear_clustered", coef(m), vcovCL(m, cluster = d$g, type = "HC1"))
keep("linear_classical", coef(m), vcov(m), logLik(m))
m <- AER::tobit(low ~ x + z, left = 0, data = d, control = survreg.control(rel.tolerance = 1e-14, maxiter = 200))
keep("tobit_low", c(coef(m), log(m$scale)), vcov(m), logLik(m))
out[["tobit_low_robust"]] <- paste0('{"error": ', part(sqrt(diag(sandwich(m)))), "}")
m <- AER::tobit(both ~ x + z, left = 0, right = 1.6, data = d, control = survreg.control(rel.tolerance = 1e-14, maxiter = 200))
keep("tobit_both", c(coef(m), log(m$scale)), vcov(m), logLik(m))
m <- vglm(both ~ x + z, VGAM::tobit(Lower = 0, Upper = 1.6), d, epsilon = 1e-12, maxit = 200)
out[["tobit_both_vgam"]] <- paste0('{"estimate": ', part(coef(m)[c(1, 3, 4, 2)]), "}")
m <- polr(factor(grade) ~ x + z, d, Hess = TRUE, control = list(reltol = 1e-15, maxit = 1000))
keep("ordered", c(coef(m), m$zeta), vcov(m), logLik(m))
m <- multinom(grade ~ x + z, d, Hess = TRUE, trace = FALSE, reltol = 1e-15, abstol = 1e-12, maxit = 1000)
keep("multinomial", as.vector(t(coef(m))), vcov(m), logLik(m))
# Firth's logit by iterated weighted least squares on y + h(1/2 - p), where a regressor separates
sep <- data.frame(y = c(0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 1, 1), a = c(0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 1, 1), b = c(1:12) / 4)
X <- model.matrix(~ a + b, sep); beta <- rep(0, 3)
for (i in 1:5000) { p <- as.vector(plogis(X %*% beta)); W <- p * (1 - p); I <- crossprod(X * W, X)
  lev <- W * rowSums((X %*% solve(I)) * X); beta <- beta + .5 * as.vector(solve(I, crossprod(X, sep$y - p + lev * (.5 - p)))) }
keep("firth", beta, solve(I))
sepj <- paste0('{"y": ', part(sep$y), ', "a": ', part(sep$a), ', "b": ', part(sep$b), "}")
data <- paste(sprintf('"%s": %s', names(d), sapply(d, part)), collapse = ",\n    ")
v <- function(p) as.character(packageVersion(p))
cat('{\n  "made_with": "', R.version.string, "; AER ", v("AER"), "; survival ", v("survival"), "; MASS ", v("MASS"), "; VGAM ", v("VGAM"),
    "; nnet ", v("nnet"), "; sandwich ", v("sandwich"), '",\n  "data": {\n    ', data, "\n  },\n  \"separated\": ", sepj, ",\n",
    paste(sprintf('  "%s": %s', names(out), unlist(out)), collapse = ",\n"), "\n}\n", sep = "")
