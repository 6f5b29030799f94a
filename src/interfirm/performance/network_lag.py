"""Whether a firm's result hangs together with the results of those it is tied to: network-lag models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
from scipy import optimize, stats

from interfirm.errors import DataError, Finding, UnknownName, UsageError
from interfirm.performance.design import Design
from interfirm.performance.maximise import curvature
from interfirm.performance.terms import Floats

if TYPE_CHECKING:
    import pandas as pd

METHODS: Final = ("iv", "ml")
_RANK: Final = 1e-8


@dataclass(frozen=True, eq=False)
class NetworkLag:
    """Estimates of a network-lag model.

    Attributes
    ----------
    method
        ``"iv"`` or ``"ml"``.
    names, estimate, covariance
        ``"neighbours' outcome"`` (ρ) first, then the regressors, then those of the neighbours.
    size
        Firms.
    alone
        Firms without neighbours.
    first_stage
        F of the instruments (``"iv"``); NaN otherwise.
    overidentified
        p of the test that the instruments agree (Sargan); NaN where there is nothing to test.
    likelihood
        Log likelihood (``"ml"``).
    findings
        What was noticed, weak instruments among them.
    """

    method: str
    names: tuple[str, ...]
    estimate: Floats
    covariance: Floats
    size: int
    alone: int
    first_stage: float
    overidentified: float
    likelihood: float
    findings: tuple[Finding, ...]

    def table(self) -> pd.DataFrame:
        """One row per term: term, estimate, error, p, low, high (95 %)."""
        import pandas as pd

        error = np.sqrt(np.maximum(np.diag(self.covariance), 0.0))
        return pd.DataFrame({"term": self.names, "estimate": self.estimate, "error": error,
                             "p": 2 * stats.norm.sf(np.abs(self.estimate / error)),
                             "low": self.estimate - 1.96 * error, "high": self.estimate + 1.96 * error})

    def __str__(self) -> str:
        how = "instruments: regressors of neighbours' neighbours" if self.method == "iv" else "maximum likelihood"
        return f"Network lag {self.estimate[0]:.3g} ({how}; {self.size} firms, {self.alone} without neighbours)."


def network_lag(design: Design, ties: npt.ArrayLike, *, method: str = "iv", contextual: bool = True) -> NetworkLag:
    """Whether a firm's result goes with that of its neighbours, beyond what they are like: y = ρWy + Xβ + WXγ + ε.

    W has a row per firm that sums to 1 over its neighbours (0 for a firm without). Wy holds y itself, so least squares
    is wrong. ``"iv"``: two-stage least squares with W²X (and W³X; WX, if it is not a regressor) as instruments: what
    the neighbours of neighbours are like touches y only through them. This needs I, W and W² to be linearly
    independent: networks in which all members of a group are tied to each other cannot tell ρ from γ. ``"ml"``:
    maximum likelihood with log|I − ρW|, normal errors. Whoever chooses partners like oneself makes ρ look large;
    neither method repairs that.

    Parameters
    ----------
    design
        n firms with a numeric outcome.
    ties
        n × n, in the order of the design's firms; 0 where not tied. Unknown ties must be decided before.
    method
        ``"iv"`` or ``"ml"``.
    contextual
        Whether the neighbours' regressors WX are in the model.

    Returns
    -------
    NetworkLag

    Raises
    ------
    DataError
        If the network cannot tell the effects apart, or nobody is tied.
    UsageError
        For a matrix of another shape, or weights or clusters.

    References
    ----------
    [manski1993], [bramoulle2009], [kelejian1998], [anselin1988], [hsieh2016]

    Examples
    --------
    >>> import pandas as pd
    >>> from interfirm.performance import survey_design
    >>> rng = np.random.default_rng(1); w = (rng.random((80, 80)) < 0.05) * 1.0; np.fill_diagonal(w, 0)
    >>> table = pd.DataFrame(rng.normal(size=(80, 2)), columns=["x", "y"])
    >>> network_lag(survey_design(table, "y", controls=["x"]), w).names
    ("neighbours' outcome", 'constant', 'x', "neighbours' x")
    """
    if method not in METHODS:
        raise UnknownName("method", method, METHODS)
    a = np.asarray(ties, np.float64)
    if a.shape != (design.size, design.size):
        raise UsageError(f"The ties are {a.shape[0]} × {a.shape[-1]}, the design has {design.size} firms.")
    if design.weights is not None or design.clusters is not None:
        raise UsageError("A network-lag model knows neither weights nor clusters: it takes the whole network.")
    if not np.isfinite(a).all() or (a < 0).any():
        raise UsageError("Ties must be numbers of 0 or more; decide about unknown ties before.")
    w, alone = row_normalised(a)
    if alone == design.size:
        raise DataError(Finding("error", "no firm of the design is tied to another", "no-ties", file=design.source))
    if contextual or method == "iv":
        _identified(design, w)
    around = w @ design.x[:, 1:]
    names = ("neighbours' outcome", *design.names, *(f"neighbours' {name}" for name in design.names[1:] if contextual))
    x = np.column_stack([design.x, around]) if contextual else design.x
    found = _iv(design, w, x, around, contextual) if method == "iv" else _ml(design.y, w, x)
    estimate, covariance, first, over, value = found
    return NetworkLag(method, names, estimate, covariance, design.size, alone, first, over, value,
                      tuple(_weak(design, first)))


def row_normalised(a: Floats) -> tuple[Floats, int]:
    """The matrix without its diagonal, rows summing to 1, and how many rows are empty."""
    off = a.copy()
    np.fill_diagonal(off, 0.0)
    total = off.sum(axis=1, keepdims=True)
    return np.divide(off, total, out=np.zeros_like(off), where=total > 0), int((total == 0).sum())


def _identified(design: Design, w: Floats) -> None:
    """I, W and W² must be linearly independent."""
    square = w @ w
    if not square.any():
        raise DataError(Finding(
            "error", "in this network nobody's neighbour has neighbours, so their results and what they are like "
            "cannot be told apart", "not-identified", file=design.source, expected="paths of two ties",
            remedy="Take a relation with more ties, or --method ml --without-context"))
    parts = np.column_stack([np.eye(len(w)).ravel(), w.ravel(), square.ravel()])
    scaled = parts / np.sqrt((parts**2).sum(axis=0))
    if np.linalg.eigvalsh(scaled.T @ scaled)[0] < _RANK:
        raise DataError(Finding(
            "error", "in this network the neighbours of neighbours are the neighbours themselves, so their results and "
            "what they are like cannot be told apart", "not-identified", file=design.source,
            expected="ties that are not closed within groups of one size",
            remedy="Leave out the neighbours' outcome, or use a finer relation"))


def _iv(design: Design, w: Floats, x: Floats, around: Floats, contextual: bool) -> tuple[Floats, Floats, float, float,
                                                                                         float]:
    """Two-stage least squares with errors robust to different spread."""
    second = w @ around
    extra = np.column_stack([second, w @ second]) if contextual else np.column_stack([around, second])
    kept = _independent(x, extra)
    if not kept.shape[1]:
        raise DataError(Finding("error", "no instrument is left: the neighbours' neighbours say nothing new",
                                "not-identified", file=design.source, remedy="Add a regressor that varies between "
                                "firms"))
    z = np.column_stack([x, kept])
    y, lag = design.y, w @ design.y
    full = np.column_stack([lag, x])
    project = z @ np.linalg.lstsq(z, full, rcond=None)[0]
    beta = np.linalg.solve(project.T @ full, project.T @ y)
    residual = y - full @ beta
    inverse = np.linalg.inv(project.T @ project)
    n, k = full.shape
    covariance = n / (n - k) * inverse @ (project * (residual**2)[:, None]).T @ project @ inverse
    agree = _sargan(residual, z, kept.shape[1] - 1)
    return np.asarray(beta), np.asarray(covariance), _first_stage(lag, x, kept), agree, float("nan")


def _independent(x: Floats, extra: Floats) -> Floats:
    """The columns of ``extra`` that add something to x and to those before them."""
    basis, kept = x / np.sqrt((x**2).sum(axis=0)), []
    for i in range(extra.shape[1]):
        column = extra[:, i] / max(float(np.sqrt((extra[:, i] ** 2).sum())), 1e-300)
        rest = column - basis @ np.linalg.lstsq(basis, column, rcond=None)[0]
        if float(rest @ rest) > _RANK:
            basis = np.column_stack([basis, column])
            kept.append(i)
    return extra[:, kept]


def _first_stage(lag: Floats, x: Floats, instruments: Floats) -> float:
    """F of the instruments in the regression of Wy."""
    def left(matrix: Floats) -> float:
        rest = lag - matrix @ np.linalg.lstsq(matrix, lag, rcond=None)[0]
        return float(rest @ rest)

    whole = np.column_stack([x, instruments])
    m, free = instruments.shape[1], len(lag) - whole.shape[1]
    return (left(x) - left(whole)) / m / (left(whole) / free) if free > 0 else float("nan")


def _sargan(residual: Floats, z: Floats, extra: int) -> float:
    if extra < 1:
        return float("nan")
    fitted = z @ np.linalg.lstsq(z, residual, rcond=None)[0]
    return float(stats.chi2.sf(len(residual) * float(fitted @ fitted) / float(residual @ residual), extra))


def _ml(y: Floats, w: Floats, x: Floats) -> tuple[Floats, Floats, float, float, float]:
    """Maximum likelihood: ρ by search over the concentrated likelihood, errors from the curvature of the whole one."""
    values = np.linalg.eigvals(w)
    real = values.real[np.abs(values.imag) < 1e-10]
    floor = 1 / real.min() if real.min() < -1e-8 else -0.999
    low = max(floor, -0.999) + 1e-6
    b0 = np.linalg.lstsq(x, y, rcond=None)[0]
    b1 = np.linalg.lstsq(x, w @ y, rcond=None)[0]
    e0, e1, n = y - x @ b0, w @ y - x @ b1, len(y)

    def loss(rho: float) -> float:
        e = e0 - rho * e1
        return float(n / 2 * np.log(e @ e / n) - np.log(np.abs(1 - rho * values)).sum())

    rho = float(optimize.minimize_scalar(loss, bounds=(low, 1 - 1e-6), method="bounded", options={"xatol": 1e-12}).x)
    beta = b0 - rho * b1
    e = e0 - rho * e1
    sigma = float(np.sqrt(e @ e / n))
    theta = np.concatenate([[rho], beta, [np.log(sigma)]])

    def score(at: Floats) -> Floats:
        residual = y - at[0] * (w @ y) - x @ at[1:-1]
        scale = float(np.exp(-2 * at[-1]))
        by_rho = scale * float((w @ y) @ residual) - float((values / (1 - at[0] * values)).sum().real)
        return np.concatenate([[by_rho], scale * (x.T @ residual), [scale * float(residual @ residual) - n]])

    covariance = np.linalg.inv(-curvature(score, theta))[:-1, :-1]
    value = -loss(rho) - n / 2 * (1 + np.log(2 * np.pi))
    return np.asarray(theta[:-1]), np.asarray(covariance), float("nan"), float("nan"), float(value)


def _weak(design: Design, first: float) -> list[Any]:
    if np.isfinite(first) and first < 10:
        return [Finding("warning", f"the instruments are weak (first-stage F = {first:.1f})", "weak-instruments",
                        file=design.source, expected="10 or more",
                        remedy="Do not use the estimate of the neighbours' outcome")]
    return []
