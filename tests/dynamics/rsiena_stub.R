# Stands in for RSiena: the functions that an exported script calls, with the arguments of the public help pages and
# with checks of what is handed over. It keeps every object, so that a test can read it back; it estimates nothing.

kept <- new.env()

stop_unless <- function(ok, ...) if (!isTRUE(ok)) stop(..., call. = FALSE)

sienaNodeSet <- function(n, nodeSetName = "Actors", names = NULL) {
  stop_unless(length(n) == 1 && n == round(n) && n > 0, "n has to be a number of nodes")
  structure(list(n = n, name = nodeSetName), class = "sienaNodeSet")
}

sienaDependent <- function(netarray, type = c("oneMode", "bipartite", "behavior", "continuous"), nodeSet = "Actors",
                           sparse = is.list(netarray), allowOnly = TRUE, imputationValues = NULL) {
  type <- match.arg(type)
  stop_unless(is.numeric(netarray), "numbers are needed")
  if (type == "behavior") {
    stop_unless(length(dim(netarray)) == 2 && ncol(netarray) >= 2, "a behavior is actors by waves")
    stop_unless(all(is.na(netarray) | netarray == round(netarray)), "levels are whole numbers")
  } else {
    stop_unless(length(dim(netarray)) == 3 && dim(netarray)[3] >= 2, "a network is senders by receivers by waves")
    stop_unless(all(netarray %in% c(0, 1, 10, 11, NA)), "ties are 0, 1, 10, 11 or NA")
    if (type == "oneMode") {
      stop_unless(dim(netarray)[1] == dim(netarray)[2] && length(nodeSet) == 1, "a one-mode network is square")
      for (w in seq_len(dim(netarray)[3])) stop_unless(all(diag(netarray[, , w]) == 0), "the diagonal is not 0")
    } else stop_unless(length(nodeSet) == 2, "a bipartite network has two node sets")
  }
  structure(list(values = netarray, type = type, nodeSet = nodeSet), class = "sienaDependent")
}

covariate <- function(class, values, nodeSet, dimensions) {
  stop_unless(is.numeric(values), "numbers are needed")
  stop_unless(length(dim(values)) == dimensions, class, " has the wrong number of dimensions")
  structure(list(values = values, nodeSet = nodeSet), class = class)
}

coCovar <- function(val, centered = TRUE, nodeSet = "Actors", warn = TRUE, imputationValues = NULL) {
  stop_unless(is.numeric(val) && is.vector(unname(val)), "a constant covariate is a vector")
  structure(list(values = unname(val), nodeSet = nodeSet), class = "coCovar")
}

varCovar <- function(val, centered = TRUE, nodeSet = "Actors", warn = TRUE, imputationValues = NULL)
  covariate("varCovar", val, nodeSet, 2)

coDyadCovar <- function(val, centered = TRUE, nodeSets = c("Actors", "Actors"), warn = TRUE, sparse = FALSE,
                        type = c("oneMode", "bipartite")) {
  stop_unless((match.arg(type) == "bipartite") == (nodeSets[1] != nodeSets[2]), "type and node sets disagree")
  covariate("coDyadCovar", val, nodeSets, 2)
}

varDyadCovar <- function(val, centered = TRUE, nodeSets = c("Actors", "Actors"), warn = TRUE, sparse = FALSE,
                         type = c("oneMode", "bipartite")) {
  stop_unless((match.arg(type) == "bipartite") == (nodeSets[1] != nodeSets[2]), "type and node sets disagree")
  covariate("varDyadCovar", val, nodeSets, 3)
}

sienaCompositionChange <- function(changelist, nodeSet = "Actors", option = 1) {
  stop_unless(is.list(changelist) && all(lengths(changelist) %% 2 == 0), "times come in pairs")
  for (times in changelist) stop_unless(all(diff(times) >= 0), "times are in order")
  structure(list(values = changelist, nodeSet = nodeSet), class = "sienaCompositionChange")
}

sienaDataCreate <- function(..., nodeSets = NULL, getDocumentation = FALSE) {
  objects <- list(...)
  names(objects) <- vapply(as.list(substitute(list(...)))[-1], deparse, "")
  dependent <- Filter(function(o) inherits(o, "sienaDependent"), objects)
  stop_unless(length(dependent) > 0, "there is no dependent variable")
  kinds <- vapply(dependent, function(o) o$type, "")
  networks <- kinds[kinds != "behavior"]
  stop_unless(!is.unsorted(networks == "bipartite"), "one-mode networks come first")
  sizes <- if (is.null(nodeSets)) c(Actors = dim(dependent[[1]]$values)[1])
           else setNames(vapply(nodeSets, function(s) s$n, 0), vapply(nodeSets, function(s) s$name, ""))
  waves <- tail(dim(dependent[[1]]$values), 1)
  for (name in names(objects)) {
    o <- objects[[name]]
    stop_unless(all(o$nodeSet %in% names(sizes)), name, " belongs to an unknown node set")
    size <- if (inherits(o, "coCovar") || inherits(o, "sienaCompositionChange")) length(o$values)
            else dim(o$values)[seq_along(o$nodeSet)]
    if (inherits(o, "sienaDependent") && o$type == "oneMode") size <- dim(o$values)[1]
    stop_unless(all(size == sizes[o$nodeSet]), name, " has the wrong size")
    if (inherits(o, "varCovar")) stop_unless(ncol(o$values) >= waves - 1, name, " has too few waves")
    if (inherits(o, "varDyadCovar")) stop_unless(dim(o$values)[3] == waves - 1, name, " needs one value per period")
  }
  structure(list(objects = objects), class = "siena")
}

