"""The measurement model: items that load on factors which are correlated, and its derivatives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Model:
    """Which item loads on which factor. The variance of each factor is 1, every loading is free.

    Parameters
    ----------
    item, factor
        Positions of item and factor of each loading.
    items, factors
        How many there are.
    residuals
        Whether residual variances are parameters (covariances are fitted) or follow from the loadings
        (correlations are fitted, the diagonal is 1).
    """

    item: Ints
    factor: Ints
    items: int
    factors: int
    residuals: bool

    @property
    def pairs(self) -> tuple[Ints, Ints]:
        """Rows and columns of the free factor correlations."""
        a, b = np.triu_indices(self.factors, 1)
        return a.astype(np.int64), b.astype(np.int64)

    @property
    def cells(self) -> tuple[Ints, Ints]:
        """Rows and columns of the fitted cells: with the diagonal for covariances, without for correlations."""
        a, b = np.triu_indices(self.items, 0 if self.residuals else 1)
        return a.astype(np.int64), b.astype(np.int64)

    @property
    def size(self) -> int:
        """Number of parameters."""
        return len(self.item) + len(self.pairs[0]) + (self.items if self.residuals else 0)

    def parts(self, theta: Floats) -> tuple[Floats, Floats, Floats]:
        """Loadings (items × factors), factor correlations, residual variances."""
        m, (a, b) = len(self.item), self.pairs
        loading = np.zeros((self.items, self.factors))
        loading[self.item, self.factor] = theta[:m]
        phi = np.eye(self.factors)
        phi[a, b] = phi[b, a] = theta[m:m + len(a)]
        common = np.einsum("ik,kl,il->i", loading, phi, loading)
        return loading, phi, theta[m + len(a):] if self.residuals else 1.0 - common

    def implied(self, theta: Floats) -> Floats:
        """Σ = Λ Φ Λ' + Θ."""
        loading, phi, residual = self.parts(theta)
        out = loading @ phi @ loading.T
        out[np.diag_indices(self.items)] += residual
        return np.asarray(out)

    def jacobian(self, theta: Floats) -> Floats:
        """Derivatives of the fitted cells by the parameters: cells × parameters."""
        loading, phi, _ = self.parts(theta)
        rows, columns = self.cells
        reach = loading @ phi
        out = np.zeros((len(rows), self.size))
        for at, (j, k) in enumerate(zip(self.item, self.factor, strict=True)):
            out[:, at] = (rows == j) * reach[columns, k] + (columns == j) * reach[rows, k]
        m = len(self.item)
        for at, (k, l) in enumerate(zip(*self.pairs, strict=True)):  # noqa: E741
            out[:, m + at] = (loading[rows, k] * loading[columns, l] + loading[rows, l] * loading[columns, k])
        if self.residuals:
            diagonal = np.flatnonzero(rows == columns)
            out[diagonal, self.size - self.items + rows[diagonal]] = 1.0
        return out

    def start(self, matrix: Floats) -> Floats:
        """Starting values from the sums of the items of each factor."""
        deviation = np.sqrt(np.diag(matrix))
        weights = np.zeros((self.items, self.factors))
        weights[self.item, self.factor] = 1.0
        for k in range(self.factors):
            block = np.flatnonzero(weights[:, k])
            scaled = matrix[np.ix_(block, block)] / np.outer(deviation[block], deviation[block])
            lead = np.linalg.eigh(scaled)[1][:, -1]
            weights[block, k] = np.where(lead * np.sign(lead.sum() or 1.0) < 0, -1.0, 1.0) / deviation[block]
        between = weights.T @ matrix @ weights
        spread = np.sqrt(np.diag(between))
        a, b = self.pairs
        together = (matrix @ weights / spread)[self.item, self.factor]
        loading = np.clip(together / deviation[self.item], -0.8, 0.8) * deviation[self.item]
        phi = np.clip(between[a, b] / (spread[a] * spread[b]), -0.8, 0.8)
        residual = 0.5 * np.diag(matrix) if self.residuals else np.empty(0)
        return np.concatenate([loading, phi, residual])
