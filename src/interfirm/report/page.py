"""From a study to the page: collect, one dictionary, then the template."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from interfirm.study.study import Study


def make(study: Study, *, seed: int = 1, audience: str = "board", suppress: bool = False,
         progress: Callable[[str], None] | None = None,
         fit: dict[str, Any] | None = None, policies: dict[str, Any] | None = None,
         processes: bool = False) -> tuple[dict[str, Any], str]:
    """The summary of a study as one dictionary, and the page made of it.

    Parameters
    ----------
    study
        The study; already pseudonymous if the page is to be.
    seed
        Seed of every random draw.
    audience
        ``"board"``, ``"members"`` or ``"public"``.
    suppress
        Whether to suppress counts under 3.
    progress
        Is told each step.
    fit
        A fitted tie-formation model as plain values (:func:`interfirm.dynamics.to_dict`), for its chapter.
    policies
        An experiment with policies as plain values (:func:`interfirm.simulation.told`), for its chapter.
    processes
        Whether to draw in a second process. The result is the same. A script must then keep its own calls under
        ``if __name__ == "__main__":``, as with any Python program that starts processes.

    Returns
    -------
    tuple
        The summary (plain values, ready for JSON) and the HTML page.
    """
    from interfirm.report.ahead import ahead
    from interfirm.report.anonymise import suppress as hide_small
    from interfirm.report.chapters.dynamics_fit import without_degrees
    from interfirm.report.html import render, unbroken
    from interfirm.report.summary import summarize

    step = progress or (lambda _text: None)
    if suppress and fit is not None and "refused" not in fit:
        fit = without_degrees(fit)
    with ahead(processes) as pencil:
        summary = summarize(study, seed=seed, audience=audience, progress=step, fit=fit, policies=policies,
                            made=lambda chapter: pencil.begin(unbroken(chapter)))
        if suppress:
            summary = hide_small(summary)
        step("drawing the page")
        return summary, render(summary, pencil.figure)
