"""Import what people already hold: recognise every file, say it, and make one study of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from interfirm.errors import DataError, Finding, Findings, UsageError
from interfirm.study.read import assemble, merge, plan, recognise, sources, wave_names
from interfirm.study.read.grid import Dropped
from interfirm.study.read.merge import Merge
from interfirm.study.read.plan import Plan, SourcePlan
from interfirm.study.read.text import decode

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study
    from interfirm.study.write.folder import Written

PLAN_FILE, MERGES_FILE, DROPPED_FILE = "import.toml", "merges.csv", "dropped.csv"


@dataclass
class ImportResult:
    """What an import came to.

    Attributes
    ----------
    study
        The study, or None if ``findings`` holds an error.
    tables
        The tables as text, before they were typed.
    plan
        Every decision; ``dump(plan)`` is ``import.toml``.
    findings
        Everything found, with file, sheet, row and column.
    guesses
        Printable lines: what each file was taken for, and everything that was guessed.
    dropped
        Everything that is in the files and not in the study, with the reason.
    merges
        Names that may mean the same organisation, with decisions.
    folder
        The folder of the ``import.toml`` that was used, or None.
    """

    study: Study | None
    tables: dict[str, pd.DataFrame]
    plan: Plan
    findings: Findings
    guesses: list[str] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    folder: Path | None = None

    def companions(self, folder: str | Path) -> dict[str, str]:
        """The texts that go beside the tables: ``import.toml``, ``merges.csv``, ``dropped.csv``."""
        place = Path(folder).resolve()
        paths = tuple(_relative(Path(path), place) for path in self.plan.paths)
        final = replace(self.plan, paths=paths, merges=MERGES_FILE if self.merges else None)
        out = {PLAN_FILE: plan.dump(final)}
        if self.merges:
            out[MERGES_FILE] = merge.dump(self.merges)
        if self.dropped:
            out[DROPPED_FILE] = _dropped_text(self.dropped)
        return out

    def write(self, folder: str | Path) -> Written:
        """Write the study with its ``import.toml``, merge list and list of what was left out.

        Raises
        ------
        DataError
            If there is no study because of errors.
        """
        from interfirm.study.write.folder import write_study

        if self.study is None:
            raise DataError(self.findings.sorted())
        return write_study(self.study, folder, companions=self.companions(folder))


def import_files(paths: Sequence[str | Path], *, config: str | Path | None = None,
                 progress: Callable[[str], None] | None = None) -> ImportResult:
    """Read files as they are and make a study of them.

    Parameters
    ----------
    paths
        Files and folders. With ``config`` they may be left out; then those it names are read.
    config
        An ``import.toml`` of an earlier import, perhaps corrected: every decision is taken from it.
    progress
        Called with a short text at each step.

    Returns
    -------
    ImportResult
        The study with everything that was guessed, found and left out.

    Raises
    ------
    UsageError
        If a path does not exist, or ``config`` names something that is not there.
    DataError
        If ``config`` cannot be read. Faults of the data are in ``findings`` instead.

    Examples
    --------
    >>> result = import_files(["members.xlsx", "survey.csv"])      # doctest: +SKIP
    >>> print("\\n".join(result.guesses))                            # doctest: +SKIP
    """
    say = progress or (lambda _: None)
    findings, dropped, guesses = Findings(), [], []  # type: Findings, list[Dropped], list[str]
    asked, folder = _config(config)
    where = [Path(path) for path in paths] or [(folder or Path()) / path for path in (asked.paths if asked else ())]
    if not where:
        raise UsageError("Say what to import: one or more files or folders.")
    say("reading the files")
    opened = sources.open_all(where, asked, findings, dropped)
    if asked is None:
        say("recognising what they are")
        made = replace(_recognised(opened), name=_name(where))
    else:
        made = asked
    made = replace(made, paths=tuple(str(path.resolve()) for path in where))
    guesses += _lines(made, opened)
    if asked is None:
        guesses += wave_names.told(made.sources[:len(opened.sheets)], opened.sheets)
    if findings.failed:
        return ImportResult(None, {}, made, findings, guesses, dropped, [], folder)
    say("putting the tables together")
    done = assemble.assemble(made, opened.by_number(made), opened.graphs_by_number(made), _decided(asked, folder),
                             findings, dropped, guesses)
    _list_skipped(made, opened, findings, dropped, new=asked is None)
    if asked is None:
        made = _named(made, done.study, guesses)
    made = replace(made, waves=tuple(done.study.wave_order)) if done.study is not None and not made.waves else made
    return ImportResult(done.study, done.tables, made, findings, guesses, dropped, done.merges, folder)


def _named(made: Plan, study: Study | None, guesses: list[str]) -> Plan:
    """The guessed name is said; where the files give one themselves, it is none of the plan's."""
    if study is not None and study.name != made.name:
        return replace(made, name=None)
    guesses.append(f"the study is called '{made.name}', after what was read; 'name' in import.toml changes it")
    return made


