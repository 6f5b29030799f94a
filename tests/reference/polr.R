# Ordered logit of a simulated change in performance on a score: values for tests/cluster/test_efficiency.py
# R -s -f polr.R > polr.json
suppressMessages(library(MASS))
set.seed(11)
x <- round(rnorm(40), 3)
latent <- 0.9 * x + rlogis(40)
y <- as.integer(cut(latent, c(-Inf, -1.5, -0.4, 0.6, 1.8, Inf))) - 3
fit <- polr(factor(y) ~ x, Hess = TRUE, method = "logistic", control = list(reltol = 1e-14, maxit = 1000))
cat(sprintf('{"software": "R %s.%s, MASS %s",\n "x": [%s],\n "y": [%s],\n "slope": %.8f, "error": %.8f}\n',
            R.version$major, R.version$minor, packageVersion("MASS"), paste(x, collapse = ", "),
            paste(y, collapse = ", "), coef(fit)[["x"]], sqrt(vcov(fit)["x", "x"])))
