"""Why ties form, last and end: ``interfirm dynamics``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interfirm.commands import dynamics_kept as kept
from interfirm.commands import dynamics_one_wave as one_wave
from interfirm.commands.outputs import refuse_files
from interfirm.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from interfirm.dynamics import Fit, Specification, Start
    from interfirm.study.study import Study

_FIRST = "preparing the model (half a minute the first time after installation)"


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(dynamics)


def dynamics(
    path: Annotated[Path | None, typer.Argument(metavar="STUDY", help="A study: folder or workbook.")] = None,
    relation: Annotated[
        str | None, typer.Option(help="The relation that changes, or 'alliances'; the main one if left out.")
    ] = None,
    effects: Annotated[
        list[str] | None, typer.Option(help="Short names with commas, e.g. density,recip,transTrip,altX:employees.")
    ] = None,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Propose effects that the data can carry, and estimate them.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only say what the data can carry; nothing is simulated.")
    ] = False,
    show: Annotated[bool, typer.Option("--list", help="List all effects.")] = False,
    cross_section: Annotated[
        bool, typer.Option("--cross-section", help="One wave (the last, or --waves W): an exponential random graph "
                                                   "model of which ties are there.")
    ] = False,
    waves: Annotated[str | None, typer.Option(help="The waves, with commas; all if left out.")] = None,
    model: Annotated[
        str | None, typer.Option(help="Undirected relations: confirmation (if left out), forcing, disjunctive, "
                                      "conjunctive, compensatory.")
    ] = None,
    offset: Annotated[float | None, typer.Option(help="Offset of 'confirmation'; log of the number of actors.")] = None,
    conditional: Annotated[
        bool, typer.Option(help="Simulate each period until the observed number of changes.")
    ] = False,
    behaviour: Annotated[
        list[str] | None, typer.Option(help="A column of levels that changes too: patents=linear,avAlt; repeatable.")
    ] = None,
    also: Annotated[
        list[str] | None, typer.Option(help="A relation that changes too: trade=density,recip; repeatable.")
    ] = None,
    fix: Annotated[list[str] | None, typer.Option(help="Hold a term at a value: transTrip=0; repeatable.")] = None,
    go_on: Annotated[
        Path | None, typer.Option("--continue", help="Start from this fit; its model too, if no effects are given.")
    ] = None,
    gof: Annotated[bool, typer.Option("--gof", help="Does the model reproduce degrees, distances and triads?")] = False,
    importance: Annotated[bool, typer.Option("--importance", help="How much each effect matters for choices.")] = False,
    time_test: Annotated[
        bool, typer.Option("--time-test", help="Are the parameters the same in all periods?")
    ] = False,
    score_test: Annotated[
        list[str] | None, typer.Option(help="Would these effects improve the model? Short names with commas.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Keep the fit in this file, for --continue and the report.")
    ] = None,
    latex: Annotated[Path | None, typer.Option(help="Write the table to this LaTeX file.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the table with its plain words to this CSV file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    export_rsiena: Annotated[
        Path | None, typer.Option(help="Write the model and its data for RSiena into this folder.")
    ] = None,
    panels: Annotated[int, typer.Option(help="Simulated panels for convergence and standard errors.")] = 1000,
    threads: Annotated[int | None, typer.Option(help="Threads; one per processor, at most 8, if left out.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of everything random; the same seed gives the same result.")] = 1,
) -> None:
    """Say why ties form, last and end: a tie-formation model (SAOM) from two or more waves, or (ERGM) from one."""
    from interfirm import terminal
    from interfirm.study.read.tables import read_study

    if show:
        _list(cross_section)
        return
    if path is None:
        raise UsageError("Say of which study: interfirm dynamics STUDY --suggest. For all effects: --list.")
    refuse_files(latex, csv, output)
    if cross_section:
        one_wave.refuse(model=model, offset=offset is not None, conditional=conditional, behaviour=behaviour, also=also,
                        continue_=go_on, importance=importance, time_test=time_test, score_test=score_test,
                        export_rsiena=export_rsiena)
        _one_wave(path, relation, waves, output, latex, csv, {
            "effects": effects or [], "suggest": suggest, "check": check, "fix": fix or [], "gof": gof,
            "panels": panels, "threads": threads, "seed": seed, "as_json": as_json})
        return
    before = kept.earlier(go_on)
    with terminal.progress(delay=0.5) as step:
        study = read_study(path)
        step(_FIRST)
        order = _waves(waves) or (list(before.waves) if before and not effects and not suggest else None)
        spec = _specification(study, relation, effects, suggest, before, order, as_json, {
            "model": model, "offset": offset, "conditional": conditional, "behaviour": behaviour or [],
            "also": also or [], "fix": fix or []})
        if time_test and len(order or study.wave_order) < 3:
            raise UsageError("--time-test needs three waves or more: with one period there is nothing to compare.")
        found = _look(study, spec, order, score_test)
        if not check:
            fit = _estimate(study, spec, before, step, score_test, {
                "seed": seed, "waves": order, "phase3": panels, "threads": threads})
            more = _tests(fit, step, gof=gof, importance=importance, time_test=time_test, score_test=score_test,
                          seed=seed, threads=threads)
    if check:
        _checked(found, spec, as_json=as_json)
        return
    _say(fit, more, as_json=as_json)
    _write(fit, more, output, latex, csv, export_rsiena, as_json=as_json)


def _one_wave(path: Path, relation: str | None, waves: str | None, output: Path | None, latex: Path | None,
              csv: Path | None, options: dict[str, Any]) -> None:
    from interfirm import terminal
    from interfirm.report.context import Context
    from interfirm.study.read.tables import read_study

    wave = one_wave.one(_waves(waves))
    with terminal.progress(delay=0.5) as step:
        study = read_study(path)
        name = relation or Context(study).relation
        if name is None:
            raise UsageError("The study holds no ties.")
        fit, found = one_wave.run(study, step, relation=name, wave=wave, **options)
    if fit is not None:
        one_wave.say(fit, found, as_json=options["as_json"])
        one_wave.write(fit, found, output, latex, csv, as_json=options["as_json"])


# ---- before --------------------------------------------------------------------------------


def _list(cross_section: bool) -> None:
    from interfirm import terminal
    from interfirm.dynamics import overview

    if cross_section:
        one_wave.show_list()
        return
    table = overview()[["effect", "nets", "needs", "title", "concept"]]
    terminal.show_table(table.rename(columns={"nets": "for", "needs": "followed by"}), limit=1000)
    typer.echo("for: D directed, U undirected, T memberships (actors and alliances), B behaviour, R rate.\n"
               "Followed by: name:column; with actor+network name:column:relation. A number goes in parentheses: "
               "gwespFF(69).\nIn front: 'creation:' for ties that are made, 'endow:' for ties that are kept. "
               "Products: recip*sameX:sector.")


def _waves(text: str | None) -> list[str] | None:
    return [item.strip() for item in text.split(",") if item.strip()] if text else None


def _specification(study: Study, relation: str | None, effects: list[str] | None, suggest: bool, before: Start | None,
                   order: list[str] | None, quiet: bool, options: dict[str, Any]) -> Specification:
    from interfirm.dynamics import specification
    from interfirm.report.context import Context

    if suggest and effects:
        raise UsageError("Give --effects or --suggest, not both.")
    if not effects and not suggest:
        if before is None:
            raise UsageError("Say which effects: --effects density,recip,transTrip, or --suggest for a proposal; "
                             "--list shows all.")
        return before.spec
    name = relation or Context(study).relation
    if name is None:
        raise UsageError("The study holds no ties.")
    if suggest:
        return _suggested(study, name, order, quiet, options)
    return specification(name, effects or [], **options)


def _suggested(study: Study, relation: str, order: list[str] | None, quiet: bool,
               options: dict[str, Any]) -> Specification:
    from interfirm import terminal
    from interfirm.dynamics import specification
    from interfirm.dynamics import suggest as propose

    found = propose(study, relation, waves=order)
    if not quiet:
        chosen = found.table().query("included").drop(columns="included")
        terminal.show_table(chosen, title=f"Proposed for '{relation}'", limit=60)
        if found.left_out:
            terminal.show_list("Left out:", found.left_out_lines())
        typer.echo(f"\nThe same by hand: --relation {relation} --effects {','.join(found.spec.effects)}\n")
    return specification(relation, found.spec.effects, **options)


def _look(study: Study, spec: Specification, order: list[str] | None, score_test: list[str] | None) -> list[Any]:
    """Everything that stands in the way; refuses if anything does."""
    from dataclasses import replace

    from interfirm import terminal
    from interfirm.dynamics import examine
    from interfirm.dynamics.examine import WRONG_CALL

    found = examine(study, spec, waves=order)
    if not found.failed and score_test:
        found = examine(study, replace(spec, effects=[*spec.effects, *_tested(score_test)]), waves=order)
    errors = found.of("error")
    if errors and all(item.code in WRONG_CALL for item in errors):
        terminal.show_findings(found.sorted())
        typer.echo("Nothing was estimated. 'interfirm dynamics --list' shows all effects.", err=True)
        raise typer.Exit(UsageError.exit_code)
    if errors:
        raise DataError(found.sorted())
    return found.sorted()


def _tested(score_test: list[str] | None) -> list[str]:
    from interfirm.dynamics.notation import names

    return names(score_test or [])


def _checked(found: list[Any], spec: Specification, *, as_json: bool) -> None:
    import json

    from interfirm import terminal

    if as_json:
        typer.echo(json.dumps([item.to_dict() for item in found], ensure_ascii=False, indent=1))
        return
    terminal.show_findings(found)
    typer.echo(f"The data can carry this model of '{spec.relation}': {terminal.count_line(found)}. Nothing was "
               "estimated.")


# ---- the fit -------------------------------------------------------------------------------


def _estimate(study: Study, spec: Specification, before: Start | None, step: Callable[[str], None],
              score_test: list[str] | None, options: dict[str, Any]) -> Fit:
    from dataclasses import replace

    from interfirm.dynamics import estimate
    from interfirm.dynamics.data import from_study

    every = replace(spec, effects=[*spec.effects, *_tested(score_test)])
    panel = from_study(study, every, options.pop("waves"))

    def told(what: str, panels: int, largest: float) -> None:
        step(f"{what}: {panels:,} panels simulated, farthest statistic {largest:.2f} standard deviations off")

    return estimate(panel, spec, previous=before, progress=told, **options)


def _tests(fit: Fit, step: Callable[[str], None], *, gof: bool, importance: bool, time_test: bool,
           score_test: list[str] | None, seed: int, threads: int | None) -> dict[str, Any]:
    from interfirm import dynamics as d

    out: dict[str, Any] = {}
    if time_test:
        out["time"] = d.time_test(fit)
    if score_test:
        step("score test")
        out["score"] = d.score_test(fit, _tested(score_test), seed=seed, threads=threads)
    if importance:
        out["importance"] = d.relative_importance(fit)
        out["importance_of_others"] = [d.relative_importance(fit, name) for name in fit.coded.variables[1:]]
    if gof:
        step("goodness of fit")
        out["gof"] = d.goodness_of_fit(fit, seed=seed, threads=threads)
        for name in fit.coded.variables[1:]:
            out["gof"] += d.goodness_of_fit(fit, seed=seed, threads=threads, variable=name)
    return out


# ---- after ---------------------------------------------------------------------------------


def _say(fit: Fit, more: dict[str, Any], *, as_json: bool) -> None:
    import json

    from interfirm import terminal
    from interfirm.dynamics.export import text
    from interfirm.dynamics.record import with_tests

    if as_json:
        typer.echo(json.dumps(with_tests(fit, more), ensure_ascii=False, indent=1))
        return
    typer.echo(text(fit, words=True, findings=False))
    for name in ("time", "score"):
        if name in more:
            typer.echo(f"\n{more[name]}")
    if "importance" in more:
        typer.echo(f"\n{more['importance'].words()}")
        for item in more["importance_of_others"]:
            typer.echo(f"\n'{item.variable}': {item.words()}")
    if "gof" in more:
        typer.echo("\nDoes the model reproduce what it was not fitted to? (p under 0.05: no)")
        for item in more["gof"]:
            typer.echo(f"  {item}")
    terminal.show_findings(list(fit.findings))


def _write(fit: Fit, more: dict[str, Any], output: Path | None, latex: Path | None, csv: Path | None,
           export_rsiena: Path | None, *, as_json: bool) -> None:
    import json

    from interfirm.dynamics import rsiena
    from interfirm.dynamics.export import table
    from interfirm.dynamics.record import with_tests
    from interfirm.study.write.atomic import write_text

    done: list[str] = []
    if output is not None:
        write_text(output, json.dumps(with_tests(fit, more), ensure_ascii=False, indent=1) + "\n")
    if latex is not None:
        write_text(latex, fit.latex())
    if csv is not None:
        write_text(csv, table(fit).to_csv(index=False))
    done += [str(path) for path in (output, latex, csv) if path is not None]
    if export_rsiena is not None:
        export_rsiena.mkdir(parents=True, exist_ok=True)
        for name, content in rsiena(fit).items():
            write_text(export_rsiena / name, content)
        done.append(f"{export_rsiena} (run model.R there)")
    if done:
        typer.echo(f"Wrote {', '.join(done)}.", err=as_json)
