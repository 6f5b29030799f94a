"""The report's positions and colours, for programs that draw networks themselves."""

from __future__ import annotations

from typing import Final

from interfirm import vocabulary
from interfirm.report.context import Context
from interfirm.report.layout import layout
from interfirm.report.limits import limit
from interfirm.report.mapdata import union
from interfirm.study.study import Study

_SPAN: Final = 1000.0
_COLOURS: Final = ("#868d95", "#0072b2", "#009e73", "#56b4e9", "#d55e00", "#e69f00", "#f0e442", "#cc79a7", "#000000")
KIND_COLOURS: Final = dict(zip(vocabulary.words("actor kinds"), _COLOURS, strict=True))


def looks(study: Study, *, seed: int = 1) -> tuple[dict[str, tuple[float, float]], dict[str, str]]:
    """Where the report's map puts each actor, and a colour for its kind.

    Parameters
    ----------
    study
        The study.
    seed
        Seed of the first positions; the same seed as the report's gives the same positions.

    Returns
    -------
    tuple
        Positions by actor, 0 to 1000, y upwards as drawing programs count it; empty where the study is
        so large that the map shows groups. Colours (``#rrggbb``) by actor.
    """
    actors = study.actors["actor"].tolist()
    colours = {actor: KIND_COLOURS[kind] for actor, kind in zip(actors, study.actors["kind"], strict=True)}
    if len(actors) > limit("aggregate_above"):
        return {}, colours
    external = (study.actors["position"] == "external").to_numpy(dtype=bool)
    places = layout(union(Context(study, seed)), external, seed=seed).positions
    return {actor: (round(float(x) * _SPAN, 1), round((1 - float(y)) * _SPAN, 1))
            for actor, (x, y) in zip(actors, places, strict=True)}, colours
