"""A fit as text, as LaTeX, and as a script and data files for RSiena."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from interfirm.dynamics.fit import Fit


def _stars(p: float) -> str:
    return "***" if p < 0.001 else "**" if p < 0.01 else "*" if p < 0.05 else ""


def text(fit: Fit) -> str:
    """A table that a paper can use, with convergence and what was found in the data."""
    table = fit.table()
    width = max(len("parameter"), *(len(name) for name in table["parameter"])) + 2
    lines = [f"Tie formation in '{fit.spec.relation}': {fit.panel.size} actors, waves {', '.join(fit.panel.waves)}", "",
             f"{'parameter':<{width}}{'estimate':>10}{'s.e.':>9}{'p':>9}     {'convergence':>11}"]
    for row in table.to_dict("records"):
        lines.append(_line(row, width))
    lines += ["", f"{fit.convergence}.", f"{fit.panels} simulated panels, seed {fit.seed}. * p < 0.05, ** p < 0.01, "
              "*** p < 0.001."]
    lines += [f"{item.level.capitalize()}: {item}" for item in fit.findings]
    return "\n".join(lines)


def _line(row: dict[Any, Any], width: int) -> str:
    if row["fixed"]:
        return f"{row['parameter']:<{width}}{row['estimate']:>10.3f}{'fixed':>9}"
    p = f"{row['p']:.3f}" if np.isfinite(row["p"]) else ""
    ratio = f"{row['convergence']:.2f}" if np.isfinite(row["convergence"]) else ""
    return (f"{row['parameter']:<{width}}{row['estimate']:>10.3f}{row['se']:>9.3f}{p:>9} {_stars(row['p']):<3} "
            f"{ratio:>11}").rstrip()


def latex(fit: Fit) -> str:
    """A LaTeX table (booktabs) of estimates and standard errors."""
    rows = []
    for row in fit.table().to_dict("records"):
        name = str(row["parameter"]).replace("\\", r"\textbackslash{}").replace("_", r"\_").replace("%", r"\%")
        if row["fixed"]:
            rows.append(rf"{name} & {row['estimate']:.3f} & fixed \\")
        else:
            stars = f"$^{{{_stars(row['p'])}}}$" if _stars(row["p"]) else ""
            rows.append(rf"{name} & {row['estimate']:.3f}{stars} & ({row['se']:.3f}) \\")
    body = "\n".join(rows)
    word = "" if fit.converged else " The model has not converged."
    ratio = fit.convergence.maximum
    return "\n".join([
        r"\begin{tabular}{lrr}", r"\toprule", r"Effect & Estimate & (s.e.) \\", r"\midrule", body, r"\bottomrule",
        r"\end{tabular}",
        f"% {fit.panels} panels, seed {fit.seed}; overall maximum convergence ratio {ratio:.3f}.{word}",
    ])
