"""One page per firm, to be printed or sent: what it can bring, where it stands, whom it could talk to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from interfirm._version import __version__
from interfirm.report import words
from interfirm.report.html import policy, slug, static
from interfirm.report.sheet_data import Line, Sheet, sheets

if TYPE_CHECKING:
    from markupsafe import Markup

    from interfirm.study.study import Study

__all__ = ["file_name", "render_sheets", "sheets"]

_WIDTH, _HEIGHT, _PAD = 260.0, 22.0, 8.0


def render_sheets(pages: Sequence[Sheet], study: Study, *, purpose: str | None = None, wave: str | None = None,
                  date: str | None = None) -> str:
    """Some pages as one HTML file that opens offline; each prints on one sheet of A4.

    Parameters
    ----------
    pages
        From :func:`sheets`.
    study
        The study that they are of.
    purpose, wave
        What they were made for.
    date
        The day (UTC, YYYY-MM-DD) to print; today if None.

    Returns
    -------
    str
        The whole file, to be written as UTF-8.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    style = static("sheet.css")
    place = Environment(loader=PackageLoader("interfirm.report", "templates"), autoescape=True,
                        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    place.filters.update(number=_number, share=_share, bar=_bar)
    synthetic = (study.fact("synthetic") or "").strip().lower() in {"yes", "true", "1"}
    page: str = place.get_template("sheet.html.j2").render(
        pages=pages, cluster=study.name, purpose=purpose, wave=wave, date=date or datetime.now(UTC).date().isoformat(),
        version=__version__, synthetic=synthetic, style=Markup(style), policy=policy(style, []))
    return page + "\n"


def file_name(page: Sheet, taken: set[str]) -> str:
    """A file name for a page: its identifier, letters and digits only, not among those taken."""
    base = slug(page.actor)
    name, k = base, 2
    while name in taken:
        name, k = f"{base}-{k}", k + 1
    taken.add(name)
    return f"{name}.html"


def _number(value: float | None) -> str:
    return "–" if value is None else words.number(round(value, 1))


def _share(value: float | None) -> str:
    return "–" if value is None else words.share(value)


def _bar(line: Line, low: float, high: float) -> Markup:
    """The own value as a dot, the median of the others as a tick, their middle half as a band."""
    from markupsafe import Markup

    def x(value: float) -> str:
        share = min(max((value - low) / (high - low), 0.0), 1.0)
        return f"{_PAD + share * (_WIDTH - 2 * _PAD):.1f}"

    middle = _HEIGHT / 2
    says: list[Any] = [f'<svg viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" aria-hidden="true">',
                       f'<line class="axis" x1="{_PAD:g}" x2="{_WIDTH - _PAD:g}" y1="{middle:g}" y2="{middle:g}"/>']
    if line.low is not None and line.high is not None:
        says.append(f'<line class="band" x1="{x(line.low)}" x2="{x(line.high)}" y1="{middle:g}" y2="{middle:g}"/>')
    if line.median is not None:
        says.append(f'<line class="tick" x1="{x(line.median)}" x2="{x(line.median)}" y1="4" y2="{_HEIGHT - 4:g}"/>')
    if line.own is not None:
        says.append(f'<circle class="own" cx="{x(line.own)}" cy="{middle:g}" r="5.5"/>')
    return Markup("".join(says) + "</svg>")
