# Frozen values for tests/relations/test_exit.py. Run: Rscript tests/reference/cloglog.R > tests/reference/cloglog.json
# Only base R (glm with a complementary log-log link).
x <- c(-1.2, 0.4, 0.7, -0.3, 1.5, -0.8, 0.1, 2.0, -1.6, 0.9, 0.3, -0.5, 1.1, -0.1, 0.6, -2.1, 1.8, 0.2, -0.9, 0.5)
z <- c(0.3, -0.6, 1.2, 0.8, -0.4, 0.1, -1.5, 0.7, 0.9, -0.2, 1.6, -0.7, 0.0, 0.5, -1.1, 0.4, -0.9, 1.3, 0.2, -0.3)
y <- c(0, 1, 0, 0, 1, 0, 1, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0)
fit <- glm(y ~ x + z, family = binomial("cloglog"), control = glm.control(epsilon = 1e-14, maxit = 200))
line <- function(name, value) sprintf('  "%s": [%s]', name, paste(format(unname(value), digits = 15), collapse = ", "))
cat("{\n", sprintf('  "made_with": "%s",\n', R.version.string),
    paste(line("x", x), line("z", z), line("y", y), line("estimate", coef(fit)), line("error", sqrt(diag(vcov(fit)))),
          line("likelihood", as.numeric(logLik(fit))), sep = ",\n"), "\n}\n", sep = "")
