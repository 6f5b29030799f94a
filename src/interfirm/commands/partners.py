"""Who should work with whom: ``interfirm partners``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from interfirm.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd


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
    csv: Annotated[Path | None, typer.Option(help="Write the whole table to this CSV file.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of everything random; the same seed gives the same result.")] = 1,
) -> None:
    """List fitting partners of a firm with reasons, say why not another, or plan the next introductions."""
    from interfirm.partners import introduction_plan, recommend
    from interfirm.partners import why_not as explain
    from interfirm.study.read.tables import read_study

    if (firm is None) == (plan is None):
        raise UsageError("Say what you want: --for FIRM for one firm's partners, or --plan 20 for the cluster's next "
                         "introductions.")
    if why_not is not None and firm is None:
        raise UsageError("--why-not needs --for: on whose list?")
    study, aim, own = read_study(path), _spaced(purpose), _weights(weight or [])
    if firm is None:
        made = introduction_plan(study, plan or 0, purpose=aim, weights=own, wave=wave, capacity=capacity, share=share)
        typer.echo(str(made))
        _save(made.table(), csv)
        return
    who = "all" if everyone else "members"
    if why_not is not None:
        typer.echo(str(explain(study, firm, why_not, purpose=aim, weights=own, wave=wave, top=top, who=who)))
        return
    found = recommend(study, firm, purpose=aim, weights=own, wave=wave, top=top, who=who, seed=seed)
    typer.echo(str(found))
    _save(found.table(), csv)


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
