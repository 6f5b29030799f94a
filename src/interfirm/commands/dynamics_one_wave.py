"""Which ties are there in one wave: ``interfirm dynamics --cross-section``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from interfirm.errors import UsageError

if TYPE_CHECKING:
    from interfirm.dynamics import ErgmFit, GoodnessOfFit, Specification
    from interfirm.study.study import Study


def run(study: Study, step: Callable[[str], None], *, relation: str, effects: list[str], suggest: bool, check: bool,
        wave: str | None, fix: list[str], gof: bool, panels: int, threads: int | None, seed: int, as_json: bool,
        ) -> tuple[ErgmFit | None, list[GoodnessOfFit] | None]:
    """Estimate a model of one wave; only look at the data with ``check``."""
    from interfirm import dynamics as d

    spec = _specification(study, relation, effects, suggest, wave, fix, as_json)
    if check:
        from interfirm.dynamics.ergm_checks import examined

        _checked(examined(study, spec, wave), spec, as_json)
        return None, None

    def told(what: str, networks: int, far: float) -> None:
        off = f", farthest statistic {far:.2f} standard deviations off" if far else ""
        step(f"{what}: {networks:,} networks drawn{off}")

    fit = d.ergm(study, spec, wave=wave, seed=seed, draws=2 * panels, threads=threads, progress=told)
    if not gof:
        return fit, None
    step("goodness of fit")
    return fit, d.ergm_goodness_of_fit(fit, seed=seed, threads=threads)


def one(waves: list[str] | None) -> str | None:
    """The wave asked for."""
    if waves and len(waves) > 1:
        raise UsageError(f"--cross-section takes one wave, not {len(waves)}: --waves {waves[-1]}. For several waves "
                         "leave --cross-section out.")
    return waves[0] if waves else None


def refuse(**options: Any) -> None:
    """Refuse the options that are for two waves or more."""
    wrong = [f"--{name.strip('_').replace('_', '-')}" for name, value in options.items() if value]
    if wrong:
        raise UsageError(f"{', '.join(wrong)}: not with --cross-section. A single wave shows no change.")


def _specification(study: Study, relation: str, effects: list[str], suggest: bool, wave: str | None, fix: list[str],
                   quiet: bool) -> Specification:
    from interfirm import terminal
    from interfirm.dynamics import ergm_suggest
    from interfirm.dynamics.notation import specification

    if suggest and effects:
        raise UsageError("Give --effects or --suggest, not both.")
    if not suggest:
        if not effects:
            raise UsageError("Say which effects: --effects density,recip,gwespFF,gwidegree, or --suggest for a "
                             "proposal; --list --cross-section shows all.")
        return specification(relation, effects, fix=fix)
    found = ergm_suggest(study, relation, wave=wave)
    if not quiet:
        chosen = found.table().query("included").drop(columns="included")
        terminal.show_table(chosen, title=f"Proposed for one wave of '{relation}'", limit=60)
        terminal.show_list("Left out:", found.left_out_lines())
        typer.echo(f"\nThe same by hand: --cross-section --relation {relation} --effects "
                   f"{','.join(found.spec.effects)}\n")
    return specification(relation, found.spec.effects, fix=fix)


def _checked(found: list[Any], spec: Specification, as_json: bool) -> None:
    import json

    from interfirm import terminal

    if as_json:
        typer.echo(json.dumps([item.to_dict() for item in found], ensure_ascii=False, indent=1))
        return
    terminal.show_findings(found)
    typer.echo(f"One wave can carry this model of '{spec.relation}': {terminal.count_line(found)}. Nothing was "
               "estimated.")


def show_list() -> None:
    """All effects of a model of one wave."""
    from interfirm import terminal
    from interfirm.dynamics import ergm_terms

    table = ergm_terms()[["effect", "nets", "needs", "statnet", "title"]]
    terminal.show_table(table.rename(columns={"nets": "for", "needs": "followed by", "statnet": "in statnet"}),
                        limit=1000)
    typer.echo("for: D directed, U undirected. Followed by: name:column. A number goes in parentheses: gwespFF(69).\n"
               "Products: recip*sameX:sector.")


def say(fit: ErgmFit, gof: list[GoodnessOfFit] | None, *, as_json: bool) -> None:
    """Print a fit."""
    import json

    from interfirm import terminal
    from interfirm.dynamics.ergm_words import text, to_dict

    if as_json:
        typer.echo(json.dumps(to_dict(fit, gof), ensure_ascii=False, indent=1))
        return
    typer.echo(text(fit, words=True, findings=False))
    if gof is not None:
        typer.echo("\nDoes the model reproduce what it was not fitted to? (p under 0.05: no)")
        for item in gof:
            typer.echo(f"  {item}")
    terminal.show_findings(list(fit.findings))


def write(fit: ErgmFit, gof: list[GoodnessOfFit] | None, output: Path | None, latex: Path | None, csv: Path | None, *,
          as_json: bool) -> None:
    """Keep a fit in files."""
    import json

    from interfirm.dynamics.ergm_words import table, to_dict
    from interfirm.study.write.atomic import write_text

    if output is not None:
        write_text(output, json.dumps(to_dict(fit, gof), ensure_ascii=False, indent=1) + "\n")
    if latex is not None:
        write_text(latex, fit.latex())
    if csv is not None:
        write_text(csv, table(fit).to_csv(index=False))
    done = [str(path) for path in (output, latex, csv) if path is not None]
    if done:
        typer.echo(f"Wrote {', '.join(done)}.", err=as_json)
