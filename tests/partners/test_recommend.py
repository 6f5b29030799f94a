"""Recommendations on a cluster small enough to count by hand, and on the example."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from interfirm.errors import UnknownName, UsageError
from interfirm.partners import proximities, recommend, weights_for, why_not
from interfirm.partners.boschma import kilometres
from interfirm.partners.ground import ground
from interfirm.partners.scoring import weighted
from interfirm.partners.terms import new_reach, shared_partners, terms
from interfirm.study.example import example
from interfirm.study.read.importing import import_files
from interfirm.study.study import Study

_FLAT = {"similarity": 0, "complementarity": 0, "readiness": 0, "same_words": 0, "near": 0, "same_kind": 0,
         "same_alliances": 0, "worked_before": 0, "rivalry": 0}


def chain(**more: pd.DataFrame) -> Study:
    """a-b, b-c, c-d, c-e in one wave; f alone; g outside."""
    tables = {
        "waves": pd.DataFrame({"wave": ["1", "2"]}),
        "relations": pd.DataFrame({"relation": ["peer"], "layer": ["exchange"], "directed": ["false"]}),
        "actors": pd.DataFrame({
            "actor": list("abcdefg"), "name": ["Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta", "Outside"],
            "sector": ["x", "y", "x", "x", "y", None, "x"], "parent": [None, None, None, "a", None, None, None],
            "position": ["member"] * 6 + ["external"]}),
        "ties": pd.DataFrame({"wave": ["2", "2", "2", "2", "1"], "relation": "peer", "sender": list("abcca"),
                              "receiver": list("bcdee")}),
    }
    return Study.from_tables(tables | more)


def test_structure_by_hand() -> None:
    base = ground(chain(), "2")
    # partners of a: b, and e by the tie of wave 1; of c: b, d, e. New through c: d only -> 1/3
    assert new_reach(base, 0)[2] == pytest.approx(1 / 3)
    assert new_reach(base, 0)[5] == 0  # no partners, nothing opened
    assert shared_partners(base, 0)[2] == pytest.approx(2 / np.sqrt(2 * 3))


def test_proximities_by_hand() -> None:
    near = proximities(chain(), "a", wave="2")
    assert near.values["organisational"][0].tolist() == [1, 0, 0, 1, 0, 0, 0]  # d's parent is a
    assert near.values["social"][0, [1, 4]].tolist() == [1, 1]
    assert near.values["institutional"][0, 2] == 1  # kind and sector
    assert near.values["institutional"][0, 1] == 0.5  # kind only
    assert near.values["institutional"][0, 5] == 1  # the sector of f is not known: kind only, the same
    assert np.isnan(near.values["cognitive"]).all()
    assert np.isnan(near.values["geographical"]).all()
    assert "not known" in near.used["geographical"]
    assert len(near.table()) == 6


def test_an_actor_is_next_to_itself() -> None:
    study = example(seed=1)
    near = proximities(study, wave="2024")
    for kind, values in near.values.items():
        diagonal = np.diag(values)
        assert np.allclose(diagonal[~np.isnan(diagonal)], 1), kind
        known = values[~np.isnan(values)]
        assert known.min() >= 0, kind
        assert known.max() <= 1, kind


def test_distances_from_coordinates() -> None:
    # one degree of latitude is 6371 π / 180 km
    assert kilometres(np.array([[0.0, 0.0]]), np.array([[1.0, 0.0]]))[0, 0] == pytest.approx(6371 * np.pi / 180)
    study = chain()
    places = study.actors.assign(latitude=[0.0, 0, 0, 0, 0, 1, np.nan], longitude=0.0)
    near = proximities(dataclasses.replace(study, actors=places), "a", wave="2").values["geographical"][0]
    assert near[:5].tolist() == [1] * 5
    assert near[5] == pytest.approx(0)
    assert np.isnan(near[6])


def test_the_ties_of_non_respondents_are_not_known() -> None:
    seen = pd.DataFrame({"wave": "2", "actor": list("abcdef"), "responded": ["true"] * 5 + ["false"]})
    near = proximities(chain(observations=seen), "a", wave="2")
    assert np.isnan(near.values["social"][0, 5])
    assert near.values["social"][0, 2] > 0


def test_list_and_score_by_hand() -> None:
    found = recommend(chain(), "a", wave="2", weights=_FLAT | {"new_reach": 1, "shared_partners": 1}, top=9)
    # not b (partner now), not itself, not g (outside); e was a partner before and is open again
    assert [item.actor for item in found.partners] == ["c", "d", "e", "f"]
    first = found.partners[0]
    assert first.score == pytest.approx((1 / 3 + 2 / np.sqrt(6)) / 2)
    assert first.known == 1
    assert found.partners[2].terms["worked_before"] == 1
    assert found.table()["actor"].tolist() == ["c", "d", "e", "f"]
    assert "g" in [item.actor for item in recommend(chain(), "a", wave="2", who="all").partners]


def test_rivalry_costs_and_is_said() -> None:
    plain = recommend(chain(), "a", wave="2", weights={"rivalry": 0})
    dear = recommend(chain(), "a", wave="2", weights={"rivalry": -5})
    place = {item.actor: item.rank for item in plain.partners}
    assert {item.actor: item.rank for item in dear.partners}["c"] > place["c"]
    gamma = next(item for item in plain.partners if item.actor == "c")
    assert any("same sector" in text for text in gamma.against)
    assert any("private" in text for text in gamma.agree_first)
    zeta = next(item for item in plain.partners if item.actor == "f")
    assert zeta.terms["rivalry"] is None


def test_what_is_not_known_counts_neither_for_nor_against() -> None:
    one, gap = np.array([0.5, 0.5]), np.array([0.9, np.nan])
    score, known = weighted({"a": one, "b": gap}, {"a": 1.0, "b": 3.0}, {"a": 0.5, "b": 0.1})
    assert score.tolist() == pytest.approx([(0.5 + 2.7) / 4, (0.5 + 0.3) / 4])
    assert known.tolist() == [1, 0.25]
    # of nobody known: left out of both sums; of the candidate nothing known: no score
    score, known = weighted({"a": one, "b": gap * np.nan}, {"a": 1.0, "b": 3.0}, {"a": 0.5, "b": np.nan})
    assert score.tolist() == [0.5, 0.5]
    assert known.tolist() == [0.25, 0.25]
    assert np.isnan(weighted({"b": gap}, {"b": 1.0}, {"b": 0.9})[0][1])


def test_why_not() -> None:
    study = chain()
    def ask(other: str, **more: object) -> str:
        return why_not(study, "a", other, wave="2", **more).answer  # type: ignore[arg-type]
    assert "itself" in ask("a")
    assert "already works with Alpha" in ask("Beta")
    assert "outside the cluster" in ask("g")
    assert "on the list, at place" in ask("c")
    far = why_not(study, "a", "f", wave="2", top=1)
    assert far.rank is not None
    assert far.rank > 1
    assert "loses most on" in far.answer


def test_the_same_seed_gives_the_same_list() -> None:
    study = example(seed=1)
    one, two = (recommend(study, "F01", purpose="develop product", seed=4) for _ in range(2))
    assert one.table().equals(two.table())
    assert all(0 <= item.stability <= 1 for item in one.partners)
    assert str(one) == str(two)


def test_every_reason_comes_from_its_own_term() -> None:
    found = recommend(example(seed=1), "F01", top=48)
    for item in found.partners:
        told = any("worked together before" in text for text in item.reasons)
        assert not told or item.terms["worked_before"] == 1
        assert ("both are firms of the same sector" in " ".join(item.against)) == bool(item.terms["rivalry"])


def test_relabelling_changes_nothing_but_the_names() -> None:
    study = example(seed=1)
    order = np.random.default_rng(3).permutation(len(study.actors))
    mixed = Study.from_tables(study.tables() | {"actors": study.actors.iloc[order].reset_index(drop=True)})
    one, two = (terms(ground(s, "2024"), ground(s, "2024").position("F01"), None) for s in (study, mixed))
    for name, value in one.items():
        assert np.allclose(value[order], two[name], equal_nan=True, atol=1e-12), name  # rounding


def test_wrong_questions_are_refused() -> None:
    study = chain()
    with pytest.raises(UnknownName, match="Alpha"):
        recommend(study, "Alfa")
    with pytest.raises(UnknownName):
        recommend(study, "a", purpose="make money")
    with pytest.raises(UnknownName):
        recommend(study, "a", weights={"luck": 1})
    with pytest.raises(UsageError):
        recommend(study, "a", weights={"near": -1})
    with pytest.raises(UsageError):
        recommend(study, "a", top=0)
    with pytest.raises(UsageError):
        weights_for(None, dict.fromkeys(weights_for(None), 0.0))
    with pytest.raises(UnknownName):
        recommend(study, "a", who="friends")
    gone = chain(observations=pd.DataFrame({"wave": "2", "actor": list("abcde")}))
    with pytest.raises(UsageError, match="not there"):
        recommend(gone, "f", wave="2")
    twice = dataclasses.replace(study, actors=study.actors.assign(name="Same"))
    with pytest.raises(UsageError, match="identifier"):
        recommend(twice, "same")


def test_a_lone_member_gets_an_empty_list() -> None:
    study = Study.from_tables({"waves": pd.DataFrame({"wave": ["1"]}), "actors": pd.DataFrame({"actor": ["a"]})})
    found = recommend(study, "a")
    assert found.partners == ()
    assert "Nobody" in str(found)


def test_a_real_cluster(data_dir: Callable[[str], Path]) -> None:
    study = import_files([data_dir("kecskemet")]).study
    assert study is not None
    wave = study.wave_order[-1]
    base = ground(study, wave)
    here = [str(base.actors[i]) for i in study.present(wave)]
    found = recommend(study, here[0], wave=wave)
    at = base.position(here[0])
    partners = {str(base.actors[j]) for j in np.flatnonzero(base.row(base.current, at))}
    listed = {item.actor for item in found.partners}
    assert listed <= set(here) - partners - {here[0]}
    assert found.candidates == len(set(here) - partners - {here[0]})
    # the survey holds no questionnaire on capabilities: said, not guessed
    assert all(item.terms["complementarity"] is None for item in found.partners)
    assert all("not known" in " ".join(item.against) for item in found.partners)


def test_a_list_of_equals_says_so() -> None:
    found = recommend(Study.from_tables({"waves": pd.DataFrame({"wave": ["1"]}),
                                         "actors": pd.DataFrame({"actor": list("ABCDE")})}), "E")
    assert found.alike
    assert "same score" in str(found)
    assert "A (A)" not in str(found)
    assert "other weights" not in str(found)  # everybody is on the list whatever the weights
    assert not recommend(example(seed=1), "F01").alike
