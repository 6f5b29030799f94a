"""What goodness of fit looks at in simulated networks: degrees, distances and triads, from neighbour lists."""

from __future__ import annotations

from numba import njit

from interfirm.kernels import saom_codes as k


@njit(**k.LEAN_INNER)
def _listed(x, seen, rows, cols, partners, degree, sent):  # type: ignore[no-untyped-def]
    """List the receivers of every row, or, unless ``sent``, all it is joined to, by ties that count."""
    for i in range(rows):
        size = 0
        for j in range(cols):
            if (x[i, j] and seen[i, j]) or (not sent and x[j, i] and seen[j, i]):
                partners[i, size] = j
                size += 1
        degree[i] = size


@njit(**k.LEAN_INNER)
def _distances(n, partners, degree, met, queue, counts):  # type: ignore[no-untyped-def]
    """Add the ordered pairs at distance 1, 2, …; in the last place those farther or not connected."""
    longest = counts.size - 1
    for i in range(n):
        met[i] = -1
    for i in range(n):
        met[i] = i
        queue[0] = i
        first, last, reached = 0, 1, 0
        for d in range(longest):
            end = last
            while first < end:
                h = queue[first]
                first += 1
                for t in range(degree[h]):
                    j = partners[h, t]
                    if met[j] != i:
                        met[j] = i
                        queue[last] = j
                        last += 1
            counts[d] += last - end
            reached += last - end
        counts[longest] += n - 1 - reached


@njit(**k.LEAN_INNER)
def _arcs(x, seen, i, j):  # type: ignore[no-untyped-def]
    return (x[i, j] & seen[i, j]) + 2 * (x[j, i] & seen[j, i])


@njit(**k.LEAN_INNER)
def _triads(x, seen, n, partners, degree, met, kinds, counts):  # type: ignore[no-untyped-def]
    """Add the triads of each type, of which each with a tie is met once; the rest have none.

    The lists hold everybody an actor is joined to. See [batagelj2001].
    """
    for i in range(n):
        met[i] = -1
    rest = n * (n - 1) * (n - 2) // 6
    for i in range(n):
        for t in range(degree[i]):
            met[partners[i, t]] = i
        for t in range(degree[i]):
            j = partners[i, t]
            if j < i:
                continue
            pair, apart = _arcs(x, seen, i, j), n - 1 - degree[i]
            for u in range(degree[i]):
                h = partners[i, u]
                if h > j:
                    counts[kinds[pair + 4 * _arcs(x, seen, i, h) + 16 * _arcs(x, seen, j, h)]] += 1
                    rest -= 1
            for u in range(degree[j]):
                h = partners[j, u]
                if h != i and met[h] != i:
                    apart -= 1
                    if h > i:
                        counts[kinds[pair + 16 * _arcs(x, seen, j, h)]] += 1
                        rest -= 1
            counts[kinds[pair]] += apart
            rest -= apart
    counts[0] += rest


@njit(**k.LEAN)
def shapes(x, seen, v, rows, cols, kinds, partners, room, out, into, far, triads):  # type: ignore[no-untyped-def]
    """Distributions of variable v, summed over P periods, for R panels.

    Parameters
    ----------
    x, seen
        R × P × V × N × N and P × V × N × N uint8: ties, and whether they count.
    v, rows, cols
        Variable, numbers of senders and receivers.
    kinds
        64 int64: the type of a triad i, j, h by i → j, j → i, i → h, h → i, j → h, h → j, the first as lowest bit.
    partners, room
        N × N and 3 × N int64: room to work in.
    out, into
        R × values float64: receive the numbers of actors by ties sent and received, the last value for all above.
    far, triads
        R × lengths and R × 16 float64: receive the numbers of pairs by distance and of triads by type; of no columns
        where they are not wanted.
    """
    degree, met, queue = room[0], room[1], room[2]
    for r in range(x.shape[0]):
        for p in range(x.shape[1]):
            ties, counted = x[r, p, v], seen[p, v]
            for j in range(cols):
                met[j] = 0
            _listed(ties, counted, rows, cols, partners, degree, True)
            for i in range(rows):
                out[r, min(degree[i], out.shape[1] - 1)] += 1
                for t in range(degree[i]):
                    met[partners[i, t]] += 1
            for j in range(cols):
                into[r, min(met[j], into.shape[1] - 1)] += 1
            if far.shape[1]:
                _distances(rows, partners, degree, met, queue, far[r])
            if triads.shape[1]:
                _listed(ties, counted, rows, cols, partners, degree, False)
                _triads(ties, counted, rows, partners, degree, met, kinds, triads[r])
