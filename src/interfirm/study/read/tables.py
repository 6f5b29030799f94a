"""Reading a study: a folder of CSV files, or a workbook with one sheet per table."""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from interfirm import vocabulary
from interfirm.errors import DataError, Findings, UsageError
from interfirm.study import consistency, schema
from interfirm.study.read import kumu, questionnaire, roster
from interfirm.study.read.files import Blob, load
from interfirm.study.read.raw import Raw, from_csv, from_workbook
from interfirm.study.schema import Source
from interfirm.study.study import Study, coerce_tables
from interfirm.study.write.folder import COMPANIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
_WITH_WAVES = ("ties", "observations", "responses", "answers")

Collected = dict[str, list[tuple[pd.DataFrame, Source]]]


def read_study(path: str | Path, *, strict: bool = True) -> Study:
    """Read a study from its folder or its workbook.

    A folder holds one ``<table>.csv`` per table, a workbook one sheet per table, as
    ``interfirm describe`` documents them; sheets with "(ignore)" in their name are left out. A workbook
    after the Kumu convention (Label; From, To, Type) is read too, and sheets named
    "survey RELATION WAVE" or "questionnaire WAVE". Where the tables ``waves`` and ``relations`` are left out,
    they are taken from the ties, in order of appearance. Only an empty cell is missing: ``NA`` and ``null`` are text.

    Parameters
    ----------
    path
        The folder or the workbook (.xlsx, .xlsm, .xls, .ods).
    strict
        True (default): any error is raised. False: rows that cannot stand (an unknown actor, a
        repeated key, a self-tie, an actor that was not there) are left out with a Python warning that
        counts them; cells that cannot be read are missing.

    Returns
    -------
    Study
        The study, rows in the order of the file.

    Raises
    ------
    UsageError
        If there is nothing at ``path``, or it is neither a folder nor a workbook.
    DataError
        With every finding, if one is an error.

    Examples
    --------
    >>> study = read_study("my-study")      # doctest: +SKIP
    """
    study, findings = check_files(path)
    if study is None and strict:
        raise DataError(findings.sorted())
    if study is not None:
        return study
    left = Findings()
    tables, sources = _tables(path, left)
    typed = coerce_tables(tables, sources, left)
    kept = _standing(typed)
    lost = {name: len(typed[name]) - len(kept[name]) for name in typed if len(typed[name]) > len(kept[name])}
    remaining = consistency.check(kept, None)
    remaining.raise_if_failed()
    shown = ", ".join(f"{count} of {name}" for name, count in lost.items()) or "none"
    errors = len(findings.of("error"))
    warnings.warn(f"{path} has {errors} errors; rows left out: {shown}. 'interfirm check' lists them.", stacklevel=2)
    return Study(**kept)


def check_files(path: str | Path) -> tuple[Study | None, Findings]:
    """Everything that is wrong with a study on disk, all at once.

    Parameters
    ----------
    path
        The folder or the workbook.

    Returns
    -------
    tuple
        The study, or None if a finding is an error; and the findings, each with file, sheet, row and column.

    Raises
    ------
    UsageError
        If there is nothing at ``path``, or it is neither a folder nor a workbook.
    """
    findings = Findings()
    tables, sources = _tables(path, findings)
    if not tables:
        return None, findings
    typed = coerce_tables(tables, sources, findings)
    findings.extend(consistency.check(typed, sources))
    return (None if findings.failed else Study(**typed)), findings


def _tables(path: str | Path, findings: Findings) -> tuple[dict[str, pd.DataFrame], dict[str, Source]]:
    place = Path(path)
    raws = _from_folder(place, findings) if place.is_dir() else _from_file(place, findings)
    collected: Collected = {}
    for raw in raws:
        findings.extend(raw.notes)
        _collect(raw, collected, findings, place.is_dir())
    if not collected:
        if not findings.failed:
            findings.add("error", "there is no table of a study here", "no-tables", file=place.name,
                         expected=f"files or sheets named {', '.join(schema.tables())}",
                         remedy="Use 'interfirm import' for files of another layout")
        return {}, {}
    tables, sources = _joined(collected)
    shown = next(iter(collected.values()))[0][1]
    _derive_actors(tables, raws, findings)
    _derive_waves(tables, shown, findings)
    _derive_relations(tables, shown, findings)
    return tables, sources


