"""Tables fit for a paper: models side by side, as text, LaTeX, CSV and Word."""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from interfirm.errors import UnknownName, UsageError
from interfirm.performance.estimates import Fit
from interfirm.performance.margins import marginal_effects

if TYPE_CHECKING:
    import pandas as pd

_NARROW: Final = 26
SHOWN: Final = ("margins", "coefficients")
_SPECIAL: Final = {"\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{",
                   "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}",
                   ">": r"\textgreater{}", "|": r"\textbar{}"}


@dataclass(frozen=True)
class PaperTable:
    """A table of cells of text, models in columns.

    Attributes
    ----------
    title
        What it shows.
    header
        First cell empty, then one per model.
    rows
        Two per variable: the estimate, and its error in brackets.
    foot
        Firms, clusters, likelihood: one row each.
    note
        What the cells mean.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    foot: tuple[tuple[str, ...], ...]
    note: str

    @property
    def cells(self) -> list[tuple[str, ...]]:
        """Header, rows and foot."""
        return [self.header, *self.rows, *self.foot]

    def text(self, width: int = 100) -> str:
        """Aligned plain text; names of variables are cut where the table would be wider than ``width``."""
        widths = [max(len(row[i]) for row in self.cells) for i in range(len(self.header))]
        widths[0] = min(widths[0], max(_NARROW, width - sum(widths[1:]) - 2 * len(widths[1:])))
        line = "-" * (sum(widths) + 2 * (len(widths) - 1))

        def shown(row: Sequence[str]) -> str:
            first = _cut(row[0], widths[0]).ljust(widths[0])
            rest = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
            return "  ".join([first, *rest]).rstrip()

        return "\n".join([self.title, line, shown(self.header), line, *map(shown, self.rows), line,
                          *map(shown, self.foot), line, textwrap.fill(self.note, max(len(line), 60))])

    def latex(self) -> str:
        """A LaTeX table; needs the package booktabs."""
        def row(cells: Sequence[str]) -> str:
            return " & ".join(_latex(cell) for cell in cells) + r" \\"

        columns = "l" + "r" * (len(self.header) - 1)
        body = [r"\begin{table}", r"\centering", rf"\caption{{{_latex(self.title)}}}",
                rf"\begin{{tabular}}{{{columns}}}", r"\toprule", row(self.header), r"\midrule", *map(row, self.rows),
                r"\midrule", *map(row, self.foot),
                r"\bottomrule", r"\end{tabular}", "", rf"\footnotesize {_latex(self.note)}", r"\end{table}"]
        return "\n".join(body) + "\n"

    def csv(self) -> str:
        """Comma-separated values; the note is the last line."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerows([[_guarded(cell) for cell in row] for row in self.cells])
        writer.writerow([_guarded(self.note)])
        return out.getvalue()

    def docx(self) -> bytes:
        """A Word document with the table."""
        from interfirm.study.write.docx import document

        return document(self.title, self.cells, self.note, heads=1, rules=(len(self.rows),))

    def __str__(self) -> str:
        return self.text()


def paper_table(fits: Sequence[Fit], *, show: str = "margins", title: str | None = None, labels: bool = True,
                names: Sequence[str] | None = None) -> PaperTable:
    """Models side by side.

    Parameters
    ----------
    fits
        One or more models.
    show
        ``"margins"`` (average marginal effects, comparable between models) or ``"coefficients"``.
    title
        Above the table; None: the outcome.
    labels
        Whether variables stand under their label in the source.
    names
        Names of the columns; None: numbers and titles of the models.

    Returns
    -------
    PaperTable
        Estimates with their error in brackets. No stars: the 95 % interval is given instead where one model is shown.

    Raises
    ------
    UsageError
        Without a model, or for margins of models with categories.

    Examples
    --------
    >>> import pandas as pd
    >>> from interfirm.performance import fit, survey_design
    >>> table = pd.DataFrame({"share": [0.1, 0.2, 0.1, 0.4, 0.3], "coop": [0, 1, 0, 1, 1]})
    >>> print(paper_table([fit(survey_design(table, "share", cooperation=["coop"]))]).rows[0][:2])
    ('coop', '0.200')
    """
    if not fits:
        raise UsageError("A table needs at least one model.")
    if show not in SHOWN:
        raise UnknownName("kind of table", show, SHOWN)
    if show == "margins" and any(item.categories for item in fits):
        raise UsageError("Marginal effects of ordered and nominal outcomes have a column per category. "
                         "Show coefficients.")
    frames = [_margins(item) if show == "margins" else item.table() for item in fits]
    terms = list(dict.fromkeys(name for frame in frames for name in frame["term"]))
    rows: list[tuple[str, ...]] = []
    for term in terms:
        found = [frame[frame["term"] == term] for frame in frames]
        rows.append((_label(fits, term) if labels else term, *(_cell(part, "estimate") for part in found)))
        rows.append(("", *(f"({_cell(part, 'error')})" if len(part) else "" for part in found)))
        if len(fits) == 1:
            rows[-1] = ("", f"[{_cell(found[0], 'low')}, {_cell(found[0], 'high')}]")
    heads = list(names) if names is not None else [f"({i}) {item.title}" for i, item in enumerate(fits, 1)]
    return PaperTable(title or f"What goes with '{fits[0].design.outcome}'", ("", *heads), tuple(rows), _foot(fits),
                      _note(fits, show))


