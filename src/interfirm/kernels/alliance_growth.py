"""Growth of a network of alliances by labels (circles of influence): one event after the other."""

from __future__ import annotations

import numpy as np
from numba import njit

from interfirm.kernels.counter_mix import extend, mix, uniform

SAME, OTHER, NEWCOMER = 0, 1, 2
NONE = -1
INITIATOR, SIZE, KIND, PARTNER = range(4)


@njit(cache=True)
def search(cumulative, value):  # type: ignore[no-untyped-def]
    """The first position whose cumulative weight exceeds value times the total."""
    at = np.searchsorted(cumulative, value * cumulative[-1], side="right")
    return min(at, len(cumulative) - 1)


@njit(cache=True)
def weight(kind, i, label, degree, own, by_degree):  # type: ignore[no-untyped-def]
    """How much firm i counts among the candidates of a kind for an initiator of label ``own``."""
    if kind == NEWCOMER:
        return 1.0 if label[i] == NONE else 0.0
    if label[i] == NONE or (own != NONE and (label[i] == own) != (kind == SAME)):
        return 0.0
    return float(degree[i]) if by_degree else 1.0


@njit(cache=True)
def choose(kind, label, degree, taken, own, by_degree, value):  # type: ignore[no-untyped-def]
    """One candidate of a kind with probability proportional to its weight; -1 when there is none."""
    total = 0.0
    for i in range(len(label)):
        if not taken[i]:
            total += weight(kind, i, label, degree, own, by_degree)
    if total <= 0.0:
        return NONE
    left = value * total
    last = NONE
    for i in range(len(label)):
        if taken[i]:
            continue
        here = weight(kind, i, label, degree, own, by_degree)
        if here > 0.0:
            last = i
            left -= here
            if left < 0.0:
                return i
    return last


@njit(cache=True)
def kind_of(own, p_same, p_other, p_labelled, value):  # type: ignore[no-untyped-def]
    """The kind of partner that an initiator of label ``own`` looks for."""
    if own == NONE:
        return OTHER if value < p_labelled else NEWCOMER
    if value < p_same:
        return SAME
    return OTHER if value < p_same + p_other else NEWCOMER


@njit(cache=True)
def spread(label, members, count, new_label):  # type: ignore[no-untyped-def]
    """Give the unlabelled members of an alliance the initiator's label; whether a new label was needed."""
    own = label[members[0]]
    fresh = False
    if own == NONE:
        for k in range(1, count):
            if label[members[k]] != NONE:
                own = label[members[k]]
                break
        if own == NONE:
            own = new_label
            fresh = True
    for k in range(count):
        if label[members[k]] == NONE:
            label[members[k]] = own
    return fresh


@njit(cache=True)
def link(neighbours, degree, members, count):  # type: ignore[no-untyped-def]
    """Tie all members to each other; ties that are there already stay one tie."""
    for a in range(count):
        for b in range(a):
            i, j = members[a], members[b]
            key = (min(i, j), max(i, j))
            if key not in neighbours:
                neighbours[key] = True
                degree[i] += 1
                degree[j] += 1


@njit(cache=True, nogil=True)
def grow(activity, sizes, size_weight, p_same, p_other, p_labelled, by_degree,  # type: ignore[no-untyped-def]
         seed, replication, members, label, degree, asked, lacking):
    """Form ``len(members)`` alliances. Fills members (events × largest size, -1 where empty), label and degree.

    ``asked[own has a label, kind]`` counts the kinds asked for, ``lacking`` those of which there was nobody left.
    """
    key = extend(mix(np.uint64(seed)), replication)
    taken = np.zeros(len(label), np.bool_)
    neighbours = {(np.int64(-1), np.int64(-1)): True}
    next_label = 0
    for event in range(len(members)):
        here = extend(key, event)
        row = members[event]
        row[:] = NONE
        row[0] = search(activity, uniform(extend(here, INITIATOR), np.uint64(0)))
        own = label[row[0]]
        taken[row[0]] = True
        count = 1
        for k in range(sizes[search(size_weight, uniform(extend(here, SIZE), np.uint64(0)))] - 1):
            kind = kind_of(own, p_same, p_other, p_labelled, uniform(extend(here, KIND), np.uint64(k)))
            asked[int(own != NONE), kind] += 1
            found = choose(kind, label, degree, taken, own, by_degree, uniform(extend(here, PARTNER), np.uint64(k)))
            if found == NONE:
                lacking[int(own != NONE), kind] += 1
                continue
            taken[found] = True
            row[count] = found
            count += 1
        for k in range(count):
            taken[row[k]] = False
        if count > 1:
            next_label += spread(label, row, count, next_label)
            link(neighbours, degree, row, count)
