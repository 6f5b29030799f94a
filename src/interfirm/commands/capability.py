"""What each firm can bring: ``interfirm capability``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interfirm.commands.cases import cases
from interfirm.errors import DataError, Finding, UnknownName, UsageError

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

_Study = Annotated[Path, typer.Argument(metavar="STUDY", help="A study: its folder, or its workbook.")]
_Csv = Annotated[Path | None, typer.Option(help="Write the whole table to this CSV file.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(capability)
    app.command()(cases)


def capability(
    path: _Study,
    wave: Annotated[str | None, typer.Option(help="The wave; the last one with answers if left out.")] = None,
    instrument: Annotated[
        str, typer.Option(help="The scales: capability, absorptive, joint_action, external_economies.")
    ] = "capability",
    firm: Annotated[str | None, typer.Option(help="One firm only: its identifier or name.")] = None,
    kind: Annotated[
        str | None, typer.Option("--type", help="A planned type of collaboration, e.g. r&d, coproduction.")
    ] = None,
    purpose: Annotated[str | None, typer.Option(help="Its purpose, e.g. 'develop product'.")] = None,
    requirements: Annotated[
        Path | None, typer.Option(help="Your own requirement profiles (CSV) in place of the expert prior.")
    ] = None,
    csv: _Csv = None,
) -> None:
    """Show what each firm says it can bring, how reliable that is, and what a planned collaboration still lacks."""
    from interfirm import terminal
    from interfirm.capability import profiles
    from interfirm.capability import reliability as reliable
    from interfirm.study.read.tables import read_study

    if (kind is None) != (purpose is None):
        raise UsageError("Give both, the type and the purpose: --type r&d --purpose 'develop product'.")
    study = read_study(path)
    when = wave or _last_wave(study, instrument)
    result = profiles(study, when, instrument=instrument)
    sound = reliable(study, when, instrument=instrument)
    who = _actor(study, firm) if firm is not None else None
    typer.echo(str(result))
    if who is None:
        typer.echo(str(sound))
    table = result.table()
    if kind is not None and purpose is not None:
        table = _ready(study, when, kind, purpose, requirements, table)
    _show(study, table if who is None else table.loc[table["actor"] == who], whole=who is not None)
    terminal.show_findings(list(dict.fromkeys([*result.findings, *sound.findings])))
    _save(table, csv)


def _last_wave(study: Study, instrument: str) -> str:
    from interfirm.study.instruments import items

    names = [item.item for item in items(instrument)]
    there = set(study.answers.loc[study.answers["item"].isin(names), "wave"])
    for wave in reversed(study.wave_order):
        if wave in there:
            return wave
    raise DataError(Finding("error", f"nobody answered the items of '{instrument}'", "not-asked", file="answers",
                            expected=f"items such as {names[0]}", remedy="Send out the questionnaire, and import it"))


def _actor(study: Study, name: str) -> str:
    actors = study.actors
    mine = actors.loc[(actors["actor"] == name) | (actors["name"] == name), "actor"]
    if len(mine) != 1:
        raise UnknownName("firm", name, [*actors["actor"], *actors["name"].dropna()])
    return str(mine.iloc[0])


def _ready(study: Study, wave: str, kind: str, purpose: str, requirements: Path | None,
           table: pd.DataFrame) -> pd.DataFrame:
    from interfirm.capability import readiness
    from interfirm.study.read.files import load
    from interfirm.study.read.raw import from_csv

    own = None if requirements is None else from_csv(load(requirements)[0]).frame()
    result = readiness(study, wave, type=kind, purpose=purpose, table=own)
    typer.echo(str(result))
    extra = result.table()[["actor", "construct", "required", "gap", "readiness"]]
    return table.merge(extra, on=["actor", "construct"], how="left")


def _show(study: Study, table: pd.DataFrame, *, whole: bool) -> None:
    """One firm: a row per construct; several: a row per firm."""
    from interfirm import terminal
    from interfirm.network import catalogue

    if whole:
        shown = ["title", "score", "median", "rank", *(name for name in ("required", "gap") if name in table)]
        frame = table[shown].rename(columns={"title": "capability", "median": "median of members"})
        if "readiness" in table and len(table):
            typer.echo(f"Readiness of {table['actor'].iloc[0]}: {terminal.cell_text(table['readiness'].iloc[0])}.")
    else:
        wide = table.pivot_table(index="actor", columns="construct", values="score", sort=False, dropna=False)
        wide = wide.reindex(columns=list(dict.fromkeys(table["construct"])))
        if "readiness" in table:
            wide["readiness"] = table.groupby("actor", sort=False)["readiness"].first()
        frame = catalogue.as_table(wide.rename_axis(columns=None).reset_index(), "score", study)
    terminal.show_table(frame)


def _save(table: Any, csv: Path | None) -> None:
    from interfirm.study.write.atomic import write_text

    if csv is not None:
        write_text(csv, table.to_csv(index=False))
        typer.echo(f"Wrote {csv}: {len(table)} rows.")
