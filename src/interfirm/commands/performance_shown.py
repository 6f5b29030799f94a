"""How ``interfirm performance`` shows and saves an analysis."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from interfirm.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.performance.answer import Answer

_CURVES = (".html", ".svg", ".csv")


def checked(curve: Path | None) -> None:
    """Refuse a file of a specification curve whose type is not known, before anything is computed."""
    if curve is not None and curve.suffix.lower() not in _CURVES:
        raise UsageError(f"--specification-curve {curve}: write {', '.join(_CURVES)}.")


def show_dictionary(dictionary: pd.DataFrame) -> None:
    """The variables, before anything is estimated."""
    from interfirm import terminal
    from interfirm.performance.answer import shown

    terminal.show_table(shown(dictionary), title="The variables", limit=60)


def show(made: Answer) -> None:
    """Table, words, tests and cautions of an analysis."""
    from interfirm import terminal
    from interfirm.performance.analysis import Analysis

    terminal.show_findings(made.findings)
    typer.echo(made.paper.text())
    typer.echo()
    terminal.show_list(made.heading, made.sentences)
    if isinstance(made, Analysis):
        if made.types is not None:
            terminal.show_table(made.types.table().drop(columns="mean"), title="Each type of partner by itself")
        if made.resampled is not None:
            terminal.show_table(made.resampled.table(), title=str(made.resampled))
    if made.tests:
        terminal.show_list("Further tests", made.tests)
    for title, table in made.tables:
        terminal.show_table(table, title=title)
    terminal.show_list("What may not be concluded", made.cautions)


def save(made: Answer, files: dict[str, Path | None], curve: Path | None) -> None:
    """Write the table in each wanted format, and the specification curves."""
    from interfirm.study.write.atomic import write_bytes, write_text

    kinds: dict[str, Any] = {"latex": made.paper.latex, "word": made.paper.docx, "csv": made.paper.csv}
    for name, file in files.items():
        if file is None:
            continue
        content = kinds[name]()
        (write_bytes if isinstance(content, bytes) else write_text)(file, content)
        typer.echo(f"Wrote {file}: {made.models} model{'s' if made.models > 1 else ''}.")
    if curve is not None:
        from interfirm.performance.analysis import Analysis
        from interfirm.report.specification import written

        curves = made.curves if isinstance(made, Analysis) else ()
        if not curves:
            raise UsageError("There is no curve: the model has no variable that the question is about.")
        write_text(curve, written(curves, curve.suffix.lower()))
        typer.echo(f"Wrote {curve}: {sum(len(item.rows) for item in curves)} models of "
                   f"{', '.join(item.variable for item in curves)}.")
