# Frozen values for tests/performance/: selection, network lags, regression of ties, distances from a cone.
# Run: Rscript tests/reference/performance_systems.R > tests/reference/performance_systems.json
# Needs AER, sna, quadprog, mvtnorm (Debian's r-cran-*). The likelihoods of the selection and the network-lag model
# are written out here and maximised by optim(): an independent way to the same maximum.
suppressMessages({library(AER); library(sna); library(quadprog); library(mvtnorm)})
set.seed(20260102)
part <- function(v) paste0("[", paste(format(unname(as.vector(v)), digits = 14, trim = TRUE), collapse = ", "), "]")
out <- list()
keep <- function(name, ...) { v <- list(...); out[[name]] <<- paste0("{", paste(sprintf('"%s": %s', names(v), sapply(v, part)), collapse = ", "), "}") }
hess <- function(f, p) optimHess(p, f, control = list(ndeps = rep(1e-5, length(p))))

# ---- selection
n <- 300; x <- round(rnorm(n), 3); z <- round(rnorm(n), 3); u <- rnorm(n); e <- .5 * u + sqrt(.75) * rnorm(n)
s <- as.integer(.3 + .5 * x + .8 * z + u > 0); y <- round(ifelse(s == 1, 1 + .7 * x + 1.2 * e, 0), 4)
keep("selection_data", x = x, z = z, s = s, y = y)
X <- cbind(1, x); Z <- cbind(1, x, z); o <- s == 1
ll <- function(p) { b <- p[1:2]; g <- p[3:5]; sg <- exp(p[6]); r <- tanh(p[7]); i <- as.vector(Z %*% g)
  ee <- (y - as.vector(X %*% b)) / sg; a <- (i + r * ee) / sqrt(1 - r^2)
  -sum(ifelse(o, dnorm(ee, log = TRUE) - log(sg) + pnorm(a, log.p = TRUE), pnorm(-i, log.p = TRUE))) }
pr <- glm(s ~ x + z, binomial("probit"), control = glm.control(epsilon = 1e-14))
i <- as.vector(Z %*% coef(pr)); lam <- dnorm(i) / pnorm(i)
ls <- lm(y ~ x + lam, subset = o)
p <- c(coef(ls)[1:2], coef(pr), 0, .2)
for (k in 1:20) p <- optim(p, ll, method = "BFGS", control = list(reltol = 1e-16, maxit = 2000, ndeps = rep(1e-6, 7)))$par
g <- function(p) sapply(seq_along(p), function(j) { h <- 1e-5; d <- rep(0, 7); d[j] <- h; (ll(p + d) - ll(p - d)) / (2 * h) })
for (k in 1:10) p <- p - solve(hess(ll, p), g(p))
keep("selection_ml", estimate = p, error = sqrt(diag(solve(hess(ll, p)))), likelihood = -ll(p))
del <- (lam * (lam + i))[o]; W <- cbind(1, x, lam)[o, ]; res <- y[o] - as.vector(W %*% coef(ls))
s2 <- mean(res^2) + mean(del) * coef(ls)[3]^2; rho <- coef(ls)[3] / sqrt(s2)
XX <- solve(crossprod(W)); cr <- crossprod(W * del, Z[o, ])
V <- s2 * XX %*% (crossprod(W * (1 - rho^2 * del), W) + rho^2 * cr %*% vcov(pr) %*% t(cr)) %*% XX
keep("selection_two", estimate = coef(ls), error = sqrt(diag(V)), sigma = sqrt(s2), rho = rho)

