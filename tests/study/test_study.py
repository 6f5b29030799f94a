"""The study and its views, by hand on four firms."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from study_strategies import studies

from interfirm.errors import DataError, UnknownName, UsageError
from interfirm.study.study import Study


@pytest.fixture
def study() -> Study:
    """Members a, b, c, d (d joins in wave 2), external x. In wave 1, c did not answer."""
    return Study.from_tables({
        "about": pd.DataFrame({"key": ["name"], "value": ["Four firms"]}),
        "waves": pd.DataFrame({"wave": ["2020", "2022"], "start": ["2020-01", None], "end": ["2020-12", None]}),
        "relations": pd.DataFrame({"relation": ["advice", "peer"], "layer": ["knowledge", "exchange"],
                                   "directed": ["yes", "no"]}),
        "actors": pd.DataFrame({"actor": ["a", "b", "c", "d", "x"], "kind": ["firm"] * 4 + ["university"],
                                "position": ["member"] * 4 + ["external"], "sector": list("MMNNE")}),
        "observations": pd.DataFrame({
            "wave": ["2020"] * 3 + ["2022"] * 4, "actor": list("abc") + list("abcd"),
            "responded": ["yes", "yes", "no", "yes", "yes", "yes", "yes"], "employees": [10, 20, 30, 11, 21, 31, 41]}),
        "responses": pd.DataFrame({"wave": ["2020"], "relation": ["peer"], "actor": ["b"], "responded": ["no"]}),
        "ties": pd.DataFrame(
            [("2020", "advice", "a", "b", 2), ("2020", "advice", "b", "a", 1), ("2020", "advice", "b", "c", None),
             ("2020", "advice", "a", "x", 1), ("2020", "peer", "a", "b", 3), ("2020", "peer", "b", "a", 5),
             ("2022", "advice", "d", "a", 1), ("2022", "advice", "a", "b", 0)],
            columns=["wave", "relation", "sender", "receiver", "weight"]),
        "alliances": pd.DataFrame({
            "alliance": ["P", "P", "P", "Q", "Q", "R"], "actor": list("abcabd"),
            "start": ["2020"] * 3 + ["2022-05"] * 2 + ["2022"], "end": ["2021"] * 3 + [None] * 3}),
        "dyads": pd.DataFrame({"sender": ["a"], "receiver": ["b"], "distance": [4.5]}),
    })


def test_names_orders_and_repr(study: Study) -> None:
    assert repr(study) == "<Study 'Four firms': 5 actors, 2 waves, 8 ties, 3 alliances>"
    assert study.wave_order == ("2020", "2022") and study.relation_names == ("advice", "peer")
    assert study.relations_of("knowledge") == ("advice",) and study.fact("region") is None
    with pytest.raises(dataclasses.FrozenInstanceError):
        study.actors = study.waves  # type: ignore[misc]


def test_adjacency_of_a_directed_relation(study: Study) -> None:
    view = study.adjacency("advice", 2020)
    assert view.actors.tolist() == ["a", "b", "c"] and view.layer == "knowledge" and view.directed
    assert view.matrix.toarray().tolist() == [[0, 2, 0], [1, 0, 0], [0, 0, 0]]
    assert view.missing_rows.tolist() == [False, False, True]
    assert view.missing_pairs.tolist() == [[1, 2]]
    assert view.observed().tolist() == [[False, True, True], [True, False, False], [False, False, False]]
    assert view.observed_count() == 3 and view.settings["unknown"] == 0.5
    everyone = study.adjacency("advice", 2020, who="all")
    assert everyone.actors.tolist() == ["a", "b", "c", "x"] and everyone.matrix[0, 3] == 1


def test_adjacency_of_an_undirected_relation_takes_the_larger_report(study: Study) -> None:
    view = study.adjacency("peer", "2020")
    assert view.matrix.toarray().tolist() == [[0, 5, 0], [5, 0, 0], [0, 0, 0]] and not view.directed
    assert view.missing_rows.tolist() == [False, True, True]
    assert view.observed().tolist() == [[False, True, True], [True, False, False], [True, False, False]]
    assert view.observed_count() == 4


def test_a_stated_absence_is_no_tie(study: Study) -> None:
    view = study.adjacency("advice", 2022)
    assert view.actors.tolist() == ["a", "b", "c", "d"] and view.matrix.nnz == 1 and view.matrix[3, 0] == 1
    assert not view.has_missing and view.observed_count() == 12


def test_unions_and_caching(study: Study) -> None:
    view = study.adjacency(["advice", "peer"], 2020)
    assert view.matrix.toarray().tolist() == [[0, 7, 0], [6, 0, 0], [0, 0, 0]]
    assert view.layer == "several" and view.relation == "advice + peer"
    assert study.adjacency("peer", 2020) is study.adjacency("peer", "2020")


def test_projection_of_alliances(study: Study) -> None:
    """P has 3 members (each pair 1/2), Q has 2 (each pair 1), R has one."""
    view = study.adjacency("alliances")
    assert view.matrix.toarray()[:3, :3].tolist() == [[0, 1.5, 0.5], [1.5, 0, 0.5], [0.5, 0.5, 0]]
    assert view.matrix.sum() == 5
    assert study.adjacency("alliances", projection="count").matrix[0, 1] == 2
    assert study.adjacency("alliances", projection="binary").matrix[0, 1] == 1
    assert np.asarray(view.matrix.sum(axis=1)).ravel().tolist() == [2, 2, 1, 0]
    assert study.incidence(2020).matrix.sum() == 3 and study.incidence(2022).matrix.sum() == 3
    with pytest.raises(UsageError, match="Known: newman"):
        study.adjacency("alliances", projection="sum")


def test_presence_response_and_covariates(study: Study) -> None:
    assert study.present("2020").tolist() == [0, 1, 2] and study.present("2020", who="all").tolist() == [0, 1, 2, 4]
    assert study.present(None).tolist() == [0, 1, 2, 3]
    assert study.responded("peer", "2020").tolist()[:3] == [True, False, False]
    assert study.covariate("sector").tolist() == list("MMNNE")
    assert study.covariate("employees", 2022).tolist()[:4] == [11, 21, 31, 41]
    assert np.isnan(study.covariate("employees", 2020)["d"])
    matrix = study.dyadic("distance")
    assert matrix[0, 1] == 4.5 and np.isnan(matrix).sum() == 24


def test_selection_takes_what_refers_along(study: Study) -> None:
    part = study.select(waves=[2022], actors=["a", "d"])
    assert len(part.ties) == 1 and set(part.observations["wave"]) == {"2022"} and len(part.alliances) == 3
    assert list(part.actors["actor"]) == ["a", "d"] and len(part.dyads) == 0
    assert study.select(kinds=["university"]).actors["actor"].tolist() == ["x"]
    assert study.select(relations=["peer"]).relation_names == ("peer",)
    assert study.select(alliances=["Q"]).alliances["actor"].tolist() == ["a", "b"]
    assert study.select().equals(study) and len(study.ties) == 8


def test_unknown_names_list_the_known_ones(study: Study) -> None:
    with pytest.raises(UnknownName, match="Did you mean 'advice'"):
        study.adjacency("advise", 2020)
    with pytest.raises(UnknownName, match="2020, 2022"):
        study.adjacency("advice", 2021)
    with pytest.raises(UsageError, match="2 waves"):
        study.adjacency("advice")
    with pytest.raises(UsageError, match="3 relations"):
        study.adjacency(None, 2020)
    with pytest.raises(UsageError, match="cannot be pooled"):
        study.adjacency(["advice", "alliances"], 2020)
    with pytest.raises(UnknownName, match="members, all"):
        study.present("2020", who="some")
    for ask in (lambda: study.covariate("size"), lambda: study.dyadic("size"), lambda: study.select(actors=["q"]),
                lambda: Study.from_tables({"tie": study.ties})):
        with pytest.raises(UnknownName):
            ask()


def test_errors_hold_every_finding() -> None:
    with pytest.raises(DataError) as caught:
        Study.from_tables({"actors": pd.DataFrame({"actor": ["a", "a"], "latitude": ["x", 200]})})
    assert {item.code for item in caught.value.findings} >= {"duplicate-key", "not-a-number", "out-of-range"}


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(study=studies())
def test_relabelling_and_reordering_do_not_change_a_view(study: Study) -> None:
    """Reversing the order of the actors permutes the matrix and nothing else."""
    if not len(study.ties):
        return
    tables = study.tables()
    other = Study.from_tables({**tables, "actors": tables["actors"].iloc[::-1]})
    for relation in study.relation_names:
        for wave in study.wave_order:
            one, two = study.adjacency(relation, wave), other.adjacency(relation, wave)
            assert np.array_equal(one.matrix.toarray()[::-1, ::-1], two.matrix.toarray())
            assert one.observed_count() == two.observed_count() == int(one.observed().sum())


def test_who_responded_is_each_caller_s_own() -> None:
    from interfirm.study.example import example

    study = example()
    before = study.responded("advice", "2024").copy()
    mine = study.responded("advice", "2024")
    mine.iloc[:] = True
    assert study.responded("advice", "2024").equals(before)
    assert not before.fillna(True).all()
