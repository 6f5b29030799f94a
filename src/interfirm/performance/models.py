"""Models of an outcome: which fits its scale, and its estimates. Plain fits are those of statsmodels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from interfirm.errors import Finding, UnknownName, UsageError
from interfirm.performance import categories, plain
from interfirm.performance._limits import whole
from interfirm.performance.censored import tobit
from interfirm.performance.design import Design
from interfirm.performance.estimates import ERRORS, TITLES, Fit
from interfirm.performance.refusals import refuse
from interfirm.performance.terms import Floats

MODELS: Final = ("auto", *TITLES)
_PER_CENT: Final = 100.0


def fit(design: Design, model: str = "auto", *, errors: str = "robust", low: float | None = None,
        high: float | None = None) -> Fit:
    """Estimate one model of an outcome.

    ``"auto"`` looks at the outcome: yes or no gives a logit; shares between 0 and 1 a fractional logit; counts a
    Poisson or, if they spread more than that (Var y > μ), a negative binomial; other numbers a linear regression. What
    it took the outcome for stands in the findings; where it cannot know, it asks (see :func:`choose`).

    Parameters
    ----------
    design
        See :func:`interfirm.performance.survey_design` and :func:`interfirm.performance.study_design`.
    model
        ``"auto"``, ``"linear"``, ``"logit"``, ``"probit"``, ``"firth"`` (logit for separated data), ``"fractional"``,
        ``"poisson"``, ``"negative-binomial"``, ``"ordered-logit"``, ``"multinomial-logit"`` or ``"tobit"``.
    errors
        ``"robust"`` (clustered and stratified if the design says so) or ``"classical"``.
    low, high
        Limits of the tobit; None: the smallest and largest value if at least ``performance.limit_share`` of the firms
        lie there, otherwise no limit.

    Returns
    -------
    Fit

    Raises
    ------
    DataError
        If the outcome does not fit the model, or regressors separate the firms at a limit.
    UsageError
        For limits or classical errors where they make no sense.

    References
    ----------
    [papke1996], [tobin1958], [cameron2013], [firth1993], [mccullagh1980], [mcfadden1974]

    Examples
    --------
    >>> import pandas as pd
    >>> from interfirm.performance import survey_design
    >>> rng = np.random.default_rng(1)
    >>> table = pd.DataFrame({"share": rng.beta(2, 8, 60), "coop": np.arange(60) % 2})
    >>> fit(survey_design(table, "share", cooperation=["coop"])).model
    'fractional'
    """
    if model not in MODELS:
        raise UnknownName("model", model, MODELS)
    if errors not in ERRORS:
        raise UnknownName("kind of errors", errors, ERRORS)
    if errors == "classical" and (design.weights is not None or design.clusters is not None):
        raise UsageError("Classical errors are wrong with weights or clusters. Use errors='robust'.")
    if model != "tobit" and (low is not None or high is not None):
        raise UsageError("Limits belong to the tobit: model='tobit'.")
    chosen = choose(design) if model == "auto" else model
    _fits_outcome(design, chosen)
    if chosen == "tobit":
        return tobit(design, errors, low, high)
    made = _FITS[chosen](design, errors)
    return made if model != "auto" else replace(made, findings=(chosen_because(design, chosen), *made.findings))


def choose(design: Design) -> str:
    """The model that fits the scale of an outcome.

    Raises
    ------
    DataError
        Where the scale cannot be told from the values: whole numbers up to 100 (counts or per cent), fractions up to
        100 (per cent or amounts), shares with some values above 1, two values other than 0 and 1, labelled categories.

    Examples
    --------
    >>> import pandas as pd
    >>> from interfirm.performance import survey_design
    >>> table = pd.DataFrame({"patents": [0, 0, 3, 1, 9, 0], "coop": [0, 0, 1, 0, 1, 1]})
    >>> choose(survey_design(table, "patents", cooperation=["coop"]))
    'negative-binomial'
    """
    y = design.y
    values = np.unique(y)
    if set(values) == {0.0, 1.0}:
        return "logit"
    if any(item.code in ("outcome-labelled", "outcome-coded") for item in design.findings):
        raise refuse(design, "is made of categories", "which-scale", "a named model", "Say --model ordered-logit if "
                     "they have an order, --model multinomial-logit if not, or name another model if they are numbers")
    if len(values) == 2:
        one, other = (f"{value:g}" for value in values)
        raise refuse(design, f"has the two values {one} and {other}", "which-scale", "0 and 1, or labels that say yes "
                     "and no", f"Say which of them is yes: --outcome {design.outcome}={one} or "
                     f"--outcome {design.outcome}={other}")
    if values.min() >= 0 and values.max() <= 1:
        return "fractional"
    whole_numbers = bool((values == np.round(values)).all())
    if values.min() < 0 or values.max() > _PER_CENT:
        return _number(design, values, whole_numbers=whole_numbers)
    above = y[y > 0]
    if not whole_numbers and np.median(above) <= 1:
        count = int((above > 1).sum())
        raise refuse(design, f"has {count:,} value{'' if count == 1 else 's'} above 1, up to {values.max():g}, though "
                     "most are 1 or less", "mixed-scale", "shares between 0 and 1, per cent throughout, or a named "
                     "model", "Correct those values, or say --model linear if they are amounts and no shares")
    if values.max() > _PER_CENT / 2:
        other = "negative-binomial for a count" if whole_numbers else "linear for an amount"
        raise refuse(design, f"runs to {values.max():g} and could be per cent or {other.rpartition(' for ')[2]}",
                     "which-scale", "a share between 0 and 1, or a named model",
                     f"Say --model fractional for per cent, --model {other}")
    return _number(design, values, whole_numbers=whole_numbers)


def _number(design: Design, values: Floats, *, whole_numbers: bool) -> str:
    """Counts or amounts."""
    if whole_numbers and values.min() >= 0:
        return "negative-binomial" if overdispersed(design) else "poisson"
    return "linear"


def chosen_because(design: Design, model: str) -> Finding:
    """What ``"auto"`` took the outcome for."""
    low, high = float(design.y.min()), float(design.y.max())
    reason = {"logit": "yes or no", "fractional": "a share between 0 and 1",
              "poisson": f"a count of {low:g} to {high:g}, which does not spread more than Poisson",
              "negative-binomial": f"a count of {low:g} to {high:g}, which spreads more than Poisson",
              "linear": f"an amount of {low:g} to {high:g}"}[model]
    return Finding("note", f"the outcome '{design.outcome}' is taken as {reason}: model {model}", "model-chosen",
                   file=design.source, column=design.outcome, remedy="Name another with --model if that is wrong")


def overdispersed(design: Design) -> bool:
    """Whether counts spread more than Poisson allows: regression of ((y − μ)² − y)/μ on μ, one-sided at 5 %."""
    found = _FITS["poisson"](design, "robust")
    mu = found.fitted
    ratio = ((design.y - mu) ** 2 - design.y) / mu
    slope = float((mu * ratio).sum() / (mu**2).sum())
    error = float(np.sqrt(((ratio - slope * mu) ** 2 * mu**2).sum()) / (mu**2).sum())
    return slope / error > 1.645


def _fits_outcome(design: Design, model: str) -> None:
    y = design.y
    low, high = float(y.min()), float(y.max())
    if low == high:
        raise refuse(design, f"is {low:g} for every firm that is left", "constant-outcome", "different values",
                      "Look at which firms were left out, or choose another outcome")
    whole_numbers = bool((y == np.round(y)).all())
    bad = ""
    if model in ("logit", "probit", "firth") and not set(np.unique(y)) <= {0.0, 1.0}:
        bad = "yes or no, coded 1 and 0"
    elif model == "fractional" and (low < 0 or high > 100):
        bad = "a share between 0 and 1, or per cent up to 100"
    elif model in ("poisson", "negative-binomial") and (low < 0 or not whole_numbers):
        bad = "whole numbers of 0 or more"
    elif model in ("ordered-logit", "multinomial-logit") and len(np.unique(y)) > whole("categories"):
        bad = f"at most {whole('categories')} categories"
    if bad:
        outside = f"goes from {low:g} to {high:g}" + ("" if whole_numbers else ", with fractions")
        raise refuse(design, outside, "out-of-range", bad, f"Correct it, or choose another model than {model}")


_FITS: Final[dict[str, Callable[[Design, str], Fit]]] = {
    "linear": plain.linear, "logit": plain.logit, "probit": plain.probit, "firth": plain.firth,
    "fractional": plain.fractional, "poisson": plain.poisson, "negative-binomial": plain.negative_binomial,
    "ordered-logit": categories.ordered_logit, "multinomial-logit": categories.multinomial_logit,
}
