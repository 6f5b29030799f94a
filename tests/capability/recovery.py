"""Answers with known loadings, for tests and for the frozen values of other software."""

from __future__ import annotations

import numpy as np
import pandas as pd

PHI = np.array([[1, 0.5, 0.3], [0.5, 1, 0.4], [0.3, 0.4, 1]])
LOADINGS = np.array([0.8, 0.7, 0.75, 0.6, 0.85, 0.65, 0.7, 0.55, 0.7, 0.8, 0.6, 0.75])
CUTS = (-1.4, -0.5, 0.3, 1.2)
ITEMS = [f"x{j}" for j in range(1, 13)]
THREE = {"f": ITEMS[:4], "g": ITEMS[4:8], "h": ITEMS[8:]}


def latent(rows: int, seed: int) -> np.ndarray:
    """Rows × 12 normal answers of three correlated factors."""
    rng = np.random.default_rng(seed)
    factors = rng.multivariate_normal(np.zeros(3), PHI, size=rows)[:, np.repeat([0, 1, 2], 4)]
    return LOADINGS * factors + np.sqrt(1 - LOADINGS**2) * rng.normal(size=(rows, 12))


def generate(rows: int = 300, seed: int = 20240607) -> pd.DataFrame:
    """The same cut into five answers; item x8 is worded the other way round."""
    x = np.digitize(latent(rows, seed), CUTS) + 1
    x[:, 7] = 6 - x[:, 7]
    return pd.DataFrame(x, columns=ITEMS)
