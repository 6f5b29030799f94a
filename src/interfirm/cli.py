"""The command line: one command per public verb. Nothing is computed here.

Exit codes: 0 fine, 2 the call was wrong, 3 the data has errors, 1 a bug in interfirm.
"""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interfirm._version import __version__
from interfirm.commands.capability import register as register_capability
from interfirm.commands.cluster import register as register_cluster
from interfirm.commands.dynamics import register as register_dynamics
from interfirm.commands.dynamics_kept import fit_for_report
from interfirm.commands.knowledge import register as register_knowledge
from interfirm.commands.measuring import register as register_measure
from interfirm.commands.partners import register as register_partners
from interfirm.commands.performance import register as register_performance
from interfirm.commands.simulate import policies_for_report
from interfirm.commands.simulate import register as register_simulate
from interfirm.commands.structure import register as register_structure
from interfirm.errors import DataError, Finding, InterfirmError, UsageError

if TYPE_CHECKING:
    from interfirm.study.study import Study

app = typer.Typer(
    name="interfirm",
    help="Small-firm clusters and the cooperation between firms: from the files you already hold to answers.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


class Format(StrEnum):
    """The formats that a study can be written to."""

    XLSX = "xlsx"
    CSV = "csv"
    GRAPHML = "graphml"
    GEXF = "gexf"
    PAJEK = "pajek"
    DL = "dl"


_INTERRUPTED = 130
_SUFFIX = {Format.PAJEK: "paj"}


class Audience(StrEnum):
    """For whom a report is made."""

    BOARD = "board"
    MEMBERS = "members"
    PUBLIC = "public"


StudyPath = Annotated[Path, typer.Argument(metavar="STUDY", help="A study: its folder, or its workbook.")]
Seed = Annotated[int, typer.Option(help="Seed of everything random; the same seed gives the same result.")]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"interfirm {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    """Answer questions about small-firm clusters from the files you already hold."""


@app.command()
def example(
    folder: Annotated[Path, typer.Argument(help="Where to write the study.")],
    seed: Seed = 1,
    force: Annotated[bool, typer.Option(help="Overwrite a study that is already there.")] = False,
) -> None:
    """Write the example cluster (synthetic) as a study to play with."""
    from interfirm.study.example import example as made
    from interfirm.study.write.folder import write_study

    _refuse_to_overwrite(folder, force)
    study = made(seed=seed)
    write_study(study, folder)
    typer.echo(f"Wrote {folder}: {_size(study)}. All of it is invented.")


@app.command()
def template(
    path: Annotated[Path, typer.Argument(help="The workbook to write, e.g. study.xlsx.")],
    force: Annotated[bool, typer.Option(help="Overwrite a file that is already there.")] = False,
) -> None:
    """Write an empty workbook to fill in: members, ties, alliances, a survey."""
    from interfirm.study.template import write_template

    _refuse_to_overwrite(path, force)
    write_template(path)
    typer.echo(f"Wrote {path}. Start with its first sheet, 'Read me (ignore)'.")


@app.command()
def describe(
    table: Annotated[str | None, typer.Argument(help="One table only, e.g. ties.")] = None,
) -> None:
    """Print the data format: every table and column."""
    from interfirm.study.describe import describe as text

    typer.echo(text(table) if table else text())


@app.command(name="import")
def import_(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files or folders to read.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The study folder to write.")] = None,
    config: Annotated[
        Path | None, typer.Option(help="An import.toml: repeats an import exactly, with your corrections.")
    ] = None,
) -> None:
    """Read the files you hold and write them as a study, with import.toml to correct and repeat it."""
    from interfirm import terminal
    from interfirm.study.read.importing import import_files

    if not paths and config is None:
        raise UsageError("Say what to import: one or more files or folders, or --config import.toml.")
    if output is None and config is None:
        raise UsageError("Say where to write the study: --output FOLDER.")
    with terminal.progress() as step:
        result = import_files(paths or [], config=config, progress=step)
    terminal.show_list("What each file was taken for:", result.guesses)
    _show_dropped(result.dropped)
    folder = output or _from_here(result.folder)
    if result.study is None or folder is None:
        raise DataError(result.findings.sorted())
    terminal.show_findings(result.findings.sorted())
    result.write(folder)
    typer.echo(f"Wrote {folder}: {_size(result.study)}.")
    typer.echo(f"Every decision stands in {folder / 'import.toml'}; correct it and run "
               f"'interfirm import --config {folder / 'import.toml'}'.")
    open_ = sum(line.decision == "ask" for line in result.merges)
    if open_:
        typer.echo(f"{open_} name{'' if open_ == 1 else 's'} may mean somebody already there: decide in "
                   f"{folder / 'merges.csv'}; nothing of it is merged until you say so.")
    elif result.merges:
        typer.echo(f"Names that were taken for others stand in {folder / 'merges.csv'}.")


def _from_here(folder: Path | None) -> Path | None:
    """A folder as it is named from where the user stands, if it lies below."""
    here = Path.cwd()
    return folder.relative_to(here) if folder is not None and folder.is_relative_to(here) else folder


def _show_dropped(dropped: list[Any], limit: int = 20) -> None:
    from interfirm import terminal

    if not dropped:
        return
    terminal.show_list(f"Left out ({len(dropped)}):", [str(item) for item in dropped[:limit]])
    if len(dropped) > limit:
        terminal.say(f"  … and {len(dropped) - limit} more; dropped.csv in the study lists all of them.")


@app.command()
def check(
    path: StudyPath,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    strict: Annotated[bool, typer.Option(help="Treat warnings as errors.")] = False,
) -> None:
    """Find everything that is wrong with a study, all at once."""
    import json

    from interfirm import terminal
    from interfirm.study.read.tables import check_files

    study, findings = check_files(path)
    ordered = findings.sorted()
    if as_json:
        typer.echo(json.dumps([item.to_dict() for item in ordered], ensure_ascii=False, indent=1))
    else:
        terminal.show_findings(ordered)
        what = _size(study) if study is not None else "not fit for a report yet"
        typer.echo(f"{path}: {what}; {terminal.count_line(ordered)}.")
    if findings.failed or (strict and findings.of("warning")):
        raise typer.Exit(DataError.exit_code)


@app.command()
def report(
    path: StudyPath,
    output: Annotated[Path, typer.Option("--output", "-o", help="The page to write.")] = Path("report.html"),
    json_path: Annotated[
        Path | None, typer.Option("--json", help="Also write every number to this JSON file.")
    ] = None,
    audience: Annotated[
        Audience, typer.Option(help="board: names; members: own page and medians; public: pseudonyms.")
    ] = Audience.BOARD,
    anonymise: Annotated[bool, typer.Option(help="Use pseudonyms and suppress cells under 3.")] = False,
    key: Annotated[
        Path | None, typer.Option(help="Key file of the pseudonyms; made if it is not there. Keep it apart.")
    ] = None,
    models: Annotated[bool, typer.Option("--models", help="Also estimate why ties form (up to a minute).")] = False,
    fit: Annotated[
        Path | None, typer.Option(help="Show this model of why ties form, kept by 'interfirm dynamics --output'.")
    ] = None,
    simulation: Annotated[
        Path | None, typer.Option(help="Show what policies would change, from this folder of 'interfirm simulate'.")
    ] = None,
    seed: Seed = 1,
) -> None:
    """Write the report: one page that opens offline, with what was found, how sure, and why."""
    import json

    from interfirm import terminal
    from interfirm.report.page import make
    from interfirm.structure.ready import compiling
    from interfirm.study.read.tables import read_study
    from interfirm.study.write.atomic import write_text

    hide = anonymise or audience is Audience.PUBLIC
    with compiling(), terminal.progress() as step:
        step("reading the study")
        study = read_study(path)
        model = fit_for_report(study, models, fit, seed, step)
        tried = policies_for_report(study, simulation)
        if hide:
            study = _pseudonyms(study, key or output.with_name(output.stem + "-key.csv"))
        summary, html = make(study, seed=seed, audience=audience.value, suppress=hide, progress=step,
                             fit=model, policies=tried, processes=True)
        write_text(output, html)
        if json_path is not None:
            write_text(json_path, json.dumps(summary, ensure_ascii=False, indent=1) + "\n")
    _say_findings(summary)
    typer.echo(f"Wrote {output} ({output.stat().st_size / 1e6:.1f} MB)"
               + (f" and {json_path}" if json_path else "") + ".")


def _pseudonyms(study: Study, key: Path) -> Study:
    from interfirm.report.anonymise import anonymise as hide
    from interfirm.study.read.key import read_key, write_key

    table = read_key(key) if key.exists() else None
    hidden, table = hide(study, key=table)
    write_key(table, key)
    typer.echo(f"The pseudonyms' key is in {key}. Whoever has it can undo them: keep it apart.", err=True)
    return hidden


def _say_findings(summary: dict[str, Any]) -> None:
    from interfirm import terminal

    terminal.show_list("What was found:", [f"{item['text']} [{item['certainty']}]" for item in summary["findings"]])


@app.command()
def export(
    path: StudyPath,
    to: Annotated[Format, typer.Option(help="The format to write.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The file or folder to write.")] = None,
) -> None:
    """Write a study for another program."""
    from interfirm import terminal
    from interfirm.study.read.tables import read_study
    from interfirm.study.write.export import export as write

    study = read_study(path)
    target = output or Path(f"{path.stem}-csv" if to is Format.CSV else f"{path.stem}.{_SUFFIX.get(to, to.value)}")
    places, colours = _looks(study, to)
    done = write(study, to.value, target, layout=places, colours=colours)
    terminal.show_findings(done.notes)
    typer.echo("Wrote " + ", ".join(str(item) for item in done.paths) + ".")


def _looks(study: Study, to: Format) -> tuple[Any, Any]:
    """The map's positions and colours, for the formats that hold them."""
    if to not in {Format.GEXF, Format.PAJEK}:
        return None, None
    from interfirm.report.looks import looks

    return looks(study)


register_measure(app)
register_structure(app)
register_capability(app)
register_partners(app)
register_cluster(app)
register_dynamics(app)
register_performance(app)
register_knowledge(app)
register_simulate(app)


def _refuse_to_overwrite(path: Path, force: bool) -> None:
    if path.exists() and not force and (path.is_file() or any(path.iterdir())):
        raise UsageError(f"{path} is already there. Choose another name, or add --force to overwrite it.")


def _size(study: Study) -> str:
    parts = [f"{len(study.actors):,} actors"]
    if len(study.waves):
        parts.append(f"{len(study.waves)} wave{'' if len(study.waves) == 1 else 's'}")
    if len(study.ties):
        parts.append(f"{len(study.ties):,} ties")
    if len(study.alliances):
        parts.append(f"{len(study.alliances):,} memberships in {study.alliances['alliance'].nunique():,} alliances")
    return ", ".join(parts)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    try:
        app(args=arguments, standalone_mode=True)
    except SystemExit as leave:
        if leave.code == _INTERRUPTED:
            _say_interrupted()
        return leave.code if isinstance(leave.code, int) else 1
    except KeyboardInterrupt:
        _say_interrupted()
        return _INTERRUPTED
    except Exception as problem:
        return _explain(problem)
    return 0


def _say_interrupted() -> None:
    typer.echo("Interrupted. What was there before is unchanged.", err=True)


def _explain(problem: Exception) -> int:
    """Say what went wrong in words that fit it, and return the exit code."""
    if isinstance(problem, DataError):
        _show_errors(problem.findings)
        return problem.exit_code
    if isinstance(problem, InterfirmError):
        typer.echo(f"{problem}", err=True)
        return problem.exit_code
    if isinstance(problem, OSError):
        typer.echo(f"{problem.filename or 'The file'}: {problem.strerror or problem}. "
                   "Check that the path exists and that you may use it.", err=True)
        return UsageError.exit_code
    import traceback

    traceback.print_exception(problem)
    typer.echo("This is a bug in interfirm, not in your data. Please report it with the lines above.", err=True)
    return 1


def _show_errors(findings: list[Finding]) -> None:
    from interfirm import terminal

    terminal.show_findings(findings)
    typer.echo(f"The data has errors: {terminal.count_line(findings)}. Nothing was written.", err=True)


for _command in app.registered_commands:  # the list of commands shows each first sentence whole, not cut
    _command.short_help = ((_command.callback and _command.callback.__doc__) or "").partition("\n")[0]
