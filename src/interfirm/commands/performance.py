"""Does cooperation pay: ``interfirm performance``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_ALWAYS = ("path", "model", "latex", "word", "csv", "seed")
_FOLDER = "A survey (.dta, .sav, .csv, .xlsx, .parquet), or a study (folder)."


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(performance)


def performance(
    path: Annotated[Path, typer.Argument(metavar="SURVEY", help=_FOLDER)],
    outcome: Annotated[
        str | None, typer.Option(help="What is explained, e.g. share, or innovates=1; of a study: new_product_share "
                                 "if left out.")
    ] = None,
    cooperation: Annotated[
        str | None, typer.Option(help="Cooperation by partner type: variables, separated by commas; of a study: "
                                 "breadth, or types such as clients,universities.")
    ] = None,
    controls: Annotated[
        str | None, typer.Option(help="What is held alike: variables or terms such as log(size), i.sector, separated "
                                 "by commas; of a study: log(employees),rd_share if left out.")
    ] = None,
    model: Annotated[
        str, typer.Option(help="auto, fractional, tobit, logit, probit, firth, poisson, negative-binomial, "
                               "ordered-logit, multinomial-logit, linear, heckman, fixed-effects or cdm.")
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
    specification_curve: Annotated[
        Path | None, typer.Option(help="The same as a picture or table in a file: .html, .svg or .csv.")
    ] = None,
    bootstrap: Annotated[
        int | None, typer.Option(help="Resamples of the firms, e.g. 999; none if left out, 999 for cdm.")
    ] = None,
    selection: Annotated[
        str | None, typer.Option(help="heckman: which firms have the outcome, and by what: 'rd ~ log(size), market'.")
    ] = None,
    method: Annotated[
        str | None, typer.Option(help="heckman: ml or two-step; --network-lag: iv or ml.")
    ] = None,
    absorb: Annotated[
        str | None, typer.Option(help="fixed-effects: whose values each have a level, e.g. firm,year.")
    ] = None,
    research: Annotated[str | None, typer.Option(help="cdm: who does research: 'rd ~ log(size), market'.")] = None,
    intensity: Annotated[str | None, typer.Option(help="cdm: how much: 'log_rd ~ log(size), demand'.")] = None,
    innovation: Annotated[
        str | None, typer.Option(help="cdm: what goes with it: 'share ~ rivals'; foreseen research is added.")
    ] = None,
    productivity: Annotated[
        str | None, typer.Option(help="cdm: and with that: 'log_sales ~ log(size)'; foreseen innovation is added.")
    ] = None,
    panel: Annotated[
        str | None, typer.Option(help="Of a survey of several waves: the columns of firm and wave, e.g. id,year.")
    ] = None,
    lag: Annotated[
        str | None, typer.Option(help="Variables taken from the wave before (needs --panel); L.name in a term does "
                                 "the same.")
    ] = None,
    weights: Annotated[str | None, typer.Option(help="Survey weight.")] = None,
    cluster: Annotated[str | None, typer.Option(help="Firms of one value hang together, e.g. an industry.")] = None,
    strata: Annotated[str | None, typer.Option(help="Stratum of the sample.")] = None,
    codebook: Annotated[
        Path | None, typer.Option(help="CSV with variable, label, codes, missing, partner, place; for files without "
                                  "labels.")
    ] = None,
    wave: Annotated[str | None, typer.Option(help="Of a study: the wave of the outcome.")] = None,
    earlier: Annotated[
        str | None, typer.Option(help="Of a study: the wave of positions and ties; the one before if left out.")
    ] = None,
    relation: Annotated[str | None, typer.Option(help="Of a study: the relation of the network position.")] = None,
    positions: Annotated[
        str | None, typer.Option(help="Of a study: positions, e.g. degree,constraint,coupling,spillover_pool; degree "
                                 "if left out.")
    ] = None,
    places: Annotated[
        Path | None, typer.Option(help="Of a study: CSV with country and place, for partners by place.")
    ] = None,
    mrqap: Annotated[
        str | None, typer.Option(help="Of a study: which pairs are tied: 'advice ~ distance, same:sector, peer'.")
    ] = None,
    permutations: Annotated[int | None, typer.Option(help="Of --mrqap; 2000 if left out.")] = None,
    network_lag: Annotated[
        str | None, typer.Option(help="Of a study: does the outcome go with that of partners in this relation?")
    ] = None,
    without_context: Annotated[bool, typer.Option("--without-context", help="--network-lag without the partners' "
                                             "regressors.")] = False,
    latex: Annotated[Path | None, typer.Option(help="Write the table as LaTeX to this file.")] = None,
    word: Annotated[Path | None, typer.Option(help="Write the table as a Word document (.docx) to this file.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the table as CSV to this file.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of everything random; the same seed gives the same result.")] = 1,
) -> None:
    """Ask which cooperation goes with innovation: paper tables, effects in words, what may not be concluded."""
    asked = dict(locals())
    from interfirm import terminal
    from interfirm.commands.outputs import refuse_files
    from interfirm.commands.performance_models import Call, answered
    from interfirm.commands.performance_shown import checked, save, show

    given = {key: value for key, value in asked.items() if key not in _ALWAYS and value is not None
             and value is not False}
    checked(specification_curve)
    refuse_files(latex, word, csv, specification_curve)
    call = Call(path, model, given, seed, study=path.is_dir() or _workbook_of_a_study(path, model, given))
    call.check()
    with terminal.progress() as step:
        made = answered(call, step)
    show(made)
    save(made, {"latex": latex, "word": word, "csv": csv}, specification_curve)


def _workbook_of_a_study(path: Path, model: str, given: dict[str, object]) -> bool:
    """A workbook is a study where nothing is asked that only a survey can answer."""
    if path.suffix.lower() != ".xlsx":
        return False
    return "mrqap" in given or "network_lag" in given or (model != "cdm" and not {"outcome", "cooperation"} <= {*given})
