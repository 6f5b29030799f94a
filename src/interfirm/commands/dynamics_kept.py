"""Fits that were kept: to go on from, and for the report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from interfirm.errors import DataError, Finding, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from interfirm.dynamics import Start
    from interfirm.study.study import Study


def earlier(path: Path | None) -> Start | None:
    """The fit to go on from, if one is named."""
    from interfirm.dynamics import start

    return None if path is None else start(_values(path), str(path))


def _values(path: Path) -> Any:
    import json

    try:
        return json.loads(path.read_text("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError):
        return None


def fit_for_report(study: Study, models: bool, fit: Path | None, seed: int,
                   step: Callable[[str], None]) -> dict[str, Any] | None:
    """The model that a report shows: estimated now, kept before, or none."""
    from interfirm.report.chapters.dynamics import possible
    from interfirm.report.context import Context

    if models and fit is not None:
        raise UsageError("Give --models or --fit, not both.")
    if fit is not None:
        return _kept(study, fit)
    context = Context(study)
    if not models or context.relation is None or not possible(context):
        return None
    return _proposed(study, context.relation, seed, step)


def _proposed(study: Study, relation: str, seed: int, step: Callable[[str], None]) -> dict[str, Any]:
    """The proposed model, or why there is none: a report is written all the same."""
    from interfirm.dynamics.record import proposed
    from interfirm.report.limits import limit

    size = len(study.present(None))
    if size > limit("model_actors"):
        return {"refused": f"The study has {size:,} members; the report estimates models of up to "
                f"{limit('model_actors'):,}.", "remedy": "Nothing: estimate it with 'interfirm dynamics --suggest "
                "--gof --importance --output fit.json' and make the report again with --fit fit.json."}
    try:
        return proposed(study, relation, seed=seed, progress=step)
    except DataError as problem:
        errors = [item for item in problem.findings if item.level == "error"]
        return {"refused": " ".join(f"{item.problem[:1].upper()}{item.problem[1:]}." for item in errors),
                "remedy": " ".join(f"{item.remedy}." for item in errors if item.remedy)}


def _kept(study: Study, path: Path) -> dict[str, Any]:
    """A kept fit, if it was made of these data."""
    from interfirm.dynamics import start
    from interfirm.dynamics.record import made_of

    values = _values(path)
    begin = start(values, str(path))
    if not made_of(values, study, begin):
        raise DataError(Finding("error", f"{path} was estimated from other data than these", "other-data",
                                remedy="Estimate the model again with 'interfirm dynamics --continue FILE --output "
                                       "FILE'"))
    return dict(values)
