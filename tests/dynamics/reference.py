"""The s50 data and the frozen numbers of RSiena 1.6.6, where they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from interfirm.dynamics.data import Panel, panel


class Reference:
    def __init__(self, folder: Path) -> None:
        frozen = folder.parents[1] / "reference" / "rsiena_s50.json"
        if not frozen.exists():
            pytest.skip("the frozen numbers of the reference estimator are not here")
        self.frozen: dict[str, Any] = json.loads(frozen.read_text("utf-8"))
        self.waves = np.array([np.loadtxt(folder / f"s50{w}.csv", delimiter=",") for w in (1, 2, 3)])
        self.alcohol = np.loadtxt(folder / "s50a.csv", delimiter=",").T
        self.smoke = np.loadtxt(folder / "s50s.csv", delimiter=",").T

    @property
    def panel(self) -> Panel:
        index = np.arange(1, 51)
        return panel({"friendship": self.waves}, dyads={"W": np.abs(index[:, None] - index) % 7},
                     covariates={"alcohol": self.alcohol, "smoke": self.smoke, "alc1": self.alcohol[0]})

    @property
    def coevolution(self) -> Panel:
        return panel({"friendship": self.waves}, behaviours={"alcohol": self.alcohol}, covariates={"smoke": self.smoke})

    @property
    def symmetric(self) -> Panel:
        both = np.maximum(self.waves, self.waves.transpose(0, 2, 1))
        return panel({"friendship": both}, covariates={"alcohol": self.alcohol}, undirected=["friendship"])


MODEL_A = ["density", "recip", "transTrip"]
MODEL_B = [*MODEL_A, "cycle3", "altX:alcohol", "egoX:alcohol", "simX:alcohol"]
MODEL_C = [*MODEL_A, "altX:alcohol", "egoX:alcohol", "simX:alcohol"]
BEHAVIOUR_C = {"alcohol": ["linear", "quad", "avSim"]}
