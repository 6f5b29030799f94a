"""Networks of a known structure, with noise that keeps the density: for tests, benchmarks and teaching."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from interfirm.errors import UnknownName, UsageError
from interfirm.structure.ideal_types import KINDS

Layer = npt.NDArray[np.int8]
Shape = dict[str, Any]

MINIMUM = 6


@dataclass(frozen=True, eq=False)
class Generated:
    """A network of a known structure.

    Parameters
    ----------
    exchange
        n × n, symmetric, 0/1: who works with whom.
    coordination
        n × n, 0/1: row decides for column.
    positions
        n position names, as in ``IDEAL_TYPES[kind].positions``.
    superiors
        n positions of the own superior (branch, circuit-branch), otherwise -1.
    kind, noise
        What was asked for.
    """

    exchange: Layer
    coordination: Layer
    positions: npt.NDArray[np.str_]
    superiors: npt.NDArray[np.int64]
    kind: str
    noise: float


def generate(kind: str, n: int, noise: float = 0.0, *, seed: int | np.random.Generator,
             nodal: int | None = None, branching: int = 3, chord: float = 0.4, shuffle: bool = True) -> Generated:
    """A network of one of the five structures.

    The ideal type is laid out on both layers; then every layer is disturbed without changing its
    expected density ρ: a tie is kept with probability 1 − ε and an empty cell filled with
    probability ε·ρ/(1 − ρ), where ε = noise·(1 − ρ). Noise 0 is the ideal type; noise 1 is a
    random network of the same density, without any structure.

    Parameters
    ----------
    kind
        One of the five structures.
    n
        Number of firms, at least 6.
    noise
        From 0 to 1.
    seed
        Seed or generator.
    nodal
        Number of nodal firms: 1–3 in nodal circuit and circuit-barrier (default 1), at least 2 in
        circuit-branch (default: so many that each heads ``branching`` units, but 3 for a circuit; two hubs
        differ from a branch by a single tie).
    branching
        Units per superior in branch and circuit-branch.
    chord
        Probability of each tie of a circuit beyond its ring.
    shuffle
        Put the firms in random order.

    Raises
    ------
    UnknownName
        For an unknown kind.
    UsageError
        For a size or shape that the structure cannot have.

    Examples
    --------
    >>> int(generate("branch", 7, seed=1, branching=2).coordination.sum())
    6
    """
    if kind not in KINDS:
        raise UnknownName("structure", kind, KINDS)
    if n < MINIMUM:
        raise UsageError(f"A structure needs at least {MINIMUM} firms; {n} were asked for.")
    if not (0 <= noise <= 1 and 0 <= chord <= 1):
        raise UsageError("noise and chord are shares: give a number from 0 to 1.")
    rng = np.random.default_rng(seed)
    exchange, coordination = np.zeros((n, n), np.int8), np.zeros((n, n), np.int8)
    positions, superiors = _LAYOUTS[kind](exchange, coordination, rng, nodal, branching, chord)
    exchange = disturb(exchange, noise, rng, symmetric=True)
    coordination = disturb(coordination, noise, rng, symmetric=False)
    order = rng.permutation(n) if shuffle else np.arange(n)
    place = np.empty(n, np.int64)
    place[order] = np.arange(n)
    superiors = np.where(superiors >= 0, place[superiors], -1)
    return Generated(exchange[np.ix_(order, order)], coordination[np.ix_(order, order)],
                     positions[order], superiors[order], kind, noise)


def disturb(layer: Layer, noise: float, rng: np.random.Generator, *, symmetric: bool) -> Layer:
    """Density-preserving noise on one layer (see :func:`generate`)."""
    n = len(layer)
    cells = np.triu_indices(n, 1) if symmetric else np.nonzero(~np.eye(n, dtype=bool))
    values = layer[cells]
    density = float(values.mean())
    loss = noise * (1 - density)
    gain = noise * density
    draw = rng.random(len(values))
    out = np.zeros_like(layer)
    out[cells] = np.where(values == 1, draw >= loss, draw < gain)
    return np.maximum(out, out.T) if symmetric else out


def _ring(layer: Layer, members: npt.NDArray[np.int64], chord: float, rng: np.random.Generator) -> None:
    """Tie members into a ring with chords, on both sides of the diagonal."""
    if len(members) < 2:
        return
    block = rng.random((len(members), len(members))) < chord
    block = np.triu(block, 1)
    step = np.arange(len(members) - 1)
    block[step, step + 1] = True
    block[0, -1] = True
    layer[np.ix_(members, members)] |= (block | block.T).astype(np.int8)
    np.fill_diagonal(layer, 0)


def _circuit(e: Layer, c: Layer, rng: np.random.Generator, nodal: int | None, branching: int,  # noqa: ARG001
             chord: float) -> tuple[npt.NDArray[np.str_], npt.NDArray[np.int64]]:
    n = len(e)
    _ring(e, np.arange(n), chord, rng)
    return np.full(n, "member"), np.full(n, -1)


def _heads(nodal: int | None, n: int) -> int:
    heads = 1 if nodal is None else nodal
    if not 1 <= heads <= min(3, n - 4):
        raise UsageError(f"This structure has one to three nodal firms among at least four others; {heads} of {n} "
                         "were asked for.")
    return heads


def _lead(e: Layer, c: Layer, heads: int) -> None:
    e[:heads, :] = 1
    e[:, :heads] = 1
    np.fill_diagonal(e, 0)
    c[:heads, heads:] = 1


def _nodal(e: Layer, c: Layer, rng: np.random.Generator, nodal: int | None, branching: int,  # noqa: ARG001
           chord: float) -> tuple[npt.NDArray[np.str_], npt.NDArray[np.int64]]:
    n = len(e)
    heads = _heads(nodal, n)
    _ring(e, np.arange(heads, n), chord, rng)
    _lead(e, c, heads)
    return np.where(np.arange(n) < heads, "nodal", "member"), np.full(n, -1)


def _barrier(e: Layer, c: Layer, rng: np.random.Generator, nodal: int | None, branching: int,  # noqa: ARG001
             chord: float) -> tuple[npt.NDArray[np.str_], npt.NDArray[np.int64]]:
    n = len(e)
    heads = _heads(nodal, n)
    cut = heads + (n - heads + 1) // 2
    _ring(e, np.arange(heads, cut), chord, rng)
    _ring(e, np.arange(cut, n), chord, rng)
    _lead(e, c, heads)
    names = np.where(np.arange(n) < cut, "segment A", "segment B")
    return np.where(np.arange(n) < heads, "nodal", names), np.full(n, -1)


def _tree(e: Layer, c: Layer, superiors: npt.NDArray[np.int64]) -> None:
    units = np.flatnonzero(superiors >= 0)
    e[units, superiors[units]] = e[superiors[units], units] = 1
    c[superiors[units], units] = 1


def _branch(e: Layer, c: Layer, rng: np.random.Generator, nodal: int | None, branching: int,  # noqa: ARG001
            chord: float) -> tuple[npt.NDArray[np.str_], npt.NDArray[np.int64]]:  # noqa: ARG001
    if branching < 1:
        raise UsageError("branching counts the units per superior: give 1 or more.")
    n = len(e)
    superiors = (np.arange(n) - 1) // branching
    superiors[0] = -1
    _tree(e, c, superiors)
    heads = c.any(axis=1)
    return np.where(superiors < 0, "main firm", np.where(heads, "intermediate", "unit")), superiors


def _hybrid(e: Layer, c: Layer, rng: np.random.Generator, nodal: int | None, branching: int,
            chord: float) -> tuple[npt.NDArray[np.str_], npt.NDArray[np.int64]]:
    n = len(e)
    heads = min(max(3, round(n / (branching + 1))), n // 2) if nodal is None else nodal
    if not 2 <= heads <= n // 2:
        raise UsageError(f"A circuit-branch has at least two nodal firms, at most half of all; {heads} of {n} "
                         "were asked for.")
    superiors = np.where(np.arange(n) < heads, -1, np.arange(n) % heads)
    _ring(e, np.arange(heads), chord, rng)
    _tree(e, c, superiors)
    return np.where(superiors < 0, "nodal", "unit"), superiors


_LAYOUTS: dict[str, Callable[..., tuple[npt.NDArray[np.str_], npt.NDArray[np.int64]]]] = {
    "circuit": _circuit, "nodal circuit": _nodal, "branch": _branch, "circuit-barrier": _barrier,
    "circuit-branch": _hybrid,
}
