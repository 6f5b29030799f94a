"""Opening everything that is to be imported, file by file, without stopping at the first fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from interfirm.errors import DataError, Findings
from interfirm.study.read import columnar, delimited, files, graphs, workbook
from interfirm.study.read.files import Blob
from interfirm.study.read.grid import Dropped, Layout, Sheet, shape
from interfirm.study.read.plan import Plan, SourcePlan

if TYPE_CHECKING:
    from interfirm.study.read.graph_tables import GraphRead

_TEXT = {".csv", ".tsv", ".tab", ".txt", ".dat", ".asc", ".prn", ""}
_NOT_TABLES = {".md", ".rst", ".pdf", ".doc", ".docx", ".odt", ".rtf", ".ppt", ".pptx", ".png", ".jpg", ".jpeg", ".gif",
               ".svg", ".html", ".htm", ".toml", ".json", ".xml", ".xsd", ".qdpx", ".py", ".r", ".do", ".sps", ".log",
               ".yaml", ".yml"}
_OURS = {"import.toml", "merges.csv", "dropped.csv"}


@dataclass
class Opened:
    """Everything that was opened: tables, and network files by name."""

    sheets: list[Sheet] = field(default_factory=list)
    graphs: dict[str, list[Blob]] = field(default_factory=dict)
    read: dict[str, GraphRead] = field(default_factory=dict)

    def by_number(self, plan: Plan) -> dict[int, Sheet]:
        """Sheets by the number of their source in a plan."""
        places = {(sheet.file, sheet.name): sheet for sheet in self.sheets}
        return {number: places[source.file, source.sheet] for number, source in enumerate(plan.sources)
                if (source.file, source.sheet) in places}

    def graphs_by_number(self, plan: Plan) -> dict[int, GraphRead]:
        """Network files by the number of their source in a plan."""
        return {number: self.read[source.file] for number, source in enumerate(plan.sources)
                if source.kind == "graph" and source.file in self.read}


def open_all(paths: Sequence[Path], plan: Plan | None, findings: Findings, dropped: list[Dropped]) -> Opened:
    """Open every file behind the paths.

    Parameters
    ----------
    paths
        Files and folders.
    plan
        The decisions of an earlier import, or None.
    findings
        Receives what cannot be opened.
    dropped
        Receives what is no table.
    """
    blobs = _blobs(paths, findings)
    opened = Opened()
    wanted = {(source.file, source.sheet): source for source in plan.sources} if plan else {}
    skipped = {file for (file, sheet), source in wanted.items() if source.kind == "skip" and sheet is None}
    for blob in sorted(blobs, key=lambda blob: blob.suffix in {".clu", ".vec"}):
        if Path(blob.name).name in _OURS or blob.name in skipped:
            dropped.append(Dropped("the file", "written by an earlier import" if blob.name not in skipped else
                                   "import.toml says skip", blob.name))
            continue
        try:
            _open(blob, wanted, opened, findings, dropped)
        except DataError as problem:
            findings.extend(problem.findings)
    _place_companions(opened, findings, dropped)
    _read_graphs(opened, wanted, findings)
    if plan is not None:
        _compare(plan, opened, findings, dropped, {blob.name for blob in blobs})
    return opened


def _blobs(paths: Sequence[Path], findings: Findings) -> list[Blob]:
    """All files, with names that tell them apart."""
    out: list[Blob] = []
    for path in dict.fromkeys(paths):
        for place in files.expand(path):
            try:
                out += files.load(place)
            except DataError as problem:
                findings.extend(problem.findings)
    names = Counter(blob.name for blob in out)
    return [blob if names[blob.name] == 1 else replace(blob, name=f"{blob.path.parent.name}/{blob.name}")
            for blob in out]


def _open(blob: Blob, wanted: dict[tuple[str, str | None], SourcePlan], opened: Opened, findings: Findings,
          dropped: list[Dropped]) -> None:
    if graphs.is_graph(blob):
        stem = blob.name.rsplit(".", 1)[0]
        companion = blob.suffix in {".clu", ".vec"}
        main = next((name for name in opened.graphs if name.rsplit(".", 1)[0] == stem), blob.name)
        opened.graphs.setdefault(main if companion else blob.name, []).append(blob)
        return
    if blob.suffix in _NOT_TABLES:
        dropped.append(Dropped("the file", "not a table or a network", blob.name))
        return
    if not blob.data:
        findings.add("error", "the file is empty", "empty-file", file=blob.name, expected="a table",
                     remedy="Take it out, or export it again")
        return
    if blob.suffix in workbook.SUFFIXES:
        grids = workbook.read(blob, findings, dropped)
    elif blob.suffix in columnar.SUFFIXES:
        grids = [columnar.read(blob)]
    elif blob.suffix in _TEXT:
        source = wanted.get((blob.name, None))
        grids = [delimited.read(blob, source.layout if source else Layout())]
    else:
        findings.add("warning", f"files of the type '{blob.suffix}' are not known", "unknown-type", file=blob.name,
                     expected="csv, xlsx, ods, dta, sav, parquet or a network file", remedy="Export it as CSV")
        dropped.append(Dropped("the file", "its type is not known", blob.name))
        return
    for grid in grids:
        source = wanted.get((grid.file, grid.sheet))
        opened.sheets.append(shape(grid, source.layout if source else Layout(), findings))
        dropped.extend(opened.sheets[-1].dropped)


def _place_companions(opened: Opened, findings: Findings, dropped: list[Dropped]) -> None:
    """Pajek partitions and vectors belong to the network of their name, or to the only one there is."""
    networks = [name for name in opened.graphs if name.lower().endswith((".net", ".paj"))]
    for name in [name for name in opened.graphs if name.lower().endswith((".clu", ".vec"))]:
        blobs = opened.graphs.pop(name)
        if len(networks) == 1:
            opened.graphs[networks[0]] += blobs
            continue
        findings.add("warning", "it is not clear which network this belongs to; it is left out", "no-network",
                     file=name, expected="a .net file of the same name", remedy="Name it like its network")
        dropped.append(Dropped("the file", "it has no names of actors, and no network of its name is there", name))


def _read_graphs(opened: Opened, wanted: dict[tuple[str, str | None], SourcePlan], findings: Findings) -> None:
    for name, blobs in opened.graphs.items():
        source = wanted.get((name, None))
        try:
            opened.read[name] = graphs.read(blobs, relation=source.relation if source else None,
                                            wave=source.wave if source else None)
        except DataError as problem:
            findings.extend(problem.findings)


def _compare(plan: Plan, opened: Opened, findings: Findings, dropped: list[Dropped], names: set[str]) -> None:
    """What the plan names must be there; what is there and not in the plan is left out and listed."""
    there = {(sheet.file, sheet.name) for sheet in opened.sheets} | {(name, None) for name in opened.graphs}
    failed = {item.file for item in findings if item.level == "error"}
    for source in plan.sources:
        if (source.file, source.sheet) not in there and source.kind != "skip" and source.file not in failed:
            what = "the sheet is not in the file" if source.file in names else "the file is not there"
            findings.add("error", what, "missing-source", file=source.file, sheet=source.sheet,
                         expected="every source of import.toml", remedy="Put it back, or remove it from import.toml")
    planned = {(source.file, source.sheet) for source in plan.sources}
    for file, sheet in sorted(there - planned, key=str):
        dropped.append(Dropped("the table", "import.toml does not name it", file, sheet))
        findings.add("warning", "import.toml does not name this table; it is left out", "new-source", file=file,
                     sheet=sheet, remedy="Import again without --config to have it recognised")
