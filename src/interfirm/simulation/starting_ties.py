"""The ties with which a simulation starts: one record for each pair of firms, from every layer of a study."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from interfirm.kernels.cluster_codes import TIE
from interfirm.simulation import prior

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

Ints = npt.NDArray[np.int64]


def rows_of(study: Study, when: str | None) -> pd.DataFrame:
    """The ties of a wave (all where there are no waves) with positions and layers, without those that nobody stated."""
    positions = study.tie_positions
    rows = study.ties.assign(ego=positions[:, 0], alter=positions[:, 1])
    known_as = study.relations.set_index("relation")
    rows = rows.assign(layer=rows["relation"].map(known_as["layer"]),
                       directed=rows["relation"].map(known_as["directed"].fillna(True)).astype(bool))
    if when is not None:
        mine = rows["wave"] == when
        rows = rows.loc[mine | rows["wave"].isna()]
    return rows.loc[(rows["weight"] > 0).fillna(False).to_numpy(dtype=bool)]


def tie_table(study: Study, when: str | None, who: Ints, steps: int, notes: list[str]) -> npt.NDArray[np.void]:
    """The ties between the firms ``who`` as records; what had to be assumed is added to ``notes``."""
    rows = rows_of(study, when)
    place = np.full(len(study.actors), -1, dtype=np.int64)
    place[who] = np.arange(len(who))
    rows = rows.assign(ego=place[rows["ego"].to_numpy()], alter=place[rows["alter"].to_numpy()])
    rows = rows.loc[(rows["ego"] >= 0) & (rows["alter"] >= 0) & (rows["ego"] != rows["alter"])]
    alliances = _alliance_pairs(study, when, place)
    found = {layer: rows.loc[rows["layer"] == layer] for layer in ("knowledge", "exchange", "coordination")}
    if not len(found["knowledge"]):
        notes.append("Who asks whom is not in the study: firms that work together are taken to ask each other.")
    if not len(found["exchange"]) and not alliances:
        notes.append("Who works with whom is not in the study: firms that ask each other are taken to work together.")
    ties = _Ties(len(who), steps, study, when)
    for row in found["exchange"].itertuples():
        ties.exchange(row, both=not len(found["knowledge"]))
    for one, two in sorted(alliances):
        ties.pair(one, two)["exchange"] = 1
        if not len(found["knowledge"]):
            ties.ask(one, two)
            ties.ask(two, one)
    asked = {(int(a), int(b)) for a, b in zip(found["knowledge"]["ego"], found["knowledge"]["alter"], strict=True)}
    both_ways = found["knowledge"].loc[~found["knowledge"]["directed"].to_numpy(dtype=bool)]
    asked |= {(int(b), int(a)) for a, b in zip(both_ways["ego"], both_ways["alter"], strict=True)}
    for row in found["knowledge"].itertuples():
        ties.knowledge(row)
    if not len(found["exchange"]) and not alliances:
        for a, b in sorted(asked):
            if (b, a) in asked:
                ties.pair(a, b)["exchange"] = 1
    for row in found["coordination"].itertuples():
        ties.coordination(row)
    silent = _silent(study, when, who)
    if silent:
        notes.append(f"{silent} firms did not answer: their ties are known only as far as others reported them.")
    return ties.records()


def _silent(study: Study, when: str | None, who: Ints) -> int:
    if when is None:
        return 0
    answered = study.covariate("responded", when).fillna(True).to_numpy(dtype=bool)
    return int((~answered[who]).sum())


def _alliance_pairs(study: Study, when: str | None, place: Ints) -> set[tuple[int, int]]:
    """Pairs of firms in an alliance of at most eight firms: in larger ones not everyone works with everyone."""
    if not len(study.alliances):
        return set()
    grid = study.incidence(when, who="all")
    rows = place[grid.index]
    pairs: set[tuple[int, int]] = set()
    matrix = grid.matrix.tocsc()
    for column in range(matrix.shape[1]):
        members = sorted(rows[matrix.indices[matrix.indptr[column]:matrix.indptr[column + 1]]])
        firms = [int(i) for i in members if i >= 0]
        if 2 <= len(firms) <= prior.LARGEST_ALLIANCE:
            pairs |= {(a, b) for at, a in enumerate(firms) for b in firms[at + 1:]}
    return pairs


class _Ties:
    """Ties by pair, as they are collected."""

    def __init__(self, size: int, steps: int, study: Study, when: str | None) -> None:
        self.size, self.steps = size, steps
        self.made: dict[tuple[int, int], dict[str, float]] = {}
        self.year = year_of(study, when)

    def pair(self, i: int, j: int) -> dict[str, float]:
        key = (min(i, j), max(i, j))
        usual = {"trust_ab": np.nan, "trust_ba": np.nan, "since": np.nan}
        return self.made.setdefault(key, usual)

    def side(self, i: int, j: int, name: str) -> str:
        return f"{name}_{'ab' if i < j else 'ba'}"

    def ask(self, i: int, j: int) -> None:
        self.pair(i, j)[self.side(i, j, "ask")] = 1

    def common(self, row: Any) -> dict[str, float]:
        i, j = int(row.ego), int(row.alter)
        tie = self.pair(i, j)
        stated = _number(row.trust)
        if stated is not None:
            tie[self.side(i, j, "trust")] = float(np.clip((float(stated) - 1.0) / 6.0, 0.0, 1.0))
        year = _as_year(row.since)
        if year is not None and self.year is not None:
            age = max(0.0, self.year - year) * self.steps
            tie["since"] = -age if np.isnan(tie["since"]) else min(tie["since"], -age)
        return tie

    def knowledge(self, row: Any) -> None:
        self.common(row)
        self.ask(int(row.ego), int(row.alter))
        if not row.directed:
            self.ask(int(row.alter), int(row.ego))

    def exchange(self, row: Any, *, both: bool) -> None:
        i, j = int(row.ego), int(row.alter)
        self.common(row)["exchange"] = 1
        if both:
            self.ask(i, j)
            self.ask(j, i)

    def coordination(self, row: Any) -> None:
        i, j = int(row.ego), int(row.alter)
        tie = self.common(row)
        tie["exchange"] = 1
        tie["boss"] = 1 if i < j else 2

    def records(self) -> npt.NDArray[np.void]:
        out = np.zeros(len(self.made), dtype=TIE)
        for at, ((a, b), tie) in enumerate(sorted(self.made.items())):
            out["a"][at], out["b"][at], out["live"][at] = a, b, 1
            for name in ("ask_ab", "ask_ba", "exchange", "boss"):
                out[name][at] = tie.get(name, 0)
            for name in ("trust_ab", "trust_ba"):
                out[name][at] = prior.TRUST if np.isnan(tie[name]) else tie[name]
            out["since"][at] = 0 if np.isnan(tie["since"]) else round(tie["since"])
            out["commitment"][at] = prior.COMMITMENT
        bare = (out["ask_ab"] == 0) & (out["ask_ba"] == 0) & (out["exchange"] == 0)
        return np.asarray(out[~bare])


def year_of(study: Study, when: str | None) -> int | None:
    """The year of a wave, from when it began or from its name; None if neither says."""
    if when is None:
        return None
    began = study.waves.set_index("wave").loc[when]
    for value in (began.get("start"), when):
        year = _as_year(value)
        if year is not None:
            return year
    return None


def _as_year(value: Any) -> int | None:
    text = str(value)[:4]
    return int(text) if text.isdigit() and 1800 <= int(text) <= 2200 else None


def _number(value: Any) -> float | None:
    import pandas as pd

    return None if pd.isna(value) else float(value)
