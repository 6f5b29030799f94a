"""Distances between all pairs of points, counted in fine bins, and sums of kernels over them.

Points are n × 3. On a plane the third coordinate is 0; on the sphere the points lie on a ball of radius R, and the
straight line through it becomes the arc on its surface (``radius`` > 0). The kernels release the interpreter, so that
several threads can count at once, each into an array of its own.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit


@njit(cache=True, inline="always")
def _arc(chord2, radius):  # type: ignore[no-untyped-def]
    """Length of the arc over a chord whose square is given; the chord itself where the radius is 0."""
    if radius <= 0.0:
        return math.sqrt(chord2)
    return 2.0 * radius * math.asin(min(1.0, math.sqrt(chord2) / (2.0 * radius)))


@njit(cache=True, nogil=True)
def count_pairs(points, weights, first, last, limit2, scale, radius, out):  # type: ignore[no-untyped-def]
    """Add the pairs (i, j), first <= i < last, i < j, nearer than a limit, to ``out`` by distance.

    Parameters
    ----------
    points
        n × 3 float64.
    weights
        n float64; a pair counts w_i w_j.
    first, last
        Rows of i.
    limit2
        Square of the chord beyond which pairs are not looked at.
    scale
        Bins per unit of distance.
    radius
        Of the ball, 0 for a plane.
    out
        One float64 per bin; pairs beyond the last are left out.
    """
    n, bins = len(points), len(out)
    for i in range(first, last):
        x, y, z, w = points[i, 0], points[i, 1], points[i, 2], weights[i]
        for j in range(i + 1, n):
            dx, dy, dz = points[j, 0] - x, points[j, 1] - y, points[j, 2] - z
            square = dx * dx + dy * dy + dz * dz
            if square < limit2:
                at = int(_arc(square, radius) * scale)
                if at < bins:
                    out[at] += w * weights[j]


@njit(cache=True, nogil=True)
def kernel_sums(points, weights, at, bandwidth, radius, reflect):  # type: ignore[no-untyped-def]
    """Exact: for each distance in ``at`` the sum of w_i w_j f((d − d_ij) / h) over pairs; f the normal density."""
    out = np.zeros(len(at))
    c = 1.0 / math.sqrt(2.0 * math.pi)
    for i in range(len(points)):
        for j in range(i + 1, len(points)):
            dx, dy = points[i, 0] - points[j, 0], points[i, 1] - points[j, 1]
            dz = points[i, 2] - points[j, 2]
            d = _arc(dx * dx + dy * dy + dz * dz, radius)
            w = weights[i] * weights[j] * c
            for k in range(len(at)):
                u = (at[k] - d) / bandwidth
                out[k] += w * math.exp(-0.5 * u * u)
                if reflect:
                    u = (at[k] + d) / bandwidth
                    out[k] += w * math.exp(-0.5 * u * u)
    return out
