"""The bundled example has what its docstring says it has."""

from __future__ import annotations

from functools import lru_cache

import igraph
import numpy as np
import pandas as pd
import pytest

from interfirm.errors import UsageError
from interfirm.study import consistency, schema
from interfirm.study.example import alliances, cast, example
from interfirm.study.study import Study

SEEDS = (1, 2, 3, 4)


@lru_cache(maxsize=16)
def cluster(seed: int) -> Study:
    return example(seed)


@pytest.fixture(scope="module")
def study() -> Study:
    return cluster(1)


def part(name: str, seed: int = 1) -> list[str]:
    """The actors that play a part; the parts are the first thing drawn from the seed."""
    positions = cast.give_parts(np.random.default_rng(seed), 60)[name]
    return [f"F{i + 1:02d}" for i in positions]


def graph(study: Study, relation: str | list[str], wave: str) -> igraph.Graph:
    view = study.adjacency(relation, wave)
    entries = view.matrix.tocoo()
    edges = list(zip(entries.row.tolist(), entries.col.tolist(), strict=True))
    out = igraph.Graph(n=view.size, edges=edges).simplify()
    out.vs["name"] = view.actors.tolist()
    return out


def test_every_table_and_nearly_every_column_is_filled(study: Study) -> None:
    for name, frame in study.tables().items():
        assert len(frame), name
        for column in schema.tables()[name].columns:
            assert frame[column].notna().any(), f"{name}.{column}"


def test_says_that_it_is_synthetic(study: Study) -> None:
    assert study.fact("synthetic") == "yes"
    assert "invented" in str(study.fact("description"))


@pytest.mark.parametrize("seed", SEEDS)
def test_has_no_error_and_no_warning(seed: int) -> None:
    findings = consistency.check(cluster(seed).tables())
    assert [str(item) for item in findings if item.level != "note"] == []


def test_same_seed_same_study(study: Study) -> None:
    assert study.equals(example(seed=1))


def test_another_seed_gives_another_cluster(study: Study) -> None:
    other = example(seed=2)
    assert not study.equals(other)
    assert set(study.actors["name"]) != set(other.actors["name"])


def test_counts(study: Study) -> None:
    inside = study.actors[study.actors["position"] == "member"]
    assert (inside["kind"] == "firm").sum() == 60
    assert (inside["kind"] != "firm").sum() == 10
    assert (study.actors["position"] == "external").sum() == 8
    assert study.actors["name"].is_unique
    assert inside.loc[inside["kind"] == "firm", "sector"].nunique() == 5
    assert study.alliances["alliance"].nunique() == 14
    assert study.actors["parent"].notna().sum() == 3
    assert set(study.relations["layer"]) == {"exchange", "knowledge", "coordination", "ownership"}


@pytest.mark.parametrize("seed", SEEDS)
def test_leavers_joiners_and_response(seed: int) -> None:
    study = cluster(seed)
    seen = study.observations.groupby("wave")["actor"].agg(set)
    assert seen["2021"] - seen["2024"] == set(part("leaver", seed))
    assert seen["2024"] - seen["2021"] == set(part("joiner", seed))
    rate = study.observations.groupby("wave")["responded"].mean()
    assert rate["2021"] == pytest.approx(0.85, abs=1 / 66)
    assert rate["2024"] == pytest.approx(0.78, abs=1 / 67)


def test_the_silent_are_smaller_over_many_seeds() -> None:
    differences = []
    for seed in range(1, 9):
        firms = cluster(seed).observations
        firms = firms[firms["actor"].str.startswith("F")]
        means = np.log(firms["employees"]).groupby(firms["responded"]).mean()
        differences.append(means[True] - means[False])
    assert np.mean(differences) > 0.3


def test_the_silent_send_nothing_and_tell_nothing(study: Study) -> None:
    silent = study.observations[~study.observations["responded"].astype(bool)]
    keys = set(zip(silent["wave"], silent["actor"], strict=True))
    asked = study.ties[~study.ties["relation"].isin(["coordination", "ownership"])]
    assert not keys & set(zip(asked["wave"], asked["sender"], strict=True))
    assert silent["new_product_share"].isna().all()
    assert not keys & set(zip(study.answers["wave"], study.answers["actor"], strict=True))


