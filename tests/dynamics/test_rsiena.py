"""The script for RSiena: R reads it, its calls have the arguments of the manual, its data files are the panel.

RSiena itself is not needed: a small set of functions with its names and arguments stands in, and checks what it gets.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from small import grown

from interfirm.dynamics import Specification, engine, panel, rsiena
from interfirm.dynamics.coding import code
from interfirm.dynamics.fit import Fit
from interfirm.dynamics.moments import moments

RSCRIPT = shutil.which("Rscript")
STUB = Path(__file__).with_name("rsiena_stub.R")
EXACT = 1e-9  # ten digits are written


def fit_of(data, spec) -> Fit:
    """A fit at its starting values: what is exported does not depend on the estimates."""
    coded = code(data, spec)
    last = moments(coded, engine.simulate(coded, coded.start, 20, seed=1))
    return Fit.of(coded, data, spec, coded.start, last, seed=7, panels=20, findings=(), cpu_seconds=0.0)


def run_in_r(fit: Fit, folder: Path) -> tuple[dict[str, np.ndarray], list[list[str]]]:
    """What the functions that stand in have received: objects, and effects as rows of texts."""
    if RSCRIPT is None:
        pytest.skip("R is not installed")
    for name, text in rsiena(fit).items():
        (folder / name).write_text(text, "utf-8")
    script = (folder / "model.R").read_text("utf-8")
    (folder / "stubbed.R").write_text(f'invisible(parse("model.R"))\nsource("{STUB.as_posix()}")\n'
                                      + script.replace("library(RSiena)\n", ""), "utf-8")
    done = subprocess.run([RSCRIPT, "--vanilla", "stubbed.R"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    objects, effects = {}, []
    for line in done.stdout.splitlines():
        if line.startswith("object "):
            _, name, size, values = line.split()
            shape = [int(part) for part in size.split("x")]
            objects[name] = np.array([float(v.replace("NA", "nan")) for v in values.split(",")]).reshape(shape,
                                                                                                         order="F")
        elif line.startswith("effect"):
            effects.append(line.split("|")[1:-1])
    return objects, effects


def same(found: np.ndarray, wanted: np.ndarray) -> None:
    np.testing.assert_allclose(found, wanted, atol=EXACT, equal_nan=True)


def test_a_directed_network_with_covariates_and_products(tmp_path):
    rng = np.random.default_rng(1)
    x = grown(n=12).networks["r"].ties.copy()
    x[1, 2, 3], x[0, 4, 5], x[2, 6, 7] = np.nan, 10, 11
    size, near = rng.random(12) * 1000, rng.random((3, 12, 12))
    data = panel({"r": x}, covariates={"size": size, "rd share": rng.random((3, 12))}, dyads={"near": near})
    effects = ["transTrip", "gwespFF(50)", "X:near", "egoX:rd share", "recip*inPop", "transTrip*egoX:size",
               "creation:X:near", "outInv(2)"]
    spec = Specification("r", effects, rate=["outRateInv", "RateX:size"], fix={"outInv(2)": 0.5})
    objects, found = run_in_r(fit_of(data, spec), tmp_path)
    off = ~np.eye(12, dtype=bool)
    same(objects["r"][off], x.transpose(1, 2, 0)[off])
    same(objects["size"], size)
    same(objects["rd.share"], data.covariates["rd share"].T)
    same(objects["near"][off], near[:2].transpose(1, 2, 0)[off])
    assert [row[:6] for row in found] == [
        ["include", "recip", "r", "eval", "", ""],  # RSiena has it by itself, the model has not
        ["set", "outRateInv", "r", "rate", "", ""], ["set", "RateX", "r", "rate", "size", ""],
        ["set", "transTrip", "r", "eval", "", ""], ["set", "gwespFF", "r", "eval", "", ""],
        ["set", "X", "r", "eval", "near", ""], ["set", "egoX", "r", "eval", "rd.share", ""],
        ["interaction", "recip*inPop", "r", "eval", "/", "//"],
        ["interaction", "transTrip*egoX", "r", "eval", "/size", "//"],
        ["set", "X", "r", "creation", "near", ""], ["set", "outInv", "r", "eval", "", ""]]
    assert [row[6] for row in found] == ["FALSE", *["TRUE"] * 10]
    assert [row[7] for row in found if row[1] in ("gwespFF", "outInv")] == ["50", "2"]
    assert [row[1] for row in found if row[8] == "TRUE"] == ["outInv"]


def test_a_behaviour_and_a_second_relation(tmp_path):
    rng = np.random.default_rng(2)
    z = rng.integers(1, 4, (3, 24)).astype(float)
    z[1, 3] = np.nan
    data = panel({"r": grown(1).networks["r"].ties, "o": grown(2).networks["r"].ties}, behaviours={"patents": z},
                 covariates={"v": rng.random(24)})
    levels = ["linear", "endow:quad", "avAlt", "totXAlt:v:o", "avAlt*indeg:o", "outRate:o"]
    spec = Specification("r", ["recip", "crprod:o"], also={"o": ["closure:r", "inPopIntn(1):r*recip"]},
                         behaviour={"patents": levels}, conditional=True)
    fit = fit_of(data, spec)
    assert 'condname = "r"' in rsiena(fit)["model.R"]
    objects, found = run_in_r(fit, tmp_path)
    same(objects["patents"], z.T)
    rows = {"|".join(row[:6]) for row in found}
    assert {"include|recip|o|eval||", "include|quad|patents|eval||", "set|crprod|r|eval|o|", "set|closure|o|eval|r|",
            "interaction|inPopIntn*recip|o|eval|r/|//", "set|quad|patents|endow||", "set|avAlt|patents|eval|r|",
            "set|totXAlt|patents|eval|v|o", "interaction|avAlt*indeg|patents|eval|r/o|//",
            "set|outRate|patents|rate|o|"} <= rows
    assert "set|inPopIntn|o|eval|r||FALSE|1" in {"|".join(row[:8]) for row in found}


def test_memberships_beside_a_relation(tmp_path):
    rng = np.random.default_rng(3)
    member, x = (rng.random((2, 24, 7)) < 0.3) * 1.0, grown().networks["r"].ties[:2]
    data = panel({"m": member, "r": x}, two_mode=["m"], covariates={"size": rng.random(24)},
                 receivers={"size": rng.random(7)}, dyads={"fit": rng.random((24, 7))})
    spec = Specification("m", ["cycle4", "egoX:size", "altX:size", "X:fit", "to:r"], also={"r": ["recip"]})
    fit = fit_of(data, spec)
    objects, found = run_in_r(fit, tmp_path)
    same(objects["m"], member.transpose(1, 2, 0))
    same(objects["size"], data.covariates["size"][0])
    same(objects["fit"], data.dyads["fit"][0])
    assert list(objects)[:2] == ["r", "m"]
    assert ["set", "X", "m", "eval", "fit", ""] in [row[:6] for row in found]


def test_undirected_relations_have_a_model_type_and_a_named_offset(tmp_path):
    data = panel({"r": grown(undirected=True).networks["r"].ties, "o": grown(3, undirected=True).networks["r"].ties},
                 undirected=["r", "o"])
    spec = Specification("r", ["gwesp", "cycle4"], model="forcing", also={"o": ["density"]}, offset=1.5)
    fit = fit_of(data, spec)
    assert "modelType = c(r = 2, o = 3), Offset = c(o = 1.5)" in rsiena(fit)["model.R"]
    _, found = run_in_r(fit, tmp_path)
    assert [row[1] for row in found] == ["gwesp", "cycle4ND"]


def test_firms_that_come_and_go(tmp_path):
    data = panel({"r": grown().networks["r"].ties}, spells={0: [(1, 2.4)], 5: [(1, 1.5), (2.5, 3)]})
    objects, _ = run_in_r(fit_of(data, Specification("r", ["recip"])), tmp_path)
    assert "r" in objects
    gone = panel({"r": grown().networks["r"].ties}, present=[[True] * 23 + [False], [True] * 24, [True] * 24])
    folder = tmp_path / "two"
    folder.mkdir()
    objects, _ = run_in_r(fit_of(gone, Specification("r", ["recip"])), folder)
    assert (objects["r"][23, :23, 0] == 10).all() and (objects["r"][:23, 23, 0] == 10).all()
