"""The advice network of Kecskemét beside the model outputs that its authors publish."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from interfirm.dynamics import Specification, engine, estimate
from interfirm.dynamics.coding import code
from interfirm.dynamics.data import from_study

ROOT = Path(__file__).resolve().parents[2]
FROZEN = json.loads((ROOT / "tests" / "reference" / "juhasz_lengyel_2018.json").read_text("utf-8"))
ROUNDED = 5e-5  # the outputs have four decimals
BAND = 0.25  # standard errors: one run of theirs and one of ours, each off its target by up to 0.12
SE_BAND = 0.15  # the reference program's own standard errors vary by up to 12 % between seeds

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def made(data_dir):
    sys.path.insert(0, str(ROOT))
    try:
        room = import_module("benchmarks.ties_kecskemet")
    finally:
        sys.path.remove(str(ROOT))
    return room, room.load(data_dir("kecskemet"))


def test_every_target_is_that_of_the_authors_output(made):
    _, study = made
    spec = Specification("advice", FROZEN["effects"], conditional=True)
    coded = code(from_study(study, spec), spec)
    assert coded.names == FROZEN["effects"]
    assert engine.targets(coded)[0] == pytest.approx(FROZEN["targets"], abs=ROUNDED)
    assert coded.stop[-1] == FROZEN["changes"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["model01", "model02"])
def test_estimates_are_those_of_the_authors(made, name):
    _, study = made
    frozen = FROZEN[name]
    effects = [e for e, value in zip(FROZEN["effects"], frozen["theta"], strict=True) if value is not None]
    theta, se = (np.array([value for value in frozen[key] if value is not None]) for key in ("theta", "se"))
    fit = estimate(study, Specification("advice", effects, conditional=True), seed=1, phase3=2000)
    assert fit.converged
    wide = se >= 0.01  # three decimals of a standard error of 0.001 say too little
    assert np.abs((fit.theta - theta) / fit.se)[wide].max() < BAND
    assert np.abs(fit.se / se - 1)[wide].max() < SE_BAND
    rate = fit.estimate("rate advice period 1")
    assert abs(rate[0] - frozen["rate"][0]) / frozen["rate"][1] < BAND
