"""Integer codes of the statistics of exponential random graph models.

``fx`` is K × COLUMNS int64, one row per statistic; ``tabs`` holds functions of a degree or count, ``dy`` weights of
pairs. A statistic is one of

====================  =====================================================================
``TIE``               Σ w_ij x_ij
``MUTUAL``            Σ_i<j w_ij x_ij x_ji
``SHARED``            Σ w_ij x_ij f(m_ij), m_ij the third parties of the kind
``PATHS``             Σ f(m_ij) over all pairs, tied or not
``INDEGREE`` …        Σ_i f(degree of i)
``TWOPATH``           number of i → j → h with i ≠ h
``ISOLATE``           number of actors without a tie
====================  =====================================================================

Without direction every pair counts once, and a degree is the number of partners.
"""

from __future__ import annotations

# ---- columns of ``fx``: code, kind of third party, row of ``tabs``, row of ``dy`` (-1: 1 for all pairs) ----------
CODE, KIND, TAB, DYAD, COLUMNS = range(5)

TIE, MUTUAL, SHARED, PATHS, INDEGREE, OUTDEGREE, DEGREE, TWOPATH, ISOLATE = range(9)

# KIND: which third parties h of i and j are counted; the first four are also the matrices of counts
# i -> h -> j, i -> h <- j, i <- h -> j, i <-> h <-> j, i <- h <- j
TP, OS, IS, RR, RP = range(5)
COUNTS = 4

# ---- entries of ``settings`` --------------------------------------------------------------------
SYMMETRIC, NEEDS, BURN, INTERVAL, MOST, SETTINGS = range(6)
