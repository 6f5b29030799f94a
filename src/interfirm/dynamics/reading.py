"""What the parameters of a fit mean, in plain words."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from interfirm import vocabulary
from interfirm.kernels import saom_codes as k

if TYPE_CHECKING:
    from interfirm.dynamics.coding import Parameter
    from interfirm.dynamics.data import Panel
    from interfirm.dynamics.fit import Fit

Floats = npt.NDArray[np.float64]

WIDTH: Final = 1.96  # standard errors on each side of a 95 % interval
PROMISE: Final = "all else that the model knows being equal"


@dataclass(frozen=True)
class Reading:
    """One parameter in words.

    Attributes
    ----------
    parameter, title, label
        Its short name, its name for people, and a few words for what sets the likelier partner apart.
    sentence
        What it means, with its number and what is compatible with the data.
    ratio, low, high
        How many times as likely, and the 95 % interval; NaN where the parameter has no such reading.
    probability
        Φ(estimate / standard error) towards the sign of the estimate; NaN for rates and fixed parameters.
    certainty
        The fixed word for it.
    """

    parameter: str
    title: str
    label: str
    sentence: str
    ratio: float
    low: float
    high: float
    probability: float
    certainty: str


@lru_cache(maxsize=1)
def _texts() -> dict[str, dict[str, str]]:
    text = (resources.files("interfirm.dynamics") / "readings.csv").read_text("utf-8")
    return {row["effect"]: row for row in csv.DictReader(text.splitlines())}


def title(parameter: Parameter) -> str:
    """The name of a parameter for people: ``Reciprocity``, ``Same: sector``, ``Reciprocity (keeping ties)``."""
    term = parameter.term
    if term is None:
        return f"Rate, period {(parameter.period or 0) + 1}"
    parts = []
    for factor in term.factors:
        what = [_spoken(name) for name in (factor.covariate, factor.network) if name]
        parts.append(factor.effect.title + (f": {', '.join(what)}" if what else ""))
    made, kept = ("steps up", "steps down") if _on_a_behaviour(parameter) else ("making ties", "keeping ties")
    role = {k.CREATION: f" ({made})", k.ENDOWMENT: f" ({kept})"}.get(term.role, "")
    return " × ".join(parts) + role


def _on_a_behaviour(parameter: Parameter) -> bool:
    term = parameter.term
    return term is not None and not term.rate and "B" in term.factors[0].effect.nets


def _spoken(name: str) -> str:
    plain = name.removeprefix("log_")
    return ("log of " if plain != name else "") + plain.replace("_", " ")


def read(fit: Fit) -> list[Reading]:
    """Every parameter of a fit in plain words, in the order of the fit.

    An estimate β stands beside the change Δ that it multiplies. Of two partners who differ by Δ in one effect and in
    nothing else that the model knows, one is exp(β Δ) times as likely to be chosen as the other.

    Examples
    --------
    >>> read(fit)[1].sentence                                # doctest: +SKIP
    """
    return [_rate(fit, name, value, se) for name, (value, se) in fit.conditional_rates.items()] + [
        _one(fit, q, item) for q, item in enumerate(fit.parameters)]


def _one(fit: Fit, q: int, item: Parameter) -> Reading:
    value, se = float(fit.theta[q]), float(fit.se[q])
    if item.kind == "rate":
        return _rate(fit, item.name, value, se)
    ok = math.isfinite(se) and se > 0
    sure = 0.5 * (1.0 + math.erf(abs(value) / se / math.sqrt(2.0))) if ok else math.nan
    word = vocabulary.certainty(sure) if ok else ""
    found = _contrast(fit, item) if item.kind == "effect" else None
    if found is None:
        label, nan = _short(item) or title(item), math.nan
        return Reading(item.name, title(item), label, _plain(fit, item, value, word), nan, nan, nan, sure, word)
    size, label, better, than = found
    ends = sorted((size * (value - WIDTH * se), size * (value + WIDTH * se))) if ok else (math.nan, math.nan)
    ratio, low, high = (_exp(v) for v in (size * value, *ends))
    role = {k.CREATION: " (making)", k.ENDOWMENT: " (keeping)"}.get(item.term.role if item.term else 0, "")
    sentence = _sentence(item, better, than, (ratio, low, high), word)
    return Reading(item.name, title(item), label + role, sentence, ratio, low, high, sure, word)


def _exp(value: float) -> float:
    return math.exp(min(max(value, -50.0), 50.0)) if math.isfinite(value) else math.nan


def _sentence(item: Parameter, better: str, than: str, numbers: tuple[float, float, float], word: str) -> str:
    ratio, low, high = numbers
    role = item.term.role if item.term is not None else 0
    if role == k.ENDOWMENT:
        ratio, low, high = 1 / ratio, 1 / high, 1 / low
        head = f"A tie to {better} is {times(ratio)} as likely to be ended as a tie to {than}"
    elif role == k.CREATION:
        head = f"A firm is {times(ratio)} as likely to start a tie to {better} as to {than}"
    else:
        head = f"A firm is {times(ratio)} as likely to choose {better} as {than}"
    if not word:
        return f"{head}, held fixed."
    return f"{head} (95 % interval {number(low)} to {number(high)}; which way: {word})."


def _plain(fit: Fit, item: Parameter, value: float, word: str) -> str:
    """The direction only, for effects without a contrast of their own."""
    sign = "more" if value > 0 else "less"
    row = _row(item)
    if row is not None and not row["contrast"]:
        what = row["better"].format(column=_column(item), more="more" if value > 0 else "fewer",
                                    likelier="likelier" if value > 0 else "less likely")
        if item.text == "density":
            return f"{what}."
    elif item.kind == "rate effect":
        what = f"Firms with more of '{title(item)}' reconsider their ties {sign} often"
    elif item.variable in fit.spec.behaviour and item.term is not None and item.term.role != k.EVALUATION:
        what = _step(item, item.term.role, value)
    elif item.variable in fit.spec.behaviour:
        what = f"'{title(item)}' goes with {'higher' if value > 0 else 'lower'} '{item.variable}'"
    else:
        what = f"'{title(item)}' makes ties {sign} likely"
    return f"{what} (which way: {word})." if word else f"{what}, held fixed."


def _step(item: Parameter, role: int, value: float) -> str:
    """What an effect on steps up only, or on steps down only, means."""
    name = title(item).rpartition(" (")[0]
    likely = "likelier" if (value > 0) == (role == k.CREATION) else "less likely"
    way = "up in" if role == k.CREATION else "down in"
    verb = "add to" if role == k.CREATION else "take from"
    return f"Steps {way} '{item.variable}' are {likely} the more they {verb} '{name}'"


def _row(item: Parameter) -> dict[str, str] | None:
    """The plain words of an effect that stands alone."""
    term = item.term
    plain = term is not None and len(term.factors) == 1 and (term.role == k.EVALUATION or item.kind != "effect")
    return _texts().get(term.factors[0].effect.name) if term is not None and plain else None


def _short(item: Parameter) -> str:
    row = _row(item)
    return row["label"].format(column=_column(item), low="", high="") if row is not None else ""


def _rate(fit: Fit, name: str, value: float, se: float) -> Reading:
    parameter = next((p for p in fit.parameters if p.name == name), None)
    period = int(name.rsplit(maxsplit=1)[-1]) - 1
    variable = parameter.variable if parameter is not None else fit.spec.relation
    first, second = fit.panel.waves[period], fit.panel.waves[period + 1]
    what = "its level" if variable in fit.spec.behaviour else "a tie"
    text = (f"Between {first} and {second} a firm had {value:.1f} occasions on average to change {what} of "
            f"'{variable}' (standard error {se:.1f}); it need not have used them.")
    head = f"Rate, {first} to {second}"
    return Reading(name, head, head, text, math.nan, math.nan, math.nan, math.nan, "")


def _column(item: Parameter) -> str:
    term = item.term
    names = [n for f in term.factors for n in (f.covariate, f.network) if n] if term is not None else []
    return names[0].partition("@")[0].removeprefix("log_").replace("_", " ") if names else ""


def _contrast(fit: Fit, item: Parameter) -> tuple[float, str, str, str] | None:
    """How far apart two partners are in the effect, and how they are called."""
    term = item.term
    if term is None or len(term.factors) > 1 or item.variable in fit.spec.behaviour:
        return None
    factor = term.factors[0]
    row = _texts().get(factor.effect.name)
    if row is None or not row["contrast"]:
        return None
    low, high, words = 0.0, 1.0, {"column": _column(item), "low": "", "high": ""}
    if row["contrast"] != "one":
        name = factor.covariate or ""
        if name in fit.panel.behaviours:
            return None
        low, high = ends(fit.panel, row["contrast"], name)
        if row["contrast"] == "pairs" and set(np.unique(fit.panel.dyads[name])) <= {0.0, 1.0}:
            return 1.0, words["column"], f"a partner with {words['column']}", "one without"
        logs = name.startswith("log_") and row["contrast"] == "quartiles"
        words |= {key: number(math.exp(v) if logs else v) for key, v in (("low", low), ("high", high))}
    label, better, than = (row[key].format(**words) for key in ("label", "better", "than"))
    return high - low, label, better, than


def ends(panel: Panel, contrast: str, name: str) -> tuple[float, float]:
    """The lower and the upper quartile of what the effect multiplies; least and largest where these are equal."""
    if contrast == "pairs":
        array = panel.dyads[name]
        square = array.shape[1] == array.shape[2]
        values = array[:, ~np.eye(array.shape[1], dtype=bool)].ravel() if square else array.ravel()
    else:
        values = panel.receivers[name] if name in panel.receivers else \
            panel.covariates[name][:, panel.present.any(axis=0)]
        if contrast == "gaps":
            gap = np.abs(values[:, :, None] - values[:, None, :])
            values = gap[:, ~np.eye(gap.shape[1], dtype=bool)]
        values = values.ravel()
    values = values[np.isfinite(values)]
    low, high = np.quantile(values, [0.25, 0.75])
    return (float(low), float(high)) if high > low else (float(values.min()), float(values.max()))


def times(value: float) -> str:
    """Two digits: 0.64 times, 1.0 times, 12 times."""
    if not math.isfinite(value) or not 0.001 <= value < 10_000:
        return f"{number(value)} times"
    return f"{value:.{max(0, 1 - math.floor(math.log10(value) + 0.02))}f} times"


def number(value: float) -> str:
    """Three digits at most, without scientific notation where it can be avoided."""
    if not math.isfinite(value):
        return "unknown"
    if value == 0 or abs(value) >= 1e6 or abs(value) < 1e-3:
        return f"{value:.2g}"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    text = f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
    return text.rstrip("0").rstrip(".") if "." in text else text

