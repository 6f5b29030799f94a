"""Covariates as the effects see them: centred by fixed rules and turned into dyadic factors.

Conventions, after the reference estimator: a changing covariate is centred by its mean over all waves but the last, a
constant one by its own mean, a behaviour by the mean of its wave means. Mean similarity is taken over pairs of
all waves but the last, the range over all waves. A dyadic covariate is centred by its mean off the diagonal where
the effect says so. Missing values count as the mean, missing similarities and comparisons as 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from interfirm.dynamics.data import Panel
from interfirm.dynamics.effects import DYADS, MATRICES
from interfirm.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from interfirm.dynamics.effects import Effect

Floats = npt.NDArray[np.float64]

_WORDS_OK = {"same", "unequal"}


class Covariates:
    """The dyadic factors of one model, each built once."""

    def __init__(self, panel: Panel, width: int, reference: Panel) -> None:
        self.panel, self.width, self.reference = panel, width, reference
        self._built: dict[tuple[tuple[str, str, str], ...], int] = {}
        self._matrices: list[Floats] = []

    def index(self, factors: list[tuple[str, str, str]], *, symmetric: bool) -> int:
        """Number of the product of factors, each (kind, function, covariate)."""
        key = tuple(factors)
        if key not in self._built:
            matrix = np.ones((self.panel.periods, self.width, self.width))
            for needs, function, name in factors:
                if needs in ("dyad", "cells"):
                    matrix *= self._pairs(function, name, square=needs == "dyad")
                else:
                    matrix *= self._actors(function, name)
            self._built[key] = len(self._matrices)
            self._matrices.append((matrix + matrix.transpose(0, 2, 1)) / 2 if symmetric else matrix)
        return self._built[key]

    def array(self) -> Floats:
        """P × D × N × N."""
        if not self._matrices:
            return np.zeros((self.panel.periods, 1, self.width, self.width))
        return np.ascontiguousarray(np.stack(self._matrices, axis=1))

    def check(self, effect: Effect, name: str, text: str, *, cols: int | None = None) -> None:
        """Refuse a covariate that the effect cannot use; ``cols``: the number of columns of a two-mode network."""
        if effect.needs == "dyad":
            array = self._known(self.panel.dyads, name, "covariate of pairs")
            wanted = (self.panel.size, cols or self.panel.size)
            if array.shape[1:] != wanted:
                raise UsageError(f"'{text}': '{name}' has the shape {array.shape[1]} × {array.shape[2]}, the relation "
                                 f"{wanted[0]} × {wanted[1]}.")
            if np.nanstd(_cells(array, square=cols is None)) < 1e-12:
                raise UsageError(f"'{text}': '{name}' is the same for all pairs. Leave the effect out.")
            return
        if cols is not None and effect.dyad in ("alter", "alter2"):
            values = self._known(self.panel.receivers, name, "covariate of the columns")
        else:
            values = self._known(self.panel.covariates, name, "covariate")
        if name in self.panel.texts and not {effect.dyad, effect.dyad2} <= _WORDS_OK | {""}:
            raise UsageError(f"'{text}': '{name}' holds words. Use sameX or unequalX, or give numbers.")
        if np.isnan(values).all() or np.nanmax(values) - np.nanmin(values) < 1e-12:
            raise UsageError(f"'{text}': '{name}' does not vary between the actors. Leave the effect out.")

    @staticmethod
    def _known(there: Mapping[str, Floats], name: str, what: str) -> Floats:
        if name not in there:
            raise UnknownName(what, name, there)
        return there[name]

    # ---- covariates of actors -------------------------------------------------------------

    def _actors(self, function: str, name: str) -> Floats:
        if name in self.panel.receivers and name not in self.panel.covariates:
            return self._columns(function, name)
        values, whole = self.panel.covariates[name], self.reference.covariates[name]
        before = whole[:-1] if len(whole) > 1 else whole
        mean = float(np.nanmean(before))
        width = float(np.nanmax(whole) - np.nanmin(whole))
        similar = mean_similarity(before, width)
        out = np.zeros((self.panel.periods, self.width, self.width))
        n = self.panel.size
        for p in range(self.panel.periods):
            v = values[min(p, len(values) - 1)] - mean
            matrix = DYADS[function](v[:, None], v[None, :], width, similar)
            if function in ("ego", "ego2"):
                matrix = np.repeat(matrix[:, :1], self.width, axis=1)
                out[p, :n] = np.nan_to_num(matrix)
            else:
                missing = np.isnan(v[:, None]) | np.isnan(v[None, :])
                if function in ("alter", "alter2"):
                    missing = np.isnan(matrix)
                out[p, :n, :n] = np.where(missing, 0.0, np.nan_to_num(matrix))
        return out

    def _columns(self, function: str, name: str) -> Floats:
        """A covariate of the columns of a two-mode network: alter only."""
        values, whole = self.panel.receivers[name], self.reference.receivers[name]
        mean = float(np.nanmean(whole[:-1] if len(whole) > 1 else whole))
        out = np.zeros((self.panel.periods, self.width, self.width))
        for p in range(self.panel.periods):
            v = np.nan_to_num(values[min(p, len(values) - 1)] - mean)
            out[p, :, :len(v)] = DYADS[function](0.0, v, 1.0, 0.0)
        return out

    # ---- covariates of pairs --------------------------------------------------------------

    def _pairs(self, function: str, name: str, *, square: bool) -> Floats:
        array, whole = self.panel.dyads[name], self.reference.dyads[name]
        before = whole[:-1] if len(whole) > 1 else whole
        mean = float(np.nanmean(_cells(before, square=square)))
        rows, cols = array.shape[1:]
        out = np.zeros((self.panel.periods, self.width, self.width))
        for p in range(self.panel.periods):
            w = array[min(p, len(array) - 1)]
            w = np.where(np.isnan(w), mean, w)
            if square:
                w = w * (1 - np.eye(rows))
            matrix = np.array(MATRICES[function](w, mean))
            if square:
                np.fill_diagonal(matrix, 0.0)
            out[p, :rows, :cols] = matrix
        return out

    # ---- behaviour ------------------------------------------------------------------------

    def levels(self, name: str) -> int:
        """Number of levels from the lowest to the highest."""
        values = self.reference.behaviours[name]
        return int(np.nanmax(values) - np.nanmin(values)) + 1

    def constants(self, name: str) -> Floats:
        """Lowest and highest level, mean, range, mean similarity."""
        values = self.reference.behaviours[name]
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        mean = float(np.mean([np.nanmean(wave) for wave in values]))
        return np.array([low, high, mean, high - low, mean_similarity(values[:-1], high - low)])

    def level_table(self, function: str, name: str) -> list[Floats]:
        """A dyadic factor as a table: one row per level of ego, one column per level of alter."""
        low, high, mean, width, similar = self.constants(name)
        levels = np.arange(low, high + 1) - mean
        table = DYADS[function](levels[:, None], levels[None, :], width, similar)
        return list(np.broadcast_to(table, (len(levels), len(levels))))


def _cells(array: Floats, *, square: bool) -> Floats:
    """The values of all pairs: of a square matrix those off the diagonal."""
    return array[:, ~np.eye(array.shape[1], dtype=bool)] if square else array.reshape(len(array), -1)


def mean_similarity(values: Floats, width: float) -> float:
    """Mean over waves' ordered pairs of 1 - |v_i - v_j| / range."""
    total, number = 0.0, 0
    for wave in values:
        v = wave[~np.isnan(wave)]
        gap = np.abs(v[:, None] - v[None, :])
        total += len(v) * (len(v) - 1) - float(gap.sum()) / width
        number += len(v) * (len(v) - 1)
    return total / number if number else 0.0