def test_coordination_and_ownership_are_known_of_everybody(study: Study) -> None:
    for relation in ("coordination", "ownership"):
        assert not study.adjacency(relation, "2021").missing_rows.any()
    assert study.adjacency("advice", "2021").missing_rows.sum() == 10


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("wave", cast.WAVES)
def test_the_broker_is_a_cut_vertex(seed: int, wave: str) -> None:
    study, broker = cluster(seed), part("broker", seed)[0]
    for relation in ("advice", ["advice", "customer", "outsourcing", "peer", "institutional"]):
        net = graph(study, relation, wave)
        assert broker in net.vs[net.articulation_points()]["name"]
    net.delete_vertices(net.vs.find(name=broker).index)
    remote = set(part("satellite", seed)) & set(net.vs["name"])
    membership = dict(zip(net.vs["name"], net.connected_components().membership, strict=True))
    assert {membership[name] for name in remote}.isdisjoint(membership[name] for name in part("core", seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_isolates_core_and_gatekeepers(seed: int) -> None:
    study = cluster(seed)
    tied = set(study.ties["sender"]) | set(study.ties["receiver"]) | set(study.alliances["actor"])
    assert set(study.actors["actor"]) - tied == set(part("isolate", seed))
    outside = set(study.actors.loc[study.actors["position"] == "external", "actor"])
    advice = study.ties[study.ties["relation"] == "advice"]
    assert set(advice.loc[advice["receiver"].isin(outside), "sender"]) == set(part("gatekeeper", seed))
    view = study.adjacency("advice", "2021")
    core = np.isin(view.actors, part("core", seed))
    dense = view.binary.toarray()
    assert core.sum() == 8
    assert dense[np.ix_(core, core)].sum() / 56 > 4 * dense.sum() / (view.size * (view.size - 1))


@pytest.mark.parametrize("seed", SEEDS)
def test_half_of_the_advice_lasts(seed: int) -> None:
    study = cluster(seed)
    first, second = (study.adjacency("advice", wave) for wave in cast.WAVES)
    known = [set(view.actors[~view.missing_rows]) for view in (first, second)]
    ties = []
    for view in (first, second):
        entries = view.matrix.tocoo()
        pairs = zip(view.actors[entries.row], view.actors[entries.col], strict=True)
        ties.append({pair for pair in pairs if set(pair) <= known[0] & known[1]})
    assert 0.4 < len(ties[0] & ties[1]) / len(ties[0] | ties[1]) < 0.65


@pytest.mark.parametrize("name", cast.SHAPES)
def test_shaped_alliances_have_their_coordination(study: Study, name: str) -> None:
    members = part(name)
    plan = alliances.PLANS[name]
    view = study.select(actors=members).adjacency("coordination", "2024")
    place = {actor: members.index(actor) for actor in view.actors}
    entries = view.matrix.tocoo()
    found = {(place[view.actors[i]], place[view.actors[j]]) for i, j in zip(entries.row, entries.col, strict=True)}
    assert found == set(plan.decides)


def test_the_five_shapes_meet_their_necessary_conditions(study: Study) -> None:
    """Conditions of the ideal types, on the true pattern of exchange (reports may miss a tie of two silent firms)."""
    exchange = {}
    for name in cast.SHAPES:
        plan, size = alliances.PLANS[name], cast.SHAPE_SIZES[name]
        exchange[name] = igraph.Graph(n=size, edges=list(plan.peers + plan.flows + plan.mutual)).simplify()
    assert exchange["circuit"].is_biconnected()
    assert not alliances.PLANS["circuit"].decides
    without = exchange["nodal circuit"].copy()
    without.delete_vertices(0)
    assert without.is_connected()
    assert exchange["branch"].is_tree()
    assert set(exchange["branch"].articulation_points()) == {0, 1, 2}
    barrier = exchange["circuit-barrier"].copy()
    barrier.delete_vertices(0)
    assert sorted(barrier.connected_components().sizes()) == [3, 3]
    hubs = exchange["circuit-branch"].copy()
    hubs.delete_vertices([0, 1, 2])
    assert hubs.ecount() == 0
    assert all(exchange["circuit-branch"].degree(leaf) == 1 for leaf in range(3, 9))


def test_no_foreign_exchange_tie_inside_a_shape(study: Study) -> None:
    for name in cast.SHAPES:
        members, plan = part(name), alliances.PLANS[name]
        allowed = {frozenset((members[i], members[j])) for i, j in plan.peers + plan.flows + plan.mutual}
        inside = study.select(actors=members).ties
        inside = inside[inside["relation"].isin(["customer", "outsourcing", "peer"])]
        found = {frozenset(pair) for pair in zip(inside["sender"], inside["receiver"], strict=True)}
        assert found <= allowed
        assert len(found) >= 0.8 * len(allowed)


def test_outsourcing_runs_both_ways_somewhere(study: Study) -> None:
    flows = study.adjacency("outsourcing", "2021").matrix
    assert (flows.multiply(flows.T > 0)).nnz >= 8
    assert flows.data.min() >= 1000


def test_place(study: Study) -> None:
    inside = (study.actors["position"] == "member").to_numpy()
    distance = study.dyadic("distance")
    assert np.nanmax(distance[np.ix_(inside, inside)]) < 60
    assert np.nanmin(distance[np.ix_(inside, ~inside)]) > 100
    # one degree of latitude on a sphere of 6371 km is 111.195 km
    assert cast.haversine(np.array([0.0, 1.0]), np.array([5.0, 5.0]))[0, 1] == pytest.approx(111.195, abs=5e-4)
    for column in ("geographic_proximity", "cognitive_proximity"):
        values = study.dyads[column]
        assert values.between(0, 1).all()
        assert values.std() > 0.1


def test_answers_keep_to_their_scales_and_factors(study: Study) -> None:
    answers = study.answers.assign(number=study.answers["value"].astype(float))
    bounds = {"C": (1, 7), "JA": (-2, 2), "EE": (1, 5), "RD": (0, 1), "INFO": (0, 3)}
    block = answers["item"].str.replace(r"\d?_.*", "", regex=True)
    for name, (low, high) in bounds.items():
        values = answers.loc[block == name, "number"].dropna()
        assert values.between(low, high).all()
        assert values.nunique() == high - low + 1
    wide = answers[answers["respondent"] == "1"].pivot(index=["wave", "actor"], columns="item", values="number")
    corr = wide.corr()
    assert corr.loc["C1_1", "C1_5"] > corr.loc["C1_1", "C2_5"] + 0.15
    assert corr.loc["C1_1", "C1_7"] < -0.2
    assert corr.loc["C4_1", "C4_5"] < -0.2
    assert (answers["respondent"] == "2").any()
    assert 0.01 < answers["number"].isna().mean() < 0.05


@pytest.mark.parametrize("seed", SEEDS)
def test_new_products_rise_with_breadth(seed: int) -> None:
    study = cluster(seed)
    answers = study.answers[study.answers["item"].str.startswith("RD_") & (study.answers["respondent"] == "1")]
    breadth = answers["value"].astype(float).groupby([answers["wave"], answers["actor"]]).sum().rename("breadth")
    seen = study.observations.set_index(["wave", "actor"]).join(breadth)
    ranks = seen[["new_product_share", "breadth", "rd_share"]].rank()
    assert ranks.corr().loc["new_product_share", "breadth"] > 0.3
    assert ranks.corr().loc["new_product_share", "rd_share"] > 0.3


def test_interviews(study: Study) -> None:
    rows = study.codings
    assert rows["case"].nunique() == 6
    assert len(rows) == 2 * rows[["source", "segment"]].drop_duplicates().shape[0] == 40
    assert (rows["end"] - rows["start"] == rows["text"].str.len()).all()
    pairs = rows.pivot(index=["source", "segment"], columns="coder", values="code")
    assert 0.6 < (pairs["A"] == pairs["B"]).mean() < 1
    assert set(rows["actor"]) <= set(study.actors["actor"])


def test_memberships_do_not_outlast_their_actors(study: Study) -> None:
    left = study.alliances["actor"].isin(part("leaver"))
    late = study.alliances["actor"].isin(part("joiner"))
    assert (study.alliances.loc[left, "end"] < "2024").all()
    assert (study.alliances.loc[late, "start"] > "2021-05").all()
    spans = study.alliances.dropna(subset=["end"])
    assert (spans["start"] <= spans["end"]).all()
    assert not study.alliances.duplicated(["alliance", "actor"]).any()
    started = pd.to_numeric(study.ties["since"].str[:4])
    wave = pd.to_numeric(study.ties["wave"])
    assert (started <= wave).all()


def test_other_sizes() -> None:
    small = example(seed=5, firms=50, institutions=6)
    large = example(seed=5, firms=120)
    assert len(small.actors) == 64
    assert len(large.actors) == 138
    degree = [s.adjacency("advice", "2021").matrix.nnz / s.adjacency("advice", "2021").size for s in (small, large)]
    assert 0.5 < degree[0] / degree[1] < 2


@pytest.mark.parametrize(("firms", "institutions"), [(49, 10), (241, 10), (60, 5), (60, 11)])
def test_sizes_that_cannot_be(firms: int, institutions: int) -> None:
    with pytest.raises(UsageError, match="The example can have"):
        example(firms=firms, institutions=institutions)


def test_ties_from_a_register_are_no_warning_but_refused_questions_are(study: Study) -> None:
    tables = study.tables()
    silent = study.observations.loc[~study.observations["responded"].astype(bool), ["wave", "actor"]].iloc[0]
    tie = {"wave": silent["wave"], "relation": "advice", "sender": silent["actor"],
           "receiver": part("core")[0], "weight": 1.0}
    more = pd.concat([tables["ties"], pd.DataFrame([tie])], ignore_index=True)
    found = [item for item in consistency.check({**tables, "ties": more}) if item.code == "silent-sender"]
    assert len(found) == 1
    assert "1 ties are sent" in found[0].problem
    refused = study.responses.loc[~study.responses["responded"].astype(bool)].iloc[0]
    tie |= {"wave": refused["wave"], "relation": "outsourcing", "sender": refused["actor"]}
    more = pd.concat([tables["ties"], pd.DataFrame([tie])], ignore_index=True)
    found = [item for item in consistency.check({**tables, "ties": more}) if item.code == "silent-sender"]
    assert len(found) == 1
    assert str(refused["actor"]) in found[0].problem
