"""Roles, removal, layers from a study, alliances: hand-made studies where every number can be counted."""

from __future__ import annotations

import json
from itertools import combinations, permutations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csgraph

from interfirm.errors import UnknownName, UsageError
from interfirm.structure import alliance_table, classify, classify_alliances, generate, roles, without
from interfirm.structure.indices import global_reaching_centrality, krackhardt, reachable
from interfirm.structure.nodal_roles import HELD, NONE, UNKNOWN, VACANT, control
from interfirm.structure.removal import shapley
from interfirm.structure.sources import study_layers
from interfirm.study.study import Study

SNA: dict[str, Any] = json.loads((Path(__file__).parents[1] / "reference" / "sna.json").read_text("utf-8"))
EXACT = 1e-9


def study_of(ties: list[tuple[Any, ...]], members: str = "abcdefg", external: str = "", **tables: Any) -> Study:
    """A study of one wave; ties are (relation, sender, receiver) with weight and until where given."""
    layer = {"peer": "exchange", "customer": "exchange", "coordination": "coordination", "advice": "knowledge",
             "ownership": "ownership", "arbiter": "knowledge"}
    rows = [(*tie, *(1.0, None)[len(tie) - 3:]) for tie in ties]
    names = sorted({tie[0] for tie in ties})
    given = {
        "waves": pd.DataFrame({"wave": ["1"]}),
        "actors": pd.DataFrame({"actor": list(members + external),
                                "position": ["member"] * len(members) + ["external"] * len(external)}),
        "relations": pd.DataFrame({"relation": names, "layer": [layer[n] for n in names],
                                   "directed": ["no" if n == "peer" else "yes" for n in names]}),
        "ties": pd.DataFrame(rows, columns=["relation", "sender", "receiver", "weight", "until"]).assign(wave="1"),
    }
    return Study.from_tables(given | tables)


def peers(*pairs: str) -> list[tuple[str, str, str]]:
    return [("peer", a, b) for a, b in pairs]


# ---- indices beside R sna -----------------------------------------------------------------------


@pytest.mark.parametrize("case", SNA["krackhardt"], ids=lambda case: case["name"])
def test_krackhardt_equals_sna(case: dict[str, Any]) -> None:
    found = krackhardt(np.array(case["matrix"]) > 0)
    assert found["connectedness"] == pytest.approx(case["connectedness"], abs=EXACT)
    assert found["hierarchy"] == pytest.approx(case["hierarchy"], abs=EXACT)
    assert found["efficiency"] == pytest.approx(case["efficiency"], abs=EXACT)


@pytest.mark.parametrize("case", SNA["krackhardt"], ids=lambda case: case["name"])
def test_least_upper_bounds_beside_sna(case: dict[str, Any]) -> None:
    """`sna` 2.7.1 asks for a common superior that reaches all common superiors: the highest, not the closest.

    Its value is rebuilt here in that reading; ours asks for the closest and is equal wherever the two agree,
    as in every out-tree.
    """
    tie = np.array(case["matrix"]) > 0
    reach, part = reachable(tie), csgraph.connected_components(tie, directed=True, connection="weak")[1]
    pairs = [(i, j) for i, j in combinations(range(len(tie)), 2) if part[i] == part[j]]
    above = {pair: np.flatnonzero(reach[:, pair[0]] & reach[:, pair[1]]) for pair in pairs}

    def missing(axis: int) -> int:
        return sum(not (len(up) and reach[np.ix_(up, up)].all(axis=axis).any()) for up in above.values())

    sizes = np.bincount(part)
    most = ((sizes - 1) * (sizes - 2) / 2).sum()
    assert 1 - missing(1) / most == pytest.approx(case["lub"], abs=EXACT)
    assert krackhardt(tie)["least upper bound"] == pytest.approx(1 - missing(0) / most, abs=EXACT)
    if not case["name"].startswith("random"):
        assert krackhardt(tie)["least upper bound"] == pytest.approx(case["lub"], abs=EXACT)


def test_reaching_centrality_constants() -> None:
    """Out-star 1; directed path of 4 nodes 2/3; directed cycle 0."""
    star, path, ring = (np.zeros((4, 4), dtype=bool) for _ in range(3))
    star[0, 1:] = True
    path[[0, 1, 2], [1, 2, 3]] = True
    ring[[0, 1, 2, 3], [1, 2, 3, 0]] = True
    assert global_reaching_centrality(star) == 1
    assert global_reaching_centrality(path) == pytest.approx(2 / 3)
    assert global_reaching_centrality(ring) == 0


# ---- removal ------------------------------------------------------------------------------------


