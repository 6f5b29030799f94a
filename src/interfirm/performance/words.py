"""Results in plain words, with their intervals, and what may not be concluded from them."""

from __future__ import annotations

import math
from typing import Any, Final

from interfirm.numerals import per_cent
from interfirm.performance.estimates import Fit
from interfirm.performance.margins import Margins

CAUTIONS: Final = (
    "Firms that cooperate and firms that do not may differ in ways that nobody asked about. A difference that goes "
    "with cooperation is not what cooperation would bring to a firm that begins it.",
    "Cooperation and its result were asked at the same time: successful firms may also find partners more easily.",
    "An interval that holds zero does not say that there is no difference; it says that these firms cannot tell.",
)
BEFORE: Final = "Cooperation was asked a wave before its result. That orders them in time; what made a firm " \
    "cooperate then may still drive the result now."
ONE_SIDED: Final = (
    "{share} of these firms say yes to the outcome: what sets the few others apart cannot be learned well from them. "
    "Look "
    "for an outcome with more differences among them.")
UNSETTLED: Final = "The model did not settle, so nothing is read from it. Leave out regressors, or join categories."
WHERE_TIED: Final = (
    "Firms that are tied to each other share more than their tie, so their results hang together for many reasons. See "
    "the page on networks and identification.")
_UNITS: Final = {"logit": "points", "probit": "points", "firth": "points", "fractional": "points",
                 "ordered-logit": "points", "multinomial-logit": "points"}


def sentence(row: Any, fit: Fit, label: str | None = None) -> str:
    """One marginal effect as a sentence.

    Parameters
    ----------
    row
        A row of :meth:`interfirm.performance.Margins.table`.
    fit
        The model.
    label
        What the variable is called; None: its label in the source, or its name.

    Returns
    -------
    str

    Examples
    --------
    >>> sentence({"variable": "coop", "change": "0 to 1", "effect": 0.034, "low": 0.005, "high": 0.063}, _example())
    "coop: 'share' is 3.4 percentage points higher (95 %: 0.5 to 6.3)."
    """
    points = fit.model in _UNITS
    factor = 100.0 if points else 1.0
    effect, low, high = (factor * float(row[key]) for key in ("effect", "low", "high"))
    return one_more(label or called(fit, str(row["variable"])), _outcome(fit, row), effect, low, high,
                    " percentage points" if points else "",
                    step="" if row["change"] == "0 to 1" else "one more")


def one_more(name: str, what: str, effect: float, low: float, high: float, unit: str = "", *, step: str = "") -> str:
    """A difference that goes with something, as a sentence.

    Parameters
    ----------
    name
        What differs between the firms.
    what
        What is compared, in quotation marks where it is a variable.
    effect, low, high
        The difference and its interval (95 %); NaN where there is no interval.
    unit
        With the space before it.
    step
        How much more of it; empty for yes against no.

    Returns
    -------
    str

    Examples
    --------
    >>> one_more("size", "'sales'", -0.2, -0.3, -0.1, step="one more")
    "size for one more: 'sales' is 0.2 lower (95 %: 0.1 to 0.3)."
    """
    if effect < 0:
        size, ends, word = -effect, (-high, -low), "lower"
    else:
        size, ends, word = effect, (low, high), "higher"
    text = f"{name}{f' for {step}' if step else ''}: {what} is {_short(size)}{unit} {word}"
    if math.isnan(low):
        return text + "."
    text += f" (95 %: {_short(ends[0])} to {_short(ends[1])})"
    return text + ("." if ends[0] > 0 else ", which may as well be no difference.")


def _outcome(fit: Fit, row: Any) -> str:
    name = fit.design.outcome
    if fit.categories:
        return f"the probability of '{name}' = {row['category']:g}"
    if fit.model in ("logit", "probit", "firth"):
        return f"the probability of '{name}'"
    return f"'{name}'"


def called(fit: Fit, name: str) -> str:
    """What a variable is called: its label in the source, if it has one."""
    base = fit.design.bases.get(name)
    return f"{base.label} ({name})" if base is not None and base.label else name


def effects(margins: Margins, *, focal: bool = True) -> list[str]:
    """The effects as sentences, those that the question is about first; clear ones first, then by size."""
    if not margins.fit.converged:
        return [UNSETTLED]
    wanted = margins.fit.design.focal
    rows = [row for row in margins.rows.to_dict("records") if not focal or row["variable"] in wanted]
    rows.sort(key=lambda row: (_holds_zero(row), -abs(row["effect"])))
    return [sentence(row, margins.fit) for row in rows]


def _holds_zero(row: Any) -> bool:
    return not (row["low"] > 0 or row["high"] < 0)


def cautions(*, tied: bool = False, share: float | None = None, before: bool = False) -> list[str]:
    """What may not be concluded.

    Parameters
    ----------
    tied
        Whether the firms are tied to each other.
    share
        The share of yes, for an outcome that is yes or no.
    before
        Whether all cooperation is that of the wave before.
    """
    out = [CAUTIONS[0], BEFORE, CAUTIONS[2]] if before else list(CAUTIONS)
    if share is not None and not 0.1 <= share <= 0.9:
        out.append(ONE_SIDED.format(share=per_cent(share)))
    if tied:
        out.append(WHERE_TIED)
    return out


def _short(value: float) -> str:
    if not math.isfinite(value):
        return "unknown"
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2g}" if abs(value) < 1 else f"{value:.1f}"


def _example() -> Fit:
    import pandas as pd

    from interfirm.performance.design import survey_design
    from interfirm.performance.models import fit

    table = pd.DataFrame({"share": [0.1, 0.2, 0.1, 0.4, 0.3], "coop": [0, 1, 0, 1, 1]})
    return fit(survey_design(table, "share", cooperation=["coop"]))
