"""A fit as text, as LaTeX and as plain values, from which it can be continued."""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from interfirm._version import __version__
from interfirm.dynamics.reading import read
from interfirm.dynamics.specification import Specification
from interfirm.errors import DataError, Finding

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.dynamics.data import Panel
    from interfirm.dynamics.fit import Fit

FORMAT: Final = "interfirm-fit/1"
_STARS: Final = "* p < 0.05, ** p < 0.01, *** p < 0.001"


@dataclass(frozen=True)
class Start:
    """What another estimation can start from: names and values of the parameters, and the model they belong to."""

    names: list[str]
    simulated_theta: list[float]
    spec: Specification
    waves: tuple[str, ...]


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
    if words:
        lines += ["", "In plain words (all else that the model knows being equal):"]
        lines += [_bullet(f"{item.parameter}: {item.sentence}") for item in readings.values()]
    return "\n".join([*lines, *(f"{item.level.capitalize()}: {item}" for item in fit.findings if findings)])


def _bullet(text: str, width: int = 96) -> str:
    return textwrap.fill(text, width, initial_indent="  • ", subsequent_indent="    ", break_on_hyphens=False)


def _how(fit: Fit) -> str:
    kind = "conditional on the number of changes" if fit.spec.conditional else "unconditional"
    model = f", model '{fit.spec.model or 'confirmation'}'" if _undirected(fit) else ""
    return f"Method of moments, {kind}{model}; {fit.panels:,} simulated panels, seed {fit.seed}."


def _undirected(fit: Fit) -> bool:
    return not fit.panel.networks[fit.spec.relation].directed


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


# ---- plain values --------------------------------------------------------------------------


def to_dict(fit: Fit) -> dict[str, Any]:
    """A fit as plain values, ready for JSON: model, estimates, covariance, convergence, findings, how it was made."""
    spec = asdict(fit.spec)
    readings = [{key: _plain(value) for key, value in vars(item).items()} for item in read(fit)]
    rows = [{str(key): _plain(value) for key, value in row.items()} for row in fit.table().to_dict("records")]
    return {
        "format": FORMAT,
        "made": {"version": __version__, "seed": fit.seed, "panels": fit.panels,
                 "cpu_seconds": round(fit.cpu_seconds, 3)},
        "specification": {key: dict(value) if isinstance(value, Mapping) else _plain(value)
                          for key, value in spec.items()},
        "data": {"actors": fit.panel.size, "waves": list(fit.panel.waves), "fingerprint": fingerprint(fit.panel)},
        "parameters": rows, "readings": readings, "names": list(fit.names), "theta": fit.theta.tolist(),
        "simulated_theta": fit.simulated_theta.tolist(),
        "covariance": fit.covariance.tolist(),
        "convergence": {"converged": fit.converged, "maximum": fit.convergence.maximum,
                        "ratios": {name: _plain(value) for name, value in fit.convergence.ratios.items()}},
        "findings": [item.to_dict() for item in fit.findings],
    }


def with_tests(fit: Fit, tests: Mapping[str, Any]) -> dict[str, Any]:
    """A fit as plain values, with its tests, relative importance and goodness of fit beside it."""
    out = to_dict(fit)
    for name in ("time", "score"):
        if name in tests:
            out[f"{name}_test"] = {key: _plain(value.tolist() if isinstance(value, np.ndarray) else value)
                                   for key, value in vars(tests[name]).items()}
    if "importance" in tests:
        out["importance"] = _records(tests["importance"].table())
    if "gof" in tests:
        out["goodness_of_fit"] = [
            {"what": item.what, "variable": item.variable, "distance": item.distance, "p": item.p,
             "values": _records(item.table())} for item in tests["gof"]]
    return out


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): _plain(value) for key, value in row.items()} for row in frame.to_dict("records")]


def table(fit: Fit) -> pd.DataFrame:
    """The table of a fit with the plain words of every parameter beside it."""
    import pandas as pd

    words = pd.DataFrame([vars(item) for item in read(fit)])
    return fit.table().merge(words, on="parameter", how="left")


def start(values: Any, where: str = "the fit") -> Start:
    """Where an estimation that goes on begins, from what :func:`to_dict` gave.

    Raises
    ------
    DataError
        If the values are not those of a fit.
    """
    try:
        names, theta = [str(name) for name in values["names"]], [float(value) for value in values["simulated_theta"]]
        made = Start(names, theta, Specification(**values["specification"]),
                     tuple(str(wave) for wave in values["data"]["waves"]))
        fine = values["format"] == FORMAT and len(names) == len(theta) and bool(np.isfinite(theta).all())
    except (KeyError, TypeError, ValueError, AttributeError):
        fine = False
    if not fine:
        raise DataError(Finding("error", f"{where} holds no fit of a tie-formation model", "not-a-fit",
                                expected=f"a file that 'interfirm dynamics --output' wrote ({FORMAT})",
                                remedy="Estimate the model again and keep its file"))
    return made


def fingerprint(panel: Panel) -> str:
    """A short text that changes when anything in a panel does."""
    made = hashlib.sha256()
    made.update(repr((panel.actors, panel.waves, sorted(panel.texts))).encode())
    groups = ({name: net.ties for name, net in panel.networks.items()}, panel.covariates, panel.dyads,
              panel.behaviours, {"present": panel.present})
    for group in groups:
        for name in sorted(group):
            made.update(name.encode())
            made.update(np.ascontiguousarray(group[name], dtype=float).tobytes())
    return made.hexdigest()[:16]


def _plain(value: Any) -> Any:
    """A value that JSON can hold; what is not finite becomes None."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(value) if np.isfinite(value) else None
    return list(value) if isinstance(value, (list, tuple)) else value
