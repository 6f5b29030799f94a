"""Change between waves: hand-worked cases, enumeration with missing ties, and the printing cluster."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from network_studies import alliances, printing_cluster

from interfirm.errors import UsageError
from interfirm.network.turnover import turnover
from interfirm.study.study import Study


def waves(ties, present, *, directed=True, silent=None, order=None, more=()):
    """``ties`` and ``present`` by wave; ``silent`` by wave."""
    silent = silent or {}
    everyone = sorted({actor for there in present.values() for actor in there})
    rows = [(wave, "r", a, b, 1.0) for wave, pairs in ties.items() for a, b in pairs]
    rows += [(wave, "r", a, b, None) for wave, a, b in more]
    seen = [(wave, actor, actor not in silent.get(wave, ())) for wave, there in present.items() for actor in there]
    return Study.from_tables({
        "waves": pd.DataFrame({"wave": list(present)}),
        "relations": pd.DataFrame({"relation": ["r"], "layer": ["knowledge"], "directed": [directed]}),
        "actors": pd.DataFrame({"actor": order or everyone}),
        "observations": pd.DataFrame(seen, columns=["wave", "actor", "responded"]),
        "ties": pd.DataFrame(rows, columns=["wave", "relation", "sender", "receiver", "weight"]),
    })


def case(**more):
    return waves({"1": ["ab", "bc", "cd", "ad"], "2": ["ab", "ba", "cb", "ce", "ea"]},
                 {"1": "abcd", "2": "abce"}, **more)


def test_by_hand():
    found = turnover(case())
    assert (found.kept, found.created, found.dissolved) == (1, 2, 1)
    assert found.jaccard == pytest.approx(1 / 4)
    assert (found.lost_by_leaving, found.gained_by_joining) == (2, 2)
    assert (found.joiners, found.leavers, found.stayers) == (("e",), ("d",), ("a", "b", "c"))
    assert (found.unknown, found.unknown_pairs) == (0, 0)
    table = found.table().set_index("actor")
    assert table.loc["b", ["kept", "created", "dissolved"]].tolist() == [1, 2, 1]
    assert table.loc["d", ["status", "lost", "gained"]].tolist() == ["left", 2, 0]
    assert table.loc["c", ["lost", "gained"]].tolist() == [1, 1]
    assert np.isnan(table.loc["e", "jaccard"])
    assert "1 ties kept" in str(found)


def test_undirected_ties_count_once():
    found = turnover(waves({"1": ["ab", "bc"], "2": ["ba", "ac"]}, {"1": "abc", "2": "abc"}, directed=False))
    assert (found.kept, found.created, found.dissolved) == (1, 1, 1)


def test_unknown_pairs_are_left_out_and_counted():
    # b is silent in wave 2: its tie b -> c of wave 1 may have lasted; a -> c is stated as unknown in wave 1
    found = turnover(waves({"1": ["ab", "bc"], "2": ["ab", "ac"]}, {"1": "abc", "2": "abc"},
                           silent={"2": "b"}, more=[("1", "a", "c")]))
    assert (found.kept, found.created, found.dissolved, found.unknown) == (1, 0, 0, 2)
    assert found.jaccard == 1.0
    assert found.unknown_pairs == 3  # b -> a, b -> c, a -> c


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("directed", [False, True])
def test_by_enumeration(seed, directed):
    rng = np.random.default_rng(seed)
    everyone = "abcdefgh"
    present = {"1": everyone[:7], "2": everyone[1:]}
    silent = {wave: set(rng.choice(list(there), 2, replace=False)) for wave, there in present.items()}
    ties = {}
    for wave, there in present.items():
        ties[wave] = [a + b for a in there for b in there
                      if a != b and a not in silent[wave] and rng.random() < 0.35 and (directed or a < b)]
    study = waves(ties, present, directed=directed, silent=silent)
    assert len(ties["1"]) > 2

    def state(wave, a, b):
        if a not in present[wave] or b not in present[wave]:
            return "absent"
        if a + b in ties[wave] or (not directed and b + a in ties[wave]):
            return "tie"
        mute = a in silent[wave] and (directed or b in silent[wave])
        return "unknown" if mute else "none"

    fates = {"kept": ("tie", "tie"), "created": ("none", "tie"), "dissolved": ("tie", "none"),
             "lost_by_leaving": ("tie", "absent"), "gained_by_joining": ("absent", "tie")}
    pairs = [(a, b) for a in everyone for b in everyone if (a != b if directed else a < b)]
    seen = [(state("1", a, b), state("2", a, b)) for a, b in pairs]
    found = turnover(study)
    for name, fate in fates.items():
        assert getattr(found, name) == seen.count(fate), name
    assert found.unknown == seen.count(("tie", "unknown")) + seen.count(("unknown", "tie"))
    assert found.unknown_pairs == sum("unknown" in s and "absent" not in s for s in seen)


def test_order_of_actors_does_not_matter():
    one, two = turnover(case()), turnover(case(order=list("ecadb")))
    assert str(one) == str(two)
    left, right = (item.table().set_index("actor").sort_index() for item in (one, two))
    assert left.equals(right)


def test_waves_must_be_two_and_in_order():
    study = case()
    assert (turnover(study, "r").first, turnover(study, "r").second) == ("1", "2")
    with pytest.raises(UsageError, match="does not come before"):
        turnover(study, "r", "2", "1")
    with pytest.raises(UsageError, match="two waves"):
        turnover(alliances({"p": ["1", "2"]}))


def test_alliances_between_waves():
    study = Study.from_tables({
        "waves": pd.DataFrame({"wave": ["2016", "2018"]}),
        "actors": pd.DataFrame({"actor": list("abcd")}),
        "alliances": pd.DataFrame({
            "alliance": list("ppqqrr"), "actor": list("abbccd"),
            "start": ["2015"] * 4 + ["2018"] * 2, "end": ["2019"] * 2 + ["2016"] * 2 + ["2020"] * 2}),
    })
    found = turnover(study, "alliances", 2016, 2018)
    assert (found.kept, found.created, found.dissolved) == (1, 1, 1)


@pytest.mark.data
def test_printing_cluster_counts(data_dir):
    """223 and 181 advice ties are published for this cluster; turnover must account for every one."""
    study = printing_cluster(data_dir("kecskemet"))
    assert study.ties.groupby("wave").size().to_dict() == {"2012": 223, "2015": 181}
    found = turnover(study)
    assert found.kept + found.dissolved + found.lost_by_leaving == 223
    assert found.kept + found.created + found.gained_by_joining == 181
    assert (len(found.leavers), len(found.joiners)) == (2, 2)