def _from_folder(place: Path, findings: Findings) -> list[Raw]:
    raws = []
    for file in sorted(place.glob("*.csv")):
        if file.name in COMPANIONS or file.name.startswith("."):
            continue
        if file.stem.strip().lower() not in schema.tables():
            near = difflib.get_close_matches(file.stem.lower(), schema.tables(), n=1, cutoff=0.8)
            findings.add("warning" if near else "note", "the file is not a table of the study and is not read",
                         "unknown-file", file=file.name, remedy=f"Rename it to '{near[0]}.csv'" if near else None)
            continue
        raws += _opened(file, lambda blob: [from_csv(blob)], findings)
    return raws


def _from_file(place: Path, findings: Findings) -> list[Raw]:
    if not place.exists():
        old = place.with_name(f".{place.name}.old")
        hint = (f" An interrupted write left the former study in '{old.name}'; rename it to '{place.name}'."
                if old.is_dir() else " Check the spelling and the folder you are in.")
        raise UsageError(f"There is no file or folder '{place}'.{hint}")
    if place.suffix.lower() not in WORKBOOKS:
        raise UsageError(f"'{place}' is neither a folder nor a workbook ({', '.join(WORKBOOKS)}). "
                         "Use 'interfirm import' for other files.")
    return _opened(place, lambda blob: from_workbook(blob, findings), findings)


def _opened(file: Path, read: Callable[[Blob], list[Raw]], findings: Findings) -> list[Raw]:
    try:
        return [raw for blob in load(file) for raw in read(blob)]
    except DataError as problem:
        findings.extend(problem.findings)
        return []


def _collect(raw: Raw, collected: Collected, findings: Findings, folder: bool) -> None:
    """Put a sheet where it belongs; what belongs nowhere is said."""
    title = raw.title.strip().lower()
    if title in schema.tables():
        collected.setdefault(title, []).append((raw.frame(), raw.source))
    elif folder or not raw.header:
        return
    elif roster.is_roster(raw):
        if not roster.is_empty(raw):
            ties, responses = roster.read(raw, findings)
            source = Source(raw.file, raw.sheet)
            collected.setdefault("ties", []).append((ties, source))
            collected.setdefault("responses", []).append((responses, source))
    elif questionnaire.is_questionnaire(raw):
        given = questionnaire.read(raw, findings)
        if len(given):
            collected.setdefault("answers", []).append((given, Source(raw.file, raw.sheet)))
    elif kumu.is_connections(raw):
        collected.setdefault("ties", []).append((kumu.connections(raw), raw.source))
        findings.add("note", "the sheet is read as Kumu connections: one tie per row, in wave '1'", "kumu", **raw.at())
    elif kumu.is_elements(raw):
        collected.setdefault("actors", []).append((kumu.elements(raw), raw.source))
        findings.add("note", "the sheet is read as Kumu elements: one actor per row", "kumu", **raw.at())
    else:
        near = difflib.get_close_matches(title, schema.tables(), n=1, cutoff=0.6)
        rename = f"Rename it to '{near[0]}', or add" if near else "Add"
        findings.add("warning", "the sheet is not a table of the study and is not read", "unknown-sheet", **raw.at(),
                     expected=f"one of {', '.join(schema.tables())}",
                     remedy=f"{rename} '(ignore)' to its name, or use 'interfirm import'")


def _joined(collected: Collected) -> tuple[dict[str, pd.DataFrame], dict[str, Source]]:
    """One table per name; a table from several sheets has no single place, so its rows are not numbered."""
    tables, sources = {}, {}
    for name, parts in collected.items():
        if len(parts) == 1:
            tables[name], sources[name] = parts[0]
            continue
        tables[name] = pd.concat([frame for frame, _ in parts], ignore_index=True)
        sheets = " + ".join(dict.fromkeys(str(source.sheet) for _, source in parts))
        sources[name] = Source(parts[0][1].file, sheets)
    return tables, sources


