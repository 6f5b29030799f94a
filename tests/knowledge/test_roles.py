"""Cognitive roles: the toy by hand, the order of the rules, the sweep, silence, relabelling."""

from __future__ import annotations

import numpy as np
import pytest
from knowledge_studies import make

from interfirm.errors import DataError, UsageError
from interfirm.knowledge import cognitive_roles, give_and_take, roles_by_rule
from interfirm.knowledge.roles import ROLES, levels

TOY_FLOW = [(0, 1, 2), (1, 0, 4), (2, 0, 1), (3, 1, 1)]
IN, OUT, EXTERNAL = [2, 4, 1, 1, 0], [5, 4, 1, 0, 0], [9, 1, 0, 8, 0]


def test_the_toy_of_the_five_roles():
    assert roles_by_rule(IN, OUT, EXTERNAL).tolist() == list(ROLES)


def test_cut_offs_by_hand():
    """Centrality 3.5, 4, 1, 0.5 has median 2.25; openness 9, 1, 8 has median 8: 8 is open, 7.9 is not."""
    assert roles_by_rule(IN, OUT, [9, 1, 0, 7.9, 0])[3] == "external star"  # the median falls with it
    assert roles_by_rule(IN, OUT, [9, 8, 0, 7.9, 0])[3] == "isolated"


def test_gatekeepers_give_at_least_as_much_as_they_take():
    assert roles_by_rule([5, 4, 1, 1, 0], [5, 4, 1, 0, 0], EXTERNAL)[0] == ROLES[0]
    assert roles_by_rule([6, 4, 1, 1, 0], [5, 4, 1, 0, 0], EXTERNAL)[0] == ROLES[1]


def test_what_is_not_known_has_no_role_unless_it_does_not_matter():
    found = roles_by_rule([2, 4, np.nan, 1, 0], OUT, [np.nan, 1, 0, 8, 0])
    assert found[0] is None and found[2] is None
    # central and taking more than it gives: an active exchanger whether open or not
    assert roles_by_rule([9, 4, 1, 1, 0], [5, 4, 1, 0, 0], [np.nan, 1, 0, 8, 0])[0] == ROLES[1]


@pytest.mark.parametrize("wrong", [{"central_at": 1.2}, {"open_at": -0.1}, {"ties": [1, 2]}])
def test_wrong_numbers_are_refused(wrong):
    with pytest.raises(UsageError):
        roles_by_rule(IN, OUT, EXTERNAL, **wrong)


def random_study(seed: int, *, silent=(), order=None, size=14):
    rng = np.random.default_rng(seed)
    asks = [(i, j, int(rng.integers(1, 4))) for i in range(size) for j in range(size)
            if i != j and i not in silent and rng.random() < 0.25]
    links = [None if i in silent else int(rng.poisson(1.5)) for i in range(size)]
    return make(asks, size, silent=silent, links=links, order=order)


def test_stability_is_the_share_of_the_grid_recomputed_in_plain_python():
    study = random_study(3)
    rows = cognitive_roles(study).table()
    received, given, external = (rows[name].to_numpy(float) for name in ("received", "given", "external"))
    flow = study.adjacency("advice", "w").binary
    ties = np.asarray(flow.sum(axis=0) + flow.sum(axis=1)).ravel()
    count = np.zeros(len(rows))
    for c in levels():
        for o in levels():
            count += roles_by_rule(received, given, external, ties=ties, central_at=c, open_at=o) == rows["role"]
    assert rows["stability"].to_numpy() == pytest.approx(count / len(levels())**2)
    assert (rows["sure"] == rows["stability"]).all()  # everybody answered
    assert len(levels()) == 11 and levels()[0] == 0.25 and levels()[-1] == 0.75


def test_relabelling_changes_nothing():
    order = np.random.default_rng(1).permutation(14)
    one, two = (cognitive_roles(random_study(3, order=o)).table().set_index("actor") for o in (None, order))
    assert two.loc[one.index, ["role", "stability"]].equals(one[["role", "stability"]])


def test_who_did_not_answer_has_no_role_and_makes_others_less_sure():
    silent = (0, 1, 2, 3)
    rows = cognitive_roles(random_study(3, silent=silent), seed=2).table().set_index("actor")
    assert rows.loc[[f"f{i}" for i in silent], "role"].isna().all()
    assert rows.loc[[f"f{i}" for i in silent], "sure"].isna().all()
    known = rows.dropna(subset=["role"])
    assert known["sure"].mean() < known["stability"].mean()
    again = cognitive_roles(random_study(3, silent=silent), seed=2).table().set_index("actor")
    assert again["sure"].equals(rows["sure"])


