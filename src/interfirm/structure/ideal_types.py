"""The five structures of cooperation as data: positions, images on two layers, conditions, a small drawing.

The names and their descriptions come from [suarezvilla1998]; its figures could not be consulted. The
formal images are this software's own reading of the text, the one of *circuit-branch* most of all, of
which the text says only that it is a hybrid under nodal control.

A cell of an image says what is expected between two positions: ``Z`` no ties, ``H`` any density,
``S`` all ties, ``S/Z`` all ties with the own superior and none with any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

Kind = Literal["circuit", "nodal circuit", "branch", "circuit-barrier", "circuit-branch"]
Label = Literal["Z", "H", "S", "S/Z"]
Image = Mapping[tuple[str, str], Label]


@dataclass(frozen=True)
class Example:
    """A small drawing of a type.

    Parameters
    ----------
    positions
        One position per firm.
    places
        One (x, y) per firm in the unit square, y upwards.
    exchange
        Pairs of firms that work together.
    coordination
        Pairs (who decides, for whom).
    external
        Firms with a knowledge link to a source outside; drawn as a dashed line, as in the source.
    """

    positions: tuple[str, ...]
    places: tuple[tuple[float, float], ...]
    exchange: tuple[tuple[int, int], ...]
    coordination: tuple[tuple[int, int], ...]
    external: tuple[int, ...]


@dataclass(frozen=True)
class IdealType:
    """One of the five structures.

    Parameters
    ----------
    kind, title
        Its name, and the name as a title.
    summary
        What it is, in one or two sentences for a cluster manager.
    positions
        Position names with their meaning.
    exchange, coordination
        Expected cells by (row position, column position); in coordination the row decides for the column.
    nodal_role
        What the nodal firms do; empty where there are none.
    conditions
        What must hold in the network, in words.
    example
        A small drawing.
    """

    kind: Kind
    title: str
    summary: str
    positions: Mapping[str, str]
    exchange: Image
    coordination: Image
    nodal_role: str
    conditions: tuple[str, ...]
    example: Example


def _frozen(pairs: dict[tuple[str, str], Label]) -> Image:
    return MappingProxyType(pairs)


_RING6 = ((0.5, 1.0), (0.93, 0.75), (0.93, 0.25), (0.5, 0.0), (0.07, 0.25), (0.07, 0.75))
_RING5 = ((0.5, 1.0), (0.98, 0.65), (0.79, 0.1), (0.21, 0.1), (0.02, 0.65))

_CIRCUIT: Final = IdealType(
    "circuit", "Circuit",
    "Independent firms of similar standing work together as needs arise. Nobody decides for the others; work "
    "goes both ways.",
    MappingProxyType({"member": "an independent firm"}),
    _frozen({("member", "member"): "H"}),
    _frozen({("member", "member"): "Z"}),
    "",
    ("every member can be reached by two separate ways", "nobody decides for the others",
     "no firm has nearly all of the ties"),
    Example(("member",) * 6, _RING6, ((0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 0), (0, 3)), (), (0, 2, 4)),
)

_NODAL: Final = IdealType(
    "nodal circuit", "Nodal circuit",
    "A circuit in which one to three firms coordinate, allocate, keep the gate or settle disputes for all. "
    "The members still work with each other directly.",
    MappingProxyType({"nodal": "a firm that coordinates the others", "member": "a firm that is coordinated"}),
    _frozen({("nodal", "nodal"): "H", ("nodal", "member"): "S", ("member", "member"): "H"}),
    _frozen({("nodal", "nodal"): "H", ("nodal", "member"): "S", ("member", "nodal"): "Z",
             ("member", "member"): "Z"}),
    "coordinator, clearinghouse, outreach, gatekeeper or arbiter",
    ("the members stay connected without the nodal firms", "most members are coordinated by the nodal firms",
     "members work with each other, not only with the nodal firm"),
    Example(("nodal", *("member",) * 5), ((0.5, 0.5), *_RING5),
            ((0, 1), (0, 2), (0, 3), (0, 4), (0, 5), (1, 2), (2, 3), (3, 4), (4, 5), (5, 1)),
            ((0, 1), (0, 2), (0, 3), (0, 4), (0, 5)), (0,)),
)

_BRANCH: Final = IdealType(
    "branch", "Branch",
    "A main firm heads dependent firms, subsidiaries or spin-offs, level by level. Firms of one level do not "
    "work with each other.",
    MappingProxyType({"main firm": "the head of the tree", "intermediate": "heads others and has a superior",
                      "unit": "has a superior and heads nobody"}),
    _frozen({("main firm", "main firm"): "Z", ("main firm", "intermediate"): "S/Z", ("main firm", "unit"): "S/Z",
             ("intermediate", "intermediate"): "S/Z", ("intermediate", "unit"): "S/Z", ("unit", "unit"): "Z"}),
    _frozen({("main firm", "main firm"): "Z", ("main firm", "intermediate"): "S/Z", ("main firm", "unit"): "S/Z",
             ("intermediate", "main firm"): "Z", ("intermediate", "intermediate"): "S/Z",
             ("intermediate", "unit"): "S/Z", ("unit", "main firm"): "Z", ("unit", "intermediate"): "Z",
             ("unit", "unit"): "Z"}),
    "main firm, with intermediate firms per level",
    ("every firm but one has exactly one superior", "decisions flow down only, without circles",
     "firms work with their superior and their own units only"),
    Example(("main firm", "intermediate", "intermediate", "unit", "unit", "unit", "unit"),
            ((0.5, 1.0), (0.25, 0.5), (0.75, 0.5), (0.1, 0.0), (0.4, 0.0), (0.6, 0.0), (0.9, 0.0)),
            ((0, 1), (0, 2), (1, 3), (1, 4), (2, 5), (2, 6)), ((0, 1), (0, 2), (1, 3), (1, 4), (2, 5), (2, 6)), (0,)),
)

_BARRIER: Final = IdealType(
    "circuit-barrier", "Circuit-barrier",
    "Part of the network is shielded from the rest. One to three nodal firms control what passes between the two "
    "segments; firms on the two sides do not work with each other.",
    MappingProxyType({"nodal": "a firm that controls the barrier", "segment A": "a firm on one side",
                      "segment B": "a firm on the other side"}),
    _frozen({("nodal", "nodal"): "H", ("nodal", "segment A"): "S", ("nodal", "segment B"): "S",
             ("segment A", "segment A"): "H", ("segment B", "segment B"): "H", ("segment A", "segment B"): "Z"}),
    _frozen({("nodal", "nodal"): "H", ("nodal", "segment A"): "S", ("nodal", "segment B"): "S",
             **{(row, column): "Z" for row in ("segment A", "segment B")
                for column in ("nodal", "segment A", "segment B")}}),
    "controller across the barrier",
    ("without the nodal firms the network falls into segments of two or more firms",
     "hardly any tie crosses the barrier", "most firms are coordinated by the nodal firms"),
    Example(("nodal", *("segment A",) * 3, *("segment B",) * 3),
            ((0.5, 0.5), (0.2, 0.9), (0.0, 0.5), (0.2, 0.1), (0.8, 0.9), (1.0, 0.5), (0.8, 0.1)),
            ((0, 1), (0, 2), (0, 3), (0, 4), (0, 5), (0, 6), (1, 2), (2, 3), (3, 1), (4, 5), (5, 6), (6, 4)),
            ((0, 1), (0, 2), (0, 3), (0, 4), (0, 5), (0, 6)), (0,)),
)

_HYBRID: Final = IdealType(
    "circuit-branch", "Circuit-branch",
    "Several nodal firms work with each other in a circuit, and each heads its own dependent, specialised units. "
    "This is our own reading: the source names the type and says little more.",
    MappingProxyType({"nodal": "a firm in the inner circuit that heads units", "unit": "depends on one nodal firm"}),
    _frozen({("nodal", "nodal"): "H", ("nodal", "unit"): "S/Z", ("unit", "unit"): "Z"}),
    _frozen({("nodal", "nodal"): "H", ("nodal", "unit"): "S/Z", ("unit", "nodal"): "Z", ("unit", "unit"): "Z"}),
    "head of its own units",
    ("the nodal firms are connected with each other", "every unit depends on one nodal firm",
     "without the nodal firms only single firms are left"),
    Example((*("nodal",) * 3, *("unit",) * 6),
            ((0.5, 0.68), (0.34, 0.4), (0.66, 0.4), (0.38, 1.0), (0.62, 1.0), (0.0, 0.42), (0.12, 0.08),
             (1.0, 0.42), (0.88, 0.08)),
            ((0, 1), (1, 2), (2, 0), (0, 3), (0, 4), (1, 5), (1, 6), (2, 7), (2, 8)),
            ((0, 3), (0, 4), (1, 5), (1, 6), (2, 7), (2, 8)), (0, 1, 2)),
)

KINDS: Final[tuple[Kind, ...]] = ("circuit", "nodal circuit", "branch", "circuit-barrier", "circuit-branch")
IDEAL_TYPES: Final[Mapping[str, IdealType]] = MappingProxyType(
    {item.kind: item for item in (_CIRCUIT, _NODAL, _BRANCH, _BARRIER, _HYBRID)})
