"""Generalised blockmodelling: the error of a partition under allowed block types, and a relocation search.

Block types are numbered 0 null, 1 complete, 2 regular, 3 row-regular, 4 column-regular, 5 row-functional,
6 column-functional, 7 row-dominant, 8 column-dominant, 9 density, 10 any. Criteria: 0 binary and valued
(binary is valued with sufficient value 1 on 0/1 weights), 1 sum of squares (types 0-4 and 10 only).
"""

from __future__ import annotations

import numpy as np
from numba import njit

TYPES = 11
INNER = {"cache": True, "nogil": True, "error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


@njit(**INNER)
def row_sums(x, known, part, flip, enough, out):  # type: ignore[no-untyped-def]
    """Per firm and cluster of partners: sum, largest, shortfall and number of known cells (of columns if ``flip``)."""
    n = part.size
    out[:] = 0.0
    for i in range(n):
        for j in range(n):
            p, q = (j, i) if flip else (i, j)
            if known[p, q]:
                value = x[p, q]
                out[0, i, part[j]] += value
                out[1, i, part[j]] = max(out[1, i, part[j]], value)
                out[2, i, part[j]] += max(enough - value, 0.0)


@njit(**INNER)
def spread(sums, part, a, b):  # type: ignore[no-untyped-def]
    """Squared deviations of the largest values of the firms of cluster a towards cluster b."""
    total, squares, count = 0.0, 0.0, 0
    for i in range(part.size):
        if part[i] == a:
            value = sums[1, i, b]
            total += value
            squares += value * value
            count += 1
    return max(squares - total * total / count, 0.0)


@njit(**INNER)
def layer_error(x, known, part, sizes, criterion, enough, share, allowed, rows, columns, whole, errors,  # type: ignore[no-untyped-def]
                types):
    """Fill the error and the chosen type of every block of one layer; returns their sum.

    ``whole`` is 4 × k × k scratch: sum, sum of squares, shortfall, known cells.
    """
    n, k = part.size, sizes.size
    row_sums(x, known, part, False, enough, rows)
    row_sums(x, known, part, True, enough, columns)
    whole[:] = 0.0
    for i in range(n):
        for j in range(n):
            a, b = part[i], part[j]
            if known[i, j]:
                whole[0, a, b] += x[i, j]
                whole[1, a, b] += x[i, j] * x[i, j]
                whole[3, a, b] += 1.0
            whole[2, a, b] += max(enough - rows[1, i, b], enough - columns[1, j, a], 0.0)
    total = 0.0
    for a in range(k):
        for b in range(k):
            best, chosen = np.inf, 10
            for kind in range(TYPES):
                if allowed[a, b, kind]:
                    value = block_error(kind, a, b, part, sizes, criterion, enough, share, rows, columns, whole)
                    if value < best - 1e-12:
                        best, chosen = value, kind
            errors[a, b] = best
            types[a, b] = chosen
            total += best
    return total


@njit(**INNER)
def block_error(kind, a, b, part, sizes, criterion, enough, share, rows, columns,  # type: ignore[no-untyped-def]  # noqa: PLR0911
                whole):
    """Error of one block under one type."""
    m, total = whole[3, a, b], whole[0, a, b]
    if kind == 10 or m == 0.0:
        return 0.0
    if criterion == 1:
        if kind == 0:
            return whole[1, a, b]
        if kind == 1:
            return max(whole[1, a, b] - total * total / m, 0.0)
        by_row = spread(rows, part, a, b) * sizes[b]
        by_column = spread(columns, part, b, a) * sizes[a]
        return max(by_row, by_column) if kind == 2 else (by_row if kind == 3 else by_column)
    if kind == 0:
        return total
    if kind == 2:
        return whole[2, a, b]
    if kind == 9:
        return max(share * enough * m - total, 0.0)
    sums, one, other = (rows, a, b) if kind in (1, 3, 5, 7) else (columns, b, a)
    lack, least, largest, short = 0.0, np.inf, 0.0, 0.0
    for i in range(part.size):
        if part[i] == one:
            lack += max(enough - sums[1, i, other], 0.0)
            largest += sums[1, i, other]
            least = min(least, sums[2, i, other])
            short += sums[2, i, other]
    if kind == 1:
        return short
    if kind in (3, 4):
        return lack * sizes[other]
    if kind in (5, 6):
        return total - largest + lack * sizes[other]
    return least * sizes[one]


@njit(cache=True, nogil=True, error_model="numpy")
def partition_error(x, known, part, sizes, criterion, enough, share, allowed, rows, columns, whole, errors,  # type: ignore[no-untyped-def]
                    types):
    """Error of a partition over all layers; fills ``errors`` and ``types`` (layers × k × k) and ``sizes``."""
    for q in range(sizes.size):
        sizes[q] = 0
    for i in range(part.size):
        sizes[part[i]] += 1
    total = 0.0
    for layer in range(x.shape[0]):
        total += layer_error(x[layer], known[layer], part, sizes, criterion, enough, share, allowed[layer], rows,
                             columns, whole, errors[layer], types[layer])
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def improve(x, known, part, sizes, criterion, enough, share, allowed, rows, columns,  # type: ignore[no-untyped-def]  # noqa: PLR0912
            whole, errors, types, order,
            swaps):
    """Move firms between clusters, and exchange pairs where no move helps, until nothing improves; returns the error.

    No cluster is emptied. ``order`` is the order in which firms are tried.
    """
    n, k = part.size, sizes.size
    score = partition_error(x, known, part, sizes, criterion, enough, share, allowed, rows, columns, whole, errors,
                            types)
    for _ in range(100):
        better = False
        for i in order:
            for q in range(k):
                a = part[i]
                count = 0
                for j in range(n):
                    count += 1 if part[j] == a else 0
                if q == a or count < 2:
                    continue
                part[i] = q
                now = partition_error(x, known, part, sizes, criterion, enough, share, allowed, rows, columns, whole,
                                      errors, types)
                if now < score - 1e-9:
                    score, better = now, True
                else:
                    part[i] = a
        if not better and swaps:
            for i in order:
                for j in range(n):
                    a, b = part[i], part[j]
                    if a == b:
                        continue
                    part[i], part[j] = b, a
                    now = partition_error(x, known, part, sizes, criterion, enough, share, allowed, rows, columns,
                                          whole, errors, types)
                    if now < score - 1e-9:
                        score, better = now, True
                    else:
                        part[i], part[j] = a, b
        if not better:
            break
    return score
