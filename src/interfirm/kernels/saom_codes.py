"""Integer codes and the layout of the arrays shared by the kernels of tie-formation models.

The kernels pass few plain arrays, because every array costs compilation and calling time:

``fx``
    E × COLUMNS int64: one row per effect, sorted by dependent variable, then the further factors of products.
``info``
    V × INFO int64: one row per dependent variable, for one period.
``theta``
    K float64: parameters.
``tabs``
    Float64 rows: row v holds the constants of variable v, the rows after them functions of a degree or count, and
    functions of two levels of a behaviour (row ZTAB + level of i, column level of j).
``dy``
    D × N × N float64: dyadic covariates of the period; a covariate of actors stands in both rows and diagonal.
``x``
    V × N × N uint8: ties.
``g``
    Int32 rows of length N: for each variable N rows of receivers, N rows of senders, outdegrees, indegrees, levels
    of behaviour (from 0); then the marks, the list of receivers looked at, and TYPES rows of counts.
``f``
    Float64 room: row 0 weights, rows 1 and 2 sums, row 3 + e the change statistics of effect e (last column: value
    for creating any tie), then, if there are products, a row for their further factors, and always two rows for the
    statistics of a single choice.
"""

from __future__ import annotations

from typing import Any

from interfirm.kernels import options

# ---- columns of ``fx`` ----------------------------------------------------------------------
# TIMES: the row of a further factor of a product, or -1; such rows stand after those of all variables.
DEP, CODE, ROLE, PARAM, OTHER, DYAD, DYAD2, BEH, ZTAB, TAB, TAB2, KIND, GROUP, TIMES, COLUMNS = range(15)

# ---- columns of ``ratefx``: dependent variable, code, parameter, covariate or table, other variable -----------
R_DEP, R_CODE, R_PARAM, R_WHICH, R_OTHER, RATE_COLUMNS = range(6)

# ---- columns of ``info`` --------------------------------------------------------------------
CHOICE, ROWS, COLS, SQUARE, NEEDS, FIRST, LAST, DIRECTION, RATE, INFO = range(10)

# ---- columns of the constants of a variable in ``tabs`` -------------------------------------
BALANCE_MEAN, OFFSET, LOWEST, HIGHEST, MEAN, RANGE, SIMILARITY, CONSTANTS = range(8)

# ROLE: when an effect counts
EVALUATION, CREATION, ENDOWMENT = range(3)

# GROUP: how far a change statistic reaches
STATIC, EGO, LOCAL, DENSE = range(4)

# CODE of an effect on ties
CONST, RECIP, TRANS, COUNT, TRANSTIES, TRANSREC, TRANSREC2, BALANCE, BETWEEN, DIST2 = range(10)
ALTIN, ALTOUT, EGOOUT, EGOIN, ISOLATE, INDIFF, ASSORT, DEGPLUS, JIN, JOUT = range(10, 20)
CYCLE4, WXX, XWX, XXW, CROSS, WTWO, WDEG = range(20, 27)

# CODE of an effect on behaviour
B_SHAPE, B_SIM, B_ALT, B_DEG, B_COV, B_COVALT = range(6)

# CODE of a rate effect
R_COV, R_OUT, R_IN, R_REC, R_LEVEL = range(5)

# KIND of COUNT: which third parties h of i and j are counted
# i -> h -> j, i -> h <- j, i <- h -> j, i <- h <- j, i <-> h <-> j, i <-> h <- j, i -> h <-> j
TP, OS, IS, RP, RR, OSR, FR, TYPES = range(8)

# CHOICE: below PAIR_DISJUNCTIVE one actor acts, from there on a pair
DIRECTED, FORCING, CONFIRMATION, PAIR_DISJUNCTIVE, PAIR_CONJUNCTIVE, PAIR_COMPENSATORY, BEHAVIOUR = range(7)

# DIRECTION of a period
BOTH, UP_ONLY, DOWN_ONLY = range(3)

# Options of the kernels: those that allocate arrays, and the lean ones that do not.
OUTER: dict[str, Any] = options.OUTER
INNER: dict[str, Any] = options.ALLOCATING
LEAN: dict[str, Any] = {**options.OUTER, **options.UNCOUNTED}
LEAN_INNER: dict[str, Any] = options.INNER
