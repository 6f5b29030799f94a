"""What a fit says: plain words with hand-calculated numbers, tables, files, and how a model is written and examined."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small import grown

from interfirm import Study, example
from interfirm.dynamics import (
    Specification,
    estimate,
    examine,
    latex,
    panel,
    read,
    rsiena,
    specification,
    start,
    suggest,
    to_dict,
)
from interfirm.dynamics.export import table, text
from interfirm.dynamics.reading import _texts
from interfirm.dynamics.record import fingerprint
from interfirm.errors import DataError, UsageError

EFFECTS = ["density", "recip", "transTrip", "sameX:size", "altX:size", "egoX:size"]


@pytest.fixture(scope="module")
def fit():
    return estimate(grown(), Specification("r", EFFECTS), seed=1)


@pytest.fixture(scope="module")
def words(fit):
    return {item.parameter: item for item in read(fit)}


def test_the_ratio_is_the_exponential_of_the_estimate(fit, words):
    beta, se = fit.estimate("recip")
    found = words["recip"]
    assert found.ratio == pytest.approx(math.exp(beta))
    assert found.low == pytest.approx(math.exp(beta - 1.96 * se))
    assert found.high == pytest.approx(math.exp(beta + 1.96 * se))
    assert f"{found.ratio:.1f} times as likely to choose a partner who already chose it" in found.sentence
    assert found.certainty == "very sure"
    assert "very sure" in found.sentence


def test_the_ratio_of_two_partners_is_that_of_their_choice_probabilities(fit, words):
    """Of two partners without ties who differ in 'size' only: the model's probabilities by hand."""
    size = fit.panel.covariates["size"][0]
    low, high = np.quantile(size, [0.25, 0.75])
    beta = fit.estimate("altX:size")[0]
    weight = np.exp([beta * (high - size.mean()), beta * (low - size.mean()), 0.0])
    p = weight / weight.sum()
    assert words["altX:size"].ratio == pytest.approx(p[0] / p[1])
    assert f"whose 'size' is {high:g}" in words["altX:size"].sentence


def test_certainty_is_the_probability_of_the_sign(fit, words):
    from scipy.stats import norm

    for name in EFFECTS:
        beta, se = fit.estimate(name)
        assert words[name].probability == pytest.approx(norm.cdf(abs(beta) / se))


def test_rates_and_density_have_no_ratio(words):
    assert math.isnan(words["rate r period 1"].ratio)
    assert "occasions" in words["rate r period 1"].sentence
    assert math.isnan(words["density"].ratio)


def test_keeping_a_tie_is_read_the_other_way_round():
    fit = estimate(grown(waves=2), Specification("r", ["density", "endow:recip", "creation:recip"]), seed=1, phase3=200)
    words = {item.parameter: item for item in read(fit)}
    beta = fit.estimate("endow:recip")[0]
    found = re.search(r"is ([\d.,]+) times as likely to be ended", words["endow:recip"].sentence)
    assert found
    assert float(found[1]) == pytest.approx(math.exp(-beta), rel=0.06)  # two digits are printed
    assert "to start a tie to" in words["creation:recip"].sentence
    assert words["endow:recip"].title == "Reciprocity (keeping ties)"


def test_plain_words_belong_to_effects_that_there_are():
    from interfirm.dynamics import catalogue

    for name, row in _texts().items():
        assert name in catalogue()
        assert row["contrast"] in {"one", "quartiles", "pairs", "gaps", ""}
        assert row["label"] and row["better"] and bool(row["than"]) == bool(row["contrast"])
        fields = {"column": "c", "low": "1", "high": "2", "more": "more", "likelier": "likelier"}
        assert all("{" not in row[key].format(**fields) for key in ("label", "better", "than") if row[key])


def test_tables_as_text_and_latex(fit):
    plain = str(fit)
    assert "converged" in plain and "what it is" in plain
    made = latex(fit, caption="Advice & more")
    assert made.count(r" \\") == len(fit.names) + 1
    assert r"Advice \& more" in made and r"\bottomrule" in made
    assert f"{fit.estimate('recip')[0]:.3f}" in made
    assert made.count("{") == made.count("}")


def test_a_fit_that_has_not_converged_is_not_put_into_words(fit):
    off = replace(fit, convergence=replace(fit.convergence, maximum=0.5, converged=False))
    made = text(off, words=True)
    assert "NOT CONVERGED" in made and "Not put into words" in made
    assert "times as likely" not in made and "times as likely" in text(fit, words=True)