def test_shapley_equals_the_mean_over_all_orders_and_adds_up() -> None:
    worth = {frozenset(): 0.0, frozenset({0}): 1.0, frozenset({1}): 2.0, frozenset({2}): 0.0, frozenset({0, 1}): 6.0,
             frozenset({0, 2}): 1.0, frozenset({1, 2}): 3.0, frozenset({0, 1, 2}): 9.0}
    by_hand = [0.0] * 3
    for order in permutations(range(3)):
        some: frozenset[int] = frozenset()
        for player in order:
            by_hand[player] += (worth[some | {player}] - worth[some]) / 6
            some |= {player}
    found = shapley(worth.__getitem__, 3)
    assert found == pytest.approx(by_hand, abs=EXACT)
    assert sum(found) == pytest.approx(9)


def test_what_is_lost_without_a_bridge() -> None:
    """a-b-c triangle, d between c and e, e-f: without d the 3 of one side lose the 2 of the other: 6 of 10 pairs."""
    advice = [("advice", "d", "x"), ("advice", "c", "d"), ("advice", "f", "y"), ("advice", "e", "f")]
    study = study_of(peers("ab", "bc", "ac", "cd", "de", "ef") + advice, "abcdef", "xy")
    lost = without(study, "d")
    assert (lost.pairs_before, lost.pairs_lost) == (10, 6)
    assert lost.parts == (("a", "b", "c"), ("e", "f"))
    assert (lost.knowledge_before, lost.knowledge_lost) == (3, 1)  # c-x, e-y, f-y; c-x goes
    assert lost.unreachable == ("x",) and lost.losing == {"x": ("c",)}
    assert lost.pair_share == {"d": 6}
    both = without(study, ["d", "e"])
    assert both.pairs_lost == 3 and both.alone == ("f",)
    assert both.pair_share == {"d": 1.5, "e": 1.5}  # either alone parts a, b, c from f
    assert "3 of 6 pairs" in str(both) and both.table()["pairs_lost"].tolist() == [1.5, 1.5]


def test_removal_needs_known_members_and_a_seed_for_many() -> None:
    study = study_of(peers("ab", "bc"), "abcdefghijklm")
    with pytest.raises(UnknownName, match="member in this wave"):
        without(study, "z")
    with pytest.raises(UsageError, match="seed"):
        without(study, list("abcdefghijk"))
    with pytest.raises(UsageError, match="at least one"):
        without(study, [])
    sampled = without(study, list("abcdefghijk"), seed=1)
    assert not sampled.exact and sum(sampled.pair_share.values()) == pytest.approx(sampled.pairs_lost)


# ---- roles --------------------------------------------------------------------------------------


def test_roles_by_hand() -> None:
    ring = peers("bc", "cd", "de", "ef", "fg", "gb") + [("peer", "a", other) for other in "bcdefg"]
    decides = [("coordination", "a", other) for other in "bcdefg"]
    advice = [("advice", "a", "x"), ("advice", "a", "y"), ("advice", "b", "y"), ("advice", "c", "a"),
              ("advice", "d", "a"), ("advice", "b", "a")]
    named = [("arbiter", other, "a") for other in "bcd"]
    alliances = pd.DataFrame([
        ("p", "a", "lead", "2019", 60.0), ("p", "b", "member", "2019", 20.0), ("q", "b", "lead", "2020", 15.0),
        ("q", "c", "member", "2020", 5.0), ("r", "a", "lead", "2021", None), ("r", "d", "member", "2021", None)],
        columns=["alliance", "actor", "role", "start", "budget"])
    study = study_of(ring + decides + advice + named, "abcdefg", "xy", alliances=alliances)
    found = roles(study, knowledge="advice", arbiter="arbiter")
    assert found.roles["coordinator"].holders == ("a",) and found.roles["coordinator"].values["a"] == 1
    assert found.roles["resource allocator"].values["a"] == pytest.approx(80 / 100)
    assert found.roles["resource allocator"].values["b"] == pytest.approx(20 / 100)
    # a passes x to b, c, d and y to c, d (b asks y itself); 2 of 3 outside links are a's
    assert found.external == {"a": 2 / 3, "b": 1 / 3, **dict.fromkeys("cdefg", 0.0)}
    assert found.concentration == pytest.approx(5 / 9)
    assert found.roles["gatekeeper"].values["a"] == pytest.approx(2 / 3)
    assert found.roles["gatekeeper"].holders == ("a",)
    # newcomers after 2019: c came with b's alliance, d with a's
    assert found.roles["outreach"].values["a"] == found.roles["outreach"].values["b"] == 0.5
    # b, c, d name a: the exchange pairs bc and cd are among them, of 12
    assert found.roles["arbiter"].values["a"] == pytest.approx(2 / 12)
    assert found.roles["main firm"].holders == ("a",)
    assert found.roles["clearinghouse"].state == UNKNOWN and found.roles["clearinghouse"].needed
    assert found.roles["controller across a barrier"].state == UNKNOWN
    assert found.status == {"a": "lasting"}
    assert "coordinator: a" in str(found)
    assert found.table()["role"].tolist() == list(found.roles)
    assert found.value_table().loc["a", "coordinator"] == 1


