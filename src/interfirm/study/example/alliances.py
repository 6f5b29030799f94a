"""The alliances of the example: five of a known shape, one in the hills, eight of free choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from interfirm.study.example import words
from interfirm.study.example.cast import SHAPES, Cast, Floats, Ints

Pairs = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Plan:
    """The ideal ties of a shape, by place in its list of members.

    ``peers`` are undirected, ``flows`` run from who gives out the work, ``mutual`` flows run both
    ways, ``decides`` is who decides for whom.
    """

    peers: Pairs = ()
    flows: Pairs = ()
    mutual: Pairs = ()
    decides: Pairs = ()


def _ring(first: int, last: int) -> Pairs:
    members = list(range(first, last + 1))
    return tuple(zip(members, [*members[1:], first], strict=True))


def _star(count: int) -> Pairs:
    return tuple((0, other) for other in range(1, count))


_TREE: Pairs = ((0, 1), (0, 2), (1, 3), (1, 4), (2, 5), (2, 6))
_UNITS: Pairs = ((0, 3), (0, 4), (1, 5), (1, 6), (2, 7), (2, 8))

PLANS = {
    "circuit": Plan(peers=(*_ring(0, 5), (0, 3), (1, 4)), mutual=((0, 1), (1, 2), (2, 3), (4, 5))),
    "nodal circuit": Plan(peers=(*_star(7), *_ring(1, 6), (1, 4)), flows=((0, 2), (0, 4)),
                          mutual=((1, 2), (3, 4), (5, 6)), decides=_star(7)),
    "branch": Plan(flows=_TREE, decides=_TREE),
    "circuit-barrier": Plan(peers=(*_star(7), *_ring(1, 3), *_ring(4, 6)), flows=((0, 1), (0, 4)),
                            mutual=((1, 2), (5, 6)), decides=_star(7)),
    "circuit-branch": Plan(peers=_ring(0, 2), flows=_UNITS, mutual=((0, 1), (1, 2)), decides=_UNITS),
}


@dataclass(frozen=True, eq=False)
class Shaped:
    """The built-in ties of all shapes as n × n booleans, and ``closed``: pairs that get no other exchange tie."""

    peers: npt.NDArray[np.bool_]
    flows: npt.NDArray[np.bool_]
    decides: npt.NDArray[np.bool_]
    closed: npt.NDArray[np.bool_]


def shapes(people: Cast) -> Shaped:
    """Lay the plans on the members of the shaped alliances."""
    size = (people.count, people.count)
    out = Shaped(*(np.zeros(size, dtype=bool) for _ in range(4)))
    for name in SHAPES:
        members, plan = people.parts[name], PLANS[name]
        out.closed[np.ix_(members, members)] = True
        _lay(out.peers, members, plan.peers, both=True)
        _lay(out.flows, members, plan.flows, both=False)
        _lay(out.flows, members, plan.mutual, both=True)
        _lay(out.decides, members, plan.decides, both=False)
    return out


def _lay(matrix: npt.NDArray[np.bool_], members: Ints, pairs: Pairs, *, both: bool) -> None:
    for first, second in pairs:
        matrix[members[first], members[second]] = True
        if both:
            matrix[members[second], members[first]] = True


def table(rng: np.random.Generator, people: Cast, advice: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """The memberships: lead first, dates, activities, purpose, and each member's share of the budget."""
    frames = []
    for row in words.read("alliances"):
        members = _members(rng, people, row, advice)
        frame = pd.DataFrame({"actor": people.frame["actor"].to_numpy()[members]})
        frame["role"] = _roles(people, members, lead=row["shape"] != "circuit")
        share = rng.dirichlet(np.full(len(members), 4.0))
        frame["budget"] = np.round(float(row["budget"]) * share, -2)
        for column in ("alliance", "name", "activities", "purpose", "restricted"):
            frame[column] = row[column]
        frame["start"], frame["end"] = row["start"], row["end"] or None
        frames.append(_in_and_out(people, members, frame))
    return pd.concat(frames, ignore_index=True)


def _members(rng: np.random.Generator, people: Cast, row: dict[str, str], advice: npt.NDArray[np.bool_]) -> Ints:
    if row["shape"] in SHAPES:
        return people.parts[row["shape"]]
    if row["shape"] == "satellite":
        return np.concatenate([people.parts["broker"], people.parts["satellite"]])
    lead = _lead(rng, people, row["lead"])
    shut = np.concatenate([people.parts["isolate"], people.parts["satellite"], [lead]])
    if row["end"] and row["end"] < "2024":
        shut = np.concatenate([shut, people.parts["joiner"]])
    if row["start"] > "2022":
        shut = np.concatenate([shut, people.parts["leaver"]])
    wish = 1.4 * (advice[lead] | advice[:, lead]) + 1.5 * people.kinship()[lead] + 0.3 * people.ability
    chosen = [_choose(rng, np.setdiff1d(people.firms, shut), wish, int(row["size"]))]
    chosen.append(_choose(rng, np.setdiff1d(people.institutions, shut), wish, int(row["institutions"])))
    return np.concatenate([[lead], *chosen]).astype(np.int64)


def _lead(rng: np.random.Generator, people: Cast, kind: str) -> int:
    if kind == "core":
        return int(rng.choice(people.parts["core"]))
    return int(np.flatnonzero((people.frame["kind"] == kind).to_numpy() & people.inside())[0])


def _choose(rng: np.random.Generator, pool: Ints, wish: Floats, count: int) -> Ints:
    return np.sort(pool[np.argsort(-(wish[pool] + rng.gumbel(0, 0.7, len(pool))), kind="stable")[:count]])


def _roles(people: Cast, members: Ints, *, lead: bool) -> Sequence[str]:
    """The first member leads, except in a circuit; agencies and banks take part as partners."""
    side = people.frame["kind"].isin(["agency", "financier", "government"]).to_numpy()[members]
    roles = np.where(side, "partner", "member").astype(object)
    if lead:
        roles[0] = "lead"
    return [str(role) for role in roles]


def _in_and_out(people: Cast, members: Ints, frame: pd.DataFrame) -> pd.DataFrame:
    """Members that left the cluster leave the alliance with it; those that joined later start later."""
    left = np.isin(members, people.parts["leaver"])
    running = frame["end"].isna() | (frame["end"] > "2022-06-30")
    late = np.isin(members, people.parts["joiner"])
    return frame.assign(
        start=np.where(late & (frame["start"] < "2022-09-01"), "2022-09-01", frame["start"]),
        end=frame["end"].mask(left & running.to_numpy(), "2022-06-30"),
    )
