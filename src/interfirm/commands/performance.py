"""Does cooperation pay: ``interfirm performance``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interfirm.errors import UsageError

if TYPE_CHECKING:
    from interfirm.performance.analysis import Analysis



def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(performance)


def performance(
    path: Annotated[Path, typer.Argument(metavar="SURVEY", help="A survey (.dta, .sav, .csv, .xlsx, .parquet).")],
    outcome: Annotated[str | None, typer.Option(help="What is explained, e.g. new_product_share.")] = None,
    cooperation: Annotated[
        str | None, typer.Option(help="Cooperation by partner type: variables, separated by commas.")
    ] = None,
    controls: Annotated[
        str | None, typer.Option(help="What is held alike: variables or terms such as log(size), i.sector.")
    ] = None,
    model: Annotated[
        str, typer.Option(help="auto, fractional, tobit, logit, probit, firth, poisson, negative-binomial, "
                               "ordered-logit, multinomial-logit or linear.")
    ] = "auto",
    weights: Annotated[str | None, typer.Option(help="Survey weight.")] = None,
    cluster: Annotated[str | None, typer.Option(help="Firms of one value hang together, e.g. an industry.")] = None,
    strata: Annotated[str | None, typer.Option(help="Stratum of the sample.")] = None,
    codebook: Annotated[
        Path | None, typer.Option(help="CSV with variable, label, codes, missing; for files without labels.")
    ] = None,
    latex: Annotated[Path | None, typer.Option(help="Write the table as LaTeX to this file.")] = None,
    word: Annotated[Path | None, typer.Option(help="Write the table as a Word document (.docx) to this file.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the table as CSV to this file.")] = None,
) -> None:
    """Ask which cooperation goes with innovation: paper tables, effects in words, what may not be concluded."""
    from interfirm import terminal
    from interfirm.performance.analysis import survey_analysis
    from interfirm.study.read.microdata import read_microdata

    if outcome is None or cooperation is None:
        raise UsageError("Say what is explained and by what: --outcome new_product_share --cooperation VAR,VAR.")
    with terminal.progress() as step:
        step("reading")
        data = read_microdata(path, codebook=codebook)
        made = survey_analysis(data, outcome, cooperation=_listed(cooperation), controls=_listed(controls), model=model,
                               weights=weights, cluster=cluster, strata=strata, progress=step)
    terminal.show_findings([*data.findings, *made.findings])
    _show(made)
    _save(made, latex, word, csv)


def _listed(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _show(made: Analysis) -> None:
    from interfirm import terminal

    terminal.show_table(made.dictionary_shown(), title="The variables", limit=60)
    typer.echo(made.paper.text())
    typer.echo()
    terminal.show_list("In words: what goes with cooperation, other things of the model alike", made.sentences)
    terminal.show_list("What may not be concluded", made.cautions)


def _save(made: Any, latex: Path | None, word: Path | None, csv: Path | None) -> None:
    from interfirm.study.write.atomic import write_bytes, write_text

    if latex is not None:
        write_text(latex, made.paper.latex())
    if word is not None:
        write_bytes(word, made.paper.docx())
    if csv is not None:
        write_text(csv, made.paper.csv())
    for file in (latex, word, csv):
        if file is not None:
            typer.echo(f"Wrote {file}: {len(made.fits)} model{'s' if len(made.fits) > 1 else ''}.")
