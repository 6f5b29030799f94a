"""What coded cases say: ``interfirm cases``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interfirm.errors import Finding, UsageError

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study


def cases(
    path: Annotated[Path, typer.Argument(metavar="STUDY", help="A study: its folder, or its workbook.")],
    add: Annotated[
        list[Path] | None,
        typer.Option(help="Coded interviews to add to the study: a .qdpx project or a table of segments; repeatable."),
    ] = None,
    cell: Annotated[str, typer.Option(help="count, presence or salience.")] = "count",
    about: Annotated[
        Path | None, typer.Option(help="A table (CSV) about the cases: case, type, purpose, set memberships 0 to 1.")
    ] = None,
    outcome: Annotated[
        str | None, typer.Option(help="Which conditions go with this outcome: a column of --about, or a code.")
    ] = None,
    condition: Annotated[
        list[str] | None, typer.Option(help="A condition: a column of --about, or a code; again for more.")
    ] = None,
    least: Annotated[float | None, typer.Option(help="Least consistency of a combination, 0 to 1.")] = None,
    constructs: Annotated[
        Path | None, typer.Option(help="A table (CSV) with the columns code and construct (C1 to C4).")
    ] = None,
    requirements: Annotated[
        Path | None, typer.Option(help="Write requirement profiles from --about and --constructs to this CSV file.")
    ] = None,
    export: Annotated[Path | None, typer.Option(help="Write the codings as a .qdpx project.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write codes by case to this CSV file.")] = None,
) -> None:
    """Compare coded cases: codes by case, type and purpose, saturation, agreement, and what goes with an outcome."""
    from interfirm import terminal
    from interfirm.capability import code_matrix, coder_agreement, saturation, theme_support
    from interfirm.study.read.tables import read_study
    from interfirm.study.write.qdpx import write_qdpx

    if (requirements is None) != (constructs is None) or (requirements is not None and about is None):
        raise UsageError("Requirement profiles need all of --requirements OUT.csv, --constructs CODES.csv and --about "
                         "CASES.csv.")
    study = read_study(path)
    for file in add or []:
        study = _add(study, file)
    known = None if about is None else _about(study, about)
    matrix = code_matrix(study, cell=cell).reset_index()
    terminal.show_table(matrix, title=f"Codes by case ({cell})")
    terminal.show_table(theme_support(study).drop(columns=["sources", "actors"]).reset_index(), title="Support")
    typer.echo(str(saturation(study)))
    typer.echo(str(coder_agreement(study)))
    _show_actors(study)
    if known is not None:
        _show_groups(study, known)
    if outcome is not None:
        _show_sets(study, known, outcome, condition or [], least)
    if requirements is not None and constructs is not None and known is not None:
        _write_requirements(study, known, constructs, requirements)
    if add:
        _write(study, path)
    if export is not None:
        write_qdpx(study, export)
        typer.echo(f"Wrote {export}.")
    _save(matrix, csv)


def _table(path: Path) -> pd.DataFrame:
    from interfirm.study.read.files import load
    from interfirm.study.read.raw import from_csv

    return from_csv(load(path)[0]).frame()


def _about(study: Study, path: Path) -> pd.DataFrame:
    from interfirm.capability.case_groups import check_cases

    return check_cases(study, _table(path).replace("", None))


def _show_actors(study: Study) -> None:
    """The codes of each actor that a case is about, beside its number of partners."""
    from interfirm import terminal
    from interfirm.capability.case_groups import codes_by_actor
    from interfirm.partners.ground import ground

    table = codes_by_actor(study)
    if table.empty:
        return
    import numpy as np

    base = ground(study)
    names = study.actors.set_index("actor")["name"]
    partners = dict(zip(base.actors, np.diff(base.current.indptr), strict=True))
    shown = table.gt(0).apply(lambda row: ", ".join(row.index[row]), axis=1)
    frame = table.assign(name=names.reindex(table.index), partners=[partners[actor] for actor in table.index],
                         codes=shown)[["name", "partners", "codes"]]
    terminal.show_table(frame.reset_index(), title="Codes by actor, with its partners in the last wave")


def _show_groups(study: Study, about: pd.DataFrame) -> None:
    from interfirm import terminal
    from interfirm.capability.case_groups import GROUPS, grouped_themes

    for name in (name for name in GROUPS if name in about.columns and about[name].notna().all()):
        terminal.show_table(grouped_themes(study, about, name).reset_index(),
                            title=f"Share of the cases of each {name} with a code (number of cases)")


def _show_sets(study: Study, about: pd.DataFrame | None, outcome: str, conditions: list[str],
               least: float | None) -> None:
    import pandas as pd

    from interfirm import terminal
    from interfirm.capability import code_matrix, set_solution, truth_table
    from interfirm.capability.case_groups import memberships

    known = pd.DataFrame(index=code_matrix(study).columns) if about is None else about
    table = truth_table(memberships(study, known, outcome, conditions), outcome, least=least)
    terminal.show_table(table.table(), title=f"Truth table: what goes with '{outcome}'")
    for kind in ("complex", "parsimonious"):
        typer.echo(f"{kind.capitalize()} solution. {set_solution(table, kind=kind)}")


def _write_requirements(study: Study, about: pd.DataFrame, constructs: Path, target: Path) -> None:
    from interfirm.capability.case_groups import requirements_of

    table = _table(constructs)
    if not {"code", "construct"} <= set(table.columns):
        raise UsageError(f"{constructs} needs the columns code and construct.")
    named = dict(zip(table["code"].astype(str), table["construct"].astype(str), strict=True))
    made = requirements_of(study, about, named)
    _save(made, target)
    typer.echo(f"Use it: interfirm capability STUDY --type … --purpose … --requirements {target}")


def _add(study: Study, file: Path) -> Study:
    """The study with the codings of a project; those that are already there stay once."""
    import pandas as pd

    from interfirm import terminal
    from interfirm.study.read.qdpx import read_qdpx
    from interfirm.study.read.segments import read_segments
    from interfirm.study.study import Study as Whole

    project = read_qdpx(file) if file.suffix.lower() in {".qdpx", ".qde", ".zip"} else read_segments(file)
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
