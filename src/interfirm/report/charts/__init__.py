"""Each kind of chart as a Vega-Lite specification.

A chart is drawn for two widths, a wide and a narrow one, so that its letters keep their size on a
telephone. Colours are CSS variables (``var(--accent)``): the page decides them, for light, dark and
print. All places of text are computed here; nothing depends on the fonts of the machine that draws.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from interfirm.errors import UnknownName
from interfirm.report.charts.canvas import Drawing, Row
from interfirm.report.charts.curves import curve
from interfirm.report.charts.geography import geo
from interfirm.report.charts.networks import networks
from interfirm.report.charts.pictograms import pictograms
from interfirm.report.charts.planes import histogram, scatter, slope
from interfirm.report.charts.rows import dots, null, parts
from interfirm.report.charts.specification import specification
from interfirm.report.charts.tiles import matrix
from interfirm.report.charts.violins import violins
from interfirm.report.labels import named

WIDE: Final = 720
NARROW: Final = 352
CHARTS: Final[dict[str, Callable[[Sequence[Row], Row, int], Drawing]]] = {
    "dots": dots, "null": null, "slope": slope, "parts": parts, "histogram": histogram, "scatter": scatter,
    "geo": geo, "matrix": matrix, "pictograms": pictograms, "violins": violins, "networks": networks,
    "curve": curve, "specification": specification,
}


def draw(chart: str, rows: Sequence[Row], options: Row, width: int) -> Drawing:
    """One chart of a given width.

    Parameters
    ----------
    chart
        A kind of chart, see :class:`interfirm.report.blocks.Figure`.
    rows
        Its data.
    options
        ``x_title``, ``y_title``, ``zero``, ``reference``, ``format`` (``"share"`` for per cent).
    width
        In pixels; below 500 names are cut shorter.

    Raises
    ------
    UnknownName
        If there is no such kind of chart.
    """
    if chart not in CHARTS:
        raise UnknownName("chart", chart, CHARTS)
    return CHARTS[chart](named(rows), options, width)
