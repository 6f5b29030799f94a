"""The terms of a recommendation: each 0 to 1, each missing where it is not known, none merged with another."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from interfirm import vocabulary
from interfirm.defaults import threshold
from interfirm.errors import UnknownName, UsageError
from interfirm.partners.boschma import proximities
from interfirm.partners.capabilities import Asked, asked, capabilities, readiness
from interfirm.partners.complementarity import one_way_complementarity
from interfirm.partners.ground import Floats, Ground
from interfirm.partners.mixes import FIELDS, citations, has_citations, mix, rivals
from interfirm.partners.proximity import LearningCurve, cognitive_distance
from interfirm.partners.text import profile_texts, weighted_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


@dataclass(frozen=True)
class Term:
    """One term: its title, what it means and its default weight by purpose ("any" without one).

    ``needs``: the column that a study must hold for it; "" for a term that every study has.
    """

    name: str
    title: str
    meaning: str
    weights: dict[str, float]
    needs: str


@dataclass(frozen=True, eq=False)
class Aim:
    """What the cooperation is for.

    Parameters
    ----------
    purpose, type
        Purpose and type of the cooperation, None for any.
    requirements
        Your own requirement profiles; see :func:`interfirm.capability.requirement_profiles`.
    vectors
        A vector per actor (index) from your own language model, in place of the words of the profiles.
    """

    purpose: str | None = None
    type: str | None = None
    requirements: pd.DataFrame | None = None
    vectors: pd.DataFrame | None = None

    @property
    def any(self) -> bool:
        """Whether nothing is asked in particular."""
        return all(given is None for given in (self.purpose, self.type, self.requirements, self.vectors))


@lru_cache(maxsize=1)
def declared() -> dict[str, Term]:
    """The terms by name, from ``weights.csv``. The default weights are expert priors, not estimates."""
    text = (resources.files("interfirm.partners") / "weights.csv").read_text("utf-8")
    purposes = ("any", *vocabulary.words("purposes"))
    return {row["term"]: Term(row["term"], row["title"], row["meaning"], {name: float(row[name]) for name in purposes},
                              row["needs"]) for row in csv.DictReader(text.splitlines())}


def weights_for(purpose: str | None, own: Mapping[str, float] | None = None) -> dict[str, float]:
    """The weight of every term for a purpose; ``own`` replaces single ones.

    Raises
    ------
    UnknownName
        For an unknown purpose or term.
    UsageError
        If no term has weight, or a weight has the wrong sign.
    """
    if purpose is not None and purpose not in vocabulary.words("purposes"):
        raise UnknownName("purpose", purpose, vocabulary.words("purposes"))
    out = {name: term.weights[purpose or "any"] for name, term in declared().items()}
    for name, value in (own or {}).items():
        if name not in out:
            raise UnknownName("term", name, out)
        if not np.isfinite(value) or (value > 0 if name == "rivalry" else value < 0):
            raise UsageError(f"The weight of '{name}' is {value}; it must be "
                             + ("0 or below: rivalry speaks against." if name == "rivalry" else "0 or above."))
        out[name] = float(value)
    if not any(value > 0 for value in out.values()):
        raise UsageError("Every weight is 0; give at least one term a weight.")
    return out


def held_weights(base: Ground, purpose: str | None, own: Mapping[str, float] | None) -> dict[str, float]:
    """:func:`weights_for` without the terms for which the study has no data.

    Raises
    ------
    UsageError
        If a weight is given to such a term.
    """
    weights, held = weights_for(purpose, own), special(base)
    absent = [name for name, term in declared().items() if term.needs and name not in held]
    asked_for = [name for name in absent if (own or {}).get(name)]
    if asked_for:
        raise UsageError(f"The study has no data for '{asked_for[0]}'. It needs {declared()[asked_for[0]].needs}.")
    return {name: weight for name, weight in weights.items() if name not in absent}


def special(base: Ground) -> set[str]:
    """The terms that not every study has, those of them that this one has."""
    fields, near = mix(base, FIELDS) is not None, base.study.dyads["cognitive_proximity"].notna().any()
    out = {"same_fields"} if fields else set()
    return out | ({"worth_learning"} if fields or near else set()) | (
        {"cites"} if has_citations(base) else set())


def terms(base: Ground, at: int, aim: Aim | str | None = None) -> dict[str, Floats]:
    """Every term of one actor with all actors of the study, in study order; NaN where not known.

    Those of :func:`special` only where the study has the data. ``aim`` may be the purpose alone.
    """
    aim = aim if isinstance(aim, Aim) else Aim(aim)
    actor = str(base.actors[at])
    near = proximities(base.study, actor, wave=base.wave).values
    scores, labels = capabilities(base.study, base.wave)
    wanted, ready = _wanted(base, labels, aim)
    out = {
        "similarity": near["cognitive"][0],
        "complementarity": _complement(scores, wanted.need, at),
        "readiness": ready,
        "same_words": _words(base, at, aim.vectors),
        "new_reach": new_reach(base, at),
        "shared_partners": shared_partners(base, at),
        "near": near["geographical"][0],
        "same_kind": near["institutional"][0],
        "same_alliances": near["organisational"][0],
        "worked_before": _before(base, at),
        "rivalry": rivals(base, at),
    }
    return out | {name: value for name, value in _special(base, at, near["cognitive"][0]).items()
                  if name in special(base)}


def _special(base: Ground, at: int, cognitive: Floats) -> dict[str, Floats]:
    """Likeness of fields, what there is to learn at that distance, and citations."""
    fields, nothing = mix(base, FIELDS), np.full(len(base.actors), np.nan)
    by_field = nothing if fields is None else fields.nearness(at, ratios=False)
    stated = cognitive if base.study.dyads["cognitive_proximity"].notna().any() else nothing
    curve = LearningCurve(novelty=1.0, absorb=2 * threshold("partners", "best_distance")["value"], fade=1.0)
    near = np.where(np.isnan(by_field), stated, by_field)
    return {"same_fields": nothing if fields is None else fields.nearness(at, ratios=True),
            "worth_learning": curve.learning(cognitive_distance(near)),
            "cites": citations(base, at) if has_citations(base) else nothing}


def _wanted(base: Ground, labels: tuple[str, ...], aim: Aim) -> tuple[Asked, Floats]:
    """What is asked and how ready everybody is for it; made once for a study, unless the table is one's own."""
    key = ("partners aim", base.wave, aim.purpose, aim.type)
    if aim.requirements is None and key in base.study._cache:
        return base.study._cache[key]  # type: ignore[no-any-return]
    wanted = asked(labels, aim.purpose, aim.type, aim.requirements)
    out = wanted, readiness(base.study, base.wave, wanted)
    if aim.requirements is None:
        base.study._cache[key] = out
    return out


