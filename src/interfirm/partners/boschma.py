"""The five proximities of two organisations, kept apart, each saying what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from interfirm.numerals import per_cent
from interfirm.partners.capabilities import capabilities
from interfirm.partners.ground import Bools, Floats, Ground, ground
from interfirm.partners.proximity import technological_proximity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from interfirm.study.study import Study

KINDS = ("cognitive", "organisational", "social", "institutional", "geographical")
_FORM = ("kind", "ownership", "sector", "country")
_EARTH = 6371.0


@dataclass(frozen=True, eq=False)
class Proximities:
    """Five proximities of some actors to all actors of the study.

    Parameters
    ----------
    of, to
        The r actors of the rows and the n actors of the columns.
    values
        By kind, r × n, 0 to 1; NaN where not known.
    used
        By kind, what it was computed from, in words.
    wave
        The wave.
    """

    of: tuple[str, ...]
    to: tuple[str, ...]
    values: dict[str, Floats]
    used: dict[str, str]
    wave: str | None

    def table(self) -> pd.DataFrame:
        """One row per pair: ``actor``, ``other`` and the five proximities."""
        import pandas as pd

        out = pd.DataFrame({"actor": np.repeat(np.array(self.of, dtype=object), len(self.to)),
                            "other": np.tile(np.array(self.to, dtype=object), len(self.of))})
        for kind in KINDS:
            out[kind] = self.values[kind].ravel()
        return out.loc[out["actor"] != out["other"]].reset_index(drop=True)

    def __str__(self) -> str:
        lines = [f"  {kind}: known for {per_cent(np.mean(~np.isnan(self.values[kind])))} of pairs; {self.used[kind]}"
                 for kind in KINDS]
        return "\n".join([f"Five proximities of {len(self.of)} to {len(self.to)} actors, never merged:", *lines])


def proximities(study: Study, of: str | Sequence[str] | None = None, *, wave: str | int | None = None) -> Proximities:
    """How near organisations are in five ways that need not go together.

    - *cognitive*: the column ``cognitive_proximity`` of ``dyads`` (rescaled to its range where it exceeds 0 to
      1); without it the cosine of the capability scores.
    - *organisational*: 1 in the same group (one is the other's parent, or both have the same); otherwise the
      shared alliances by all alliances of the two.
    - *social*: 1 for a tie or shared alliance now or before; otherwise shared partners by √(d_i d_j).
    - *institutional*: share of kind, ownership, sector and country that is the same, of those known for both.
    - *geographical*: 1 − ln(1 + km)/ln(1 + D), D the largest distance in the study.

    Parameters
    ----------
    study
        The study.
    of
        One or several actors; all of them if None.
    wave
        The wave up to which ties count; the last one if None.

    Returns
    -------
    Proximities
        Each 0 to 1. What is missing is NaN and not "far": a non-respondent's unknown ties, a missing place, an
        unanswered questionnaire. An actor is at 1 to itself wherever the kind is known at all.

    Raises
    ------
    UnknownName
        If an actor or the wave is not in the study.

    References
    ----------
    [boschma2005]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> near = proximities(example(seed=1), "F01", wave="2024")
    >>> bool(near.values["geographical"].max() == 1)
    True
    """
    base = ground(study, wave)
    if of is None:
        rows = np.arange(len(base.actors))
    else:
        rows = np.array([base.position(item) for item in ([of] if isinstance(of, str) else of)])
    parts = {"cognitive": _cognitive(base, rows), "organisational": _organisational(base, rows),
             "social": _social(base, rows), "institutional": _institutional(base, rows),
             "geographical": _geographical(base, rows)}
    everyone = tuple(map(str, base.actors))
    return Proximities(tuple(everyone[i] for i in rows), everyone, {kind: part[0] for kind, part in parts.items()},
                       {kind: part[1] for kind, part in parts.items()}, base.wave)


def _nothing(base: Ground, rows: Any, why: str) -> tuple[Floats, str]:
    return np.full((len(rows), len(base.actors)), np.nan), why


def _own(values: Floats, rows: Any) -> Floats:
    """Set an actor's proximity to itself to 1."""
    values[np.arange(len(rows)), rows] = 1.0
    return values


def _given(base: Ground, rows: Any, column: str) -> Floats | None:
    """A column of dyads for some rows, the larger of both directions where only one is given."""
    dyads = base.study.dyads
    if column not in dyads.columns or not dyads[column].notna().any():
        return None
    import pandas as pd

    order, n = pd.Index(base.actors), len(base.actors)
    one, two = (order.get_indexer(pd.Index(dyads[name])) for name in ("sender", "receiver"))
    number = dyads[column].to_numpy(dtype=np.float64, na_value=np.nan)
    at = np.full(n, -1)
    at[rows] = np.arange(len(rows))
    out = np.full((len(rows), n), np.nan)
    for first, second in ((two, one), (one, two)):
        known = (at[first] >= 0) & ~np.isnan(number)
        out[at[first[known]], second[known]] = number[known]
    return out


def _cognitive(base: Ground, rows: Any) -> tuple[Floats, str]:
    given = _given(base, rows, "cognitive_proximity")
    if given is not None:
        every = base.study.dyads["cognitive_proximity"].dropna().to_numpy(dtype=np.float64)
        low, high = min(0.0, float(every.min())), max(1.0, float(every.max()))
        return _own((given - low) / (high - low), rows), "column 'cognitive_proximity' of dyads"
    scores, labels = capabilities(base.study, base.wave)
    if not labels:
        return _nothing(base, rows, "not known: no capability answers and no 'cognitive_proximity' in dyads")
    return technological_proximity(scores[rows], scores), f"cosine of the capability scores {', '.join(labels)}"


def _organisational(base: Ground, rows: Any) -> tuple[Floats, str]:
    groups = _kept(base, "groups", _groups)
    held = base.memberships.shape[1] > 0
    if not held and not (groups != "").any():
        return _nothing(base, rows, "not known: no parents and no alliances in the study")
    out = np.zeros((len(rows), len(base.actors)))
    if held:
        shared = (base.memberships[rows] @ base.memberships.T).toarray()
        size = np.asarray(base.memberships.sum(axis=1)).ravel()
        every = size[rows][:, None] + size[None, :] - shared
        out = np.divide(shared, every, out=out, where=every > 0)
    same = np.equal.outer(groups[rows], groups) & (groups != "")[None, :]
    out[same] = 1.0
    return _own(out, rows), "same group (parent)" + (", otherwise shared alliances" if held else "")


def _kept(base: Ground, name: str, make: Callable[[Ground], Any]) -> Any:
    """What is the same for every actor asked about, made once for a study."""
    key = ("partners", name)
    if key not in base.study._cache:
        base.study._cache[key] = make(base)
    return base.study._cache[key]


def _groups(base: Ground) -> Any:
    """The name of each actor's group; "" where it has none."""
    frame = base.study.actors
    name_of = dict(zip(frame["actor"], frame["actor"], strict=True))
    named = {str(name).casefold(): actor for name, actor in zip(frame["name"], frame["actor"], strict=True)
             if isinstance(name, str)}
    above = {actor: name_of.get(parent) or named.get(str(parent).casefold()) or str(parent)
             for actor, parent in zip(frame["actor"], frame["parent"], strict=True) if isinstance(parent, str)}
    heads = set(above.values())

    def head(actor: str) -> str:
        seen: set[str] = set()
        while actor in above and actor not in seen:
            seen.add(actor)
            actor = above[actor]
        return min(seen) if actor in seen else actor
    return np.array([head(str(actor)) if actor in above or actor in heads else "" for actor in base.actors])


def _social(base: Ground, rows: Any) -> tuple[Floats, str]:
    if not base.ties.nnz:
        return _nothing(base, rows, "not known: no ties and no alliances in the study")
    direct = base.ties[rows].toarray()
    degree = np.asarray(base.ties.sum(axis=1)).ravel()
    size = np.sqrt(np.outer(degree[rows], degree))
    shared = np.divide((base.ties[rows] @ base.ties).toarray(), size, out=np.zeros(size.shape), where=size > 0)
    shared[base.silent[rows], :] = np.nan
    shared[:, base.silent] = np.nan
    return _own(np.where(direct > 0, 1.0, shared), rows), "ties and shared alliances so far, otherwise shared partners"


def _institutional(base: Ground, rows: Any) -> tuple[Floats, str]:
    used = []
    same, known = (np.zeros((len(rows), len(base.actors))) for _ in range(2))
    for column, codes in _kept(base, "form", _form).items():
        used.append(column)
        both: Bools = (codes[rows] >= 0)[:, None] & (codes >= 0)[None, :]
        same += both & np.equal.outer(codes[rows], codes)
        known += both
    if not used:
        return _nothing(base, rows, "not known: no kind, ownership, sector or country")
    return np.divide(same, known, out=np.full(same.shape, np.nan), where=known > 0), "same " + ", ".join(used)


def _form(base: Ground) -> dict[str, Any]:
    """By column that is known for anyone, a code for each actor; −1 where not known."""
    import pandas as pd

    codes = {column: pd.factorize(base.study.actors[column])[0] for column in _FORM}
    return {column: code for column, code in codes.items() if (code >= 0).any()}


def _geographical(base: Ground, rows: Any) -> tuple[Floats, str]:
    given = _given(base, rows, "distance")
    if given is not None:
        far = float(base.study.dyads["distance"].max())
        scale = np.log1p(far) if far > 0 else 1.0
        return _own(1 - np.log1p(given) / scale, rows), f"column 'distance' of dyads, up to {far:.0f} km"
    given = _given(base, rows, "geographic_proximity")
    if given is not None:
        every = base.study.dyads["geographic_proximity"].dropna().to_numpy(dtype=np.float64)
        low, high = min(0.0, float(every.min())), max(1.0, float(every.max()))
        return _own((given - low) / (high - low), rows), "column 'geographic_proximity' of dyads"
    place = base.study.actors[["latitude", "longitude"]].to_numpy(dtype=np.float64, na_value=np.nan)
    if np.isnan(place).any(axis=1).all():
        return _nothing(base, rows, "not known: no distances and no coordinates")
    corner, opposite = np.nanmin(place, axis=0), np.nanmax(place, axis=0)
    far = float(kilometres(corner[None, :], opposite[None, :])[0, 0])
    km = kilometres(place[rows], place)
    return np.clip(1 - np.log1p(km) / (np.log1p(far) if far > 0 else 1.0), 0.0, 1.0), \
        f"coordinates, in a region {far:.0f} km across"


def kilometres(one: Floats, two: Floats) -> Floats:
    """Great-circle distances (km) of r × 2 and n × 2 latitudes and longitudes in degrees, as r × n."""
    a, b = np.radians(one), np.radians(two)
    half = np.sin((a[:, 0][:, None] - b[:, 0]) / 2) ** 2
    half = half + np.cos(a[:, 0])[:, None] * np.cos(b[:, 0]) * np.sin((a[:, 1][:, None] - b[:, 1]) / 2) ** 2
    return np.asarray(2 * _EARTH * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))), dtype=np.float64)
