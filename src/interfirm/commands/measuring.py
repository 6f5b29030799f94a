"""Measures of every chapter by name: list, explain, compute, save."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

import typer

from interfirm.errors import UnknownName, UsageError

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

ROOMS: Final = ("network", "relations", "capability", "knowledge", "partners", "cluster", "performance")
OTHER_ROOMS: Final = ("structure", "dynamics")
LIST: Final = "list"
_ELSEWHERE: Final = {
    "network": "report STUDY", "structure": "structure STUDY", "dynamics": "dynamics STUDY",
    "relations": "structure STUDY", "capability": "capability STUDY", "knowledge": "knowledge STUDY",
    "partners": "partners STUDY", "cluster": "cluster STUDY", "performance": "performance DATA",
    "themes_by": "cases STUDY", "entry_value": "entry", "best_scope": "entry", "stays": "entry",
}
_NO_TABLE: Final = frozenset({"study_analysis", "study_design"})
_FACTS: Final = (("formula", "Formula"), ("low", "Low"), ("high", "High"), ("range", "Range"),
                 ("missing", "Missing"), ("source", "Source"))
_ASKED: Final = re.compile(r"\b(relation|wave)=…")
_HIDDEN: Final = ("study", "progress")


class Measure(NamedTuple):
    """A measure that takes a study: its chapter, name, declared texts and function."""

    room: str
    name: str
    texts: Mapping[str, str]
    function: Callable[..., Any]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(measure)


def measure(
    name: Annotated[str, typer.Argument(help="The measure, e.g. constraint; 'list' shows all.")],
    path: Annotated[Path | None, typer.Argument(metavar="STUDY", help="A study: folder or workbook.")] = None,
    relation: Annotated[list[str] | None, typer.Option(help="The relation; several are pooled.")] = None,
    wave: Annotated[str | None, typer.Option(help="The wave.")] = None,
    option: Annotated[
        list[str] | None, typer.Option("--set", help="A further option of the measure, e.g. --set direction=in.")
    ] = None,
    describe: Annotated[bool, typer.Option("--describe", help="Explain the measure and its options.")] = False,
    csv: Annotated[Path | None, typer.Option(help="Write the whole result to this CSV file.")] = None,
) -> None:
    """Compute one measure of a study and print or save it; 'interfirm measure list' shows all."""
    if name == LIST:
        _show_all(csv)
        return
    found = find(name)
    if describe:
        typer.echo(described(found))
        return
    if path is None:
        raise UsageError(f"Say of which study: interfirm measure {name} STUDY; or add --describe to read about it.")
    from interfirm.network import catalogue
    from interfirm.study.read.tables import read_study

    study = read_study(path)
    try:
        result = catalogue.apply(found.function, found.name, study, relation=relation, wave=wave, options=option or [])
    except UsageError as problem:
        raise UsageError(_ASKED.sub(r"--\1 NAME", str(problem))) from problem
    _emit(result, found.name, study, csv)


def every() -> list[Measure]:
    """Every measure that can be computed from a study, chapter by chapter."""
    return [Measure(room, name, texts, function) for room in ROOMS for name, texts in _texts(room).items()
            if (function := _takes_study(room, name)) is not None]


def find(name: str) -> Measure:
    """The measure of a name, or of ``chapter.name``.

    Raises
    ------
    UsageError
        If the name is known and needs more than a study, with the command that gives it.
    UnknownName
        If it is not known at all, with the nearest.
    """
    room, _, bare = name.rpartition(".")
    known = every()
    for item in known:
        if item.name == bare and room in {"", item.room}:
            return item
    for other in (*ROOMS, *OTHER_ROOMS):
        module = import_module(f"interfirm.{other}")
        if bare in module.__all__ and callable(getattr(module, bare)) and room in {"", other}:
            command = _ELSEWHERE.get(bare, _ELSEWHERE[other])
            raise UsageError(f"'{bare}' is no measure that needs nothing but a study. The command that uses it is "
                             f"'interfirm {command}'; in Python it is interfirm.{other}.{bare}.")
    raise UnknownName("measure", name, [item.name for item in known],
                      see="'interfirm measure list' shows all of them, each with a line on what it says.")


def _texts(room: str) -> Mapping[str, Mapping[str, str]]:
    texts: Mapping[str, Mapping[str, str]] = import_module(f"interfirm.{room}.catalogue").texts()
    return texts


def _takes_study(room: str, name: str) -> Callable[..., Any] | None:
    """The function of a measure if its first parameter is a study and words can give the rest."""
    function: Callable[..., Any] | None = getattr(import_module(f"interfirm.{room}"), name, None)
    if function is None:
        return None
    first, *others = inspect.signature(function).parameters.values()
    needed = [str(item.annotation) for item in others if item.default is inspect.Parameter.empty]
    plain = all(annotation.startswith(("str", "int", "float")) for annotation in needed)
    return function if first.name == "study" and plain and name not in _NO_TABLE else None


def described(found: Measure) -> str:
    """What a measure says, how to read it, and its options with their defaults."""
    import textwrap

    def wrapped(label: str, text: str) -> str:
        return textwrap.fill(f"{label}: {text}", width=96, initial_indent="  ", subsequent_indent="    ")

    texts = found.texts
    lines = [f"{texts['title']} (interfirm.{found.room}.{found.name})",
             textwrap.fill(texts["definition"], width=96, initial_indent="  ", subsequent_indent="  ")]
    lines += [wrapped(label, texts[key]) for key, label in _FACTS if texts.get(key)]
    options = [item for item in inspect.signature(found.function).parameters.values() if item.name not in _HIDDEN]
    shown = [item.name if item.default is inspect.Parameter.empty else f"{item.name}={_written(item.default)}"
             for item in options]
    return "\n".join([*lines, wrapped("Options", ", ".join(shown) or "none")])


def _written(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ",".join(map(str, value))
    return {None: "none", True: "yes", False: "no"}.get(value, str(value)) if not isinstance(value, (int, float)) or \
        isinstance(value, bool) else f"{value:g}"


def overview() -> pd.DataFrame:
    """One row per measure: chapter, name, title, what it says."""
    import pandas as pd

    rows = [(item.room, item.name, item.texts["title"], item.texts["definition"]) for item in every()]
    return pd.DataFrame(rows, columns=["chapter", "measure", "title", "definition"])


def _show_all(csv: Path | None) -> None:
    from interfirm import terminal
    from interfirm.study.write.atomic import write_text

    frame = overview()
    for room, rows in frame.groupby("chapter", sort=False):
        terminal.show_table(rows[["measure", "title", "definition"]], title=str(room), limit=1000)
    typer.echo("'interfirm measure NAME STUDY' computes one; '--describe' explains it.")
    if csv is not None:
        write_text(csv, frame.to_csv(index=False))
        typer.echo(f"Wrote {csv}: {len(frame)} rows.")


def _emit(result: Any, name: str, study: Study, csv: Path | None) -> None:
    from interfirm import terminal
    from interfirm.network import catalogue
    from interfirm.study.write.atomic import write_text

    frame = catalogue.as_table(result, name, study)
    if not catalogue.is_plain(result) and "__str__" in vars(type(result)):
        typer.echo(str(result))
    terminal.show_table(frame)
    for line in catalogue.settings_lines(result):
        terminal.say(line)
    if csv is not None:
        write_text(csv, frame.to_csv(index=False))
        typer.echo(f"Wrote {csv}: {len(frame)} rows.")