def _margins(item: Fit) -> pd.DataFrame:
    return marginal_effects(item).table().rename(columns={"variable": "term", "effect": "estimate"})


def _label(fits: Sequence[Fit], term: str) -> str:
    for item in fits:
        base = item.design.bases.get(term)
        if base is not None and base.label:
            return f"{base.label} ({term})" if len(base.label) < 44 else f"{base.label[:41]}… ({term})"
    return term


def _cell(part: pd.DataFrame, column: str) -> str:
    if not len(part):
        return ""
    return number(float(part[column].iloc[0]))


def number(value: float) -> str:
    """Three decimals where they tell something, more digits for small numbers."""
    if not np.isfinite(value):
        return "."
    if value != 0 and abs(value) < 0.0095:
        return f"{value:.2g}" if abs(value) < 0.00095 else f"{value:.4f}"
    return f"{value:.3f}" if abs(value) < 100 else f"{value:,.1f}"


def _foot(fits: Sequence[Fit]) -> tuple[tuple[str, ...], ...]:
    rows = [(fits[0].design.unit.capitalize(), *(f"{item.size:,}" for item in fits))]
    if any(item.design.clusters is not None for item in fits):
        rows.append(("Clusters", *("" if item.design.clusters is None else f"{int(item.design.clusters.max()) + 1:,}"
                                   for item in fits)))
    if any(np.isfinite(item.likelihood) for item in fits):
        rows.append(("Log likelihood", *(f"{item.likelihood:,.1f}" if np.isfinite(item.likelihood) else ""
                                         for item in fits)))
    for key, label in (("r2", "R²"), ("sigma", "σ"), ("alpha", "α"), ("rho", "ρ")):
        if any(key in item.extra for item in fits):
            rows.append((label, *(number(item.extra[key]) if key in item.extra else "" for item in fits)))
    rows.append(("Settled", *("yes" if item.converged else "NO" for item in fits)))
    return tuple(rows)


def _note(fits: Sequence[Fit], show: str) -> str:
    what = "Average marginal effects in units of the outcome" if show == "margins" else "Coefficients"
    inside = "95 % intervals in square brackets" if len(fits) == 1 else "standard errors in brackets"
    errors = "; ".join(dict.fromkeys(item.errors for item in fits))
    return f"{what}; {inside} ({errors}). Associations, not causes."


def _cut(text: str, width: int) -> str:
    """The text in at most ``width`` letters; a name in brackets at its end is kept."""
    if len(text) <= width:
        return text
    head, mark, name = text.rpartition(" (")
    if not mark or len(name) > width - 8:
        return text[:width - 1] + "…"
    return f"{head[:width - len(name) - 3]}… ({name}" if len(head) > 3 else text[:width]


def _latex(text: str) -> str:
    return "".join(_SPECIAL.get(letter, letter) for letter in text)


def _guarded(cell: str) -> str:
    """A cell that a spreadsheet would take for a formula gets an apostrophe, unless it is a number."""
    if cell[:1] in ("=", "@", "+", "\t") or (cell[:1] == "-" and not cell[1:2].isdigit()):
        return f"'{cell}"
    return cell
