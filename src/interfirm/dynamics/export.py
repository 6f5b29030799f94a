"""A fit as text, as LaTeX and as a table with its plain words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from interfirm.dynamics.paper import LATEX_STARS, STARS, bullet, escape, latex_row, line
from interfirm.dynamics.reading import read

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.dynamics.fit import Fit

# ---- text ----------------------------------------------------------------------------------


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
        lines.append(line(row, width, readings[str(row["parameter"])].title))
    lines += ["", f"{fit.convergence}.", f"{_how(fit)} {STARS}."]
    if words and not fit.converged:
        lines += ["", "Not put into words: the estimation has not converged, and its numbers are not to be used. Keep "
                  "the fit with\n--output and go on from it with --continue, or leave out the effects with the largest "
                  "standard errors."]
    elif words:
        lines += ["", "In plain words (all else that the model knows being equal):"]
        lines += [bullet(f"{item.parameter}: {item.sentence}") for item in readings.values()]
    return "\n".join([*lines, *(f"{item.level.capitalize()}: {item}" for item in fit.findings if findings)])


def _how(fit: Fit) -> str:
    kind = "conditional on the number of changes" if fit.spec.conditional else "unconditional"
    model = _choice(fit) if not fit.panel.networks[fit.spec.relation].directed else ""
    return f"Method of moments, {kind}{model}; {fit.panels:,} simulated panels, seed {fit.seed}."


def _choice(fit: Fit) -> str:
    """Who decides on a tie without direction, with the offset of agreeing."""
    name = fit.spec.model or "confirmation"
    offset = math.log(fit.panel.size) if fit.spec.offset is None else fit.spec.offset
    return f", model '{name}'" + (f" with offset {offset:.2f}" if name == "confirmation" else "")


# ---- LaTeX ---------------------------------------------------------------------------------


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
        rows.append(latex_row(row, titles[str(row["parameter"])]))
    waves = ", ".join(fit.panel.waves)
    made = caption or f"Tie formation in {relation}: {fit.panel.size} actors, waves {waves}"
    ratio, word = fit.convergence.maximum, "" if fit.converged else " The model has not converged."
    note = f"{_how(fit)} Overall maximum convergence ratio {ratio:.2f}.{word} Conv.: deviation of the simulated mean " \
        "from the observed statistic in standard deviations."
    return "\n".join([
        r"\begin{table}", r"\centering", rf"\caption{{{escape(made)}}}", rf"\label{{{label}}}",
        r"\begin{tabular}{llrrr}", r"\toprule", r"Effect & & Estimate & (s.e.) & Conv. \\", r"\midrule", *rows,
        r"\bottomrule", r"\end{tabular}", "",
        rf"\smallskip\footnotesize {escape(note)} {LATEX_STARS}", r"\end{table}", ""])


def table(fit: Fit) -> pd.DataFrame:
    """The table of a fit with the plain words of every parameter beside it."""
    import pandas as pd

    words = pd.DataFrame([vars(item) for item in read(fit)])
    return fit.table().merge(words, on="parameter", how="left")
