"""What is refused, and in which words."""

from __future__ import annotations

import numpy as np
import pytest
from small import grown

from interfirm import example
from interfirm.dynamics import Specification, estimate, panel, suggest
from interfirm.dynamics.checks import check
from interfirm.dynamics.coding import code
from interfirm.errors import DataError, UnknownName, UsageError


def refuse(data, spec, match):
    with pytest.raises((DataError, UsageError), match=match):
        estimate(data, spec, seed=1)


def waves(seed=1, n=10, number=2):
    rng = np.random.default_rng(seed)
    return (rng.random((number, n, n)) < 0.3) * (1.0 - np.eye(n))


def test_data_that_cannot_carry_a_model():
    spec = Specification("r", ["density", "recip"])
    x = waves()
    refuse(panel({"r": x[:1]}), spec, "one wave")
    refuse(panel({"r": [x[0], x[0]]}), spec, "nothing changed")
    refuse(panel({"r": x * 3}), spec, "other than 0 and 1")
    there = np.ones((2, 10), bool)
    there[0, :5] = there[1, 4:] = False
    refuse(panel({"r": x}, present=there), spec, "actors are in both")
    refuse(panel({"r": x}, behaviours={"z": np.arange(20).reshape(2, 10)}),
           Specification("r", ["recip"], behaviour={"z": ["linear"]}), "20 levels")
    refuse(panel({"r": x}, behaviours={"z": [[0.5] * 10, [1.0] * 10]}),
           Specification("r", ["recip"], behaviour={"z": ["linear"]}), "whole numbers")


def test_effects_that_cannot_be_told_apart():
    v = np.arange(10.0)
    data = panel({"r": waves()}, covariates={"v": v, "w": 2 * v + 1, "same": np.ones(10)})
    refuse(data, Specification("r", ["altX:v", "altX:w"]), "cannot be told apart")
    refuse(data, Specification("r", ["altX:v", "egoX:v", "diffX:v"]), "not independent")
    refuse(data, Specification("r", ["altX:same"]), "does not vary")
    refuse(data, Specification("r", ["transTrip", "transMedTrip"]), "same statistic")


def test_warnings_before_anything_is_simulated():
    x = waves()
    x[0, :3] = np.nan
    found = {item.code for item in check(panel({"r": x}), Specification("r", ["density"]))}
    assert {"much-missing", "low-jaccard"} <= found
    up = [np.triu(np.ones((10, 10)), 6), np.triu(np.ones((10, 10)), 4)]
    assert "one-way-period" in {item.code for item in check(panel({"r": up}), Specification("r", ["density"]))}


@pytest.mark.parametrize(("terms", "match"), [
    (["transTripp"], "Did you mean 'transTrip'"), (["altX"], "altX:<actor>"),
    (["recip:size"], "'recip' is written recip"),
    (["recip*transTrip"], "only one factor"), (["gwesp"], "not for directed"),
    (["endow:outIso"], "no creation or endow"),
    (["recip", "recip"], "twice"), (["outRate"], "belongs"), (["crprod:other"], "dependent relation"),
    (["???"], "is not an effect")])
def test_specifications_that_make_no_sense(terms, match):
    with pytest.raises((UsageError, UnknownName), match=match):
        code(grown(), Specification("r", terms))


def test_models_of_choice_fit_the_kind_of_relation():
    with pytest.raises(UsageError, match="undirected relations"):
        code(grown(), Specification("r", ["density"], model="forcing"))
    with pytest.raises(UsageError, match="is undirected"):
        code(grown(undirected=True), Specification("r", ["density"], model="standard"))
    with pytest.raises(UnknownName, match="forcing"):
        Specification("r", ["density"], model="forced").terms()
    with pytest.raises(UsageError, match="constant rates"):
        code(grown(undirected=True), Specification("r", ["density"], model="disjunctive", rate=["outRate"]))


def test_panels_of_the_wrong_shape():
    with pytest.raises(UsageError, match="shape"):
        panel({"r": np.zeros((2, 3, 4))})
    with pytest.raises(UsageError, match="shape"):
        panel({"r": np.zeros((2, 3, 3))}, covariates={"v": [1, 2]})


def test_a_suggestion_from_the_bundled_example():
    found = suggest(example(seed=1), "advice")
    assert {"density", "recip", "gwespFF"} <= set(found.spec.effects)
    assert len(found.table()) == len(found.reasons) + len(found.left_out)
    assert all(why for _, _, why in found.reasons)


def test_a_study_is_taken_as_it_is():
    study = example(seed=1)
    effects = ["density", "recip", "X:geographic_proximity", "sameX:sector"]
    fit = estimate(study, Specification("advice", effects), seed=1)
    assert fit.converged
    assert fit.panel.waves == study.wave_order
    assert fit.estimate("X:geographic_proximity")[0] > 0  # the example is drawn with nearer partners preferred
    with pytest.raises(UsageError, match="holds words"):
        estimate(study, Specification("advice", ["altX:sector"]), seed=1)
    with pytest.raises(UnknownName):
        estimate(study, Specification("advice", ["altX:nothing"]), seed=1)
