"""What must hold for a structure, which cells contradict it, and how far the network is from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from interfirm.structure.ideal_types import Kind
from interfirm.structure.indices import blocks, degree_centralisation, largest_share
from interfirm.structure.layers import Layer, Layers
from interfirm.structure.limits import limit

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

EMPTY, FREE, FULL = 0, 1, 2


@dataclass(frozen=True)
class Condition:
    """One thing that must hold.

    Parameters
    ----------
    text
        What must hold, in words.
    value
        What was found.
    sense
        ``"at least"`` or ``"at most"``.
    bound
        The limit that belongs to it.
    """

    text: str
    value: float
    sense: str
    bound: float

    @property
    def holds(self) -> bool:
        """Whether it does."""
        return self.value >= self.bound if self.sense == "at least" else self.value <= self.bound


@dataclass(frozen=True)
class Violation:
    """One cell that contradicts a structure.

    Parameters
    ----------
    layer
        ``"exchange"`` or ``"coordination"``.
    sender, receiver
        The two firms; in exchange their order has no meaning.
    change
        ``"start"`` a tie that is missing, or ``"stop"`` one that should not be there.
    """

    layer: str
    sender: str
    receiver: str
    change: str

    def __str__(self) -> str:
        if self.layer == "exchange":
            return f"{self.sender} and {self.receiver} would have to {self.change} working together"
        return f"{self.sender} would have to {self.change} deciding for {self.receiver}"


def expected(kind: Kind, positions: Ints, superiors: Ints) -> tuple[Layer, Layer]:
    """Labels (0 empty, 1 any density, 2 full) of all cells of exchange and of coordination, n × n.

    ``positions``: 0 nodal, 1 and 2 segments; ``superiors``: own superior or -1.
    """
    n = len(positions)
    nodal = positions == 0
    e, c = np.full((n, n), FREE, np.int8), np.full((n, n), EMPTY, np.int8)
    if kind in ("nodal circuit", "circuit-barrier"):
        e[nodal[:, None] != nodal[None, :]] = FULL
        c[np.ix_(nodal, ~nodal)] = FULL
        c[np.ix_(nodal, nodal)] = FREE
        if kind == "circuit-barrier":
            across = (positions[:, None] != positions[None, :]) & ~nodal[:, None] & ~nodal[None, :]
            e[across] = EMPTY
    elif kind in ("branch", "circuit-branch"):
        e[:] = EMPTY
        if kind == "circuit-branch":
            e[np.ix_(nodal, nodal)] = c[np.ix_(nodal, nodal)] = FREE
        units = np.flatnonzero(superiors >= 0)
        e[units, superiors[units]] = e[superiors[units], units] = FULL
        c[superiors[units], units] = FULL
    np.fill_diagonal(e, FREE)
    np.fill_diagonal(c, FREE)
    return e, c


def violations(layers: Layers, labels: tuple[Layer, Layer]) -> list[Violation]:
    """Every known cell that contradicts the labels: exchange first, ties to stop before ties to start."""
    out = []
    known = (("exchange", layers.exchange, labels[0], True), ("coordination", layers.coordination, labels[1], False))
    for name, layer, label, symmetric in known[: 2 if layers.known else 1]:
        wrong = ((layer == 1) & (label == EMPTY), (layer == 0) & (label == FULL))
        for change, cells in zip(("stop", "start"), wrong, strict=True):
            once = np.triu(cells, 1) if symmetric else cells & ~np.eye(len(cells), dtype=bool)
            out += [Violation(name, str(layers.actors[i]), str(layers.actors[j]), change) for i, j in np.argwhere(once)]
    return out


def distance(layers: Layers, labels: tuple[Layer, Layer]) -> float:
    """Share of the ties, present or required, that contradict the labels: 0 the ideal type, 1 nothing fits.

    (ties in empty cells + missing ties in full cells) / (all ties + missing ties in full cells), over both
    layers; exchange pairs count once. Ours.
    """
    wrong, ties, missing = 0.0, 0.0, 0.0
    for layer, label, weight in ((layers.exchange, labels[0], 0.5), (layers.coordination, labels[1], 1.0)):
        ties += weight * float((layer == 1).sum())
        wrong += weight * float(((layer == 1) & (label == EMPTY)).sum())
        if layers.known or weight == 0.5:
            missing += weight * float(((layer == 0) & (label == FULL) & ~np.eye(len(layer), dtype=bool)).sum())
    return (wrong + missing) / (ties + missing) if ties + missing else 0.0


def conditions(kind: Kind, layers: Layers, positions: Ints, superiors: Ints) -> list[Condition]:
    """The necessary conditions of a structure with what was found."""
    tie, rule = layers.exchange == 1, layers.coordination == 1
    out = [Condition("the firms hang together", largest_share(tie | rule | rule.T), "at least", limit("connected"))]
    nodal = positions == 0
    if kind == "circuit":
        return out + _circuit(layers, tie, rule)
    out += _present(layers, expected(kind, positions, superiors))
    if kind == "nodal circuit":
        out.append(Condition("the members stay connected without the nodal firms", largest_share(tie, ~nodal),
                             "at least", limit("connected")))
        out.append(Condition("members work with each other, not only with the nodal firms",
                             _density(tie, ~nodal, ~nodal), "at least", limit("sparse_members")))
    elif kind == "circuit-barrier":
        out += _barrier(tie, positions)
    else:
        out += _outside(layers, expected(kind, positions, superiors))
        if kind == "branch":
            out.append(Condition("most firms hang on a superior (largest part without cut vertices)", blocks(tie)[0],
                                 "at most", limit("two_ways")))
        if kind == "circuit-branch":
            heads = np.isin(np.flatnonzero(nodal), superiors)
            out.append(Condition("the nodal firms are connected with each other", largest_share(tie, nodal),
                                 "at least", limit("connected")))
            out.append(Condition("every nodal firm heads units of its own", float(heads.mean()), "at least",
                                 limit("expected")))
    return out


def _circuit(layers: Layers, tie: Bools, rule: Bools) -> list[Condition]:
    out = [Condition("every firm can be reached by two separate ways", blocks(tie)[0], "at least", limit("two_ways")),
           Condition("no firm has nearly all of the ties", degree_centralisation(tie), "at most", limit("centralised"))]
    if layers.known:
        out.append(Condition("nobody decides for the others (decisions per firm)", float(rule.sum()) / layers.size,
                             "at most", limit("stray_decisions")))
    return out


def _layers(layers: Layers) -> list[tuple[str, int]]:
    return [("exchange", 0)] + ([("coordination", 1)] if layers.known else [])


def _present(layers: Layers, labels: tuple[Layer, Layer]) -> list[Condition]:
    """Share of the expected ties that are there, per layer."""
    out = []
    for name, at in _layers(layers):
        layer = (layers.exchange, layers.coordination)[at]
        cells = (labels[at] == FULL) & (layer >= 0)
        share = float((layer[cells] == 1).mean()) if cells.any() else 0.0
        out.append(Condition(f"the {name} ties that belong to the structure are there", share, "at least",
                             limit("expected")))
    return out


def _outside(layers: Layers, labels: tuple[Layer, Layer]) -> list[Condition]:
    """Share of the ties that lie where none belongs, per layer."""
    out = []
    for name, at in _layers(layers):
        ties = (layers.exchange, layers.coordination)[at] == 1
        share = float((labels[at][ties] == EMPTY).mean()) if ties.any() else 0.0
        out.append(Condition(f"few {name} ties lie outside the structure", share, "at most", 1 - limit("expected")))
    return out


def _density(tie: Bools, rows: Bools, columns: Bools) -> float:
    cells = float(rows.sum() * columns.sum() - (rows & columns).sum())
    return float(tie[np.ix_(rows, columns)].sum()) / cells if cells else 0.0


def _barrier(tie: Bools, positions: Ints) -> list[Condition]:
    a, b = positions == 1, positions == 2
    pairs = [float(side.sum() * (side.sum() - 1)) for side in (a, b)]
    inside = sum(float(tie[np.ix_(side, side)].sum()) for side in (a, b)) / max(sum(pairs), 1.0)
    crossing = _density(tie, a, b)
    ratio = crossing / inside if inside else float(crossing > 0)
    return [Condition("hardly any tie crosses the barrier (relative to the ties inside)", ratio, "at most",
                      limit("crossing")),
            Condition("the firms of each segment hang together", min(largest_share(tie, a), largest_share(tie, b)),
                      "at least", limit("segment")),
            Condition("each segment has at least two firms", float(min(a.sum(), b.sum())), "at least", 2.0)]
