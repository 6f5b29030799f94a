"""The specification curve: how a finding moves across the models that one could as well have chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from interfirm.errors import DataError, UnknownName, UsageError
from interfirm.performance.design import Design
from interfirm.performance.margins import marginal_effects
from interfirm.performance.models import choose, fit
from interfirm.performance.plain import per_cent

if TYPE_CHECKING:
    import pandas as pd

ALIKE: Final = {
    "fractional": ("fractional", "tobit", "linear"), "tobit": ("tobit", "fractional", "linear"),
    "logit": ("logit", "probit", "linear"), "probit": ("probit", "logit", "linear"),
    "poisson": ("poisson", "negative-binomial"), "negative-binomial": ("negative-binomial", "poisson"),
    "linear": ("linear",), "firth": ("firth", "linear"),
}


@dataclass(frozen=True, eq=False)
class Curve:
    """Effects of one variable in many models.

    Attributes
    ----------
    variable, outcome
        What goes with what.
    rows
        See :meth:`table`.
    failed
        Models that could not be estimated.
    """

    variable: str
    outcome: str
    rows: pd.DataFrame
    failed: int

    def table(self) -> pd.DataFrame:
        """One row per model, by effect.

        ``model``, ``controls`` (all, none, or ``without x``), ``others`` (with the other variables of the question or
        alone), ``weighted``, ``firms``, ``effect`` (average marginal effect), ``low``, ``high`` (95 %), ``main``
        (whether it is the model that the curve starts from).
        """
        return self.rows.copy()

    @property
    def positive(self) -> int:
        """Models in which the interval lies above zero."""
        return int((self.rows["low"] > 0).sum())

    @property
    def negative(self) -> int:
        """Models in which the interval lies below zero."""
        return int((self.rows["high"] < 0).sum())

    def __str__(self) -> str:
        rows = self.rows
        text = (f"'{self.variable}': the effect on '{self.outcome}' runs from {rows['effect'].min():.3g} to "
                f"{rows['effect'].max():.3g} across {len(rows)} models (median {rows['effect'].median():.3g}); the 95 "
                "% "
                f"interval lies above zero in {self.positive}, below in {self.negative}.")
        return text + (f" {self.failed} models could not be estimated." if self.failed else "")


def specification_curve(design: Design, variable: str, *, model: str = "auto", weights: str = "both",
                        models: Sequence[str] | None = None, progress: Callable[[str], None] | None = None) -> Curve:
    """The effect of one variable in every combination of reasonable choices.

    Choices: models that fit the same outcome; all controls, none, or all but one variable (its columns together); the
    other variables of the question in the model or not; survey weights or not. The firms are those of the whole
    design in every model, so that the models and not the firms differ. The models share their data: a curve of a
    hundred models is not a hundred confirmations.

    Parameters
    ----------
    design
        See :func:`interfirm.performance.survey_design`.
    variable
        Name of a variable of the design.
    model
        The model that the curve starts from; ``"auto"`` by the outcome.
    weights
        ``"both"`` or ``"as designed"``; without weights in the design there is nothing to choose.
    models
        Names of models; None: those that fit the outcome.
    progress
        Is told how far it is.

    Returns
    -------
    Curve

    Raises
    ------
    UnknownName
        For a variable that is not in the design.
    UsageError
        If no model can be estimated.

    References
    ----------
    [simonsohn2020]

    Examples
    --------
    >>> import pandas as pd
    >>> from interfirm.performance import survey_design
    >>> rng = np.random.default_rng(1)
    >>> table = pd.DataFrame({"share": rng.beta(2, 8, 90), "coop": np.arange(90) % 2, "size": rng.normal(size=90)})
    >>> len(specification_curve(survey_design(table, "share", cooperation=["coop"], controls=["size"]), "coop").table())
    6
    """
    if variable not in design.bases:
        raise UnknownName("variable of the design", variable, design.bases)
    start = choose(design) if model == "auto" else model
    scaled = _comparable(design, start)
    names = ALIKE.get(start, (start,)) if models is None else tuple(models)
    rows, failed = [], 0
    every = [(one, *choice) for one in names for choice in _choices(scaled, variable, weights)]
    for number, (one, controls, others, weighted, made) in enumerate(every):
        if progress is not None:
            progress(f"model {number + 1} of {len(every)}")
        try:
            effect = marginal_effects(fit(made, one), [variable]).rows.iloc[0]
        except (DataError, UsageError, np.linalg.LinAlgError):
            failed += 1
            continue
        rows.append((one, controls, others, weighted, made.size, effect["effect"], effect["low"], effect["high"],
                     one == start and controls == "all" and others != "alone" and
                     weighted == (design.weights is not None)))
    if not rows:
        raise UsageError(f"None of the {len(every)} models could be estimated.")
    return Curve(variable, design.outcome, _frame(rows), failed)


def _comparable(design: Design, start: str) -> Design:
    """The outcome as a share where shares are modelled, so that the effects of all models have one unit."""
    if start == "fractional":
        return per_cent(design)[0]
    above = design.y[design.y > 0]
    shares = start == "tobit" and design.y.min() >= 0 and design.y.max() <= 100 and np.median(above) > 1
    return per_cent(design)[0] if shares else design


def _frame(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame(rows, columns=["model", "controls", "others", "weighted", "firms", "effect", "low", "high",
                                        "main"])
    return frame.sort_values("effect", kind="stable", ignore_index=True)


def _choices(design: Design, variable: str, weights: str) -> list[tuple[str, str, bool, Design]]:
    """Controls × other variables of the question × weights, each with its design."""
    own = {column.name for column in design.columns if variable in column.of}
    focal = {column.name for column in design.columns if column.name in design.focal
             or any(name in design.focal for name in column.of)} - own
    groups = _groups(design, own | focal)
    every = {name for columns in groups.values() for name in columns}
    sets = [("all", every), *((f"without {name}", every - columns) for name, columns in groups.items())]
    if groups:
        sets = [*sets, ("none", set())] if len(groups) > 1 else [sets[0], ("none", set())]
    around = [("with the others", focal), ("alone", set())] if focal else [("with the others", focal)]
    weighted = [design.weights is not None]
    if design.weights is not None and weights == "both":
        weighted.append(False)
    out: list[tuple[str, str, bool, Design]] = []
    for label, controls in sets:
        for beside, others in around:
            part = design.only([*own, *others, *controls])
            out += [(label, beside, use, part if use == (design.weights is not None)
                     else replace(part, weights=None, weight=None)) for use in weighted]
    return out


def _groups(design: Design, question: set[str]) -> dict[str, set[str]]:
    """The columns of each control, categories and squares together."""
    out: dict[str, set[str]] = {}
    for column in design.columns[1:]:
        if column.name in question:
            continue
        base = design.bases[column.of[0]]
        out.setdefault(base.group or base.name, set()).add(column.name)
    return out
