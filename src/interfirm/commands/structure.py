"""Which shape the cooperation has, who holds it and how it holds: ``interfirm structure``, and ``interfirm entry``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interfirm.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study


def register(app: typer.Typer) -> None:
    """Add both commands to the application."""
    app.command()(structure)
    app.command()(entry)


def structure(
    path: Annotated[Path, typer.Argument(metavar="STUDY", help="A study: its folder, or its workbook.")],
    exchange: Annotated[
        list[str] | None, typer.Option(help="The relation that says who works with whom; again for more, pooled.")
    ] = None,
    coordination: Annotated[str | None, typer.Option(help="The relation that says who decides for whom.")] = None,
    arbiter: Annotated[str | None, typer.Option(help="The relation that says who settles disputes for whom.")] = None,
    wave: Annotated[str | None, typer.Option(help="The wave; the last one if left out.")] = None,
    alliance: Annotated[str | None, typer.Option(help="Only the members of this alliance.")] = None,
    alliances: Annotated[
        bool, typer.Option("--alliances", help="The structure of every alliance with six or more members instead.")
    ] = False,
    lead: Annotated[
        bool, typer.Option("--lead", help="With --alliances: only alliances whose lead is one of their members.")
    ] = False,
    draws: Annotated[int, typer.Option(min=0, help="Random networks to compare with.")] = 200,
    csv: Annotated[
        Path | None, typer.Option(help="Write whole tables to this CSV file and others beside it. With --alliances: "
                                       "a run that was stopped goes on from there.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of everything random; the same seed gives the same result.")] = 1,
) -> None:
    """Say which of the five structures the cooperation has, what contradicts it, who holds it and how it holds."""
    from interfirm import terminal
    from interfirm.study.read.tables import read_study

    if alliance is not None and alliances:
        raise UsageError("--alliance A03 asks for one alliance, --alliances for all of them. Give one of the two.")
    if lead and not alliances:
        raise UsageError("--lead chooses among the alliances. Give it with --alliances.")
    with terminal.progress() as step:
        step("reading the study")
        study = read_study(path)
        last = wave or (study.wave_order[-1] if study.wave_order else None)
        asked = {"exchange": exchange or None, "coordination": coordination, "wave": last}
        if alliances:
            _each(study, asked | {"seed": seed, "draws": min(draws, 40), "needs_lead": lead}, csv, step)
            return
        _one(study, asked, alliance, arbiter, {"seed": seed, "draws": draws}, csv, step)


def _one(study: Study, asked: dict[str, Any], alliance: str | None, arbiter: str | None, effort: dict[str, int],
         csv: Path | None, step: Any) -> None:
    """The whole cluster, or one alliance."""
    from interfirm.commands import structure_shown as shown
    from interfirm.structure import classify

    found = classify(study, alliance=alliance, **asked, **effort,
                     progress=lambda what, at, of: step(f"{what}: {at} of {of}"))
    tables: dict[str, pd.DataFrame] = {}
    shown.shape(study, found, tables)
    step("roles and losses")
    shown.roles_and_losses(study, found, asked, alliance, arbiter, tables)
    step("how the ties hold")
    shown.ties(study, asked["wave"], alliance, tables)
    shown.notes(found)
    _save_all(found.table(), tables, csv)


def _save_all(first: pd.DataFrame, tables: dict[str, pd.DataFrame], csv: Path | None) -> None:
    """The table of structures to the file, the others beside it."""
    from interfirm.study.write.atomic import write_text

    if csv is None:
        return
    write_text(csv, first.to_csv(index=False))
    beside = {name: csv.with_name(f"{csv.stem}-{name}{csv.suffix}") for name in tables}
    for name, target in beside.items():
        write_text(target, tables[name].to_csv(index=False))
    typer.echo(f"Wrote {csv}" + (", and beside it " + ", ".join(path.name for path in beside.values()) if beside
                                 else "") + ".")


def _each(study: Study, options: dict[str, Any], csv: Path | None, step: Any) -> None:
    """Every alliance with enough members; a run with a file that was stopped goes on where it stopped."""
    from interfirm.commands import structure_shown as shown
    from interfirm.commands.kept_rows import KeptRows
    from interfirm.structure.alliances import alliance_row, classify_alliances, table_of

    def say(at: int, of: int) -> None:
        step(f"alliance {at:,} of {of:,}")

    if csv is None:
        rows = [alliance_row(item) for item in classify_alliances(study, progress=say, **options)]
        shown.alliances(study, table_of(rows))
        return
    with KeptRows(csv, options | {"actors": len(study.actors), "memberships": len(study.alliances)}) as kept:
        if kept.rows:
            typer.echo(f"Going on after {len(kept.rows):,} alliances that are kept in {kept.path}.", err=True)
        done = {str(row["alliance"]) for row in kept.rows}
        try:
            for item in classify_alliances(study, progress=say, done=done, **options):
                kept.add(alliance_row(item))
        except KeyboardInterrupt:
            typer.echo(f"Stopped; {len(kept.rows):,} alliances are kept in {kept.path}. The same command goes on "
                       "there.", err=True)
            raise
        result = table_of(kept.rows)
        shown.alliances(study, result)
        kept.finish(result.to_csv(index=False))
    typer.echo(f"Wrote {csv}: {len(result):,} rows.")


def entry(
    given_up: Annotated[float, typer.Option(help="What is given up at the start: knowledge, facilities, capital.")],
    gain: Annotated[float, typer.Option(help="Expected gain of one period, if the alliance succeeds.")],
    cost: Annotated[float, typer.Option(help="Running cost of one period.")],
    periods: Annotated[int, typer.Option(help="Number of periods.")] = 3,
    success: Annotated[float, typer.Option(help="Probability that it succeeds, 0 to 1.")] = 1.0,
    discount: Annotated[float, typer.Option(help="Worth today of 1 a period later, above 0 to 1.")] = 0.9,
) -> None:
    """Weigh whether to enter an alliance: what is given up against what is expected to be gained."""
    from interfirm import terminal
    from interfirm.relations import entry_value

    result = entry_value(given_up=given_up, gain=gain, cost=cost, periods=periods, success=success, discount=discount)
    terminal.show_table(result.table())
    typer.echo(str(result))