getEffects <- function(x, nintn = 10, behNintn = 4, getDocumentation = FALSE, onePeriodSde = FALSE) {
  stop_unless(inherits(x, "siena"), "getEffects needs data")
  structure(list(rows = list(), data = x, room = c(nintn, behNintn)), class = "sienaEffects")
}

note <- function(myeff, what, names, variable, type, first, second, ...) {
  stop_unless(inherits(myeff, "sienaEffects"), "the effects come first")
  known <- names(myeff$data$objects)
  stop_unless(variable %in% known && inherits(myeff$data$objects[[variable]], "sienaDependent"),
              variable, " is no dependent variable")
  stop_unless(type %in% c("eval", "endow", "creation", "rate"), type, " is no type")
  for (other in c(first, second)) stop_unless(other %in% c("", known), other, " is not in the data")
  myeff$rows[[length(myeff$rows) + 1]] <- list(what = what, names = names, variable = variable, type = type,
                                               first = first, second = second, ...)
  myeff
}

setEffect <- function(myeff, shortName, parameter = NULL, fix = FALSE, test = FALSE, random = FALSE, initialValue = 0,
                      timeDummy = ",", include = TRUE, name = NULL, type = "eval", interaction1 = "",
                      interaction2 = "", effect1 = 0, effect2 = 0, effect3 = 0, period = 1, group = 1,
                      character = FALSE, verbose = TRUE)
  note(myeff, "set", deparse(substitute(shortName)), name, type, interaction1, interaction2, include = include,
       parameter = parameter, fix = fix, value = initialValue)

includeEffects <- function(myeff, ..., include = TRUE, name = NULL, type = "eval", interaction1 = "",
                           interaction2 = "", fix = FALSE, test = FALSE, character = FALSE, verbose = TRUE)
  note(myeff, "include", vapply(as.list(substitute(list(...)))[-1], deparse, ""), name, type, interaction1,
       interaction2, include = include)

includeInteraction <- function(myeff, ..., include = TRUE, name = NULL, type = "eval", interaction1 = rep("", 3),
                               interaction2 = rep("", 3), fix = FALSE, test = FALSE, random = FALSE, initialValue = 0,
                               character = FALSE, verbose = TRUE) {
  names <- vapply(as.list(substitute(list(...)))[-1], deparse, "")
  stop_unless(length(names) %in% 2:3, "an interaction has two or three effects")
  stop_unless(length(interaction1) >= length(names), "interaction1 needs one name per effect")
  note(myeff, "interaction", names, name, type, interaction1, interaction2, include = include, fix = fix,
       value = initialValue)
}

sienaAlgorithmCreate <- function(fn, projname = "Siena", MaxDegree = NULL, Offset = NULL, useStdInits = FALSE,
                                 n3 = 1000, nsub = 4, n2start = NULL, dolby = TRUE, maxlike = FALSE, gmm = FALSE,
                                 diagonalize = 0.2, condvarno = 0, condname = "", firstg = 0.2, reduceg = 0.5,
                                 cond = NA, findiff = FALSE, seed = NULL, modelType = NULL, behModelType = NULL,
                                 simOnly = FALSE, truncation = 5, doubleAveraging = 0, lessMem = FALSE,
                                 silent = FALSE) {
  for (named in list(Offset, modelType)) if (!is.null(named)) stop_unless(!is.null(names(named)), "names are needed")
  stop_unless(is.null(modelType) || all(modelType %in% 2:6), "modelType is 2 to 6")
  structure(as.list(environment())[c("Offset", "condname", "cond", "seed", "modelType")], class = "sienaAlgorithm")
}

siena07 <- function(x, batch = FALSE, verbose = FALSE, silent = FALSE, useCluster = FALSE, nbrNodes = 2, ...) {
  more <- list(...)
  stop_unless(inherits(x, "sienaAlgorithm") && inherits(more$data, "siena") &&
                inherits(more$effects, "sienaEffects"), "siena07 needs settings, data and effects")
  dependent <- names(Filter(function(o) inherits(o, "sienaDependent"), more$data$objects))
  stop_unless(all(names(x$modelType) %in% dependent) && all(names(x$Offset) %in% dependent), "unknown variable")
  stop_unless(x$condname %in% c("", dependent), "unknown variable")
  kept$data <- more$data
  kept$effects <- more$effects
  structure(list(), class = "sienaFit")
}

print.sienaFit <- function(x, ...) {
  for (name in names(kept$data$objects)) {
    values <- kept$data$objects[[name]]$values
    if (is.list(values)) next
    cat("object", name, paste(dim(values) %||% length(values), collapse = "x"),
        paste(ifelse(is.na(values), "NA", format(values, digits = 15, trim = TRUE)), collapse = ","), "\n")
  }
  for (row in kept$effects$rows) {
    cat("effect", row$what, paste(row$names, collapse = "*"), row$variable, row$type,
        paste(row$first, collapse = "/"), paste(row$second, collapse = "/"), row$include, row$parameter %||% "-",
        isTRUE(row$fix), "\n", sep = "|")
  }
  invisible(x)
}

`%||%` <- function(a, b) if (is.null(a)) b else a
