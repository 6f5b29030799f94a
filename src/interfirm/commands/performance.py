"""Does cooperation pay: ``interfirm performance``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from interfirm.errors import UsageError

if TYPE_CHECKING:
    from interfirm.performance.analysis import Analysis, Options


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(performance)


def performance(
    path: Annotated[
        Path, typer.Argument(metavar="SURVEY", help="A survey (.dta, .sav, .csv, .xlsx, .parquet), or a study "
                             "(folder).")
    ],
    outcome: Annotated[
        str | None, typer.Option(help="What is explained; of a study: new_product_share if left out.")
    ] = None,
    cooperation: Annotated[
        str | None, typer.Option(help="Cooperation by partner type: variables, separated by commas; of a study: "
                                 "breadth, "
                                      "or types such as clients,universities.")
    ] = None,
    controls: Annotated[
        str | None, typer.Option(help="What is held alike: variables or terms such as log(size), i.sector, separated "
                                 "by "
                                      "commas; of a study: log(employees),rd_share if left out.")
    ] = None,
    model: Annotated[
        str, typer.Option(help="auto, fractional, tobit, logit, probit, firth, poisson, negative-binomial, "
                               "ordered-logit, multinomial-logit or linear.")
    ] = "auto",
    also: Annotated[str | None, typer.Option(help="Further models beside it, e.g. tobit,linear.")] = None,
    breadth: Annotated[
        str | None, typer.Option(help="Variables over which breadth is counted; the cooperation if left out.")
    ] = None,
    depth: Annotated[
        str | None, typer.Option(help="Variables (answers to a degree) over which depth is counted.")
    ] = None,
    depth_from: Annotated[float | None, typer.Option(help="The answer from which a source counts as deep.")] = None,
    complementarity: Annotated[
        str | None, typer.Option(help="Two to four practices: do they go together more than alone?")
    ] = None,
    curve: Annotated[bool, typer.Option(help="How each finding moves across reasonable models.")] = False,
    bootstrap: Annotated[int, typer.Option(help="Resamples of the firms, e.g. 999; 0 for none.")] = 0,
    weights: Annotated[str | None, typer.Option(help="Survey weight.")] = None,
    cluster: Annotated[str | None, typer.Option(help="Firms of one value hang together, e.g. an industry.")] = None,
    strata: Annotated[str | None, typer.Option(help="Stratum of the sample.")] = None,
    codebook: Annotated[
        Path | None, typer.Option(help="CSV with variable, label, codes, missing; for files without labels.")
    ] = None,
    wave: Annotated[str | None, typer.Option(help="Of a study: the wave of the outcome.")] = None,
    relation: Annotated[str | None, typer.Option(help="Of a study: the relation of the network position.")] = None,
    latex: Annotated[Path | None, typer.Option(help="Write the table as LaTeX to this file.")] = None,
    word: Annotated[Path | None, typer.Option(help="Write the table as a Word document (.docx) to this file.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the table as CSV to this file.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of everything random; the same seed gives the same result.")] = 1,
) -> None:
    """Ask which cooperation goes with innovation: paper tables, effects in words, what may not be concluded."""
    from interfirm import terminal
    from interfirm.performance.analysis import Options

    asked = Options(model, tuple(_listed(also)), None if breadth is None else tuple(_listed(breadth)),
                    tuple(_listed(depth)), depth_from, tuple(_listed(complementarity)), curve, bootstrap, seed)
    sample = {"weights": weights, "cluster": cluster, "strata": strata}
    with terminal.progress() as step:
        step("reading")
        if _is_study(path, outcome, cooperation):
            _refuse(sample | {"codebook": None if codebook is None else str(codebook), "breadth": breadth,
                              "depth": depth},
                    "a survey")
            made = _study(path, outcome, cooperation, controls, wave, relation, asked, step)
        else:
            _refuse({"wave": wave, "relation": relation}, "a study")
            made = _survey(path, outcome, cooperation, controls, sample, codebook, asked, step)
    _show(made)
    _save(made, latex, word, csv)


def _is_study(path: Path, outcome: str | None, cooperation: str | None) -> bool:
    """A folder is a study, and so is a workbook without an outcome or cooperation named."""
    return path.is_dir() or (path.suffix.lower() == ".xlsx" and (outcome is None or cooperation is None))


def _refuse(given: dict[str, str | None], of: str) -> None:
    for name, value in given.items():
        if value is not None:
            raise UsageError(f"--{name} belongs to {of}; leave it out here.")


def _survey(path: Path, outcome: str | None, cooperation: str | None, controls: str | None,
            sample: dict[str, str | None], codebook: Path | None, asked: Options, step: object) -> Analysis:
    from interfirm import terminal
    from interfirm.performance.analysis import survey_analysis
    from interfirm.study.read.microdata import read_microdata

    if outcome is None or cooperation is None:
        raise UsageError("Say what is explained and by what: --outcome new_product_share --cooperation VAR,VAR.")
    data = read_microdata(path, codebook=codebook)
    terminal.show_findings(data.findings)
    return survey_analysis(data, outcome, cooperation=_listed(cooperation), controls=_listed(controls),
                           options=asked, progress=step, **sample)  # type: ignore[arg-type]


def _study(path: Path, outcome: str | None, cooperation: str | None, controls: str | None, wave: str | None,
           relation: str | None, asked: Options, step: object) -> Analysis:
    from interfirm.performance.analysis import study_analysis
    from interfirm.study.read.tables import read_study

    return study_analysis(read_study(path), outcome=outcome or "new_product_share",
                          cooperation=_listed(cooperation) or ["breadth"],
                          controls=["log(employees)", "rd_share"] if controls is None else _listed(controls),
                          wave=wave, relation=relation, options=asked, progress=step)  # type: ignore[arg-type]


def _listed(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _show(made: Analysis) -> None:
    from interfirm import terminal

    terminal.show_table(made.dictionary_shown(), title="The variables", limit=60)
    terminal.show_findings(made.findings)
    typer.echo(made.paper.text())
    typer.echo()
    terminal.show_list("In words: what goes with cooperation, other things of the model alike", made.sentences)
    if made.types is not None:
        terminal.show_table(made.types.table().drop(columns="mean"), title="Each type of partner by itself")
    if made.resampled is not None:
        terminal.show_table(made.resampled.table(), title=str(made.resampled))
    tests = [str(item) for item in (*made.turning, made.complements, *made.curves) if item is not None]
    if tests:
        terminal.show_list("Further tests", tests)
    if made.complements is not None:
        terminal.show_table(made.complements.states, title="Combinations of the practices")
    terminal.show_list("What may not be concluded", made.cautions)


def _save(made: Analysis, latex: Path | None, word: Path | None, csv: Path | None) -> None:
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