def test_vacant_roles_and_project_bound_decisions() -> None:
    study = study_of([*peers("ab", "bc", "ca", "cd", "da"), ("coordination", "a", "b", 1.0, "2020-12"),
                      ("coordination", "b", "c", 1.0, None)], "abcdef")
    found = roles(study)
    assert found.status == {"a": "bound to projects", "b": "lasting"}
    assert found.roles["main firm"].state == VACANT and "main firm" in found.vacant


def test_control_of_a_barrier_and_its_split() -> None:
    made = generate("circuit-barrier", 9, seed=1, shuffle=False)
    tie = made.exchange == 1
    sides = made.positions == "segment A", made.positions == "segment B"
    assert control(tie, *sides, [0]) == [1.0]
    two = generate("circuit-barrier", 10, seed=1, nodal=2, shuffle=False)
    split = control(two.exchange == 1, two.positions == "segment A", two.positions == "segment B", [0, 1])
    assert split == pytest.approx([0.5, 0.5])  # neither alone parts them, both together do
    names = [f"n{i}" for i in range(9)]
    ties = [("peer", names[i], names[j]) for i in range(9) for j in range(i) if tie[i, j]]
    ties += [("coordination", names[i], names[j]) for i, j in np.argwhere(made.coordination)]
    study = study_of(ties, "", actors=pd.DataFrame({"actor": names}))
    found = classify(study, seed=1, draws=20, stability_draws=0)
    assert found.best == "circuit-barrier"
    role = roles(study, found=found).roles["controller across a barrier"]
    assert role.state == HELD and role.holders == ("n0",) and role.values["n0"] == 1
    other = classify(study_of(peers("ab", "bc", "cd", "de", "ef", "fa")), seed=1, draws=0, stability_draws=0)
    assert roles(study_of(peers("ab", "bc", "cd", "de", "ef", "fa")), found=other
                 ).roles["controller across a barrier"].state == NONE


# ---- layers from a study ------------------------------------------------------------------------


def test_coordination_is_inferred_from_ownership_parents_and_dependence() -> None:
    trade = [("customer", "b", "a", 90.0), ("customer", "b", "c", 10.0), ("customer", "c", "a", 400.0),
             ("customer", "d", "a", 400.0), ("customer", "d", "c", 30.0)]
    study = study_of([*trade, ("ownership", "e", "f", 0.6), ("ownership", "e", "g", 0.4)])
    layers, proxy = study_layers(study)
    pairs = {(str(layers.actors[i]), str(layers.actors[j])) for i, j in np.argwhere(layers.coordination == 1)}
    # a is 90/100 of b's flows, b 90/890 of a's; a is 400/440 of c's, but c is 400/890 of a's
    assert pairs == {("a", "b"), ("e", "f")}
    assert proxy and layers.source == "inferred from ownership and dependence in customer"
    asked, proxy = study_layers(study_of([*trade, ("coordination", "g", "a")]))
    assert not proxy and asked.source == "asked (coordination)"
    plain, proxy = study_layers(study_of(peers("ab", "bc")))
    assert not plain.known and not proxy
    parents = pd.DataFrame({"actor": list("abcdefg"), "parent": [None, "a", "a", "elsewhere", None, None, None]})
    family, _ = study_layers(study_of(peers("ab", "bc"), actors=parents))
    assert family.source == "inferred from parent firms" and int((family.coordination == 1).sum()) == 2


def test_an_inferred_layer_has_half_the_weight() -> None:
    made = generate("nodal circuit", 10, seed=2, shuffle=False)
    names = [f"n{i}" for i in range(10)]
    ties = [("peer", names[i], names[j]) for i in range(10) for j in range(i) if made.exchange[i, j]]
    owned = [("ownership", names[i], names[j], 1.0) for i, j in np.argwhere(made.coordination)]
    actors = pd.DataFrame({"actor": names})
    options = {"seed": 1, "draws": 0, "stability_draws": 0}
    inferred = classify(study_of(ties + owned, "", actors=actors), **options)
    alone = classify(study_of(ties, "", actors=actors), **options)
    asked = classify(study_of(ties + [("coordination", *row[1:3]) for row in owned], "", actors=actors), **options)
    for kind in inferred.probability:
        mean = (asked.probability[kind] + alone.probability[kind]) / 2
        assert inferred.probability[kind] == pytest.approx(mean, abs=1e-6)
    assert "inferred from ownership" in str(inferred)


