"""What the place adds: ``interfirm cluster``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interfirm.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.cluster.assess import ClusterAssessment
    from interfirm.study.study import Study

_EVIDENCE = (".md", ".csv", ".html")
_REGIONS = 8
_FIRMS = 12


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(cluster)


def cluster(
    path: Annotated[Path, typer.Argument(metavar="STUDY", help="A study: its folder, or its workbook.")],
    region_data: Annotated[
        list[Path] | None,
        typer.Option(help="A table of jobs by region and sector (Eurostat TSV, SDMX-CSV, plain CSV); repeatable."),
    ] = None,
    plants: Annotated[
        Path | None, typer.Option(help="A list of single plants (.csv, .xlsx): sector, employees, and region or "
                                  "latitude and longitude.")
    ] = None,
    region: Annotated[str | None, typer.Option(help="The cluster's own region in that table, e.g. AT31.")] = None,
    sector: Annotated[str | None, typer.Option(help="The cluster's own sector in that table, e.g. C28.")] = None,
    wave: Annotated[str | None, typer.Option(help="The wave of the survey; the last with answers if left out.")] = None,
    evidence: Annotated[
        Path | None, typer.Option(help="Write the evidence pack for a cluster interview: .md, .csv or .html.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="Write one row per firm to this CSV file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON instead.")] = False,
    draws: Annotated[int, typer.Option(help="Relocations that sectors are compared with.")] = 1000,
    seed: Annotated[int, typer.Option(help="Seed of everything random; the same seed gives the same result.")] = 1,
) -> None:
    """Say whether it is a cluster or only dense employment, what firms gain from the place, and what that suggests."""
    import json

    from interfirm import terminal
    from interfirm.cluster.assess import assess_cluster
    from interfirm.study.read.tables import read_study

    if evidence is not None and evidence.suffix.lower() not in _EVIDENCE:
        raise UsageError(f"--evidence {evidence}: an evidence pack is written as {', '.join(_EVIDENCE)}.")
    with terminal.progress() as step:
        step("reading the study")
        study = read_study(path)
        table = _regions(region_data, sector or study.fact("sector_code"), step)
        found = assess_cluster(study, regions=table, plants=_plants(plants, step), region=region, sector=sector,
                               wave=wave, draws=draws, seed=seed, progress=step)
    if as_json:
        from interfirm.cluster.plain import assessment_to_dict

        typer.echo(json.dumps(assessment_to_dict(found), ensure_ascii=False, indent=1))
    else:
        _show(found, study)
    _write(found, evidence, csv, quiet=as_json)


def _regions(files: list[Path] | None, sector: str | None, step: Any) -> pd.DataFrame | None:
    """The regional table of the files, with what they were taken for said on stderr."""
    from interfirm import terminal
    from interfirm.study.read.regions import read_regions

    if not files:
        return None
    step("reading the regional tables")
    read = read_regions(files, sectors=[sector] if sector else None)
    for guess in read.guesses:
        terminal.say(guess)
    terminal.show_findings(read.findings)
    return read.frame


def _plants(file: Path | None, step: Any) -> pd.DataFrame | None:
    """The list of plants, with what was odd said on stderr."""
    from interfirm import terminal
    from interfirm.study.read.plants import read_plants

    if file is None:
        return None
    step("reading the list of plants")
    read = read_plants(file)
    terminal.show_findings(read.findings)
    return read.frame


def _write(found: ClusterAssessment, evidence: Path | None, csv: Path | None, *, quiet: bool) -> None:
    from interfirm.study.write.atomic import write_text

    if evidence is not None:
        write_text(evidence, found.evidence.text(evidence.suffix.lower()))
        typer.echo(f"Wrote {evidence}: {len(found.evidence.indicators)} indicators, {len(found.evidence.gaps)} gaps.",
                   err=quiet)
    if csv is not None:
        table = found.table()
        write_text(csv, table.to_csv(index=False))
        typer.echo(f"Wrote {csv}: {len(table)} rows.", err=quiet)


def _show(found: ClusterAssessment, study: Study) -> None:
    from interfirm import terminal

    _verdict(found)
    _position(found)
    _plants_shown(found)
    _gains(found)
    _matrix(found)
    _technology(found, study)
    _sectors(found)
    _lessons(found)
    terminal.show_list("Not answered here:", [f"{gap.question} {_sentence(gap.why)}. To collect: {gap.collect}."
                                              for gap in found.gaps]) if found.gaps else None
    _say(str(found.evidence) + " --evidence FILE.md writes them.")
    terminal.show_findings(list(found.findings))


def _say(text: str) -> None:
    """A paragraph on stdout, each line of it wrapped."""
    import textwrap

    from interfirm import terminal

    width = min(terminal.console().width, 100)
    for line in text.split("\n"):
        typer.echo(textwrap.fill(line, width=width, break_on_hyphens=False))


def _author(key: str) -> str:
    """A key of the bibliography as people write it: ``Romijn 2001``."""
    name = key.rstrip("0123456789")
    return f"{name.capitalize()} {key[len(name):]}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _heading(text: str) -> None:
    typer.echo(f"\n{text}\n{'-' * len(text)}")


def _verdict(found: ClusterAssessment) -> None:
    from interfirm import terminal

    verdict = found.verdict
    _say(str(verdict))
    gains = "cannot say" if verdict.gains == "cannot say" else f"{verdict.gains} [{_word(verdict.gains_probability)}]"
    _say(f"Passive gains, active ones, or both? {_sentence(gains)}.")
    terminal.show_list("On what this stands:", [f"{_sentence(part.says)} [{part.certainty}]" for part in (
        verdict.concentration, verdict.joint_action, verdict.passive)])


def _word(probability: float) -> str:
    from interfirm.cluster.shares import word

    return word(probability)


def _position(found: ClusterAssessment) -> None:
    from interfirm import terminal

    if found.position is None:
        return
    place = found.position
    _heading("The region among the others")
    _say(str(place))
    table = place.regions.head(_REGIONS)
    if place.region not in set(table["region"]):
        import pandas as pd

        table = pd.concat([table, place.regions.loc[place.regions["region"] == place.region]])
    shown = table[["region", "name", "employees", "units", "quotient", "low", "high"]].rename(
        columns={"employees": "jobs", "units": "plants", "quotient": "LQ", "low": "from", "high": "to"})
    terminal.show_table(shown if shown["name"].notna().any() else shown.drop(columns="name"))
    if len(place.regions) > len(table):
        typer.echo(f"{len(table)} of {len(place.regions)} regions; --json prints all.")


def _plants_shown(found: ClusterAssessment) -> None:
    if found.plants is None:
        return
    _heading("The single plants")
    _say(str(found.plants))
    if found.plant_density is not None:
        _say(f"Among all plants of the list: {found.plant_density}")


def _gains(found: ClusterAssessment) -> None:
    from interfirm import terminal

    if found.efficiency is None:
        return
    _heading("External economies and joint action")
    _say(str(found.efficiency))
    forms = found.efficiency.forms
    shown = forms.assign(form=forms["direction"] + ", " + forms["sides"])[
        ["form", "level", "level_low", "level_high", "change", "change_low", "change_high"]]
    shown.columns = ["joint action", "level (1-5)", "from", "to", "change (-2 to 2)", "from ", "to "]
    terminal.show_table(shown)
    scales = found.efficiency.reliability
    if len(scales):
        _say("Reliability (alpha): " + "; ".join(
            f"{row['title']} {row['alpha']:.2f} [{row['alpha_low']:.2f}, {row['alpha_high']:.2f}]"
            if row["alpha"] == row["alpha"] else f"{row['title']} not computed"
            for _, row in scales.iterrows()) + ".")
    _relation(found)


def _relation(found: ClusterAssessment) -> None:
    from interfirm import terminal

    if not len(found.relation):
        return
    table = found.relation[["index", "outcome", "firms", "rho", "rho_low", "rho_high", "p_adjusted", "odds"]]
    table = table.rename(columns={"index": "goes with", "outcome": "change in", "rho_low": "from", "rho_high": "to",
                                  "p_adjusted": "p (Holm)", "odds": "odds per sd"})
    terminal.show_table(table, title="Rank correlations with reported changes; associations, not effects")


def _matrix(found: ClusterAssessment) -> None:
    from interfirm import terminal

    if found.matrix is None:
        return
    _heading("Advantages of the place and learning (our reconstruction)")
    table = found.matrix.advantages
    shown = table.assign(use=[f"{int(use)} of {int(have)}" for use, have in zip(table["use"], table["have"],
                                                                               strict=True)])
    shown = shown[["title", "kind", "use", "verdict", "certainty"]].rename(
        columns={"title": "advantage", "use": "learn, of those who have it", "verdict": "so it is"})
    terminal.show_table(shown)
    unfilled = found.matrix.unfilled
    if len(unfilled):
        terminal.show_list(f"Cells that cannot be filled ({len(unfilled)} of {len(found.matrix.cells)}):",
                           [f"{row['advantage']}, {row['channel']}: {row['says']}. To collect: {row['collect']}"
                            for _, row in unfilled.iterrows()])


def _technology(found: ClusterAssessment, study: Study) -> None:
    from interfirm import terminal

    if found.technology is None:
        return
    _heading("Technological capability")
    _say(str(found.technology))
    table = found.technology.profile.assign(all=found.technology.scores).sort_values(
        "all", ascending=False, kind="stable", na_position="last")
    names = study.actors.set_index("actor")["name"]
    table.insert(0, "firm", [str(names.get(actor)) if isinstance(names.get(actor), str) else actor
                             for actor in table.index])
    short = {"preinvestment": "pre-inv.", "execution": "execut.", "industrial": "industr.", "linkages": "links"}
    terminal.show_table(table.rename(columns=short).head(_FIRMS))
    if len(table) > _FIRMS:
        typer.echo(f"{_FIRMS} of {len(table)} firms; --csv FILE writes all. 1 is everything in a function, 0 nothing.")


def _sectors(found: ClusterAssessment) -> None:
    from interfirm import terminal

    if not len(found.localised):
        return
    _heading("Which sectors sit together among the member firms")
    shown = found.localised[["sector", "plants", "reading", "p_adjusted", "from", "to"]].rename(
        columns={"plants": "firms", "reading": "they are", "p_adjusted": "p (Holm)", "from": "from km", "to": "to km"})
    terminal.show_table(shown)


def _lessons(found: ClusterAssessment) -> None:
    from interfirm import terminal

    lines = []
    for item in found.lessons:
        said = f"{_author(item.source)}; {item.status}" if item.source else item.status
        step = f" {item.step} If that is wrong it costs {item.wrong}." if item.step else ""
        lines.append(f"{item.says} ({said}) {_sentence(item.here)}: {item.evidence} [{item.certainty}].{step}")
    typer.echo()
    terminal.show_list("What that suggests:", lines)
