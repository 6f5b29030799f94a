"""From a plan and its sheets to the tables of a study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from interfirm.errors import Findings
from interfirm.study import consistency, schema
from interfirm.study.read import (
    combine,
    combine_actors,
    combine_alliances,
    parts_labels,
    parts_lists,
    parts_network,
    parts_survey,
    parts_two_mode,
)
from interfirm.study.read.grid import Dropped, Sheet
from interfirm.study.read.merge import Merge
from interfirm.study.read.parts import ROW, SOURCE, Origin, Parts
from interfirm.study.read.plan import Plan
from interfirm.study.read.resolve import resolve
from interfirm.study.schema import Source
from interfirm.study.study import Study, coerce_tables

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.read.graph_tables import GraphRead

_ADD = {
    "study": parts_lists.add_study_table, "actors": parts_lists.add_actors, "matrix": parts_network.add_matrix,
    "pairs": parts_network.add_pairs, "edges": parts_network.add_edges, "memberships": parts_lists.add_memberships,
    "alliances": parts_lists.add_alliances, "roster": parts_survey.add_survey, "recall": parts_survey.add_survey,
    "questionnaire": parts_survey.add_survey, "two-mode": parts_two_mode.add_two_mode,
}
_FIRST = ("study", "actors")
_CELL_FAULTS = {"not-a-number", "out-of-range", "not-on-the-list", "not-a-date", "not-yes-or-no"}
_PASSED = ("responses", "dyads", "answers", "codings", "about")


@dataclass
class Assembled:
    """What an import comes to: tables with their origins, and the merge list."""

    study: Study | None
    tables: dict[str, pd.DataFrame]
    merges: list[Merge]


def assemble(plan: Plan, sheets: Mapping[int, Sheet], graphs: Mapping[int, GraphRead], decided: Mapping[str, Merge],
             findings: Findings, dropped: list[Dropped], guesses: list[str]) -> Assembled:
    """Carry out a plan.

    Parameters
    ----------
    plan
        What is done with each source.
    sheets, graphs
        The opened sheets and network files, by the number of their source in the plan.
    decided
        The reviewed merge list, by name.
    findings, dropped, guesses
        Receive what is wrong, left out and guessed.
    """
    parts = Parts(plan.sources, findings, dropped, guesses)
    order = sorted(sheets, key=lambda number: (plan.sources[number].kind not in _FIRST, number))
    for number in order:
        source = plan.sources[number]
        if source.kind in _ADD:
            _ADD[source.kind](parts, number, sheets[number])
            parts_labels.add(parts, number, sheets[number])
    for number, graph in graphs.items():
        _add_graph(parts, number, graph)
    for source in plan.sources:
        if source.absent and source.kind != "skip":
            parts.away.setdefault(source.wave or "1", set()).update(source.absent)
    merges = resolve(parts, decided)
    tables, sources = _tables(parts, plan)
    return Assembled(_study(tables, sources, parts), tables, merges)


def _add_graph(parts: Parts, number: int, graph: GraphRead) -> None:
    """The tables of a network file; its nodes are members."""
    parts.findings.extend(graph.findings)
    parts.guesses.extend(f"{parts.plans[number].label}: {line}" for line in graph.guesses)
    for name, frame in graph.tables.items():
        if name == "relations":
            for row in frame.to_dict("records"):
                parts.note_relation(str(row["relation"]), str(row.get("layer") or "exchange"),
                                    str(row.get("directed", "yes")).lower() not in {"no", "false", "0"})
        elif name != "waves":
            parts.add(name, frame.astype("str").fillna("").reset_index(drop=True), number, 1)
        if name == "actors":
            parts.roster |= dict.fromkeys(frame["actor"].astype("str"))


def _tables(parts: Parts, plan: Plan) -> tuple[dict[str, pd.DataFrame], dict[str, Source]]:
    """The combined tables and where their rows are from."""
    ties = combine.ties(parts)
    actors = combine_actors.actors(parts)
    inside = actors["position"].ne("external") if "position" in actors else [True] * len(actors)
    members = list(actors.loc[inside, "actor"])
    raw: dict[str, pd.DataFrame | None] = {
        "actors": actors, "ties": ties, "observations": combine.observations(parts, ties, members),
        "alliances": combine_alliances.alliances(parts)}
    raw |= {name: parts.get(name) for name in _PASSED if name in parts.tables}
    raw["responses"] = _last(raw.get("responses"), ["wave", "relation", "actor"])
    raw["dyads"] = _merged_pairs(parts, raw.get("dyads"))
    raw["about"] = combine.about(parts, plan.name)
    raw["relations"] = combine.relations(parts, ties)
    raw["waves"] = combine.waves(parts, {name: frame for name, frame in raw.items() if frame is not None}, plan.waves)
    return _split(raw, parts)


def _last(frame: pd.DataFrame | None, key: list[str]) -> pd.DataFrame | None:
    """The last word on each key."""
    return None if frame is None or not set(key) <= set(frame.columns) else frame.drop_duplicates(key, keep="last")


def _merged_pairs(parts: Parts, frame: pd.DataFrame | None) -> pd.DataFrame | None:
    """One row per pair, its facts from all matrices side by side."""
    if frame is None or parts.exact("dyads"):
        return frame
    key = ["sender", "receiver"]
    return frame.groupby(key, sort=False).first().reset_index()


def _split(raw: Mapping[str, pd.DataFrame | None],
           parts: Parts) -> tuple[dict[str, pd.DataFrame], dict[str, Source]]:
    tables: dict[str, pd.DataFrame] = {}
    sources: dict[str, Source] = {}
    for name in schema.tables():
        frame = raw.get(name)
        if frame is None or (not len(frame) and name not in {"actors"}):
            continue
        rows = frame[ROW].fillna(0).to_numpy(dtype="int64") if ROW in frame else None
        origin = frame[SOURCE].fillna(-1).to_numpy(dtype="int64") if SOURCE in frame else None
        tables[name] = frame.drop(columns=[SOURCE, ROW], errors="ignore").reset_index(drop=True)
        sources[name] = Origin(name, None, rows, parts.plans, origin)
    return tables, sources


def _study(tables: dict[str, pd.DataFrame], sources: Mapping[str, Source], parts: Parts) -> Study | None:
    """Coerce and check; a faulty cell of somebody else's table is left empty and said, not fatal."""
    own = {plan.file for plan in parts.plans if plan.kind == "study"}
    typing = Findings()
    typed = coerce_tables(tables, sources, typing)
    for item in typing:
        if item.level == "error" and item.code in _CELL_FAULTS and item.file not in own:
            item = replace(item, level="warning", problem=item.problem + "; the cell counts as empty")
        parts.findings.extend([item])
    _check_known(tables, parts)
    parts.findings.extend(consistency.check(typed, sources))
    return None if parts.findings.failed else Study(**typed)



def _check_known(tables: Mapping[str, pd.DataFrame], parts: Parts) -> None:
    """A table of ties of which none is known would be read back as if all of them were there."""
    ties = tables.get("ties")
    if ties is not None and "weight" in ties and ties["weight"].replace("", None).isna().all() and \
            not parts.exact("ties"):
        parts.findings.add("error", f"of {len(ties)} ties none is known: every cell is empty, negative or no number",
                           "no-known-tie", file="ties", column="weight", expected="at least one tie with a weight",
                           remedy="Correct the cells, or leave the weight column out in import.toml")


__all__: Sequence[str] = ("Assembled", "assemble")