def _derive_actors(tables: dict[str, pd.DataFrame], raws: list[Raw], findings: Findings) -> None:
    """Kumu needs no list of elements: without one, the ends of the connections are the actors."""
    if "actors" in tables or not any(kumu.is_connections(raw) for raw in raws):
        return
    ends = tables["ties"][["sender", "receiver"]].to_numpy().ravel()
    names = pd.Series(ends, dtype="str").str.strip().replace("", None).dropna().drop_duplicates()
    tables["actors"] = pd.DataFrame({"actor": names.to_numpy()})
    findings.add("note", f"no elements are listed; the {len(names)} ends of the connections are the actors",
                 "derived-actors", remedy="Add a sheet 'actors' so that members without ties are known")


def _derive_waves(tables: dict[str, pd.DataFrame], source: Source, findings: Findings) -> None:
    if len(tables.get("waves", ())):
        return
    named = [_distinct(tables[name], "wave") for name in _WITH_WAVES if name in tables]
    waves = list(dict.fromkeys(wave for part in named for wave in part))
    if waves:
        tables["waves"] = pd.DataFrame({"wave": waves}, dtype="str")
        findings.add("note", f"no waves are declared; they are taken in order of appearance: {', '.join(waves)}",
                     "derived-waves", file=source.file, remedy="Add a table 'waves' to say which came first")


def _derive_relations(tables: dict[str, pd.DataFrame], source: Source, findings: Findings) -> None:
    if len(tables.get("relations", ())):
        return
    named = [_distinct(tables[name], "relation") for name in ("ties", "responses") if name in tables]
    names = list(dict.fromkeys(name for part in named for name in part))
    known = {item.relation: item for item in vocabulary.RELATIONS}
    for name in (item for item in names if item not in known):
        near = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.6)
        findings.add("error", f"the layer of relation '{name}' is not known", "unknown-relation", file=source.file,
                     expected=f"a relation known by name ({', '.join(known)}), or a table 'relations'",
                     remedy=f"Add a table 'relations' with the columns relation, layer, directed and a row for '{name}'"
                     + (f", or write '{near[0]}'" if near else ""))
    rows = [known[name] for name in names if name in known]
    if rows:
        findings.add("note", "no relations are declared; their layers are those known by name: "
                     + ", ".join(f"{row.relation} ({row.layer})" for row in rows), "derived-relations",
                     file=source.file, remedy="Add a table 'relations' to change them")
    if names:
        tables["relations"] = _relation_rows(names)


def _relation_rows(names: list[str]) -> pd.DataFrame:
    known = {item.relation: item for item in vocabulary.RELATIONS}
    return pd.DataFrame({
        "relation": names,
        "layer": [known[name].layer if name in known else "exchange" for name in names],
        "directed": ["no" if name in known and not known[name].directed else "yes" for name in names],
    }, dtype="str")


def _distinct(frame: pd.DataFrame, column: str) -> list[str]:
    if column not in frame.columns or not isinstance(frame[column], pd.Series):
        return []
    text = frame[column].astype("str").str.strip()
    return text[text.notna() & (text != "")].drop_duplicates().tolist()


def _standing(typed: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The rows that can stand: keys whole and once, references known, no self-ties, actors there."""
    out = dict(typed)
    for name, table in schema.tables().items():
        frame, key = out[name], list(table.key)
        good = frame[key].notna().all(axis=1) & ~frame.duplicated(key)
        for column in table.columns.values():
            if column.required:
                good &= frame[column.name].notna()
            if column.refers_to:
                target, target_column = column.refers_to
                good &= frame[column.name].isna() | frame[column.name].isin(out[target][target_column])
        if name in {"ties", "dyads"}:
            good &= frame["sender"] != frame["receiver"]
        if name == "ties" and len(out["observations"]):
            good &= _there(frame, out)
        out[name] = frame.loc[good.to_numpy(dtype=bool)].reset_index(drop=True)
    return out


def _there(ties: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.Series[bool]:
    seen, actors = tables["observations"], tables["actors"]
    external = set(actors.loc[actors["position"] == "external", "actor"])
    there = pd.MultiIndex.from_frame(seen[["wave", "actor"]])
    good = pd.Series(True, index=ties.index)
    for column in ("sender", "receiver"):
        present = pd.MultiIndex.from_frame(ties[["wave", column]]).isin(there)
        good &= present | ~ties["wave"].isin(seen["wave"]) | ties[column].isin(external)
    return good