def test_roles_planted_in_a_cluster_are_found():
    """A core of 4 gatekeepers that everybody asks, 4 stars with links outside only, 4 that have nothing."""
    asks = [(i, j, 3) for i in range(4) for j in range(4) if i != j]
    asks += [(i, j, 2) for i in range(4, 7) for j in range(4)]
    links = [*[9] * 4, *[0] * 3, *[9] * 4, *[0] * 4]
    rows = cognitive_roles(make(asks, 15, links=links)).table()
    assert rows["role"].tolist() == [ROLES[0]] * 4 + [ROLES[2]] * 3 + [ROLES[3]] * 4 + [ROLES[4]] * 4
    assert rows.loc[[0, 1, 2], "stability"].min() > 0.7


def test_links_outside_from_ties_where_no_count_is_known():
    study = make([(1, 0), (2, 0), (0, 1)], 4, outside=[(0, "x"), (0, "y"), (3, "x")])
    result = cognitive_roles(study)
    assert result.settings["external"] == "ties"
    assert result.table()["external"].tolist() == [2, 0, 0, 1]
    assert result.of("technological gatekeeper") == ["f0"]


def test_without_links_outside_it_says_what_to_ask():
    with pytest.raises(DataError, match="links outside"):
        cognitive_roles(make([(0, 1)], 3))


def test_without_a_knowledge_relation_it_says_what_to_ask(tmp_path):
    study = make([], 3, others=[("customer", 0, 1)]).select(relations=["customer"])
    with pytest.raises(DataError, match="knowledge layer"):
        cognitive_roles(study)


# ---- giving and taking -------------------------------------------------------------------


def test_giving_and_taking_by_hand():
    rows = give_and_take(make(TOY_FLOW, 5)).table()
    assert rows["received"].tolist() == [2, 4, 1, 1, 0]
    assert rows["given"].tolist() == [5, 3, 0, 0, 0]
    assert rows["net"].tolist() == [3, -1, -1, -1, 0]
    assert rows["balance"].round(6).tolist()[:2] == [round(1 - 3 / 7, 6), round(1 - 1 / 7, 6)]
    assert rows["verdict"].tolist() == ["gives and takes"] * 2 + ["takes and never gives"] * 2 + [
        "neither gives nor takes"]
    assert (rows["sure"] == 1).all()



def test_given_equals_received_in_total():
    study = random_study(5)
    rows = give_and_take(study).table()
    assert rows["given"].sum() == rows["received"].sum()


def test_takers_by_chance_in_closed_form_equals_simulation():
    study = random_study(7)
    expected = give_and_take(study).expected_takers
    asks = np.asarray(study.adjacency("advice", "w").binary.sum(axis=1)).ravel().astype(int)
    rng, n, runs = np.random.default_rng(1), 14, 4000
    counts = []
    for _ in range(runs):
        asked = np.zeros(n, dtype=bool)
        for i in range(n):
            others = np.delete(np.arange(n), i)
            asked[rng.choice(others, asks[i], replace=False)] = True
        counts.append(((asks > 0) & ~asked).sum())
    assert expected == pytest.approx(np.mean(counts), abs=4 * np.std(counts) / np.sqrt(runs))  # four standard errors


def test_never_given_is_as_sure_as_the_silent_allow():
    """r = 6 who answered (the firm itself left out), k = 2 who did not: ½ prior gives 6.5/7 · 7.5/8."""
    rows = give_and_take(make([(0, 1), (2, 1), (3, 1)], 9, silent=(7, 8))).table().set_index("actor")
    assert rows.loc["f0", "sure"] == pytest.approx(6.5 / 7 * 7.5 / 8)
    assert rows.loc["f1", "sure"] == 1.0
    assert rows.loc["f7", "verdict"] is None or rows["verdict"].isna()["f7"]


def test_where_there_is_no_firm_everybody_gets_a_role():
    kinds = dict.fromkeys(range(3), "university")
    study = make([(0, 1), (1, 0)], 3, links=[1, 0, 0], kinds=kinds)
    assert cognitive_roles(study).table()["role"].notna().all()
    with pytest.raises(UsageError, match="no member of kind firm"):
        cognitive_roles(study, kinds=["firm"])
    assert len(cognitive_roles(study, kinds=["university"]).table()) == 3
