"""Everything the report says, as one dictionary of plain values."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module, metadata
from typing import Any, Final

from interfirm import vocabulary
from interfirm._version import __version__
from interfirm.report.anonymise import anonymise, is_anonymous
from interfirm.report.bibliography import reference
from interfirm.report.blocks import Advice, Chapter, Claim
from interfirm.report.context import Context
from interfirm.report.glance import glance
from interfirm.report.limits import limit
from interfirm.report.mapdata import map_data
from interfirm.report.measures import texts
from interfirm.report.method import data_facts, settings
from interfirm.report.suppress import suppress
from interfirm.study.study import Study

FORMAT: Final = "interfirm-summary/1"
CHAPTERS: Final = ("who", "cohesion", "positions", "groups", "change", "structure", "holding", "capability",
                   "cases", "partners", "knowledge", "relations", "alliances", "place", "cluster", "performance",
                   "dynamics", "simulation")
_LAST: Final = ("structure",)  # its search may still be compiled by a second process
_PACKAGES: Final = ("numpy", "scipy", "pandas", "igraph", "numba")
_PER_CHAPTER: Final = 2
_FEWEST: Final = 3


def summarize(study: Study, *, seed: int = 1, audience: str = "board", date: str | None = None,
              progress: Callable[[str], None] | None = None, fit: dict[str, Any] | None = None,
              policies: dict[str, Any] | None = None,
              made: Callable[[dict[str, Any]], None] | None = None) -> dict[str, Any]:
    """Collect findings, chapters, map and method of a study in one dictionary, ready for JSON.

    The report speaks mostly of the main relation: the one with most ties in the last wave, or the
    alliances where there are no ties. The other relations get tables.

    Parameters
    ----------
    study
        The study.
    seed
        Seed of every random draw; the same seed and date give the same dictionary.
    audience
        ``"board"``: everyone is named. ``"members"``: actors with at most one partner are not named,
        no values by actor, medians of at least five. ``"public"``: pseudonyms and no counts under
        three; a study that :func:`interfirm.report.anonymise.anonymise` has not treated is treated
        with a key that is thrown away, so that pseudonyms differ from call to call.
    date
        The day (UTC, YYYY-MM-DD) to print; today if None.
    progress
        Is told each step.
    fit
        A fitted tie-formation model as plain values (:func:`interfirm.dynamics.to_dict`), for its chapter.
    policies
        An experiment with policies as plain values (:func:`interfirm.simulation.told`), for its chapter.
    made
        Is told each chapter as soon as it is made, as plain values.

    Returns
    -------
    dict
        ``format``, ``study``, ``made``, ``glance`` (four questions of a board), ``findings`` (at most six, most useful
        first), ``advice``, ``certainty``, ``chapters``, ``map``, ``measures``, ``references`` and ``data``.

    Raises
    ------
    UnknownName
        For an unknown audience.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> summary = summarize(example(), date="2026-01-01")  # doctest: +SKIP
    >>> [finding["text"] for finding in summary["findings"]]  # doctest: +SKIP
    """
    if audience == "public" and not is_anonymous(study):
        study, _ = anonymise(study)
    ctx = Context(study, seed, audience, fit, policies, progress=progress)
    chapters, plain = _chapters(ctx, made or (lambda _chapter: None))
    findings = choose(chapters)
    spoken = [actor for claim in findings for actor in ctx.spoken.get(claim.id, [])]
    ctx.step("drawing the map")
    out: dict[str, Any] = {
        "format": FORMAT,
        "study": _about(ctx),
        "made": {"version": __version__, "seed": seed, "date": date or datetime.now(UTC).date().isoformat(),
                 "audience": audience, "packages": _versions(), "settings": settings(ctx)},
        "findings": [_plain_claim(claim) for claim in findings],
        "advice": next_steps(chapters),
        "certainty": [{"word": item.word, "at_least": item.at_least} for item in vocabulary.CERTAINTIES],
        "chapters": plain,
        "map": map_data(ctx, spoken),
    }
    out["glance"] = glance(out["chapters"])
    out |= _explanations(out)
    out["data"] = data_facts(ctx)
    return suppress(out) if audience == "public" else out


def _chapters(ctx: Context, told: Callable[[dict[str, Any]], None]) -> tuple[list[Chapter], list[dict[str, Any]]]:
    """All chapters in their order, and as plain values."""
    made: dict[str, Chapter] = {}
    plain: dict[str, dict[str, Any]] = {}
    for name in sorted(CHAPTERS, key=_LAST.__contains__):
        made[name] = _chapter(ctx, name)
        plain[name] = _listed(made[name].to_dict())
        told(plain[name])
    return [made[name] for name in CHAPTERS], [plain[name] for name in CHAPTERS]


def _chapter(ctx: Context, name: str) -> Chapter:
    module = import_module(f"interfirm.report.chapters.{name}")
    ctx.step(f"chapter '{name}'")
    made: Chapter = module.chapter(ctx)
    return made


def choose(chapters: list[Chapter]) -> list[Claim]:
    """The findings of the first screen, most useful first.

    Claims are ordered by usefulness times probability, at most two of a chapter. Claims of which
    nothing can be said come only where fewer than three others are left.
    """
    claims = [claim for chapter in chapters for claim in _best(chapter)]
    sure = [claim for claim in claims if claim.certainty != "cannot say"]
    if len(sure) < _FEWEST:
        rest = sorted((claim for claim in claims if claim.certainty == "cannot say"), key=_score, reverse=True)
        sure += rest[:_FEWEST - len(sure)]
    return sorted(sure, key=_score, reverse=True)[:limit("findings")]


def next_steps(chapters: list[Chapter]) -> list[dict[str, Any]]:
    """The advice of the first screen: at most as many as ``report.advice`` allows, most useful first."""
    steps = [block for chapter in chapters for block in chapter.blocks if isinstance(block, Advice)]
    return [asdict(step) for step in sorted(steps, key=lambda step: -step.usefulness)[:limit("advice")]]


def _best(chapter: Chapter) -> list[Claim]:
    return sorted(chapter.claims, key=_score, reverse=True)[:_PER_CHAPTER]


def _score(claim: Claim) -> float:
    return claim.usefulness * (0.3 if claim.probability is None else claim.probability)


def _plain_claim(claim: Claim) -> dict[str, Any]:
    return {**vars(claim), "certainty": claim.certainty}


def _listed(value: Any) -> Any:
    """Tuples as lists, so that the dictionary equals itself after JSON."""
    if isinstance(value, dict):
        return {str(key): _listed(item) for key, item in value.items()}
    return [_listed(item) for item in value] if isinstance(value, (list, tuple)) else value


def _about(ctx: Context) -> dict[str, Any]:
    study = ctx.study
    outside = int((study.actors["position"] == "external").sum())
    questions = study.relations.set_index("relation")["question"].to_dict()
    synthetic = (study.fact("synthetic") or "").strip().lower() in {"yes", "true", "1"}
    named = [{"relation": name, "layer": ctx.layer(name), "question": _text(questions.get(name)),
              "directed": ctx.adjacency(name, ctx.waves_of(name)[-1]).directed} for name in ctx.relations]
    return {
        "name": study.name, "description": study.fact("description") or "", "region": study.fact("region") or "",
        "synthetic": synthetic, "anonymised": is_anonymous(study), "relations": named,
        "waves": [{"wave": wave, "label": ctx.title_of(wave)} for wave in study.wave_order],
        "main": {"relation": ctx.relation, "wave": ctx.wave},
        "counts": {"actors": len(study.actors), "members": len(study.actors) - outside, "external": outside,
                   "waves": len(study.wave_order), "relations": len(study.relation_names), "ties": len(study.ties),
                   "alliances": int(study.alliances["alliance"].nunique()), "memberships": len(study.alliances)},
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _versions() -> dict[str, str]:
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in _PACKAGES}}


def _explanations(summary: dict[str, Any]) -> dict[str, Any]:
    """The measures that the summary uses, and the references that they name."""
    known = texts()
    used = dict.fromkeys(key for key in _measures(summary) if key in known)
    measures = {key: known[key] for key in used}
    keys = sorted({key for text in measures.values() for key in text["source"].replace(";", " ").split()})
    return {"measures": measures, "references": {key: reference(key) for key in keys if key not in {"ours"}}}


def _measures(summary: dict[str, Any]) -> Iterator[str]:
    for node in summary["map"]["nodes"][:1]:
        for values in node["measures"].values():
            yield from values
    yield from _named(summary["chapters"])


def _named(value: Any) -> Iterator[str]:
    """Every measure that a block names, in order."""
    if isinstance(value, dict):
        if isinstance(value.get("measure"), str):
            yield value["measure"]
        for item in value.values():
            yield from _named(item)
    elif isinstance(value, list):
        for item in value:
            yield from _named(item)
