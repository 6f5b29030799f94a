"""A fit as text, as LaTeX and as a table with its plain words."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from interfirm.dynamics.reading import read

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.dynamics.fit import Fit

_STARS: Final = "* p < 0.05, ** p < 0.01, *** p < 0.001"

# ---- text ----------------------------------------------------------------------------------


def _stars(p: float) -> str:
    return "***" if p < 0.001 else "**" if p < 0.01 else "*" if p < 0.05 else ""


def text(fit: Fit, *, words: bool = False, findings: bool = True) -> str:
    """A table that a paper can use, with convergence and what was found in the data.

    Parameters
    ----------
    fit
        A fit.
    words
        Whether each parameter is also put in plain words.
    findings
        Whether what was found in the data follows.
    """
    records, readings = fit.table().to_dict("records"), {item.parameter: item for item in read(fit)}
    width = max(len("parameter"), *(len(str(row["parameter"])) for row in records)) + 1
    n, waves = fit.panel.size, ", ".join(fit.panel.waves)
    lines = [f"Tie formation in '{fit.spec.relation}': {n} actors, waves {waves}", "",
             f"{'parameter':<{width}}{'estimate':>9}{'s.e.':>8}{'p':>8}     {'conv.':>5}  what it is"]
    variable = fit.spec.relation
    for row in records:
        if row["variable"] != variable:
            variable = row["variable"]
            lines += ["", f"'{variable}'"]
        lines.append(_line(row, width, readings[str(row["parameter"])].title))
    lines += ["", f"{fit.convergence}.", f"{_how(fit)} {_STARS}."]
    if words and not fit.converged:
        lines += ["", "Not put into words: the estimation has not converged, and its numbers are not to be used. Keep "
                  "the fit with\n--output and go on from it with --continue, or leave out the effects with the largest "
                  "standard errors."]
    elif words:
        lines += ["", "In plain words (all else that the model knows being equal):"]
        lines += [_bullet(f"{item.parameter}: {item.sentence}") for item in readings.values()]
    return "\n".join([*lines, *(f"{item.level.capitalize()}: {item}" for item in fit.findings if findings)])


def _bullet(text: str, width: int = 96) -> str:
    return textwrap.fill(text, width, initial_indent="  • ", subsequent_indent="    ", break_on_hyphens=False)


def _how(fit: Fit) -> str:
    kind = "conditional on the number of changes" if fit.spec.conditional else "unconditional"
    model = _choice(fit) if not fit.panel.networks[fit.spec.relation].directed else ""
    return f"Method of moments, {kind}{model}; {fit.panels:,} simulated panels, seed {fit.seed}."


def _choice(fit: Fit) -> str:
    """Who decides on a tie without direction, with the offset of agreeing."""
    name = fit.spec.model or "confirmation"
    offset = math.log(fit.panel.size) if fit.spec.offset is None else fit.spec.offset
    return f", model '{name}'" + (f" with offset {offset:.2f}" if name == "confirmation" else "")


def _line(row: dict[Any, Any], width: int, title: str) -> str:
    digits = _digits(row["se"])
    head = f"{row['parameter']:<{width}}{row['estimate']:>9.{digits}f}"
    if row["fixed"]:
        return f"{head}{'fixed':>8}{'':>8}     {'':>5}  {title}"
    p = "" if not np.isfinite(row["p"]) else "<.001" if row["p"] < 0.001 else f"{row['p']:.3f}"
    ratio = f"{row['convergence']:.2f}" if np.isfinite(row["convergence"]) else ""
    return f"{head}{row['se']:>8.{digits}f}{p:>8} {_stars(row['p']):<3} {ratio:>5}  {title}"


def _digits(se: float) -> int:
    """Decimals that show two digits of the standard error: 3, or up to 6 for a covariate of large numbers."""
    return 3 if not np.isfinite(se) or se <= 0 else int(np.clip(1 - np.floor(np.log10(se)), 3, 6))


# ---- LaTeX ---------------------------------------------------------------------------------


_SPECIAL: Final = {"\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{",
                   "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "×": r"$\times$", "→": r"$\to$"}


def escape(plain: str) -> str:
    """Plain text as LaTeX."""
    return "".join(_SPECIAL.get(c, c) for c in plain)


def latex(fit: Fit, *, caption: str = "", label: str = "tab:ties") -> str:
    """A table for a paper in LaTeX; needs the package ``booktabs``.

    Parameters
    ----------
    fit
        A fit.
    caption, label
        Of the table; a caption is made if none is given.
    """
    titles = {item.parameter: item.title for item in read(fit)}
    relation, variable, rows = fit.spec.relation, fit.spec.relation, []
    for row in fit.table().to_dict("records"):
        if row["variable"] != variable:
            variable = str(row["variable"])
            rows += [r"\midrule", rf"\multicolumn{{5}}{{l}}{{\emph{{{escape(variable)}}}}} \\"]
        rows.append(_latex_row(row, titles[str(row["parameter"])]))
    waves = ", ".join(fit.panel.waves)
    made = caption or f"Tie formation in {relation}: {fit.panel.size} actors, waves {waves}"
    ratio, word = fit.convergence.maximum, "" if fit.converged else " The model has not converged."
    note = f"{_how(fit)} Overall maximum convergence ratio {ratio:.2f}.{word} Conv.: deviation of the simulated mean " \
        "from the observed statistic in standard deviations."
    stars = r"$^{*}$\,$p<0.05$, $^{**}$\,$p<0.01$, $^{***}$\,$p<0.001$."
    return "\n".join([
        r"\begin{table}", r"\centering", rf"\caption{{{escape(made)}}}", rf"\label{{{label}}}",
        r"\begin{tabular}{llrrr}", r"\toprule", r"Effect & & Estimate & (s.e.) & Conv. \\", r"\midrule", *rows,
        r"\bottomrule", r"\end{tabular}", "", rf"\smallskip\footnotesize {escape(note)} {stars}", r"\end{table}", ""])


def _latex_row(row: dict[Any, Any], title: str) -> str:
    name = rf"{escape(title)} & \texttt{{{escape(str(row['parameter']))}}}"
    digits = _digits(row["se"])
    number = f"{row['estimate']:.{digits}f}".replace("-", "$-$")
    if row["fixed"]:
        return rf"{name} & {number} & fixed & \\"
    stars = f"$^{{{_stars(row['p'])}}}$" if _stars(row["p"]) else ""
    ratio = f"{row['convergence']:.2f}".replace("-", "$-$") if np.isfinite(row["convergence"]) else ""
    return rf"{name} & {number}{stars} & ({row['se']:.{digits}f}) & {ratio} \\"


def table(fit: Fit) -> pd.DataFrame:
    """The table of a fit with the plain words of every parameter beside it."""
    import pandas as pd

    words = pd.DataFrame([vars(item) for item in read(fit)])
    return fit.table().merge(words, on="parameter", how="left")
