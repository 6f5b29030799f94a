"""What each firm can bring, and what coded cases say: ``interfirm capability`` and ``interfirm cases``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

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


def cases(
    path: _Study,
    add: Annotated[
        list[Path] | None, typer.Option(help="A project of coded interviews (.qdpx) to add to the study; repeatable.")
    ] = None,
    cell: Annotated[str, typer.Option(help="count, presence or salience.")] = "count",
    export: Annotated[Path | None, typer.Option(help="Write the codings as a .qdpx project.")] = None,
    csv: _Csv = None,
) -> None:
    """Compare coded cases: codes by case, their support, saturation, and whether the coders agree."""
    from interfirm import terminal
    from interfirm.capability import code_matrix, coder_agreement, saturation, theme_support
    from interfirm.study.read.tables import read_study
    from interfirm.study.write.qdpx import write_qdpx

    study = read_study(path)
    for file in add or []:
        study = _add(study, file)
    matrix = code_matrix(study, cell=cell).reset_index()
    terminal.show_table(matrix, title=f"Codes by case ({cell})")
    terminal.show_table(theme_support(study).drop(columns=["sources", "actors"]).reset_index(), title="Support")
    typer.echo(str(saturation(study)))
    typer.echo(str(coder_agreement(study)))
    if add:
        _write(study, path)
    if export is not None:
        write_qdpx(study, export)
        typer.echo(f"Wrote {export}.")
    _save(matrix, csv)


def _add(study: Study, file: Path) -> Study:
    """The study with the codings of a project; those that are already there stay once."""
    import pandas as pd

    from interfirm import terminal
    from interfirm.study.read.qdpx import read_qdpx
    from interfirm.study.study import Study as Whole

    project = read_qdpx(file)
    terminal.show_findings(project.findings)
    known = set(study.actors["actor"])
    strangers = sorted({str(name) for name in project.codings["actor"].dropna()} - known)
    if strangers:
        terminal.show_findings([Finding("warning", f"cases are about {', '.join(strangers[:8])}, who are not among the "
                                        "actors", "unknown-actor", file=file.name, remedy="Add them to actors.csv")])
    key = ["case", "source", "segment", "coder", "code"]
    parts = [frame.astype("object") for frame in (study.codings, project.codings) if len(frame)]
    joined = pd.concat(parts, ignore_index=True).drop_duplicates(key) if parts else study.codings
    typer.echo(f"{file.name}: {len(project.codings)} codings with {len(project.codes)} codes, by "
               f"{project.origin or 'an unnamed program'}.")
    return Whole.from_tables({**study.tables(), "codings": joined})


def _write(study: Study, path: Path) -> None:
    from interfirm.study.write.folder import write_study
    from interfirm.study.write.workbook import write_workbook

    if path.is_dir():
        write_study(study, path)
    else:
        write_workbook(study, path)
    typer.echo(f"Wrote {path} with {len(study.codings)} codings.")


def _save(table: Any, csv: Path | None) -> None:
    from interfirm.study.write.atomic import write_text

    if csv is not None:
        write_text(csv, table.to_csv(index=False))
        typer.echo(f"Wrote {csv}: {len(table)} rows.")
