"""What changed between two waves: ties created, kept and dissolved, and who came and went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from interfirm.errors import UsageError
from interfirm.network._graph import Ints, is_known, pairs, unknown_matrix

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.adjacency import Adjacency
    from interfirm.study.study import Study

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Turnover:
    """Change of one relation from a first to a second wave.

    Ties are counted once (ordered pairs in a directed relation).

    Attributes
    ----------
    first, second
        The waves.
    kept, created, dissolved
        Among actors present in both waves, pairs known in both.
    jaccard
        kept / (kept + created + dissolved); NaN if there was never a tie.
    lost_by_leaving, gained_by_joining
        Ties of the first wave with an actor who left, of the second with one who joined.
    unknown
        Ties of either wave, among actors present in both, whose pair is unknown in the other wave;
        they are in none of the counts above.
    unknown_pairs
        Pairs of actors present in both that are unknown in at least one wave.
    joiners, leavers, stayers
        Identifiers of the actors.
    actors
        One row per actor; see :meth:`table`.
    settings
        Relation, layer and so on.
    """

    first: str
    second: str
    kept: int
    created: int
    dissolved: int
    jaccard: float
    lost_by_leaving: int
    gained_by_joining: int
    unknown: int
    unknown_pairs: int
    joiners: tuple[str, ...]
    leavers: tuple[str, ...]
    stayers: tuple[str, ...]
    actors: pd.DataFrame
    settings: dict[str, Any]

    def table(self) -> pd.DataFrame:
        """One row per actor: actor, status (stayed, joined, left), kept, created, dissolved, lost, gained, jaccard.

        A tie counts for both its ends. ``lost`` and ``gained`` are ties to actors who left or
        joined, or the actor's own if it did.
        """
        return self.actors.copy()

    def __str__(self) -> str:
        return (f"{self.first} to {self.second}: {self.kept} ties kept, {self.created} created, "
                f"{self.dissolved} dissolved (Jaccard {self.jaccard:.2f}); {len(self.joiners)} joined, "
                f"{len(self.leavers)} left")


def turnover(study: Study, relation: Any = None, first: Any = None, second: Any = None, *, who: str = "members",
             projection: str = "newman") -> Turnover:
    """Which ties were created, kept and dissolved between two waves.

    Jaccard = kept / (kept + created + dissolved). Ties that came or went because an actor joined or
    left are counted apart from those that the actors present in both waves made or ended. A pair
    that is unknown in one of the waves is left out, and the ties so left out are counted.

    Parameters
    ----------
    study
        A study with at least two waves.
    relation
        A relation, several (their union), or ``"alliances"``.
    first, second
        The waves; if left out, the only two, or the last two.
    who, projection
        See :meth:`interfirm.study.study.Study.adjacency`.

    Returns
    -------
    Turnover

    Raises
    ------
    UsageError
        If there are not two waves, or the second does not follow the first.

    References
    ----------
    [snijders2010], [jaccard1912]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> print(turnover(study, "advice"))  # doctest: +ELLIPSIS
    2021 to 2024: ... ties kept, ... created, ... dissolved (Jaccard ...); ... joined, ... left
    """
    one, two = _waves(study, first, second)
    before = study.adjacency(relation, one, who=who, projection=projection)
    after = study.adjacency(relation, two, who=who, projection=projection)
    everyone = np.union1d(before.index, after.index)
    there: Bools = np.column_stack([np.isin(everyone, before.index), np.isin(everyone, after.index)])
    old, new = _placed(before, everyone), _placed(after, everyone)
    staying: Bools = there[:, 0] & there[:, 1]
    counts = _count(old, new, _comparable(before, after, everyone, old, new), staying, len(everyone))
    return _result(study, before, one, two, everyone, there, counts, _unknown_pairs(before, after))


def _waves(study: Study, first: Any, second: Any) -> tuple[str, str]:
    order = study.wave_order
    if len(order) < 2:
        raise UsageError("Change needs two waves; the study has "
                         f"{len(order) or 'none'}. Add the ties of another point in time.")
    two = study.wave(second) if second is not None else order[-1]
    if first is None:
        first = order[max(order.index(two) - 1, 0)]
    one = study.wave(first)
    if order.index(one) >= order.index(two):
        raise UsageError(f"The first wave must come before the second: '{one}' does not come before '{two}'.")
    return one, two


def _placed(view: Adjacency, everyone: Ints) -> Ints:
    """The ties as sorted numbers sender × N + receiver, positions among everyone."""
    sender, receiver, _ = pairs(view)
    place = np.searchsorted(everyone, view.index)
    return np.sort(place[sender] * len(everyone) + place[receiver])


def _comparable(before: Adjacency, after: Adjacency, everyone: Ints, old: Ints, new: Ints) -> tuple[Bools, Bools]:
    """Per tie of each wave: whether its pair is known in the other wave (False where an end is not there)."""
    return _known_in(after, everyone, old), _known_in(before, everyone, new)


def _known_in(view: Adjacency, everyone: Ints, ties: Ints) -> Bools:
    place = np.full(len(everyone), -1, dtype=np.int64)
    place[np.searchsorted(everyone, view.index)] = np.arange(view.size)
    sender, receiver = place[ties // len(everyone)], place[ties % len(everyone)]
    there = (sender >= 0) & (receiver >= 0)
    out = np.zeros(len(ties), dtype=bool)
    out[there] = is_known(view, sender[there], receiver[there])
    return out


def _count(old: Ints, new: Ints, known: tuple[Bools, Bools], staying: Bools, size: int) -> dict[str, Ints]:
    """The ties of each fate, as numbers."""
    was, is_ = np.isin(new, old), np.isin(old, new)
    old_stays = staying[old // size] & staying[old % size]
    new_stays = staying[new // size] & staying[new % size]
    return {
        "kept": old[is_],
        "dissolved": old[old_stays & ~is_ & known[0]],
        "created": new[new_stays & ~was & known[1]],
        "lost": old[~old_stays],
        "gained": new[~new_stays],
        "unknown": np.concatenate([old[old_stays & ~is_ & ~known[0]], new[new_stays & ~was & ~known[1]]]),
    }


def _unknown_pairs(before: Adjacency, after: Adjacency) -> int:
    if not (before.has_missing or after.has_missing):
        return 0
    common = np.intersect1d(before.index, after.index)
    lost: Ints = np.zeros(0, dtype=np.int64)
    for view in (before, after):
        row, column = unknown_matrix(view).nonzero()
        here = np.isin(view.index[row], common) & np.isin(view.index[column], common)
        one, two = view.index[row[here]], view.index[column[here]]
        if not view.directed:
            one, two = np.minimum(one, two), np.maximum(one, two)
        lost = np.union1d(lost, one * (int(common.max(initial=0)) + 1) + two)
    return len(lost)


def _result(study: Study, view: Adjacency, one: str, two: str, everyone: Ints, there: Bools, counts: dict[str, Ints],
            unknown_pairs: int) -> Turnover:
    number = {fate: len(ties) for fate, ties in counts.items()}
    union = number["kept"] + number["created"] + number["dissolved"]
    names = study.actors["actor"].to_numpy()[everyone]
    status = np.where(there.all(axis=1), "stayed", np.where(there[:, 1], "joined", "left"))
    joiners, leavers, stayers = (tuple(str(item) for item in names[status == word])
                                 for word in ("joined", "left", "stayed"))
    settings = {key: view.settings[key] for key in ("relation", "layer", "directed", "projection")}
    return Turnover(
        one, two, number["kept"], number["created"], number["dissolved"],
        number["kept"] / union if union else float("nan"), number["lost"], number["gained"], number["unknown"],
        unknown_pairs, joiners, leavers, stayers, _by_actor(names, status, counts), settings,
    )


def _by_actor(names: npt.NDArray[Any], status: npt.NDArray[Any], counts: dict[str, Ints]) -> pd.DataFrame:
    import pandas as pd

    size = len(names)
    out = pd.DataFrame({"actor": names, "status": status})
    for fate in ("kept", "created", "dissolved", "lost", "gained"):
        ties = counts[fate]
        out[fate] = np.bincount(ties // size, minlength=size) + np.bincount(ties % size, minlength=size)
    union = (out["kept"] + out["created"] + out["dissolved"]).to_numpy(dtype=np.float64)
    out["jaccard"] = np.divide(out["kept"].to_numpy(dtype=np.float64), union,
                               out=np.full(size, np.nan), where=union > 0)
    return out
