from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from relation_studies import make

from interfirm.errors import UsageError
from interfirm.relations import (
    commitment,
    commitment_scope,
    generalised_reciprocity,
    reciprocity_balance,
    trust,
    trust_path,
)
from interfirm.relations._answers import alpha
from interfirm.relations.commitment import ordinal


def test_trust_of_two_and_its_asymmetry():
    study = make({"outsourcing": [(0, 1, 3, 6), (1, 0, 1, 3), (1, 2, 1, 5)]}, 3)
    found = trust(study)
    dyads = found.dyads.set_index(["first", "second"])
    assert dyads.loc[("f0", "f1"), ["given", "returned", "dyad", "asymmetry"]].tolist() == [6, 3, 3, 3]
    assert bool(dyads.loc[("f0", "f1"), "one_sided"])
    assert np.isnan(dyads.loc[("f1", "f2"), "asymmetry"])
    assert not dyads.loc[("f1", "f2"), "one_sided"]
    assert found.value == pytest.approx((3 * 6 + 3 + 5) / 5)
    by = found.by_actor()
    assert by.loc["f1", "given"] == pytest.approx(4)
    assert by.loc["f1", "received"] == 6
    assert by.loc["f1", "times_given"] == 2


def test_trust_is_the_same_in_any_order_and_any_unit():
    edges = [(0, 1, 3, 6), (1, 0, 1, 3), (1, 2, 1, 5)]
    turned = [(2 - i, 2 - j, 10 * w, t) for i, j, w, t in edges]
    one, two = trust(make({"outsourcing": edges}, 3)), trust(make({"outsourcing": turned}, 3))
    assert one.value == pytest.approx(two.value)
    assert sorted(one.dyads["asymmetry"].dropna()) == sorted(two.dyads["asymmetry"].dropna())


def test_items_go_before_what_stands_on_the_tie_and_reverse_items_are_turned():
    answers = [(0, f"TRUST_{k}@f1", v) for k, v in enumerate((7, 7, 7, 7, 1), start=1)]
    found = trust(make({"outsourcing": [(0, 1, 1, 2)]}, 2, answers=answers))
    assert found.dyads["given"].tolist() == [7]


def test_nobody_spoke():
    found = trust(make({"outsourcing": [(0, 1, 1)]}, 2))
    assert np.isnan(found.value)
    assert len(found.dyads) == 0


def test_the_path_with_cooperation_only_has_a_closed_form():
    path = trust_path(0.2, [1] * 30, gain=0.1)
    assert path == pytest.approx(1 - 0.8 * 0.9 ** np.arange(31), abs=1e-12)
    assert trust_path(0.8, [0] * 3, defection=1, loss=0.5)[-1] == pytest.approx(0.1)
    assert trust_path(0.5, [0], imbalance=1, friction=0.2)[-1] == pytest.approx(0.4)
    with pytest.raises(UsageError, match="faster"):
        trust_path(0.5, [1], gain=0.4, loss=0.3)
    with pytest.raises(UsageError, match="0 to 1"):
        trust_path(1.5, [1])


def test_balance_over_time():
    study = make({"outsourcing": [(0, 1, 10), (2, 3, 5)]}, 4, waves=("a", "b"), later={"outsourcing": [(1, 0, 10)]})
    found = reciprocity_balance(study).set_index(["first", "second"])
    assert found.loc[("f0", "f1"), "balance"] == 1
    assert found.loc[("f0", "f1"), "waves"] == 2
    assert found.loc[("f2", "f3"), "balance"] == 0
    assert reciprocity_balance(study, waves=["a"]).set_index("first").loc["f0", "balance"] == 0
    with pytest.raises(UsageError):
        reciprocity_balance(make({"peer": [(0, 1)]}, 2), relation="peer")


def test_circles_by_hand_and_against_chance():
    circle = [(3 * k + i, 3 * k + (i + 1) % 3) for k in range(5) for i in range(3)]
    found = generalised_reciprocity(make({"outsourcing": circle}, 15), draws=99, seed=2)
    assert found.count == 5
    assert found.chance["z"] > 3
    both = [(i, j) for i in range(3) for j in range(3) if i != j]
    assert generalised_reciprocity(make({"outsourcing": both}, 3), draws=5).count == 2
    assert generalised_reciprocity(make({"outsourcing": [(0, 1), (1, 2), (0, 2)]}, 3), draws=5).count == 0


def commitment_answers(firm, values):
    return [(firm, f"COMMIT_{k}@A1", v) for k, v in enumerate(values, start=1)]


def test_commitment_has_three_parts():
    alliances = pd.DataFrame({"alliance": ["A1", "A1"], "actor": ["f0", "f1"]})
    answers = [*commitment_answers(0, (7, 7, 1, 2, 2, 6, 4, 4, 4)), *commitment_answers(1, (1, 2, 7, 7, 6, 1, 4, 5, 6))]
    found = commitment(make({"peer": [(0, 1)]}, 2, answers=answers, alliances=alliances))
    table = found.table().set_index("actor")
    assert table.loc["f0", ["affective", "continuance", "investment"]].tolist() == [7, 2, 4]
    assert table.loc["f1", "continuance"] == pytest.approx(20 / 3)
    assert "affective" in str(found)
    assert str(commitment(make({"peer": [(0, 1)]}, 2))) == "commitment was not asked"


def test_alpha_of_the_dictionary():
    """Section 4.2: variances 1.3, 1.0, 1.7, total 11.2."""
    rows = [[4, 5, 4], [3, 3, 2], [5, 5, 5], [2, 3, 2], [4, 4, 3]]
    assert alpha(rows) == pytest.approx(1.5 * (1 - 4 / 11.2), abs=1e-12)
    assert alpha(rows) == pytest.approx(0.9643, abs=5e-5)
    assert np.isnan(alpha([[1, 2]]))


def test_scope_is_activities_times_years():
    alliances = pd.DataFrame({"alliance": ["A1", "A1", "A2"], "actor": ["f0", "f1", "f0"],
                              "start": ["2020", "2020", "2019-01-01"], "end": ["2021-12-31", None, "2019-12"],
                              "activities": ["r&d|training", "r&d|training", "marketing"]})
    study = make({"peer": [(0, 1)]}, 2, alliances=alliances)
    found = commitment_scope(study, on="2021-01-01").set_index("actor")
    assert found.loc["f0", "scope"] == pytest.approx(2 * 364 / 365.25)
    assert found.loc["f1", "scope"] == 10
    assert found.loc["f1", "open_end"]
    assert len(found) == 2
    with pytest.raises(UsageError, match="not a day"):
        commitment_scope(study, on="soon")


@pytest.mark.parametrize(("text", "last", "same"), [("2020", False, "2020-01-01"), ("2020", True, "2020-12-31"),
                                                    ("2020-02", True, "2020-02-29"), ("2020-12", True, "2020-12-31")])
def test_days(text, last, same):
    assert ordinal(text, last=last) == ordinal(same, last=False)
