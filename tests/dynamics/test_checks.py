"""What is refused, and in which words."""

from __future__ import annotations

import numpy as np
import pytest
from small import grown

from interfirm import example
from interfirm.dynamics import Specification, estimate, panel, suggest
from interfirm.dynamics.checks import check, check_coded
from interfirm.dynamics.coding import code
from interfirm.dynamics.engine import change_statistics, simulate
from interfirm.dynamics.estimate import _judge
from interfirm.dynamics.moments import moments
from interfirm.errors import DataError, Findings, UnknownName, UsageError


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


def test_undirected_ties_have_to_be_the_same_both_ways():
    x = waves()
    refuse(panel({"r": x}, undirected=["r"]), Specification("r", ["density"]), "is undirected, but in '1'")
    known = np.maximum(x, x.transpose(0, 2, 1))
    known[0, 1, 2] = np.nan  # one of two did not answer: no contradiction
    assert not check(panel({"r": known}, undirected=["r"]), Specification("r", ["density"])).failed


def test_more_effects_than_changes():
    x = waves(n=12)
    x[1] = x[0]
    x[1, 0, 1:3] = 1 - x[0, 0, 1:3]
    few = ["density", "recip", "transTrip"]
    refuse(panel({"r": x}), Specification("r", few), "changed 2 times in all, fewer than the 3 effects")
    held = Specification("r", few, fix={"transTrip": 0.0})
    assert "too-few-changes" not in {item.code for item in check(panel({"r": x}), held)}


def test_effects_of_a_behaviour_that_cannot_be_told_apart():
    x, z = grown().networks["r"].ties[:2], np.random.default_rng(1).integers(0, 3, (2, 24)).astype(float)
    ring = np.roll(np.eye(24), 1, axis=1)  # everybody has one partner: total and average are the same
    data = panel({"r": [ring, x[1]]}, behaviours={"z": z})
    refuse(data, Specification("r", ["density"], behaviour={"z": ["linear", "avAlt", "totAlt"]}),
           "'totAlt' and 'avAlt' cannot be told apart")
    refuse(data, Specification("r", ["density"], behaviour={"z": ["linear", "isolate"]}), "'isolate' is 0")


def test_choices_that_no_period_allows():
    up = [np.triu(np.ones((10, 10)), 6), np.triu(np.ones((10, 10)), 3)]
    refuse(panel({"r": up}), Specification("r", ["recip", "endow:inPop"]), "'endow:inPop' is 0")
    data = panel({"r": up})
    spec = Specification("r", ["density", "inPop"])
    found = [item for item in check_coded(code(data, spec), data, spec) if item.code == "one-way-panel"]
    assert "only rise" in found[0].problem


def test_networks_that_are_nearly_empty_or_full():
    x = np.zeros((2, 10, 10))
    x[0, 0, 1] = x[1, 1, 2] = 1
    assert "near-degenerate" in {item.code for item in check(panel({"r": x}), Specification("r", ["density"]))}
    full = 1 - np.eye(10) - x
    assert "near-degenerate" in {item.code for item in check(panel({"r": full}), Specification("r", ["density"]))}
    assert "near-degenerate" not in {item.code for item in check(panel({"r": waves()}),
                                                                 Specification("r", ["density"]))}


def test_a_search_that_ends_in_empty_networks_is_stopped():
    """Ties held far too costly: every simulated network is empty, whatever the rates are."""
    refuse(grown(waves=2), Specification("r", ["density"], fix={"density": -30.0}),
           r"have (0|under 0\.01)\s% of the possible ties")


@pytest.mark.parametrize(("panels", "words"), [
    (100, "Simulate more panels: with 100 for 5"), (1000, "Go on from this")])
def test_why_a_fit_has_not_converged(panels, words):
    """Five parameters and 100 panels: a ratio of 0.22 comes by chance, so that more panels are the remedy."""
    coded = code(grown(), Specification("r", ["density", "recip", "transTrip"]))
    found = Findings()
    _judge(coded, moments(coded, simulate(coded, coded.start, panels, seed=1)), found)
    assert words in found.of("warning")[0].remedy


@pytest.mark.parametrize("kind", ["covariates", "dyads", "receivers"])
def test_covariates_with_missing_values_are_flagged(kind):
    rng = np.random.default_rng(1)
    shape = {"covariates": (10,), "dyads": (10, 10), "receivers": (10,)}[kind]
    value = rng.random(shape)
    value[:3] = np.nan
    found = check(panel({"r": waves()}, **{kind: {"v": value}}), Specification("r", ["density"]))
    assert any(item.code == "much-missing" and "'v'" in item.problem for item in found)
    value[1:3] = 0.5
    found = check(panel({"r": waves(n=10)}, **{kind: {"v": value}}), Specification("r", ["density"]))
    assert "much-missing" not in {item.code for item in found if "'v'" in item.problem}


def test_missing_covariates_count_as_the_mean():
    """An actor without a value neither attracts nor repels; a pair without one is no more alike than others."""
    x, v = waves(), np.arange(10.0)
    v[4] = np.nan
    coded = code(panel({"r": x}, covariates={"v": v}), Specification("r", ["density", "altX:v", "egoX:v", "simX:v"]))
    found = change_statistics(coded, coded.start, 0)
    assert not found[:, 4, 1].any()
    assert not found[4, :, 2].any()
    assert not found[4, :, 3].any()
    assert not found[:, 4, 3].any()
    assert found[0, 5, 1] == pytest.approx(5 - np.nanmean(v))


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
    (["recip*transTrip"], "'transTrip' depends on several"), (["gwesp"], "not for directed"),
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


def test_a_suggestion_takes_the_columns_of_ones_own():
    """Numbers may make a firm worth choosing, words and yes or no may make two find one another."""
    import pandas as pd

    from interfirm import Study

    rng, firms = np.random.default_rng(2), [f"F{i}" for i in range(30)]
    x = (rng.random((2, 30, 30)) < 0.25) * (1 - np.eye(30))
    rows = [(str(w), "r", firms[i], firms[j]) for w in range(2) for i, j in np.argwhere(x[w] > 0)]
    study = Study.from_tables({
        "actors": pd.DataFrame({"actor": firms, "kind": "firm", "certified": rng.random(30) < 0.5,
                                "machines": rng.integers(1, 9, 30), "patron": firms, "guild": list("abc") * 10}),
        "waves": pd.DataFrame({"wave": ["0", "1"]}),
        "ties": pd.DataFrame(rows, columns=["wave", "relation", "sender", "receiver"]),
        "observations": pd.DataFrame([(str(w), f) for w in range(2) for f in firms], columns=["wave", "actor"]),
        "relations": pd.DataFrame({"relation": ["r"], "layer": ["knowledge"], "directed": [True]})})
    found = suggest(study, "r")
    assert {"altX:machines", "egoX:machines", "sameX:certified", "sameX:guild"} <= set(found.spec.effects)
    assert "patron" not in str(found)  # everybody has another one


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