def test_the_table_keeps_numbers_and_words_together(fit):
    found = table(fit)
    assert len(found) == len(fit.names)
    assert found.loc[found["parameter"] == "recip", "sentence"].item().startswith("A firm")


# ---- files ---------------------------------------------------------------------------------


def test_a_fit_can_be_kept_and_continued(fit):
    kept = start(json.loads(json.dumps(to_dict(fit))))
    assert kept.spec.effects == EFFECTS
    assert kept.names == list(fit.names)
    again = estimate(fit.panel, kept.spec, seed=2, previous=kept)
    assert again.panels < fit.panels
    assert np.abs((again.theta - fit.theta) / fit.se).max() < 0.25  # two estimates of one equation


@pytest.mark.parametrize("values", [None, {}, [], {"format": "interfirm-fit/1"}, {"format": "other"}])
def test_what_is_no_fit_is_refused(values):
    with pytest.raises(DataError, match="holds no fit"):
        start(values, "x.json")


def test_broken_fits_are_refused(fit):
    for key, value in (("simulated_theta", [1.0]), ("names", None), ("format", "x"), ("specification", {"a": 1})):
        with pytest.raises(DataError, match="holds no fit"):
            start({**to_dict(fit), key: value})


def test_the_fingerprint_changes_with_the_data():
    one, other = grown(seed=1), grown(seed=2)
    assert fingerprint(one) == fingerprint(grown(seed=1)) != fingerprint(other)


# ---- how a model is written ----------------------------------------------------------------


def test_a_model_is_written_in_one_line():
    spec = specification("advice", "density, recip,RateX:size,outRate", behaviour=["z=linear,quad"],
                         also=["trade=density,crprod:advice"], fix=["recip=0.5"], conditional=True)
    assert list(spec.effects) == ["density", "recip"]
    assert spec.rate == ("RateX:size", "outRate")
    assert spec.behaviour == {"z": ["linear", "quad"]}
    assert spec.also == {"trade": ["density", "crprod:advice"]}
    assert spec.fix == {"recip": 0.5} and spec.conditional


@pytest.mark.parametrize("wrong", [{"fix": ["recip"]}, {"fix": ["recip=much"]}, {"also": ["=density"]},
                                   {"behaviour": ["z="]}])
def test_what_is_written_wrongly_is_refused(wrong):
    with pytest.raises(UsageError, match="expected"):
        specification("advice", "recip", **wrong)


# ---- examined before anything is simulated ---------------------------------------------------


def codes(found, level="error"):
    return [item.code for item in found.of(level)]


def test_every_mistake_of_a_call_is_named_at_once():
    study = example(seed=1)
    spec = Specification("advice", ["recipp", "altX:employes", "X:distanc", "altX:sector", "recip"], fix={"foo": 1.0})
    found = examine(study, spec)
    assert sorted(codes(found)) == ["specification", "unknown-effect", *["unknown-name"] * 3]
    said = " ".join(item.problem for item in found)
    for near in ("recip", "employees", "distance"):
        assert f"Did you mean '{near}'" in said
    assert "altX:sector" in said


def test_relations_and_waves_that_do_not_exist():
    study = example(seed=1)
    assert codes(examine(study, Specification("advise", ["recip"]))) == ["unknown-name"]
    assert codes(examine(study, Specification("advice", ["recip"]), waves=["1999"])) == ["unknown-name"]
    assert codes(examine(study, Specification("advice", ["recip"]), waves=["2021"])) == ["one-wave"]


def small(ties, waves=("1", "2"), **columns):
    actors = [f"F{i}" for i in range(len(ties[0]))]
    rows = [(w, "r", actors[i], actors[j]) for w, x in zip(waves, ties, strict=True)
            for i, j in zip(*np.nonzero(x), strict=True)]
    frame = pd.DataFrame(rows, columns=["wave", "relation", "sender", "receiver"])
    seen = pd.DataFrame([(w, a) for w in waves for a in actors], columns=["wave", "actor"])
    return Study.from_tables({
        "actors": pd.DataFrame({"actor": actors, "kind": "firm", **columns}), "ties": frame, "observations": seen,
        "waves": pd.DataFrame({"wave": list(waves)}),
        "relations": pd.DataFrame({"relation": ["r"], "layer": ["knowledge"], "directed": [True]})})


