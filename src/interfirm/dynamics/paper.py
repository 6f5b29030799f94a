"""What the tables of both kinds of tie models share: stars, rows, decimals and LaTeX."""

from __future__ import annotations

import textwrap
from typing import Any, Final

import numpy as np

STARS: Final = "* p < 0.05, ** p < 0.01, *** p < 0.001"
LATEX_STARS: Final = r"$^{*}$\,$p<0.05$, $^{**}$\,$p<0.01$, $^{***}$\,$p<0.001$."
_SPECIAL: Final = {"\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{",
                   "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "×": r"$\times$", "→": r"$\to$"}


def stars(p: float) -> str:
    """As many stars as :data:`STARS` says; none where p is unknown."""
    return "***" if p < 0.001 else "**" if p < 0.01 else "*" if p < 0.05 else ""


def digits(se: float) -> int:
    """Decimals that show two digits of the standard error: 3, or up to 6 for a covariate of large numbers."""
    return 3 if not np.isfinite(se) or se <= 0 else int(np.clip(1 - np.floor(np.log10(se)), 3, 6))


def bullet(text: str, width: int = 96) -> str:
    """A point of a list, with its later lines indented."""
    return textwrap.fill(text, width, initial_indent="  • ", subsequent_indent="    ", break_on_hyphens=False)


def line(row: dict[Any, Any], width: int, title: str, *, simulated: bool = True) -> str:
    """A parameter as a line of text; without its convergence where nothing was simulated."""
    places = digits(row["se"])
    head = f"{row['parameter']:<{width}}{row['estimate']:>9.{places}f}"
    if row["fixed"]:
        return f"{head}{'fixed':>8}{'':>8}     {'':>5}  {title}"
    p = "" if not np.isfinite(row["p"]) else "<.001" if row["p"] < 0.001 else f"{row['p']:.3f}"
    ratio = f"{row['convergence']:.2f}" if simulated and np.isfinite(row["convergence"]) else ""
    return f"{head}{row['se']:>8.{places}f}{p:>8} {stars(row['p']):<3} {ratio:>5}  {title}"


def escape(plain: str) -> str:
    """Plain text as LaTeX."""
    return "".join(_SPECIAL.get(c, c) for c in plain)


def latex_row(row: dict[Any, Any], title: str, *, simulated: bool = True) -> str:
    """A parameter as a row of LaTeX; without the column of convergence where ``simulated`` is not set."""
    name = rf"{escape(title)} & \texttt{{{escape(str(row['parameter']))}}}"
    places = digits(row["se"])
    value = f"{row['estimate']:.{places}f}".replace("-", "$-$")
    last = f" & {row['convergence']:.2f}".replace("-", "$-$") if np.isfinite(row["convergence"]) else " & "
    if row["fixed"]:
        return rf"{name} & {value} & fixed" + (r" & \\" if simulated else r" \\")
    mark = f"$^{{{stars(row['p'])}}}$" if stars(row["p"]) else ""
    return rf"{name} & {value}{mark} & ({row['se']:.{places}f})" + (last if simulated else "") + r" \\"
