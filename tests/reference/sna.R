# Frozen values of Krackhardt's dimensions and Gould-Fernandez brokerage from R `sna` (Debian r-cran-sna).
# Run: Rscript sna.R > sna.json
suppressMessages(library(sna))
set.seed(7)
show <- function(x) paste0("[", paste(apply(x, 1, function(r) paste0("[", paste(format(r, digits = 15, trim = TRUE), collapse = ", "), "]")), collapse = ", "), "]")
edges <- function(n, e) { m <- matrix(0, n, n); m[t(e)] <- 1; m }
tree <- edges(7, rbind(c(1, 1, 2, 2, 3, 3), 2:7)); back <- tree; back[4, 1] <- 1
cycle <- edges(6, rbind(1:6, c(2:6, 1)))
graphs <- list("out-tree 7" = tree, "out-tree 7 and one arc back" = back, "directed cycle 6" = cycle,
  "mutual cycle 6" = cycle + t(cycle), "complete 6" = 1 - diag(6),
  "two parts" = edges(6, rbind(c(1, 1, 4, 5), c(2, 3, 5, 6))), "no upper bound" = edges(3, rbind(c(1, 2), c(3, 3))))
for (i in 1:4) { g <- matrix(rbinom(144, 1, c(.08, .15, .25, .4)[i]), 12, 12); diag(g) <- 0; graphs[[paste("random", i)]] <- g }
k <- sapply(names(graphs), function(x) { g <- graphs[[x]]
  sprintf('  {"name": "%s", "matrix": %s,\n   "connectedness": %.12g, "hierarchy": %.12g, "efficiency": %.12g, "lub": %.12g}', x, show(g),
    connectedness(g), hierarchy(g, measure = "krackhardt"), efficiency(g), lubness(g)) })
roles <- sapply(c(1, 2), function(i) { g <- graphs[[paste("random", i + 1)]]; cl <- rep(1:3, 4); b <- brokerage(g, cl)
  sprintf('  {"matrix": %s, "groups": [%s], "roles": [%s],\n   "counts": %s}', show(g), paste(cl, collapse = ", "),
    paste0('"', colnames(b$raw.nli), '"', collapse = ", "), show(b$raw.nli)) })
cat(sprintf('{"software": "R %s.%s, sna %s",\n "krackhardt": [\n%s\n ],\n "brokerage": [\n%s\n ]}\n', R.version$major, R.version$minor,
  packageVersion("sna"), paste(k, collapse = ",\n"), paste(roles, collapse = ",\n")))
