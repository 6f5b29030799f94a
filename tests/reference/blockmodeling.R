# Frozen values of the blockmodel criterion from R `blockmodeling` (Debian r-cran-blockmodeling).
# Run: Rscript blockmodeling.R > blockmodeling.json
suppressMessages(library(blockmodeling))
set.seed(20)
show <- function(x) {
  if (is.matrix(x)) paste0("[", paste(apply(x, 1, function(r) paste0("[", paste(format(r, digits = 15, trim = TRUE), collapse = ", "), "]")), collapse = ", "), "]")
  else paste0("[", paste(format(x, digits = 15, trim = TRUE), collapse = ", "), "]")
}
n <- 9
binary <- matrix(rbinom(n * n, 1, 0.4), n, n); diag(binary) <- 0
valued <- matrix(rpois(n * n, 1.5), n, n); diag(valued) <- 0
clu <- c(1, 1, 1, 2, 2, 2, 2, 3, 3)
# one empty row and one empty column inside a block, so that regular blocks have errors
binary[4, 1:3] <- 0; binary[1:3, 8] <- 0; valued[5, 8:9] <- 0
types <- list(bin = c("nul", "com", "reg", "rre", "cre", "rdo", "cdo", "rfn", "cfn", "dnc"),
              ss = c("nul", "com", "reg", "rre", "cre"),
              val = c("nul", "com", "reg", "rre", "cre", "rdo", "cdo", "rfn", "cfn"))
cases <- c()
for (approach in names(types)) for (type in types[[approach]]) {
  M <- if (approach == "bin") binary else valued
  B <- array(type, dim = c(1, 1, 3, 3))
  args <- list(M = M, clu = clu, approaches = if (approach == "ss") "hom" else approach, blocks = B, diag = 2)
  if (approach == "ss") args$homFun <- "ss"
  if (approach == "val") args$preSpecM <- 3
  if (approach == "bin") args$preSpecM <- 1
  r <- do.call(critFunC, args)
  cases <- c(cases, sprintf('  {"approach": "%s", "type": "%s", "error": %.12g, "blocks": %s}', approach, type, r$err, show(matrix(r$EM, 3, 3))))
}
# free image: the best of several types in each block; density block; a search
r <- critFunC(binary, clu, approaches = "bin", blocks = c("nul", "com", "reg"), diag = 2, preSpecM = 1)
free <- sprintf('{"error": %.12g, "image": [%s]}', r$err, paste0('"', as.vector(t(matrix(r$IM, 3, 3))), '"', collapse = ", "))
best <- function(M, ...) { out <- NULL; for (i in 1:60) { o <- optParC(M, sample(rep(1:3, 3)), diag = 2, ...); if (is.null(out) || o$err < out$err) out <- o }; out }
b <- best(binary, approaches = "bin", blocks = c("nul", "com"), preSpecM = 1)
s <- best(valued, approaches = "hom", homFun = "ss", blocks = "com")
cat(sprintf('{"software": "R %s.%s, blockmodeling %s",\n "clusters": %s,\n "binary": %s,\n "valued": %s,\n "sufficient": 3,\n "cases": [\n%s\n ],\n "free": %s,\n "optimum": {"binary nul com": %.12g, "valued ss com": %.12g}}\n',
  R.version$major, R.version$minor, packageVersion("blockmodeling"), show(clu), show(binary), show(valued),
  paste(cases, collapse = ",\n"), free, b$err, s$err))
