"""An estimated model: estimates, their errors, what was noticed, and how the outcome is foreseen from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from interfirm.errors import Finding
from interfirm.performance.design import Design
from interfirm.performance.maximise import Peak
from interfirm.performance.sandwich import sandwich
from interfirm.performance.terms import Floats

if TYPE_CHECKING:
    import pandas as pd

Mean = Callable[[Floats, Floats], Floats]
ERRORS: Final = ("robust", "classical")
TITLES: Final = {
    "linear": "Linear regression", "logit": "Logit", "probit": "Probit", "firth": "Penalised logit (Firth)",
    "fractional": "Fractional logit", "poisson": "Poisson", "negative-binomial": "Negative binomial",
    "ordered-logit": "Ordered logit", "multinomial-logit": "Multinomial logit", "tobit": "Tobit",
}


@dataclass(frozen=True, eq=False)
class Fit:
    """Estimates of one model.

    Attributes
    ----------
    model, title
        Short name, and the name in a table.
    design
        What was explained by what.
    names
        Of the p estimates; those after the regressors are of the model itself (σ, α, thresholds).
    estimate, covariance
        p, and p × p.
    errors
        How the covariance was computed, in words.
    freedom
        Degrees of freedom of t: firms less estimates, or clusters less one; infinite for the normal.
    likelihood
        Weighted log likelihood; NaN for estimators without one.
    converged
        If False, do not use the estimates.
    mean
        Function of the estimates and a matrix: the expected outcome, n values or n × categories.
    categories
        The values of an ordered or nominal outcome.
    profile
        p × 3: low, high, p from a profile likelihood, where they replace those of the normal; or None.
    extra
        Further numbers by name.
    findings
        What was noticed.
    """

    model: str
    title: str
    design: Design
    names: tuple[str, ...]
    estimate: Floats
    covariance: Floats
    errors: str
    freedom: float
    likelihood: float
    converged: bool
    mean: Mean
    categories: tuple[float, ...] = ()
    profile: Floats | None = None
    extra: Mapping[str, float] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def size(self) -> int:
        """Number of firms."""
        return self.design.size

    @property
    def error(self) -> Floats:
        """Standard errors."""
        return np.sqrt(np.maximum(np.diag(self.covariance), 0.0))

    @property
    def critical(self) -> float:
        """The quantile behind 95 % intervals."""
        from scipy import stats

        return float(stats.t.ppf(0.975, self.freedom) if np.isfinite(self.freedom) else stats.norm.ppf(0.975))

    @property
    def fitted(self) -> Floats:
        """The expected outcome of each firm."""
        return self.mean(self.estimate, self.design.x)

    def table(self) -> pd.DataFrame:
        """One row per estimate: term, estimate, error, statistic, p, low, high (95 %)."""
        import pandas as pd

        error = self.error
        statistic = np.divide(self.estimate, error, out=np.full_like(error, np.nan), where=error > 0)
        reach = self.critical * error
        low, high, p = self.estimate - reach, self.estimate + reach, two_sided(statistic, self.freedom)
        if self.profile is not None:
            low, high, p = self.profile.T
        return pd.DataFrame({"term": self.names, "estimate": self.estimate, "error": error, "statistic": statistic,
                             "p": p, "low": low, "high": high})

    def __str__(self) -> str:
        note = "" if self.converged else " NOT CONVERGED: do not use the estimates."
        return f"{self.title} of '{self.design.outcome}': {self.size:,} firms, errors {self.errors}.{note}"


def two_sided(statistic: Floats, freedom: float) -> Floats:
    """Two-sided p of t or z statistics."""
    from scipy import stats

    tail = stats.t.sf(np.abs(statistic), freedom) if np.isfinite(freedom) else stats.norm.sf(np.abs(statistic))
    return np.asarray(2 * tail)


def covariance_of(design: Design, peak: Peak, errors: str) -> tuple[Floats, str, float]:
    """The covariance of estimates, how it was computed, and the degrees of freedom of t.

    Robust errors without clusters or strata have the factor n/(n − p), those with clusters G/(G − 1).
    """
    if errors == "classical":
        return np.asarray(np.linalg.inv(-peak.hessian), np.float64), "classical", float("inf")
    made = sandwich(peak.scores, peak.hessian, design.clusters, design.strata)
    plain = design.clusters is None and design.strata is None
    left = design.size - len(peak.estimate)
    if plain and left > 0:
        made = made * (design.size - 1) / left
    words = "robust" if design.clusters is None else f"clustered by '{design.cluster}'"
    if design.strata is not None:
        words += f", strata '{design.stratum}'"
    if design.weights is not None:
        words += f", weighted by '{design.weight}'"
    if design.clusters is None:
        return np.asarray(made), words, float(max(left, 1))
    return np.asarray(made), words, float(int(design.clusters.max()))


def make(design: Design, model: str, title: str, names: tuple[str, ...], peak: Peak, mean: Mean, errors: str,
         **more: Any) -> Fit:
    """A fit from where the likelihood is highest."""
    covariance, words, freedom = covariance_of(design, peak, errors)
    return Fit(model, title, design, names, peak.estimate, covariance, words, freedom, peak.likelihood, peak.converged,
               mean, **more)
