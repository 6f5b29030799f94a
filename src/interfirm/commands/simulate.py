"""What would a policy change? ``interfirm levers`` and ``interfirm simulate``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interfirm.errors import UsageError

if TYPE_CHECKING:
    from interfirm.simulation import Comparison, Plan
    from interfirm.simulation.experiment import Stop
    from interfirm.simulation.policy_sensitivity import PolicySensitivity
    from interfirm.simulation.starting import ClusterStart
    from interfirm.simulation.workers import Workers
    from interfirm.study.study import Study


class Step(StrEnum):
    """Length of a period."""

    QUARTER = "quarter"
    MONTH = "month"


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(levers)
    app.command()(simulate)


def levers() -> None:
    """Print a levers file with every policy lever and its usual settings: interfirm levers > levers.toml."""
    from interfirm.simulation import levers_template

    typer.echo(levers_template(), nl=False)


def simulate(
    path: Annotated[Path, typer.Argument(metavar="STUDY", help="A study: its folder, or its workbook.")],
    levers: Annotated[
        Path | None, typer.Option(help="The policies to compare, from 'interfirm levers'; all levers if left out.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder of results; STUDY-simulation if left out.")
    ] = None,
    years: Annotated[float, typer.Option(help="How long to simulate.")] = 5.0,
    step: Annotated[Step, typer.Option(help="Length of a period.")] = Step.QUARTER,
    replications: Annotated[int, typer.Option(help="Most replications of every policy.")] = 100,
    precision: Annotated[
        float, typer.Option(help="Stop when every main effect is known to this share of its level; 0 never.")
    ] = 0.01,
    minutes: Annotated[float | None, typer.Option(help="Stop after so long; run again to go on.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes; one for each processor if left out.")] = None,
    scheduler: Annotated[str | None, typer.Option(help="A Dask scheduler, e.g. tcp://10.0.0.5:8786.")] = None,
    wave: Annotated[str | None, typer.Option(help="The wave to start from; the last one if left out.")] = None,
    priors: Annotated[
        bool, typer.Option("--priors", help="Take tie choice from stated priors, even where the study has waves.")
    ] = False,
    fixed: Annotated[
        bool, typer.Option("--fixed", help="Hold parameters at their usual values; else they are drawn from ranges.")
    ] = False,
    parameter: Annotated[
        list[str] | None, typer.Option("--set", help="Hold a parameter at a value, e.g. --set trust_gain=0.3.")
    ] = None,
    off: Annotated[list[str] | None, typer.Option(help="Switch a rule off, e.g. --off spin_offs.")] = None,
    sensitivity: Annotated[
        bool, typer.Option("--sensitivity", help="Ask too which uncertain parameters the lead of the best hangs on.")
    ] = False,
    csv: Annotated[Path | None, typer.Option(help="Write all effects to this CSV file.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of everything random; the same seed gives the same result.")] = 1,
) -> None:
    """Compare policies on your own network: what each would change, how sure, for whom, at what cost."""
    from interfirm import terminal
    from interfirm.commands.outputs import refuse_files
    from interfirm.simulation.experiment import Stop, run_experiment
    from interfirm.simulation.policy_sensitivity import check_possible
    from interfirm.simulation.workers import workers as hired
    from interfirm.study.read.tables import read_study

    refuse_files(csv)
    stop = Stop(replications, precision, minutes)
    folder = output or path.with_name(f"{path.stem or path.name}-simulation")
    with terminal.progress() as said:
        said("reading the study")
        study = read_study(path)
        given = _values(parameter or [])
        plan = _plan(study, levers, years, step, wave, not priors, fixed, given, off or [], seed, said)
        for note in plan.start.notes:
            terminal.say(f"Note: {note}")
        if sensitivity:
            check_possible(plan)
        crew = hired(workers, scheduler)
        try:
            _check(plan, folder, stop, crew, scheduler is not None, said)
            found = run_experiment(plan, folder, stop=stop, workers=crew, progress=said)
            analysed = _sensitivity(plan, found, folder, said) if sensitivity else None
        except KeyboardInterrupt:
            typer.echo(f"\nInterrupted. Every finished replication is kept in {folder}; run the same command to go on.",
                       err=True)
            raise typer.Exit(130) from None
    _show(found, csv)
    if analysed is not None:
        _show_sensitivity(analysed)
    typer.echo(f"Wrote {folder}. For the report: interfirm report {path} --simulation {folder}")


def _plan(study: Study, levers: Path | None, years: float, step: Step, wave: str | None, fit: bool, fixed: bool,
          given: dict[str, float], off: list[str], seed: int, said: Any) -> Plan:
    from interfirm.simulation import Plan, read_levers, usual_policies
    from interfirm.simulation.levers import with_plan
    from interfirm.simulation.model import check_rules
    from interfirm.simulation.settings import STEPS, complete

    steps = STEPS[step.value]
    periods = round(years * steps)
    if periods < 1 or abs(periods - years * steps) > 1e-6:
        raise UsageError(f"--years {years:g} is no whole number of periods of a {step.value}.")
    complete(given)
    check_rules(off)
    policies = usual_policies() if levers is None else read_levers(levers.read_text("utf-8"), str(levers))
    begin = _start(study, wave, steps, fit, seed, said)
    said("planning introductions")
    every = steps if periods % steps == 0 else periods
    return Plan(begin, tuple(with_plan(policies, study, begin)), seed, periods, every, given, not fixed, tuple(off))


def _start(study: Study, wave: str | None, steps: int, fit: bool, seed: int, said: Any) -> ClusterStart:
    from interfirm.simulation import start
    from interfirm.simulation.choice import balanced, fitted

    begin = start(study, wave=wave, steps=steps)
    return fitted(begin, study, seed=seed, progress=said) if fit else balanced(begin)


def _check(plan: Plan, folder: Path, stop: Stop, crew: Workers, scheduler: bool, said: Any) -> None:
    """Say how long it will take; refuse what would need more time or memory than there is."""
    from interfirm import terminal
    from interfirm.simulation.estimate import check_memory, check_time, estimate
    from interfirm.simulation.experiment import left_to_do

    hands = crew.width()
    if not scheduler:
        check_memory(plan, hands)
    left = left_to_do(plan, folder, stop)
    if not left:
        return
    said("trying how long a run takes")
    expected = estimate(plan, left, workers=hands, scheduler=scheduler)
    short = check_time(expected, stop.minutes)
    terminal.say(str(expected))
    if short:
        terminal.say(short)


def _sensitivity(plan: Plan, found: Comparison, folder: Path, said: Any) -> PolicySensitivity:
    import os

    from interfirm.simulation.policy_sensitivity import FILE, policy_sensitivity
    from interfirm.study.write.results import write_record

    analysed = policy_sensitivity(plan, found, workers=os.cpu_count() or 1, progress=said)
    write_record(folder, FILE, {**analysed.record(), "replications": found.replications})
    return analysed


def _values(pairs: list[str]) -> dict[str, float]:
    out = {}
    for pair in pairs:
        name, _, number = pair.partition("=")
        try:
            out[name.strip()] = float(number)
        except ValueError:
            raise UsageError(f"--set {pair}: expected a parameter and a number, e.g. --set trust_gain=0.3.") from None
    return out


def _show(found: Comparison, csv: Path | None) -> None:
    import textwrap

    from interfirm import terminal
    from interfirm.simulation.wording import structure_shown
    from interfirm.study.write.atomic import write_text

    for line in str(found).splitlines():
        typer.echo(textwrap.fill(line, width=100, subsequent_indent="    ", break_on_hyphens=False))
    terminal.show_table(found.shown(), title="Change against no policy in per cent, ± half of its 95 % interval")
    types = found.structure_types()
    if len(types):
        runs = types["runs"].iloc[0]
        terminal.show_table(structure_shown(types), title=f"Structure at the end: share of the first {runs} runs")
    if csv is not None:
        table = found.effects()
        write_text(csv, table.to_csv(index=False))
        typer.echo(f"Wrote {csv}: {len(table)} rows.")


def _show_sensitivity(analysed: PolicySensitivity) -> None:
    import textwrap

    from interfirm import terminal
    from interfirm.simulation.wording import sensitivity_lines, sensitivity_shown

    for line in sensitivity_lines(analysed.record()):
        typer.echo(textwrap.fill(line, width=100, subsequent_indent="    ", break_on_hyphens=False))
    terminal.show_table(sensitivity_shown(analysed.record()), title="What the lead hangs on, strongest first")


def policies_for_report(study: Study, folder: Path | None) -> dict[str, Any] | None:
    """The experiment that a report shows, or None."""
    if folder is None:
        return None
    from interfirm.simulation.telling import told

    return told(study, folder)