def test_data_that_cannot_carry_a_model_are_refused_with_the_reason():
    rng = np.random.default_rng(1)
    x = (rng.random((2, 10, 10)) < 0.3) * (1 - np.eye(10))
    spec = Specification("r", ["recip"])
    assert codes(examine(small(x), spec)) == []
    assert codes(examine(small([x[0], x[0]]), spec)) == ["identical-waves"]
    assert codes(examine(small(x[:1], waves=["1"]), spec)) == ["one-wave"]
    same = small(x, founded=2000)
    assert codes(examine(same, Specification("r", ["recip", "altX:founded", "egoX:founded"]))) == ["no-variation"] * 2
    twice = small(x, founded=range(2000, 2010))
    assert codes(examine(twice, Specification("r", ["altX:founded", "egoX:founded", "diffX:founded"]))) == ["collinear"]


def test_a_proposal_names_each_concept_before_it_repeats_one():
    found = suggest(example(seed=1), "advice")
    concepts = [concept for _, concept, _ in found.reasons]
    wanted = ["cost of a tie", "reciprocity", "closure", "status", "fit: proximity", "fit: similarity"]
    assert concepts[:6] == wanted
    assert all(why for _, why in found.left_out)
    assert not examine(example(seed=1), found.spec).failed


def test_a_proposal_does_not_say_the_same_twice():
    rng = np.random.default_rng(2)
    study = small((rng.random((2, 24, 24)) < 0.2) * (1 - np.eye(24)))
    pairs = pd.DataFrame([(f"F{i}", f"F{j}", abs(i - j)) for i in range(24) for j in range(24) if i != j],
                         columns=["sender", "receiver", "distance"]).astype({"distance": float})
    pairs["geographic_proximity"] = 1 / (1 + pairs["distance"] / 20)
    both = Study.from_tables({**study.tables(), "dyads": pairs})
    found = suggest(both, "r")
    assert "X:geographic_proximity" in found.spec.effects
    assert "nearly the same as 'X:geographic_proximity'" in dict(found.left_out)["X:distance"]


def test_a_logarithm_is_taken_of_numbers_above_zero():
    rng = np.random.default_rng(1)
    x = (rng.random((2, 10, 10)) < 0.3) * (1 - np.eye(10))
    assert codes(examine(small(x, founded=range(1, 11)), Specification("r", ["altX:log_founded"]))) == []
    found = examine(small(x, founded=range(10)), Specification("r", ["altX:log_founded"]))
    assert "logarithm" in found.of("error")[0].problem


def test_the_script_for_the_reference_program_says_who_comes_and_goes():
    data = panel({"r": grown().networks["r"].ties}, spells={0: [(1, 2.4)], 3: [(1.5, 3)], 5: [(1, 1.5), (2.5, 3)]})
    made = estimate(data, Specification("r", ["density", "recip"]), seed=1, phase3=200)
    files = rsiena(made)
    wanted = "list(c(1, 2.4), c(1, 3), c(1, 3), c(1.5, 3), c(1, 3), c(1, 1.5, 2.5, 3), "
    assert f"sienaCompositionChange({wanted}" in files["model.R"]
    assert "composition)" in files["model.R"] and "10" not in files["r1.csv"]
    assert fingerprint(made.panel) != fingerprint(panel({"r": grown().networks["r"].ties}))


def test_terms_of_two_relations_keep_their_names_apart():
    data = panel({"trade": grown(1).networks["r"].ties, "knowledge": grown(2).networks["r"].ties})
    spec = Specification("trade", ["recip"], also={"knowledge": ["recip", "crprod:trade"]})
    made = estimate(data, spec, seed=1, phase3=200)
    assert len(set(made.names)) == len(made.names)
    assert {"density", "recip", "knowledge: density", "knowledge: recip", "crprod:trade"} <= set(made.names)
    assert len(table(made)) == len(made.names)
    assert str(made).count("Reciprocity") == 2
    assert len(made.convergence.ratios) == len(made.names)
    again = start(to_dict(made))
    more = estimate(data, again.spec, seed=2, phase3=200, previous=again)
    assert more.names == made.names
    assert np.abs((more.theta - made.theta) / made.se).max() < 0.5  # two estimates from small last batches
    assert rsiena(made)["model.R"].count("setEffect(effects, recip") == 2
    assert "density" not in rsiena(made)["model.R"]
