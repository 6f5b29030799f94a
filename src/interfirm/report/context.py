"""What every chapter shares: the study, the reader, the main relation, the limits and the phrases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from interfirm.errors import UnknownName
from interfirm.report import words
from interfirm.report.blocks import Cell, Claim, Table, TableColumn
from interfirm.report.limits import limit
from interfirm.study.adjacency import Adjacency
from interfirm.study.study import ALLIANCES, Study

if TYPE_CHECKING:
    from interfirm.network.communities import Communities

Result = TypeVar("Result")
AUDIENCES: Final = ("board", "members", "public")

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Progress = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Context:
    """The study as a report sees it.

    Parameters
    ----------
    study
        The study.
    seed
        Seed of every draw.
    audience
        ``"board"``, ``"members"`` or ``"public"``.
    fit
        A fitted tie-formation model as plain values (:func:`interfirm.dynamics.to_dict`), or None.
    policies
        An experiment with policies as plain values (:func:`interfirm.simulation.told`), or None.
    """

    study: Study
    seed: int = 1
    audience: str = "board"
    fit: dict[str, Any] | None = None
    policies: dict[str, Any] | None = None
    spoken: dict[str, list[str]] = field(default_factory=dict)
    progress: Progress | None = None
    _cache: dict[Any, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.audience not in AUDIENCES:
            raise UnknownName("audience", self.audience, AUDIENCES)

    # ---- the relation and the waves that the report is about -----------------------------

    @cached_property
    def relations(self) -> tuple[str, ...]:
        """The relations that have ties, in declared order; the alliances last."""
        there = set(self.study.ties["relation"])
        named = tuple(name for name in self.study.relation_names if name in there)
        return named + ((ALLIANCES,) if len(self.study.alliances) else ())

    @cached_property
    def relation(self) -> str | None:
        """The main relation: the one with most ties in the last wave; alliances where there is no other."""
        sizes = {name: self.adjacency(name, self.waves_of(name)[-1]).matrix.nnz
                 for name in self.relations if name != ALLIANCES}
        if sizes:
            return max(sizes, key=lambda name: sizes[name])
        return ALLIANCES if self.relations else None

    def waves_of(self, relation: str) -> tuple[str | None, ...]:
        """The waves in which a relation was observed; ``(None,)`` for alliances in a study without waves."""
        if ("waves", relation) not in self._cache:
            self._cache["waves", relation] = self._find_waves(relation)
        found: tuple[str | None, ...] = self._cache["waves", relation]
        return found

    def _find_waves(self, relation: str) -> tuple[str | None, ...]:
        order = self.study.wave_order
        if relation == ALLIANCES:
            dated = self.study.alliances["start"].notna().any()
            return order if len(order) > 1 and dated else (None,)
        seen = set(self.study.ties.loc[self.study.ties["relation"] == relation, "wave"])
        seen |= set(self.study.responses.loc[self.study.responses["relation"] == relation, "wave"])
        return tuple(wave for wave in order if wave in seen)

    @property
    def waves(self) -> tuple[str | None, ...]:
        """The waves of the main relation, in time order."""
        return self.waves_of(self.relation) if self.relation else tuple(self.study.wave_order) or (None,)

    @property
    def wave(self) -> str | None:
        """The last wave of the main relation."""
        return self.waves[-1]

    def adjacency(self, relation: str | None = None, wave: str | None = None, who: str = "members") -> Adjacency:
        """The view of a relation in a wave (default: the main relation in its last wave)."""
        if relation is None:
            relation, wave = self.relation, self.wave
        return self.study.adjacency(relation, wave, who=who)

    @property
    def main(self) -> dict[str, Any]:
        """Keyword arguments of the main relation in its last wave, for a measure."""
        return {"relation": self.relation, "wave": self.wave}

    def layer(self, relation: str) -> str:
        """The layer of a relation."""
        if relation == ALLIANCES:
            return "exchange"
        table = self.study.relations
        return str(table.loc[table["relation"] == relation, "layer"].iloc[0])

    # ---- limits --------------------------------------------------------------------------

    @cached_property
    def large(self) -> bool:
        """Whether draws and samples are cut so that the report stays quick."""
        if self.relation is None:
            return len(self.study.actors) > limit("large_actors")
        view = self.adjacency()
        return view.size > limit("large_actors") or view.matrix.nnz > limit("large_ties")

    @property
    def draws(self) -> int:
        """How many random networks a comparison with chance draws."""
        return limit("draws_large" if self.large else "draws")

    @property
    def permutations(self) -> int:
        """How many permutations a test draws."""
        return limit("permutations_large" if self.large else "permutations")

    # ---- names and phrases ---------------------------------------------------------------

    @cached_property
    def labels(self) -> npt.NDArray[Any]:
        """The name by which each actor of the study is called; actors without a name by their identifier.

        To the members, weak actors are not named.
        """
        names = self.study.actors["name"].fillna(self.study.actors["actor"]).to_numpy(dtype=object)
        if self.audience == "members":
            weak = np.flatnonzero(self.weak)
            names[weak] = [f"Not named {i + 1}" for i in range(len(weak))]
        return names

    @cached_property
    def weak(self) -> npt.NDArray[np.bool_]:
        """One boolean per actor: a member with at most one partner in the main relation, last wave."""
        out = np.zeros(len(self.study.actors), dtype=bool)
        if self.relation is not None:
            view = self.adjacency()
            out[view.index] = np.diff(view.symmetric.indptr) <= 1
        return out

    @cached_property
    def label_of(self) -> dict[str, str]:
        """Name by identifier."""
        return dict(zip(self.study.actors["actor"], self.labels, strict=True))

    def names(self, actors: list[Any] | npt.NDArray[Any]) -> list[str]:
        """The names of actors given by identifier."""
        return [self.label_of[str(actor)] for actor in actors]

    @property
    def may_name_weak(self) -> bool:
        """Whether weak or dependent actors may be named to this audience."""
        return self.audience != "members"

    def claim(self, id: str, text: str, probability: float | None, why: str, evidence: str,
              usefulness: float, actors: Sequence[Any] = ()) -> Claim:
        """A claim; the actors that it speaks of are remembered for the labels of the map."""
        self.spoken[id] = [str(actor) for actor in actors]
        rounded = None if probability is None else round(float(probability), 4)
        return Claim(id, words.sentence(text), rounded, why, evidence, usefulness)

    @cached_property
    def member(self) -> tuple[str, str]:
        """What a member is called, singular and plural: firm, organisation or member."""
        inside = self.study.actors.loc[self.study.present(None), "kind"]
        if len(inside) and (inside == "firm").all():
            return ("firm", "firms")
        return ("organisation", "organisations") if self.relation == ALLIANCES else ("member", "members")

    def members(self, size: int) -> str:
        """A count of members in words: ``28 firms``."""
        return words.count(size, *self.member)

    def when(self, wave: str | None) -> str:
        """How a wave is called in a sentence: a year stays a year, otherwise its label."""
        if wave is None or (len(wave) == 4 and wave.isdigit()):
            return wave or "all years"
        return self.title_of(wave)

    def title_of(self, wave: str) -> str:
        """The label of a wave, or its name where it has none."""
        label = self.study.waves.loc[self.study.waves["wave"] == wave, "label"].iloc[0]
        unnamed = "one survey" if len(self.study.wave_order) == 1 and wave == "1" else wave
        return str(label) if isinstance(label, str) else unnamed

    def subtitle(self, what: str, relation: str | None = None, wave: str | None = None) -> str:
        """What is measured, in which layer and wave."""
        if relation is None:
            relation, wave = self.relation or ALLIANCES, self.wave
        return f"{what} · {relation} ({self.layer(relation)} layer) · {self.when(wave)}"

    def asked(self, relation: str, wave: str | None) -> tuple[int, int]:
        """How many present members were asked and how many answered; (0, 0) without a survey."""
        if relation == ALLIANCES or wave is None:
            return (0, 0)
        answered = self.study.responded(relation, wave).iloc[self.study.present(wave)]
        return int(answered.notna().sum()), int(answered.fillna(False).sum())

    def response(self, relation: str | None = None, wave: str | None = None) -> str:
        """The response of a relation in a wave in a few words, for captions and reasons."""
        if relation is None:
            relation, wave = self.relation or ALLIANCES, self.wave
        asked, answered = self.asked(relation, wave)
        if not asked:
            return "no record of who was asked" if relation != ALLIANCES else "from records, not from a survey"
        if asked == answered:
            return f"all {self.member[1]} answered"
        return f"{answered:,} of {asked:,} {self.member[1]} answered"

    def caption(self, method: str, relation: str | None = None, wave: str | None = None) -> str:
        """n, response and method, as they stand below a figure."""
        if relation is None:
            relation, wave = self.relation or ALLIANCES, self.wave
        size = self.adjacency(relation, wave).size
        return f"n = {size:,}; {self.response(relation, wave)}. {method}".rstrip()

    def unknown(self, relation: str | None = None, wave: str | None = None) -> float:
        """The share of ordered pairs of members whose tie is not known."""
        if relation is None:
            relation, wave = self.relation or ALLIANCES, self.wave
        return float(self.adjacency(relation, wave).settings["unknown"])

    def sure(self, probability: float, relation: str | None = None, wave: str | None = None) -> float:
        """A probability lowered by the share of ties that nobody could report."""
        if not np.isfinite(probability):
            return 0.0
        return float(np.clip(probability, 0.0, 1.0) * (1.0 - self.unknown(relation, wave)))

    def rng(self, purpose: str) -> np.random.Generator:
        """A generator for one purpose; the same seed and purpose give the same draws."""
        return np.random.default_rng([self.seed, *purpose.encode()])

    def step(self, text: str) -> None:
        """Tell whoever waits what begins now."""
        if self.progress is not None:
            self.progress(text)

    @property
    def communities(self) -> Communities:
        """The communities of the main relation in its last wave, every tie counting alike."""
        from interfirm.network.communities import communities

        return self.measure(communities, weighted=False, seed=self.seed)

    def measure(self, function: Callable[..., Result], **options: Any) -> Result:
        """The result of a public measure, computed once; the main relation in its last wave by default."""
        if "relation" not in options:
            options = {**self.main, **options}
        key = (function.__name__, tuple(sorted((item, str(value)) for item, value in options.items())))
        if key not in self._cache:
            self._cache[key] = function(self.study, **options)
        found: Result = self._cache[key]
        return found


def plain(value: Any) -> Cell:
    """A cell as a plain value; missing and infinite values become None."""
    if value is None or value is False or value is True:
        return value
    if isinstance(value, (np.bool_,)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(f"{float(value):.12g}") if np.isfinite(value) else None
    return str(value) if isinstance(value, str) else None


def table(block: str, title: str, columns: list[TableColumn], rows: list[list[Any]], caption: str = "", *,
          categories: bool = False, total: int | None = None) -> Table:
    """A table of plain values, cut at a stated number of rows.

    ``total`` is the length of the whole table where ``rows`` holds only its beginning.
    """
    whole, most = total or len(rows), limit("rows")
    if whole > most and not categories:
        rows = rows[:most]
        caption = f"{caption} The first {most:,} of {whole:,} rows; all of them: interfirm measure.".strip()
    done = [[plain(cell) for cell in row] for row in rows]
    return Table(block, title, columns, done, caption, whole if whole > len(done) else None, categories)