def test_non_response_outsiders_and_missing_relations() -> None:
    seen = pd.DataFrame({"wave": "1", "actor": list("abcdefg"), "responded": ["no", "no", *["yes"] * 5]})
    study = study_of([*peers("ab", "bc", "cd", "de", "ef", "fg"), ("customer", "c", "x")], external="x",
                     observations=seen)
    layers, _ = study_layers(study)
    assert layers.exchange[0, 1] == 1           # reported although neither answered
    assert layers.exchange[0, 2] == 0           # c answered
    assert any(item.code == "outsiders" for item in layers.findings)
    silent = study_of(peers("bc", "cd", "de"), observations=seen)
    assert study_layers(silent)[0].exchange[0, 1] == -1
    with pytest.raises(UsageError, match="exchange="):
        study_layers(study_of([("advice", "a", "b")]))
    with pytest.raises(UnknownName, match="alliance"):
        study_layers(study, alliance="none")


def test_too_many_firms_are_said_and_their_alliances_still_work() -> None:
    actors = pd.DataFrame({"actor": [f"f{i}" for i in range(3100)]})
    ring = [("peer", f"f{i}", f"f{(i + 1) % 8}") for i in range(8)]
    alliances = pd.DataFrame({"alliance": "p", "actor": [f"f{i}" for i in range(8)]})
    study = study_of(ring, "", actors=actors, alliances=alliances)
    found = classify(study, seed=1)
    assert found.decision == "not classified" and found.reasons == ("3,100 firms are too many for the search",)
    with pytest.raises(UsageError, match="too many"):
        roles(study)
    assert len(classify(study, alliance="p", seed=1, draws=0, stability_draws=0).actors) == 8
    assert without(study, "f1").pairs_lost == 0


# ---- alliances ----------------------------------------------------------------------------------


def register(count: int = 4) -> Study:
    """Alliances of 8 led by one; their members meet in pairs elsewhere, except in the first."""
    rows = []
    for number in range(count):
        firms = [f"f{number}{i}" for i in range(8)]
        rows += [(f"big{number}", firm, "lead" if i == 0 else "member") for i, firm in enumerate(firms)]
        if number:
            rows += [(f"pair{number}{i}", firm, "member") for i in range(1, 8) for firm in (firms[i], firms[i % 7 + 1])]
    frame = pd.DataFrame(rows, columns=["alliance", "actor", "role"])
    return Study.from_tables({"actors": pd.DataFrame({"actor": frame["actor"].unique()}), "alliances": frame})


def test_every_alliance_is_classified_and_can_be_resumed() -> None:
    study, seen = register(), []
    first = list(classify_alliances(study, seed=3, draws=20, progress=lambda done, total: seen.append((done, total))))
    assert [item.alliance for item in first] == ["big0", "big1", "big2", "big3"]
    assert seen[-1] == (4, 4)
    table = alliance_table(first)
    assert table["nearest"].tolist() == ["branch", "nodal circuit", "nodal circuit", "nodal circuit"]
    assert table["nodal"].tolist() == ["f00", "f10", "f20", "f30"]
    assert "inferred from the lead" in first[0].classification.coordination
    rest = list(classify_alliances(study, seed=3, draws=20, done={"big0", "big2"}, workers=1))
    pd.testing.assert_frame_equal(alliance_table(rest), table.iloc[[1, 3]].reset_index(drop=True))


def test_stopping_early_leaves_nothing_running() -> None:
    several = classify_alliances(register(), seed=1, draws=0)
    assert next(several).alliance == "big0"
    several.close()
    assert not list(classify_alliances(register(1), seed=1, fewest=9))


def test_one_alliance_of_a_study() -> None:
    ties = peers("ab", "bc", "cd", "de", "ef", "fa", "ad", "ag", "bg")
    alliances = pd.DataFrame({"alliance": "p", "actor": list("abcdef")})
    found = classify(study_of(ties, alliances=alliances), alliance="p", seed=1, draws=0, stability_draws=0)
    assert found.actors.tolist() == list("abcdef")
    assert found.settings["alliance"] == "p"
