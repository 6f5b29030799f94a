"""A model of one wave as text, as LaTeX, as plain values and in plain words."""

from __future__ import annotations

import math
import textwrap
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from interfirm import vocabulary
from interfirm._version import __version__
from interfirm.dynamics.fit import CONVERGED_MAX
from interfirm.dynamics.paper import LATEX_STARS, STARS, bullet, escape, latex_row, line
from interfirm.dynamics.reading import WIDTH, ends, number

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.dynamics.ergm_fit import ErgmFit
    from interfirm.dynamics.ergm_terms import Statistic
    from interfirm.dynamics.goodness_of_fit import GoodnessOfFit

FORMAT: Final = "interfirm-ergm/1"
CAUTION: Final = ("One wave shows which ties are there together, not which came first: these are odds given all other "
                  "ties, no causes, and they cannot tell why ties form from why they last. Two waves can.")


@dataclass(frozen=True)
class ErgmReading:
    """One parameter in words.

    Attributes
    ----------
    parameter, title
        Its short name, and its name for people.
    sentence
        What it means, with its number and what is compatible with the data.
    ratio, low, high
        How many times the odds, and the 95 % interval; NaN where the parameter has no such reading.
    probability, certainty
        Φ(|estimate| / standard error), and the fixed word for it.
    """

    parameter: str
    title: str
    sentence: str
    ratio: float
    low: float
    high: float
    probability: float
    certainty: str


def ergm_read(fit: ErgmFit) -> list[ErgmReading]:
    """Every parameter of a model of one wave in plain words: odds of a tie, all other ties being given.

    Examples
    --------
    >>> ergm_read(fit)[1].sentence                                # doctest: +SKIP
    """
    return [_one(fit, q, item) for q, item in enumerate(fit.model.items)]


def _one(fit: ErgmFit, q: int, item: Statistic) -> ErgmReading:
    value, se = float(fit.theta[q]), float(fit.se[q])
    ok = math.isfinite(se) and se > 0
    sure = 0.5 * (1.0 + math.erf(abs(value) / se / math.sqrt(2.0))) if ok else math.nan
    word = vocabulary.certainty(sure) if ok else ""
    found = _contrast(fit, item)
    if found is None:
        way = "higher" if value > 0 else "lower"
        text = f"'{item.title}' goes with {way} odds of a tie" + (f" (which way: {word})." if word else ", held fixed.")
        return ErgmReading(item.text, item.title, text, math.nan, math.nan, math.nan, sure, word)
    size, where = found
    ratio, low, high = (_exp(size * v) for v in (value, value - WIDTH * se, value + WIDTH * se))
    low, high = min(low, high), max(low, high)
    if item.text == "density":
        head = f"With every other effect at 0 and covariates at their mean, the odds of a tie are {number(ratio)} to 1"
    elif where.startswith("for each"):
        head = f"The odds of a tie are multiplied by {number(ratio)} {where}"
    else:
        head = f"The odds of a tie are {number(ratio)} times as high {where}"
    tail = f" (95 % interval {number(low)} to {number(high)}" if word else ", held fixed."
    tail += "" if not word else ")." if item.text == "density" else f"; which way: {word})."
    return ErgmReading(item.text, item.title, head + tail, ratio, low, high, sure, word)


def _exp(value: float) -> float:
    return math.exp(min(max(value, -50.0), 50.0)) if math.isfinite(value) else math.nan


def _contrast(fit: ErgmFit, item: Statistic) -> tuple[float, str] | None:
    """How far apart two ties are in the statistic, and how they are called."""
    factor = item.factors[0]
    if item.text == "density":
        return 1.0, ""
    if len(item.factors) > 1 or not factor.term.contrast:
        return None
    name, panel = factor.column or "", fit.model.panel
    column = name.partition("@")[0].removeprefix("log_").replace("_", " ")
    if factor.term.contrast == "one":
        return 1.0, factor.term.where.format(column=column)
    if factor.term.contrast == "pairs":
        known = panel.dyads[name][np.isfinite(panel.dyads[name])]
        if set(np.unique(known)) <= {0.0, 1.0}:
            return 1.0, f"between firms with {column} as between firms without"
    low, high = ends(panel, factor.term.contrast, name)
    logs = name.startswith("log_") and factor.term.contrast == "quartiles"
    words = {"low": number(math.exp(low) if logs else low), "high": number(math.exp(high) if logs else high)}
    return high - low, factor.term.where.format(column=column, **words)


# ---- text ----------------------------------------------------------------------------------


def text(fit: ErgmFit, *, words: bool = False, findings: bool = True) -> str:
    """A table that a paper can use, with convergence, likelihood and what was found in the data.

    Parameters
    ----------
    fit
        A fit.
    words
        Whether each parameter is also put in plain words.
    findings
        Whether what was found in the data follows.
    """
    records = fit.table().to_dict("records")
    width = max(len("parameter"), *(len(name) for name in fit.names)) + 1
    titles = {item.text: item.title for item in fit.model.items}
    lines = [f"Ties of '{fit.spec.relation}' in {fit.wave}: {fit.model.panel.size} actors, {_ties(fit)}", "",
             f"{'parameter':<{width}}{'estimate':>9}{'s.e.':>8}{'p':>8}     {'conv.':>5}  what it is"]
    lines += [line(row, width, titles[str(row["parameter"])], simulated=fit.method != "exact") for row in records]
    lines += ["", *textwrap.wrap(f"{how(fit)} {STARS}.", 98), likelihood(fit)]
    if not fit.converged:
        lines += [state(fit)]
    if words and not fit.converged:
        lines += ["", "Not put into words: the estimation has not converged, and its numbers are not to be used."]
    elif words:
        lines += ["", "In plain words (all other ties, and all else that the model knows, being equal):"]
        lines += [bullet(f"{item.parameter}: {item.sentence}") for item in ergm_read(fit)]
        lines += ["", *textwrap.wrap(CAUTION, 98)]
    return "\n".join([*lines, *(f"{item.level.capitalize()}: {item}" for item in fit.findings if findings)])


