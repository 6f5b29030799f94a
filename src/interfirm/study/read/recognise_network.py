"""Matrices and lists of ties: telling them by their labels, and finding relation, wave and direction."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from interfirm import vocabulary
from interfirm.study.read import looks, wave_names, words
from interfirm.study.read.grid import Sheet, is_total_word
from interfirm.study.read.plan import SourcePlan

_TIE_COLUMNS = {"since": "since", "start": "since", "startdate": "since", "until": "until", "end": "until",
                "enddate": "until", "frequency": "frequency", "freq": "frequency", "trust": "trust", "mode": "mode"}
_DECLARED_PAIRS = {"geo": "geographic_proximity", "geographic": "geographic_proximity",
                   "geographical": "geographic_proximity", "cog": "cognitive_proximity",
                   "cognitive": "cognitive_proximity"}
_KILOMETRES = {"km", "kilometres", "kilometers", "distance", "dist"}
Plans = list[SourcePlan]


def matrix(sheet: Sheet) -> SourcePlan | None:
    """The same labels down the side and along the top, numbers or ticks between them."""
    frame = sheet.frame
    if not sheet.has_header or len(frame.columns) < 3 or len(frame) < 2:
        return None
    first = str(frame.columns[0])
    rows = looks.labels(frame.iloc[:, 0])
    columns = [str(name) for name in frame.columns[1:] if not is_total_word(str(name))]
    survey = words.headers("respondent").get(words.plain(first), 99) < 12 and not first.startswith("column")
    same = len(set(rows) ^ set(columns)) <= 0.34 * max(len(set(rows)), len(columns))
    if survey or not rows or looks.overlap(rows, columns) < 0.8 or not same:
        return None
    shares = [looks.tick_share(frame[name], sheet.layout.decimal or ".") for name in columns]
    if sum(shares) < 0.8 * len(shares):
        return None
    blank = "unknown" if _has_zeros(sheet) else "zero"
    return SourcePlan(sheet.file, "matrix", sheet.name, blank=blank,
                      why=f"{len(rows)} rows and {len(columns)} columns with the same labels (sure)")


def _has_zeros(sheet: Sheet) -> bool:
    body = sheet.frame.iloc[:, 1:]
    return any(bool(body[name].isin(["0", "0.0", "0,0", "no"]).any()) for name in body.columns)


def bare_matrix(sheet: Sheet) -> SourcePlan | None:
    """A square of numbers without labels."""
    frame = sheet.frame
    if sheet.has_header or len(frame) != len(frame.columns) or len(frame) < 3:
        return None
    if not all(looks.is_numeric(frame[name], sheet.layout.decimal or ".") for name in frame.columns):
        return None
    names = tuple(str(i + 1) for i in range(len(frame)))
    return SourcePlan(sheet.file, "matrix", sheet.name, blank="unknown", labels=names,
                      why=f"a square of {len(frame)} by {len(frame)} numbers without labels; "
                          f"the actors are numbered 1 to {len(frame)} (likely)")


def edges(sheet: Sheet) -> SourcePlan | None:
    """A column for the sender and one for the receiver."""
    columns = [str(name) for name in sheet.frame.columns]
    if not sheet.has_header or len(columns) < 2:
        return None
    sender = words.best(columns, "sender")
    receiver = words.best(columns, "receiver", leave=frozenset({sender} if sender else ()))
    if sender is None and receiver is not None and looks.unique(sheet.frame[columns[0]]) != 1:
        sender = words.best(columns, "id", leave=frozenset({receiver}))
    if sender is None or receiver is None or looks.is_numeric(sheet.frame[sender], ".") != \
            looks.is_numeric(sheet.frame[receiver], "."):
        return None
    used = {sender, receiver}
    found: dict[str, Any] = {"weight": _numeric(sheet, words.best(columns, "weight", leave=frozenset(used)))}
    for key, name in (("relation_column", "relation"), ("wave_column", "wave")):
        found[key] = words.best(columns, name, leave=frozenset(used))
    kinds = [name for name in columns if words.plain(name) in words.headers("type") and name not in used]
    spoken = [name for name in kinds if _speaks_of_direction(sheet, name)]
    found["direction"] = spoken[0] if spoken else None
    if found["relation_column"] is None:
        found["relation_column"] = next((name for name in kinds if name not in spoken), None)
    used |= {name for name in found.values() if name}
    kept = {name: _TIE_COLUMNS.get(words.plain(name), name) for name in columns
            if name not in used and words.plain(name) not in {"id", "label"}}
    return SourcePlan(sheet.file, "edges", sheet.name, sender=sender, receiver=receiver, columns=kept, **found,
                      why=f"the columns '{sender}' and '{receiver}' (sure)")


def _numeric(sheet: Sheet, column: str | None) -> str | None:
    if column is None or not looks.tick_share(sheet.frame[column], sheet.layout.decimal or ".") > 0.5:
        return None
    return column


def _speaks_of_direction(sheet: Sheet, column: str) -> bool:
    cells = sheet.frame[column].str.casefold()
    there = set(cells) - {""}
    return bool(there) and there <= {"directed", "undirected", "mutual", "true", "false", "yes", "no"}


def bare_edges(sheet: Sheet) -> SourcePlan | None:
    """Two columns of the same names without a header, perhaps a third of weights."""
    frame = sheet.frame
    if sheet.has_header or len(frame.columns) not in {2, 3} or len(frame) < 2:
        return None
    first, second = (frame.iloc[:, i] for i in (0, 1))
    shared = set(first) & set(second) - {""}
    third = str(frame.columns[2]) if len(frame.columns) == 3 else None
    if len(shared) < 0.2 * min(first.nunique(), second.nunique()) or (third and not _numeric(sheet, third)):
        return None
    pairs = set(zip(first, second, strict=True))
    if len(pairs) < 0.9 * len(frame) or int((first == second).sum()) > 0.1 * len(frame):
        return None
    return SourcePlan(sheet.file, "edges", sheet.name, sender=str(frame.columns[0]),
                      receiver=str(frame.columns[1]), weight=third,
                      why="two columns of the same names without a header (likely)")


# ---- all sheets together -------------------------------------------------------------------


def part_proximity_from_ties(plans: Plans, sheets: Sequence[Sheet]) -> Plans:
    """Matrices of proximity or distance are facts about pairs, not ties."""
    counts = [_values(plan, sheet) for plan, sheet in zip(plans, sheets, strict=True)]
    binary = any(count is not None and count <= 2 for count in counts)
    out = []
    for plan, sheet, count in zip(plans, sheets, counts, strict=True):
        name = looks.title(sheet)
        valued = count is not None and count > 2
        spoken = looks.is_dyadic_name(name) and (valued or _symmetric(sheet))
        odd = valued and binary and not looks.named(name).known
        if count is None or not (spoken or odd):
            out.append(plan)
            continue
        why = (f"a matrix named '{name}': something known about pairs, not ties (sure)" if spoken else
               f"a matrix of {count} different values under a name that is no relation: taken as something known "
               "about pairs (a guess; for ties write kind = \"matrix\")")
        out.append(replace(plan, kind="pairs", variable=_variable(name), why=why))
    return out


def _values(plan: SourcePlan, sheet: Sheet) -> int | None:
    """How many different numbers stand off the diagonal of a matrix; None for anything else."""
    if plan.kind != "matrix":
        return None
    import pandas as pd

    body = sheet.frame if plan.labels else sheet.frame.iloc[:, 1:]
    cells = pd.Series(pd.unique(body.to_numpy().ravel()), dtype="str")
    return int(looks.tick_values(cells, sheet.layout.decimal or ".").dropna().nunique())


def _symmetric(sheet: Sheet) -> bool:
    import numpy as np

    body = sheet.frame.iloc[:, 1:] if sheet.has_header else sheet.frame
    if body.shape[0] != body.shape[1]:
        return False
    cells = body.to_numpy(dtype=object)
    off = ~np.eye(len(cells), dtype=bool)
    return bool((cells == cells.T)[off].all())


def _variable(name: str) -> str:
    parts = words.tokens(name)
    for part in parts:
        if part in _DECLARED_PAIRS and "dist" not in parts and "distance" not in parts:
            return _DECLARED_PAIRS[part]
    rest = [part for part in parts if part not in {"matrix", "mat", "csv"}]
    if {"geo", "geographic", "km"} & set(rest) and _KILOMETRES & set(rest):
        return "distance"
    return re.sub(r"\W+", "_", "_".join(rest)) or "pair"


def join_two_modes(plans: Plans, sheets: Sequence[Sheet]) -> Plans:
    """Ties that always join the two types of a node list are memberships."""
    modes = [(_modes(plan, sheet), place) for place, (plan, sheet) in enumerate(zip(plans, sheets, strict=True))]
    out = list(plans)
    for place, (plan, sheet) in enumerate(zip(plans, sheets, strict=True)):
        if plan.kind != "edges" or not plan.sender or not plan.receiver:
            continue
        for types, nodes in modes:
            if types is None or _prefix(plans[nodes].file) != _prefix(plan.file):
                continue
            ends = [sheet.frame[column].map(types) for column in (plan.sender, plan.receiver)]
            if not all(end.notna().all() and end.nunique() == 1 for end in ends) or ends[0].iloc[0] == ends[1].iloc[0]:
                continue
            events = [plan.sender, plan.receiver][0 if ends[0].iloc[0] == "true" else 1]
            actor = plan.receiver if events == plan.sender else plan.sender
            out[place] = SourcePlan(
                plan.file, "memberships", plan.sheet, alliance=events, actor=actor, alliance_columns=plan.columns,
                why=f"each tie joins the two types of {plans[nodes].label}; those of type TRUE are taken as the "
                    "alliances (a guess; exchange 'alliance' and 'actor' if it is the other way round)")
            why = out[nodes].why + "; the alliances among its rows give names"
            out[nodes] = replace(out[nodes], add=False, why=why)
    return _keep_layouts(out, plans)


def _keep_layouts(fresh: Plans, old: Plans) -> Plans:
    return [replace(a, encoding=b.encoding, delimiter=b.delimiter, decimal=b.decimal, header_row=b.header_row,
                    header_rows=b.header_rows) for a, b in zip(fresh, old, strict=True)]


def _prefix(file: str) -> str:
    return re.sub(r"[\W_]*(edges?|nodes?|edgelist|nodelist|ties|links|vertices|list)$", "",
                  file.rsplit("/", 1)[-1].split(".", 1)[0], flags=re.IGNORECASE)


def _modes(plan: SourcePlan, sheet: Sheet) -> dict[str, str] | None:
    """For a node list with a two-valued type: identifier -> "true" or "false"."""
    if plan.kind != "actors" or not plan.actor:
        return None
    for name in sheet.frame.columns:
        if words.plain(str(name)) in {"type", "mode", "bipartite"}:
            cells = sheet.frame[name].str.casefold()
            if set(cells) == {"true", "false"}:
                return dict(zip(sheet.frame[plan.actor], cells, strict=True))
    return None


def name_relations(plans: Plans, sheets: Sequence[Sheet]) -> Plans:
    """Relation, layer, wave and direction of every source of ties."""
    titles = [looks.title(sheet) for sheet in sheets]
    names = [looks.named(title) for title in titles]
    common = _shared_words([title for plan, title in zip(plans, titles, strict=True)
                            if plan.kind in {"matrix", "edges"}])
    out = []
    said = wave_names.waves(plans, sheets)
    for plan, sheet, name, when in zip(plans, sheets, names, said, strict=True):
        if plan.kind not in {"matrix", "edges", "roster", "recall"}:
            out.append(plan)
            continue
        relation, layer = name.relation, name.layer
        if not name.known and relation:
            rest = [part for part in relation.split("_") if part not in common]
            relation = "_".join(rest) or relation
        wave = None if plan.wave_column else plan.wave or when or "1"
        if plan.relation_column or plan.questions:
            relation = None
        else:
            relation = plan.relation or (relation if plan.kind in {"matrix", "edges"} or name.known else None) \
                or "cooperation"
        where = None if plan.relation_column else layer or _layer(relation)
        out.append(replace(plan, relation=relation, layer=where, wave=wave,
                           directed=_directed(plan, sheet, relation)))
    return _tell_apart(out, titles)


def _tell_apart(plans: Plans, titles: list[str]) -> Plans:
    """Sources that would be the same relation in the same wave differ by the numbers in their names, or are others."""
    groups: dict[tuple[str, str], list[int]] = {}
    for place, plan in enumerate(plans):
        if plan.kind in {"matrix", "edges"} and plan.relation and plan.wave:
            groups.setdefault((plan.relation, plan.wave), []).append(place)
    out = list(plans)
    for places in groups.values():
        if len(places) < 2 or len({titles[place] for place in places}) < len(places):
            continue
        numbers = [re.findall(r"\d+", titles[place])[-1:] for place in places]
        bare = {re.sub(r"\d+", "", titles[place]) for place in places}
        if len(bare) == 1 and len({tuple(number) for number in numbers}) == len(places) and all(numbers):
            digits = list(zip(*(number[0] for number in numbers), strict=False))
            same = next((i for i, here in enumerate(digits) if len(set(here)) > 1), 0)
            cut = same if len({len(number[0]) for number in numbers}) == 1 else 0
            for place, number in zip(places, numbers, strict=True):
                out[place] = replace(out[place], wave=number[0][cut:])
        else:
            for place in places:
                out[place] = replace(out[place], relation="_".join(words.tokens(titles[place])))
    return out


def _shared_words(titles: list[str]) -> set[str]:
    """Words that stand in every name say nothing about the relation."""
    parts = [set(words.tokens(title)) for title in titles]
    return set.intersection(*parts) if len(parts) > 1 else set()


def _layer(relation: str | None) -> str:
    known = {item.relation: item.layer for item in vocabulary.RELATIONS}
    return known.get(relation or "", "exchange")


def _directed(plan: SourcePlan, sheet: Sheet, relation: str | None) -> bool:
    if plan.kind == "matrix":
        return not _symmetric(sheet)
    if plan.direction:
        cells = sheet.frame[plan.direction].str.casefold()
        return not bool(cells[cells != ""].isin(["undirected", "mutual", "false", "no"]).all())
    known = {item.relation: item.directed for item in vocabulary.RELATIONS}
    if plan.kind == "edges" and relation in known and not known[relation]:
        return not _no_pair_twice(plan, sheet)
    return True


def _no_pair_twice(plan: SourcePlan, sheet: Sheet) -> bool:
    """Whether no pair is given in both directions."""
    if not plan.sender or not plan.receiver:
        return False
    pairs = set(zip(sheet.frame[plan.sender], sheet.frame[plan.receiver], strict=True))
    return not any((b, a) in pairs for a, b in pairs if a != b)


