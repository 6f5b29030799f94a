"""A study for other programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from interfirm.errors import UnknownName
from interfirm.study.write.dl import write_dl
from interfirm.study.write.folder import write_study
from interfirm.study.write.gexf import write_gexf
from interfirm.study.write.graph_rows import Exported, Looks
from interfirm.study.write.graphml import write_graphml
from interfirm.study.write.pajek import write_pajek

if TYPE_CHECKING:
    from interfirm.study.study import Study

_GRAPHS: dict[str, Callable[[Study, str | Path, Looks | None], Exported]] = {
    "graphml": write_graphml, "gexf": write_gexf, "pajek": write_pajek, "dl": write_dl,
}
FORMATS = ("xlsx", "csv", *_GRAPHS)


def export(study: Study, to: str, path: str | Path, *, layout: Mapping[str, tuple[float, float]] | None = None,
           colours: Mapping[str, str] | None = None) -> Exported:
    """Write a study for another program.

    ``xlsx`` and ``csv`` hold everything and read back as the same study; the graph formats hold
    what they can, and say what they cannot.

    Parameters
    ----------
    study
        The study.
    to
        ``xlsx``, ``csv`` (a folder), ``graphml``, ``gexf``, ``pajek`` or ``dl``.
    path
        The file or folder to write.
    layout
        Position (x, y) by actor, for graphml, gexf and pajek.
    colours
        Colour ``#rrggbb`` by actor, for graphml and gexf.

    Returns
    -------
    Exported
        ``paths``: the files written. ``notes``: what they do not hold.

    Raises
    ------
    UnknownName
        If the format is not known.
    DataError
        If the study is too large for the format.
    UsageError
        If the place cannot be written.

    Examples
    --------
    >>> export(study, "gexf", "study.gexf").paths      # doctest: +SKIP
    """
    if to not in FORMATS:
        raise UnknownName("format", to, FORMATS)
    if to == "csv":
        return Exported(write_study(study, path).files, [])
    if to == "xlsx":
        from interfirm.study.write.workbook import write_workbook

        return Exported([write_workbook(study, path)], [])
    looks = Looks(layout or {}, colours or {}) if layout or colours else None
    return _GRAPHS[to](study, path, looks)