# ---- network lag
n <- 60; A <- matrix(as.integer(runif(n * n) < .06), n); diag(A) <- 0; A[60, ] <- 0
w <- A / pmax(rowSums(A), 1); x <- round(rnorm(n), 3)
y <- round(as.vector(solve(diag(n) - .4 * w, 1 + .8 * x + .5 * w %*% x + rnorm(n))), 4)
keep("lag_data", x = x, y = y, ties = as.vector(t(A)))
wx <- as.vector(w %*% x); wy <- as.vector(w %*% y); w2x <- as.vector(w %*% wx); w3x <- as.vector(w %*% w2x)
m <- ivreg(y ~ wy + x + wx | x + wx + w2x + w3x)
d <- summary(m, diagnostics = TRUE)$diagnostics
keep("lag_iv", estimate = coef(m)[c(2, 1, 3, 4)], error = sqrt(diag(vcovHC(m, "HC1")))[c(2, 1, 3, 4)],
     first = d["Weak instruments", "statistic"], sargan = d["Sargan", "p-value"])
f <- function(p) { e <- y - p[1] * wy - p[2] - p[3] * x - p[4] * wx
  -(sum(dnorm(e, 0, exp(p[5]), log = TRUE)) + as.numeric(determinant(diag(n) - p[1] * w)$modulus)) }
p <- c(.1, coef(lm(y ~ x + wx)), 0)
for (k in 1:20) p <- optim(p, f, method = "BFGS", control = list(reltol = 1e-16, maxit = 2000, ndeps = rep(1e-6, 5)))$par
g <- function(p) sapply(seq_along(p), function(j) { h <- 1e-5; d <- rep(0, 5); d[j] <- h; (f(p + d) - f(p - d)) / (2 * h) })
for (k in 1:10) p <- p - solve(hess(f, p), g(p))
keep("lag_ml", estimate = p[1:4], error = sqrt(diag(solve(hess(f, p))))[1:4], likelihood = -f(p))

# ---- regression of ties
n <- 20; a <- matrix(round(rnorm(n * n), 3), n); b <- matrix(round(rnorm(n * n), 3), n); b <- round(.5 * a + b, 3)
r <- rnorm(n); t <- round(.1 * a + .15 * b + outer(r, r, "+") + matrix(rnorm(n * n), n), 3)
diag(a) <- diag(b) <- diag(t) <- 0
q <- netlm(t, list(a, b), nullhyp = "qapspp", reps = 20000)
keep("ties", first = as.vector(t(a)), second = as.vector(t(b)), outcome = as.vector(t(t)), estimate = q$coefficients,
     tvalue = q$tstat, p_high = q$pgreq, p_low = q$pleeq, r2 = summary(lm(t[row(t) != col(t)] ~ a[row(t) != col(t)] + b[row(t) != col(t)]))$r.squared)

# ---- distance from a cone and its weights
M <- matrix(c(2, .6, -.3, .6, 1, .2, -.3, .2, 1.5), 3); v <- c(-1.1, .4, -.7); P <- solve(M)
qp <- solve.QP(P, as.vector(P %*% v), diag(3), rep(0, 3)); s <- qp$solution
orth <- function(S) if (length(S) == 0) 1 else as.numeric(pmvnorm(rep(0, NROW(S)), rep(Inf, NROW(S)), sigma = as.matrix(S), algorithm = Miwa(steps = 512)))
wt <- sapply(0:3, function(j) sum(combn(3, j, function(S) { R <- setdiff(1:3, S)
  (if (length(R)) orth(solve(M[R, R, drop = FALSE])) else 1) * (if (length(S)) orth(if (length(R)) M[S, S, drop = FALSE] -
    M[S, R, drop = FALSE] %*% solve(M[R, R, drop = FALSE]) %*% M[R, S, drop = FALSE] else M) else 1) })))
keep("cone", v = as.vector(M), r = v, distance = as.vector(t(v - s) %*% P %*% (v - s)), weights = wt)
ver <- function(p) as.character(packageVersion(p))
cat('{\n  "made_with": "', R.version.string, "; AER ", ver("AER"), "; sna ", ver("sna"), "; quadprog ", ver("quadprog"), "; mvtnorm ", ver("mvtnorm"), '",\n',
    paste(sprintf('  "%s": %s', names(out), unlist(out)), collapse = ",\n"), "\n}\n", sep = "")