def _words(base: Ground, at: int, vectors: pd.DataFrame | None) -> Floats:
    """Likeness of what two organisations say of themselves: their own words, or the user's vectors."""
    if vectors is not None:
        return _vectors(base, at, vectors)
    key = ("partners words",)
    if key not in base.study._cache:
        texts = profile_texts(base.study)
        base.study._cache[key] = texts, weighted_words(texts) if any(texts) else None
    texts, words = base.study._cache[key]
    return np.full(len(texts), np.nan) if words is None else words.likeness(at)


def _vectors(base: Ground, at: int, vectors: pd.DataFrame) -> Floats:
    """max(0, cosine) of the vectors; NaN for an actor without one."""
    import pandas as pd

    table = vectors.reindex(pd.Index(base.actors)).to_numpy(dtype=np.float64)
    size = np.linalg.norm(table, axis=1) * np.linalg.norm(table[at])
    cosine = np.divide(table @ table[at], size, out=np.full(len(table), np.nan), where=size > 0)
    return np.asarray(np.clip(cosine, 0.0, 1.0), dtype=np.float64)


def _complement(scores: Floats, needed: Floats, at: int) -> Floats:
    if not scores.shape[1] or not needed.sum():
        return np.full(len(scores), np.nan)
    want = np.broadcast_to(needed, scores.shape)
    there = one_way_complementarity(want[at:at + 1], scores[at:at + 1], scores)[0]
    back = one_way_complementarity(want, scores, scores[at:at + 1])[:, 0]
    return np.asarray(np.sqrt(there * back), dtype=np.float64)


def new_reach(base: Ground, at: int) -> Floats:
    """Share of each actor's partners that one actor does not reach today: 1 − |N_j ∩ (N_i ∪ i)| / |N_j|.

    NaN where the ties of one of the two are not known; 0 for an actor without partners, which opens nothing.
    """
    mine = base.row(base.ties, at)
    mine[at] = 1.0
    degree = np.diff(base.ties.indptr).astype(np.float64)
    known = np.asarray(base.ties @ mine, dtype=np.float64)
    out = np.divide(degree - known, degree, out=np.zeros(len(degree)), where=degree > 0)
    return _unknown(base, at, out)


def shared_partners(base: Ground, at: int) -> Floats:
    """|N_i ∩ N_j| / √(d_i d_j); NaN where the ties of one of the two are not known."""
    mine = base.row(base.ties, at)
    degree = np.diff(base.ties.indptr).astype(np.float64)
    size = np.sqrt(degree[at] * degree)
    common = np.asarray(base.ties @ mine, dtype=np.float64)
    return _unknown(base, at, np.divide(common, size, out=np.zeros(len(degree)), where=size > 0))


def _unknown(base: Ground, at: int, values: Floats) -> Floats:
    if base.silent[at] or not base.ties.nnz:
        return np.full(len(values), np.nan)
    values[base.silent] = np.nan
    return values


def _before(base: Ground, at: int) -> Floats:
    past = base.row(base.ties, at) - base.row(base.current, at)
    return np.where(base.silent & (past <= 0), np.nan, np.clip(past, 0.0, 1.0)) if base.ties.nnz \
        else np.full(len(base.actors), np.nan)
