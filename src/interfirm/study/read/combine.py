"""All parts together: one row per actor, tie and membership; waves, relations and who was there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from interfirm import vocabulary
from interfirm.study.read.grid import Dropped
from interfirm.study.read.parts import ROW, SOURCE, Parts

if TYPE_CHECKING:
    import pandas as pd

REFERENCES = {"ties": ("sender", "receiver"), "dyads": ("sender", "receiver"), "observations": ("actor",),
              "responses": ("actor",), "alliances": ("actor",), "answers": ("actor",)}
_REMEDIES = {
    "duplicate-tie": {"expected": "each tie once",
                      "remedy": "The first row counts; to add them write duplicates = \"sum\" in import.toml"},
    "self-tie": {"expected": "two different actors",
                 "remedy": "If the names mean two actors, write keep in merges.csv; if codes of a survey were matched "
                           "to the members by order, the order may be wrong: correct [source.partners] in import.toml"},
}


def rename(parts: Parts, mapping: dict[str, str]) -> None:
    """Replace identifiers everywhere: names by the actors they mean."""
    if not mapping:
        return
    lists: dict[str, tuple[str, ...]] = dict.fromkeys(("actors", "participants", "lookup"), ("actor",))
    for table, columns in (REFERENCES | lists).items():
        for place, frame in enumerate(parts.tables.get(table, [])):
            touched = [column for column in columns if column in frame and frame[column].isin(mapping).any()]
            if touched:
                parts.tables[table][place] = frame.assign(
                    **{column: frame[column].map(lambda cell: mapping.get(cell, cell)) for column in touched})
    for name in ("listed", "roster"):
        setattr(parts, name, dict.fromkeys(mapping.get(item, item) for item in getattr(parts, name)))
    parts.asked = {wave: dict.fromkeys(mapping.get(item, item) for item in names)
                   for wave, names in parts.asked.items()}


def ties(parts: Parts) -> pd.DataFrame:
    """Ties, each once; second rows are listed, or added where the plan says so."""
    frame = parts.get("ties")
    if not len(frame) or parts.exact("ties"):
        return frame
    frame = _without_self(parts, frame)
    keys = ["wave", "relation", "sender", "receiver"]
    frame = _summed(parts, frame, keys)
    twice = frame.duplicated(keys, keep="first").to_numpy()
    _list_rows(parts, frame, twice, "stands already in an earlier row", "duplicate-tie")
    frame = frame.loc[~twice].reset_index(drop=True)
    return _one_way(parts, frame)


def _without_self(parts: Parts, frame: pd.DataFrame) -> pd.DataFrame:
    """Two names of one actor that were merged leave a tie of the actor to itself."""
    own = (frame["sender"] == frame["receiver"]).to_numpy()
    _list_rows(parts, frame, own, "is a tie of an actor to itself after names were merged", "self-tie")
    return frame.loc[~own].reset_index(drop=True)


def _summed(parts: Parts, frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    add = [number for number, plan in enumerate(parts.plans) if plan.duplicates == "sum"]
    mine = frame[SOURCE].isin(add)
    if not add or not mine.any():
        return frame
    total = frame.loc[mine].groupby([*keys, SOURCE], sort=False)["weight"].transform("sum", min_count=1)
    frame = frame.assign(weight=frame["weight"].where(~mine, total))
    repeated = mine & frame.duplicated([*keys, SOURCE])
    if repeated.any():
        parts.guesses.append(f"{int(repeated.sum())} rows that repeat a tie were added to it (duplicates = \"sum\")")
    return frame.loc[~repeated].reset_index(drop=True)


def _one_way(parts: Parts, frame: pd.DataFrame) -> pd.DataFrame:
    """An undirected tie that is given in both directions with the same weight is kept once."""
    plain = [relation for relation, (_, directed) in parts.layers.items() if not directed]
    mine = frame["relation"].isin(plain)
    if not mine.any():
        return frame
    low = frame["sender"].where(frame["sender"] < frame["receiver"], frame["receiver"])
    high = frame["receiver"].where(frame["sender"] < frame["receiver"], frame["sender"])
    repeated = mine & frame.assign(low=low, high=high).duplicated(["wave", "relation", "low", "high", "weight"])
    _list_rows(parts, frame, repeated.to_numpy(), "is the same undirected tie in the other direction", None)
    return frame.loc[~repeated].reset_index(drop=True)


def _list_rows(parts: Parts, frame: pd.DataFrame, mask: Any, why: str, code: str | None) -> None:
    """List rows that are left out, and warn where they should be looked at."""
    positions = mask.nonzero()[0]
    rows = frame.iloc[positions]
    for row in rows.itertuples(index=False):
        record = dict(zip(frame.columns, row, strict=True))
        plan = parts.plans[int(record[SOURCE])]
        parts.dropped.append(Dropped(f"'{record['sender']}' to '{record['receiver']}' ({record['relation']}, wave "
                                     f"{record['wave']})", why, plan.file, plan.sheet, int(record[ROW])))
    if code and len(rows):
        first = dict(zip(frame.columns, next(rows.itertuples(index=False)), strict=True))
        plan = parts.plans[int(first[SOURCE])]
        parts.findings.add("warning", f"'{first['sender']}' to '{first['receiver']}' {why}"
                           + (f", and {len(rows) - 1} more rows like it" if len(rows) > 1 else ""), code,
                           file=plan.file, sheet=plan.sheet, row=int(first[ROW]), **_REMEDIES[code])


def relations(parts: Parts, tie_rows: pd.DataFrame) -> pd.DataFrame:
    """The relations in order of appearance, with layer and direction."""
    import pandas as pd

    given = parts.get("relations")
    declared = set(given["relation"]) if "relation" in given else set()
    rows: list[dict[str, Any]] = []
    known = {item.relation: item for item in vocabulary.RELATIONS}
    named = {} if parts.exact("ties") else dict.fromkeys(parts.layers)
    for relation in (dict.fromkeys(tie_rows["relation"]) if "relation" in tie_rows else {}) | named:
        if relation in declared or not relation or pd.isna(relation):
            continue
        layer, directed = parts.layers.get(relation) or (
            (known[relation].layer, known[relation].directed) if relation in known else ("exchange", True))
        rows.append({"relation": relation, "layer": layer, "directed": "yes" if directed else "no", SOURCE: -1, ROW: 0})
        parts.guesses.append(f"relation '{relation}': layer {layer}, {'directed' if directed else 'undirected'}")
    return pd.concat([given, pd.DataFrame(rows)], ignore_index=True) if rows else given


def about(parts: Parts, name: str | None) -> pd.DataFrame:
    """What the study and its columns are; what the files say in a table ``about`` of their own stands."""
    import pandas as pd

    given = parts.get("about")
    said = set(given["key"]) if "key" in given else set()
    first = {} if name is None or "name" in said else {"name": name}
    labels = {key: text for key, text in parts.labels.items() if key not in said}
    if labels:
        parts.guesses.append(f"the labels of {len(labels)} columns are kept in the table 'about', e.g. "
                             f"'{next(iter(labels))}': {next(iter(labels.values()))[:80]}")
    rows = [pd.DataFrame([{"key": key, "value": value, SOURCE: -1, ROW: 0} for key, value in some.items()])
            for some in (first, labels)]
    tables = [rows[0], given, rows[1]]
    filled = [frame for frame in tables if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else given


def waves(parts: Parts, tables: dict[str, pd.DataFrame], asked: tuple[str, ...]) -> pd.DataFrame:
    """The waves in the order of the plan, otherwise in natural order."""
    import pandas as pd

    given = parts.get("waves")
    declared = list(given["wave"]) if "wave" in given else []
    there = {str(wave) for name, frame in tables.items() if "wave" in frame and name != "waves"
             for wave in frame["wave"].unique() if isinstance(wave, str) and wave}
    there |= {source.wave for source in parts.plans
              if source.wave and not source.wave_column and source.kind in {"matrix", "edges", "roster", "recall",
                                                                              "questionnaire"}}
    order = [wave for wave in asked if wave in there or not declared] + sorted(there - set(asked), key=_natural)
    rows = [{"wave": wave, SOURCE: -1, ROW: 0} for wave in dict.fromkeys(order) if wave not in declared]
    return pd.concat([given, pd.DataFrame(rows)], ignore_index=True) if rows else given


def _natural(text: str) -> list[tuple[int, int, str]]:
    return [(0, int(p), "") if p.isdecimal() and p.isascii() else (1, 0, p) for p in re.split(r"(\d+)", text) if p]


def observations(parts: Parts, tie_rows: pd.DataFrame, members: list[str]) -> pd.DataFrame:
    """Who was seen in which wave.

    Members count as there unless the plan says that they were absent, or a dated list of members
    leaves them out and they have no tie in that wave.
    """
    import pandas as pd

    frame = parts.get("observations")
    if parts.exact("observations"):
        return frame
    rows = _joined(parts, frame) if len(frame) else pd.DataFrame({"wave": [], "actor": [], SOURCE: [], ROW: []})
    _tell_silent(parts, rows)
    extra = []
    for wave in dict.fromkeys([*rows["wave"], *parts.away]):
        seen = rows.loc[rows["wave"] == wave]
        away = parts.away.get(wave, set())
        tied = _tied(tie_rows, wave)
        dated = _dated_lists(parts, seen)
        named = set(seen["actor"])
        stated = any(parts.plans[int(number)].kind == "study" for number in seen[SOURCE] if number >= 0)
        missing = [] if stated else [actor for actor in members if actor not in named]
        gone = [actor for actor in missing if actor in away or (dated and actor not in tied)]
        extra += [{"wave": wave, "actor": actor, SOURCE: -1, ROW: 0} for actor in missing if actor not in gone]
        guessed = [actor for actor in gone if actor not in away]
        if guessed:
            parts.guesses.append(f"wave {wave}: {', '.join(guessed[:10])} have no row in the list of that wave and no "
                                 "tie, so they count as not there")
        _report_away(parts, wave, away, tied)
        rows = rows.loc[~((rows["wave"] == wave) & rows["actor"].isin(away - tied))]
    return pd.concat([rows, pd.DataFrame(extra)], ignore_index=True) if extra else rows.reset_index(drop=True)


def _tell_silent(parts: Parts, rows: pd.DataFrame) -> None:
    """Who is on the roster of a survey and did not answer."""
    for wave, asked in parts.asked.items():
        mine = rows.loc[(rows["wave"] == wave) & (rows["responded"] == "no"), "actor"]
        silent = [actor for actor in mine if actor in asked]
        if silent:
            shown = ", ".join(silent[:10]) + (", …" if len(silent) > 10 else "")
            parts.guesses.append(f"{shown} {'are' if len(silent) > 1 else 'is'} on the roster and gave no answer in "
                                 f"wave {wave}; their own ties are not known")


def _tied(tie_rows: pd.DataFrame, wave: str) -> set[str]:
    if "wave" not in tie_rows:
        return set()
    mine = tie_rows.loc[tie_rows["wave"] == wave]
    return set(mine["sender"]) | set(mine["receiver"])


def _dated_lists(parts: Parts, seen: pd.DataFrame) -> bool:
    numbers = {int(number) for number in seen[SOURCE] if number >= 0}
    kinds = {parts.plans[number].kind for number in numbers}
    return kinds == {"actors"} and all(parts.plans[n].wave or parts.plans[n].wave_column for n in numbers)


def _report_away(parts: Parts, wave: str, away: set[str], tied: set[str]) -> None:
    both = sorted(away & tied)
    if both:
        parts.findings.add("error", f"{', '.join(both[:8])} {'have' if len(both) > 1 else 'has'} ties in wave {wave}, "
                           "in which import.toml says absent", "absent-actor", file="import.toml",
                           expected="no ties of absent actors", remedy="Correct 'absent', or the ties")


def _joined(parts: Parts, frame: pd.DataFrame) -> pd.DataFrame:
    """One row per wave and actor; the first filled cell of each column counts."""
    key = ["wave", "actor"]
    if not frame.duplicated(key).any():
        return frame
    import pandas as pd

    columns = [c for c in frame.columns if c not in (*key, SOURCE, ROW)]
    blank = frame[columns].replace("", pd.NA)
    if "responded" in columns:
        frame = frame.assign(_no=(frame["responded"] == "no").astype(int)).sort_values("_no", kind="stable")
        blank = blank.loc[frame.index]
    grouped = frame.assign(**{c: blank[c] for c in columns}).groupby(key, sort=False)
    for column in columns:
        if column != "responded" and (grouped[column].nunique() > 1).any():
            clash = grouped[column].nunique()
            where = clash.index[clash > 1][0]
            parts.findings.add("warning", f"{int((clash > 1).sum())} actors have several values of '{column}' in one "
                               f"wave, e.g. '{where[1]}' in wave {where[0]}; the first counts", "two-values",
                               file="observations", column=column, expected="one value",
                               remedy="Correct the files, or leave one column out in import.toml")
    return grouped[[*columns, SOURCE, ROW]].first().reset_index()
