"""Who should work with whom: ``interfirm partners``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interfirm.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

_DRAWS = 20
_CUT = 10


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(partners)


def partners(
    path: Annotated[Path, typer.Argument(metavar="STUDY", help="A study: its folder, or its workbook.")],
    firm: Annotated[str | None, typer.Option("--for", help="Partners for this firm: its identifier or name.")] = None,
    purpose: Annotated[
        str | None, typer.Option(help="What the cooperation is for, e.g. develop-product, enter-market.")
    ] = None,
    why_not: Annotated[
        str | None, typer.Option("--why-not", help="Why this organisation is not on the list of --for.")
    ] = None,
    plan: Annotated[int | None, typer.Option(help="The next so many introductions for the whole cluster.")] = None,
    top: Annotated[int, typer.Option(help="Length of the list of --for.")] = 10,
    wave: Annotated[str | None, typer.Option(help="The wave up to which ties count; the last one if left out.")] = None,
    weight: Annotated[
        list[str] | None, typer.Option(help="Your own weight of a term, e.g. --weight near=2; again for more.")
    ] = None,
    capacity: Annotated[int, typer.Option(help="Most introductions per member in a plan.")] = 2,
    share: Annotated[
        float, typer.Option(help="Least share of a plan's introductions with a small or isolated member.")
    ] = 0.3,
    everyone: Annotated[bool, typer.Option(help="Recommend organisations outside the cluster too.")] = False,
    kind: Annotated[
        str | None, typer.Option("--type", help="The planned type of collaboration, e.g. r&d, coproduction.")
    ] = None,
    requirements: Annotated[
        Path | None, typer.Option(help="Your own requirement profiles (CSV) in place of the expert prior.")
    ] = None,
    vectors: Annotated[
        Path | None,
        typer.Option(help="Vectors of the organisations from a language model of your own, in place of their words."),
    ] = None,
    evaluate: Annotated[
        bool, typer.Option("--evaluate", help="How well a ranking learned from past alliances foresees later ones.")
    ] = False,
    ranking: Annotated[
        str, typer.Option(help="auto, weights, or learned from the dates of past alliances.")
    ] = "auto",
    exclude: Annotated[
        list[str] | None, typer.Option(help="A pair that a plan must not introduce, e.g. --exclude F01=F07; again for "
                                            "more.")
    ] = None,
    rivals: Annotated[bool, typer.Option(help="Let a plan introduce firms that are after the same customers.")] = False,
    farthest: Annotated[
        float, typer.Option(help="Least nearness in space of a pair in a plan, 0 to 1.")
    ] = 0.0,
    others: Annotated[bool, typer.Option(help="Let a plan introduce firms to other organisations too.")] = False,
    sheets: Annotated[
        Path | None, typer.Option(help="Write one page for each firm into this folder, to print or send.")
    ] = None,
    leave_out: Annotated[
        list[str] | None, typer.Option(help="An organisation that no sheet suggests to others; again for more.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the whole table to this CSV file.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of everything random; the same seed gives the same result.")] = 1,
) -> None:
    """List fitting partners of a firm with reasons, say why not another, plan introductions, or write sheets."""
    from interfirm.study.read.tables import read_study

    if [firm is not None, plan is not None, sheets is not None, evaluate].count(True) != 1:
        raise UsageError("Say what you want: --for FIRM for one firm's partners, --plan 20 for the cluster's next "
                         "introductions, --sheets FOLDER for one page per firm, or --evaluate to test a learned list.")
    if why_not is not None and firm is None:
        raise UsageError("--why-not needs --for: on whose list?")
    study, aim, own = read_study(path), _spaced(purpose), _weights(weight or [])
    if sheets is not None:
        _write_sheets(study, sheets, aim, wave, leave_out or [], seed)
        return
    if evaluate:
        _show_evaluation(study, seed, csv)
        return
    what: dict[str, Any] = {"purpose": aim, "type": kind, "weights": own, "wave": wave,
                            "requirements": _profiles(requirements), "vectors": _vectors(study, vectors)}
    if firm is None:
        what |= {"capacity": capacity, "share": share, "exclude": [_pair(text) for text in exclude or []],
                 "rivals": rivals, "farthest": farthest, "between": "firms and others" if others else "firms"}
        _show_plan(study, plan or 0, what, seed, csv)
        return
    what |= {"top": top, "who": "all" if everyone else "members"}
    _show_list(study, firm, why_not, what, ranking, seed, csv)


def _vectors(study: Study, path: Path | None) -> pd.DataFrame | None:
    from interfirm import terminal
    from interfirm.study.read.vectors import read_vectors

    if path is None:
        return None
    frame, findings = read_vectors(path, list(map(str, study.actors["actor"])))
    terminal.show_findings(findings.sorted())
    return frame


def _show_evaluation(study: Study, seed: int, csv: Path | None) -> None:
    from interfirm import terminal
    from interfirm.partners import learned_ranking

    with terminal.progress() as step:
        step("learning from past alliances, and testing on the last years")
        found = learned_ranking(study, seed=seed)
    typer.echo(found.evidence)
    table = found.evaluation.table()
    shown = ["group", "method", "recall", "recall_low", "recall_high", "precision", "reciprocal_rank", "ndcg"]
    terminal.show_table(table.loc[table["cut"] == _CUT, shown], title=f"The first {_CUT} names, with 95 % intervals of "
                        "recall")
    typer.echo(str(found.model))
    _save(table, csv)


def _show_plan(study: Study, count: int, what: dict[str, Any], seed: int, csv: Path | None) -> None:
    from interfirm.partners import introduction_plan

    made = introduction_plan(study, count, draws=_DRAWS, seed=seed, **what)
    typer.echo(str(made))
    _save(made.table(), csv)


def _show_list(study: Study, firm: str, other: str | None, what: dict[str, Any], ranking: str, seed: int,
               csv: Path | None) -> None:
    from interfirm.partners import recommend, why_not

    if other is not None:
        typer.echo(str(why_not(study, firm, other, ranking=ranking, seed=seed, **what)))
        return
    found = recommend(study, firm, ranking=ranking, seed=seed, **what)
    typer.echo(str(found))
    _save(found.table(), csv)


def _write_sheets(study: Study, folder: Path, purpose: str | None, wave: str | None, leave_out: list[str],
                  seed: int) -> None:
    from interfirm import terminal
    from interfirm.report.sheets import file_name, render_sheets, sheets
    from interfirm.study.write.atomic import write_text

    if folder.exists() and not folder.is_dir():
        raise UsageError(f"'{folder}' is a file. Name a folder for the sheets; it is made if it is not there.")
    when = wave or (study.wave_order[-1] if study.wave_order else None)
    taken = {"all"}
    with terminal.progress() as step:
        pages = sheets(study, purpose=purpose, wave=wave, leave_out=leave_out, seed=seed, progress=step)
        folder.mkdir(parents=True, exist_ok=True)
        for page in pages:
            write_text(folder / file_name(page, taken), render_sheets([page], study, purpose=purpose, wave=when))
        write_text(folder / "all.html", render_sheets(pages, study, purpose=purpose, wave=when))
    typer.echo(f"Wrote {len(pages)} sheets to {folder}, one file each, and all of them for printing: "
               f"{folder / 'all.html'}. Each is for one firm alone.")


def _profiles(path: Path | None) -> pd.DataFrame | None:
    from interfirm.study.read.files import load
    from interfirm.study.read.raw import from_csv

    return None if path is None else from_csv(load(path)[0]).frame()


def _pair(text: str) -> tuple[str, str]:
    one, mark, other = text.partition("=")
    if not mark or not one.strip() or not other.strip():
        raise UsageError(f"--exclude {text}: expected two organisations, e.g. --exclude F01=F07.")
    return one.strip(), other.strip()


def _spaced(purpose: str | None) -> str | None:
    return None if purpose is None else purpose.replace("-", " ").strip().lower()


def _weights(pairs: list[str]) -> dict[str, float]:
    out = {}
    for pair in pairs:
        name, mark, number = pair.partition("=")
        try:
            out[name.strip().replace("-", "_")] = float(number)
        except ValueError:
            raise UsageError(f"--weight {pair}: expected a term and a number, e.g. --weight near=2.") from None
        if not mark:
            raise UsageError(f"--weight {pair}: expected a term and a number, e.g. --weight near=2.")
    return out


def _save(table: pd.DataFrame, csv: Path | None) -> None:
    from interfirm.study.write.atomic import write_text

    if csv is not None:
        write_text(csv, table.to_csv(index=False))
        typer.echo(f"Wrote {csv}: {len(table)} rows.")