def _ties(fit: ErgmFit) -> str:
    known = fit.model.known
    unknown = len(fit.model.missing)
    number_of = int(fit.model.ties.ravel()[known].sum())
    return f"{number_of:,} ties of {len(known):,} known pairs" + (f", {unknown:,} pairs unknown" if unknown else "")


def how(fit: ErgmFit) -> str:
    """How it was estimated, in a sentence or two."""
    if fit.method == "exact":
        return "Maximum likelihood, exact: no effect reaches beyond a pair."
    return (f"Monte Carlo maximum likelihood; {fit.networks:,} networks, {fit.interval:,} steps between them, seed "
            f"{fit.seed}. Overall maximum convergence ratio {fit.convergence.maximum:.2f} (at most 0.20), chains agree "
            f"to {fit.mixing:.3f} (at most 1.1).")


def state(fit: ErgmFit) -> str:
    """Why a fit has not converged."""
    why = "the simulated means are not those observed" if fit.convergence.maximum > CONVERGED_MAX else \
        "the chains do not agree"
    return f"NOT CONVERGED: {why}. Ask for more networks (--panels), or leave effects out."


def likelihood(fit: ErgmFit) -> str:
    """Log-likelihood, AIC and BIC, with their Monte Carlo error."""
    if not math.isfinite(fit.log_likelihood):
        return "Log-likelihood: not computed."
    error = f" (simulation error {fit.log_likelihood_error:.2f})" if fit.method != "exact" else ""
    return f"Log-likelihood {fit.log_likelihood:.2f}{error}, AIC {fit.aic:.1f}, BIC {fit.bic:.1f}."


# ---- LaTeX, CSV, JSON ------------------------------------------------------------------------


def latex(fit: ErgmFit, *, caption: str = "", label: str = "tab:ergm") -> str:
    """A table for a paper in LaTeX; needs the package ``booktabs``."""
    rows = [latex_row(row, item.title, simulated=False)
            for row, item in zip(fit.table().to_dict("records"), fit.model.items, strict=True)]
    made = caption or f"Ties of {fit.spec.relation} in {fit.wave}: {fit.model.panel.size} actors, {_ties(fit)}"
    word = "" if fit.converged else f" {state(fit)}"
    note = escape(f"Exponential random graph model. {how(fit)} {likelihood(fit)}{word}")
    return "\n".join([
        r"\begin{table}", r"\centering", rf"\caption{{{escape(made)}}}", rf"\label{{{label}}}",
        r"\begin{tabular}{llrr}", r"\toprule", r"Effect & & Estimate & (s.e.) \\", r"\midrule", *rows,
        r"\bottomrule", r"\end{tabular}", "", rf"\smallskip\footnotesize {note} {LATEX_STARS}", r"\end{table}", ""])


def table(fit: ErgmFit) -> pd.DataFrame:
    """The table of a fit with the plain words of every parameter beside it."""
    import pandas as pd

    words = pd.DataFrame([vars(item) for item in ergm_read(fit)])
    return fit.table().merge(words, on="parameter", how="left")


def to_dict(fit: ErgmFit, gof: list[GoodnessOfFit] | None = None) -> dict[str, Any]:
    """A fit as plain values, ready for JSON."""
    rows = [{str(key): _plain(value) for key, value in row.items()} for row in fit.table().to_dict("records")]
    out = {
        "format": FORMAT, "made": {"version": __version__, "seed": fit.seed, "networks": fit.networks,
                                   "cpu_seconds": round(fit.cpu_seconds, 3)},
        "relation": fit.spec.relation, "wave": fit.wave, "effects": list(fit.names), "method": fit.method,
        "data": {"actors": fit.model.panel.size, "known_pairs": fit.pairs, "unknown_pairs": len(fit.model.missing)},
        "parameters": rows, "readings": [{key: _plain(value) for key, value in asdict(item).items()}
                                         for item in ergm_read(fit)] if fit.converged else [],
        "covariance": fit.covariance.tolist(), "caution": CAUTION,
        "convergence": {"converged": fit.converged, "maximum": fit.convergence.maximum, "mixing": fit.mixing,
                        "effective": _plain(fit.effective)},
        "log_likelihood": _plain(fit.log_likelihood), "log_likelihood_error": _plain(fit.log_likelihood_error),
        "aic": _plain(fit.aic), "bic": _plain(fit.bic), "findings": [item.to_dict() for item in fit.findings],
    }
    if gof is not None:
        out["goodness_of_fit"] = [{"what": item.what, "distance": item.distance, "p": item.p, "values": [
            {str(key): _plain(value) for key, value in row.items()} for row in item.table().to_dict("records")]}
            for item in gof]
    return out


def _plain(value: Any) -> Any:
    """A value that JSON can hold; what is not finite becomes None."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (float, np.floating)):
        return float(value) if np.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value