def _name(where: Sequence[Path]) -> str:
    """What the study is called until the user says: the one file or folder, or the folder that holds them all."""
    whole = [path.resolve() for path in where]
    if len(whole) > 1:
        return whole[0].parent.name or "study"
    return (whole[0].name if whole[0].is_dir() else whole[0].name.split(".")[0]) or "study"


def _config(config: str | Path | None) -> tuple[Plan | None, Path | None]:
    if config is None:
        return None, None
    path = Path(config)
    if path.is_dir():
        path = path / PLAN_FILE
    if not path.is_file():
        raise UsageError(f"There is no file '{config}'. An import writes import.toml into the study's folder.")
    text = decode(path.read_bytes(), name=path.name).text
    return plan.parse(text, file=path.name), path.resolve().parent


def _decided(asked: Plan | None, folder: Path | None) -> Mapping[str, Merge]:
    if asked is None or asked.merges is None or folder is None:
        return {}
    path = folder / asked.merges
    if not path.is_file():
        raise DataError(Finding("error", "the merge list is not there", "no-merges", file=asked.merges,
                                remedy="Put it back beside import.toml, or remove 'merges' from import.toml"))
    return merge.parse(decode(path.read_bytes(), name=path.name).text, file=path.name)


def _recognised(opened: sources.Opened) -> Plan:
    proposals = [recognise.propose(sheet) for sheet in opened.sheets]
    waves = {str(wave) for graph in opened.read.values() if "waves" in graph.tables
             for wave in graph.tables["waves"]["wave"]}
    settled = recognise.settle(proposals, opened.sheets, waves)
    graphs = [SourcePlan(name, "graph", why="a network file (sure)") for name in opened.graphs]
    return Plan((*settled, *graphs))


def _lines(made: Plan, opened: sources.Opened) -> list[str]:
    """What each source was taken for, and what was guessed on the way."""
    out = []
    for number, source in enumerate(made.sources):
        text = f"{source.label}: {plan.KINDS[source.kind]}"
        if source.why:
            text += f" - {source.why}"
        if source.kind in {"matrix", "edges", "roster", "recall"}:
            what = source.relation or ", ".join(source.questions.values()) or f"as in '{source.relation_column}'"
            when = source.wave or f"as in '{source.wave_column}'"
            text += f"; relation {what}, wave {when}, {'undirected' if source.directed is False else 'directed'}"
        sheet = opened.by_number(made).get(number)
        if sheet is not None and sheet.guesses:
            text += "; " + ", ".join(sheet.guesses)
        out.append(text)
        renamed = {old: new for old, new in source.columns.items() if old != new} if source.kind == "actors" else {}
        if renamed:
            out.append(f"{source.label}: " + ", ".join(f"column '{old}' is '{new}'" for old, new in renamed.items()))
    return out


def _list_skipped(made: Plan, opened: sources.Opened, findings: Findings, dropped: list[Dropped], *,
                  new: bool) -> None:
    """Every sheet that nothing was made of is listed; an unrecognised one is also a warning."""
    for number, source in enumerate(made.sources):
        if source.kind != "skip":
            continue
        sheet = opened.by_number(made).get(number)
        size = f"{len(sheet.frame)} rows" if sheet is not None else "the table"
        dropped.append(Dropped(size, source.why or "import.toml says skip", source.file, source.sheet))
        if new and (sheet is None or len(sheet.frame)) and source.why.startswith("not recognised"):
            findings.add("warning", "it is not clear what this table is", "not-recognised", file=source.file,
                         sheet=source.sheet, expected="members, ties, a survey, projects or attributes",
                         remedy="Say its kind in import.toml, or name its columns as 'interfirm describe' lists them")


def _relative(path: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return path.as_posix()


def _dropped_text(dropped: list[Dropped]) -> str:
    import csv
    import io

    from interfirm.study.write.cells import guard

    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("file", "sheet", "row", "column", "what", "reason"))
    for item in dropped:
        cells = (item.file, item.sheet, item.row, item.column, item.what, item.reason)
        writer.writerow(["" if cell is None else guard(str(cell)) for cell in cells])
    return buffer.getvalue()
