"""The knowledge spiral among firms, period by period."""

from __future__ import annotations

import math

import numpy as np
from numba import njit


@njit(cache=True)
def spiral(indptr, indices, strength, near, comp, ability, rates, tops, decay, tacit, explicit, flows, totals):  # type: ignore[no-untyped-def]
    """Run as many periods as ``totals`` has rows less one; ``tacit`` and ``explicit`` (n × K) are changed in place.

    The ties of firm i, from which it learns, are ``indices[indptr[i]:indptr[i + 1]]`` with ``strength``, ``near`` and
    ``comp`` beside them; ``ability`` and ``rates`` (n × 4: socialisation, externalisation, combination,
    internalisation) are by firm, ``tops`` the most tacit and explicit knowledge, ``decay`` what is lost of each per
    period. Within a step all firms act on the state before it. ``flows`` (n × 4) gathers the gains by step,
    ``totals`` (periods + 1 × 2) the sums of tacit and explicit knowledge.
    """
    n, kinds = tacit.shape
    before = np.empty_like(tacit)
    totals[0, 0], totals[0, 1] = tacit.sum(), explicit.sum()
    for period in range(1, totals.shape[0]):
        before[:] = tacit
        for i in range(n):
            for k in range(kinds):
                gain, best = 0.0, before[i, k]
                for e in range(indptr[i], indptr[i + 1]):
                    gap = before[indices[e], k] - before[i, k]
                    if gap > 0.0:
                        gain += rates[i, 0] * strength[e] * ability[i] * near[e] * gap
                        best = max(best, before[indices[e], k])
                gain = min(gain, best - before[i, k])
                tacit[i, k] += gain
                flows[i, 0] += gain
        for i in range(n):
            for k in range(kinds):
                gain = rates[i, 1] * tacit[i, k] * (1.0 - explicit[i, k] / tops[1])
                gain = max(0.0, min(gain, tops[1] - explicit[i, k]))
                explicit[i, k] += gain
                flows[i, 1] += gain
        before[:] = explicit
        for i in range(n):
            for k in range(kinds):
                gain = 0.0
                for e in range(indptr[i], indptr[i + 1]):
                    gain += rates[i, 2] * math.sqrt(before[i, k] * before[indices[e], k]) * comp[e]
                gain *= 1.0 - before[i, k] / tops[1]
                gain = max(0.0, min(gain, tops[1] - before[i, k]))
                explicit[i, k] += gain
                flows[i, 2] += gain
        for i in range(n):
            for k in range(kinds):
                gain = rates[i, 3] * ability[i] * explicit[i, k] * (1.0 - tacit[i, k] / tops[0])
                gain = max(0.0, min(gain, tops[0] - tacit[i, k]))
                tacit[i, k] += gain
                flows[i, 3] += gain
                tacit[i, k] *= 1.0 - decay[0]
                explicit[i, k] *= 1.0 - decay[1]
        totals[period, 0], totals[period, 1] = tacit.sum(), explicit.sum()
