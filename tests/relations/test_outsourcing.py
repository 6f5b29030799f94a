from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from relation_studies import firms, make

from interfirm.errors import DataError, UsageError
from interfirm.relations import (
    downscaling,
    outsourcing_intensity,
    outsourcing_mode,
    over_externalisation,
    specialisation,
    specialisation_and_reciprocity,
    two_way_subcontracting,
)
from interfirm.study.study import Study


def test_two_way_by_hand():
    """s12 = 100, s21 = 50: 2·50/150; one way 0; equal 1 (concept dictionary, section 1.2)."""
    study = make({"outsourcing": [(0, 1, 100), (1, 0, 50), (2, 3, 80), (4, 5, 30), (5, 4, 30)]}, 6)
    found = two_way_subcontracting(study, draws=50)
    dyads = found.dyads.set_index(["first", "second"])["two_way"]
    assert dyads["f0", "f1"] == pytest.approx(2 / 3)
    assert dyads["f2", "f3"] == 0
    assert dyads["f4", "f5"] == 1
    assert found.value == pytest.approx((100 + 60) / (150 + 80 + 60))
    assert found.firms["f0"] == pytest.approx(2 / 3)


def test_two_way_is_the_same_in_any_order_and_unit():
    edges = [(0, 1, 100), (1, 0, 50), (1, 2, 80), (2, 0, 10)]
    one = two_way_subcontracting(make({"outsourcing": edges}, 3), draws=0)
    turned = [(2 - i, 2 - j, 3 * w) for i, j, w in edges]
    two = two_way_subcontracting(make({"outsourcing": turned}, 3), draws=0)
    assert one.value == pytest.approx(two.value)
    assert one.firms.to_numpy() == pytest.approx(two.firms.to_numpy()[::-1])


def test_two_way_leaves_out_what_is_unknown():
    study = make({"outsourcing": [(0, 1, 100), (0, 2, 50), (2, 0, 50)]}, 3, silent=[1])
    found = two_way_subcontracting(study, draws=0)
    assert found.value == 1.0
    assert np.isnan(found.firms["f1"])


def test_amounts_dealt_out_anew_are_the_null():
    """All dyads mutual with equal amounts: 1, and more than any other way of dealing them out but the same."""
    pairs = [(2 * i, 2 * i + 1) for i in range(6)]
    edges = [(a, b, 10.0**k) for k, (a, b) in enumerate(pairs)] + [(b, a, 10.0**k) for k, (a, b) in enumerate(pairs)]
    found = two_way_subcontracting(make({"outsourcing": edges}, 12), draws=199, seed=3)
    assert found.value == 1.0
    assert found.chance["above"] > 0.95
    assert found.chance["z"] > 1
    ties = two_way_subcontracting(make({"outsourcing": edges}, 12), draws=99, null="ties", seed=3)
    assert ties.chance["mean"] < 0.3
    again = two_way_subcontracting(make({"outsourcing": edges}, 12), draws=199, seed=3)
    assert again.chance == found.chance


def test_all_amounts_equal_has_no_z():
    found = two_way_subcontracting(make({"outsourcing": [(0, 1, 5), (1, 0, 5), (1, 2, 5)]}, 3), draws=20)
    assert np.isnan(found.chance["z"])


def test_two_way_needs_a_direction():
    with pytest.raises(UsageError, match="no direction"):
        two_way_subcontracting(make({"peer": [(0, 1)]}, 2), relation="peer")


def test_intensity_and_its_base():
    seen = {"turnover": [1000, 500, None], "production_cost": [400, 200, None]}
    study = make({"outsourcing": [(0, 1, 100), (0, 2, 20), (1, 2, 50)]}, 3, seen=seen)
    found = outsourcing_intensity(study)
    assert found["f0"] == pytest.approx(0.3)
    assert found.attrs["cost"] == "production_cost"
    assert np.isnan(found["f2"])
    assert outsourcing_intensity(study, cost="turnover")["f1"] == pytest.approx(0.1)
    silent = make({"outsourcing": [(0, 1, 100)]}, 3, seen={"turnover": [1000, 500, 10]}, silent=[1])
    assert np.isnan(outsourcing_intensity(silent)["f1"])
    assert outsourcing_intensity(silent)["f2"] == 0


def mode_answers(value):
    return [(0, f"MODE_{k}@f1", value) for k in range(1, 7)]


@pytest.mark.parametrize(("value", "index", "word"), [(1, 0, "competitive"), (7, 1, "cooperative"), (4, 0.5, "mixed"),
                                                      (3, 1 / 3, "competitive"), (5, 2 / 3, "cooperative")])
def test_mode_at_floor_and_ceiling(value, index, word):
    study = make({"outsourcing": [(0, 1, 10), (1, 2, 10)]}, 3, answers=mode_answers(value))
    found = outsourcing_mode(study)
    assert found.loc[0, "index"] == pytest.approx(index)
    assert found.loc[0, "mode"] == word
    assert found.loc[0, "known_from"] == "items"
    assert np.isnan(found.loc[1, "index"]) and pd.isna(found.loc[1, "mode"])


def test_answers_off_the_scale_and_about_nobody_are_all_named():
    study = make({"outsourcing": [(0, 1, 10)]}, 3,
                 answers=[(0, "MODE_1@f1", 9), (0, "MODE_2@nobody", 3), (1, "MODE_3", 2), (1, "MODE_4@f0", "x")])
    with pytest.raises(DataError) as problem:
        outsourcing_mode(study)
    assert [item.code for item in problem.value.findings].count("off-scale") == 2
    assert [item.code for item in problem.value.findings].count("unknown-partner") == 2
    assert "MODE_3@partner" in str(problem.value)


def test_a_scale_with_too_many_gaps_is_missing():
    few = [(0, f"MODE_{k}@f1", 7) for k in range(1, 6)]
    assert outsourcing_mode(make({"outsourcing": [(0, 1, 10)]}, 2, answers=few))["index"].iloc[0] == 1
    assert np.isnan(outsourcing_mode(make({"outsourcing": [(0, 1, 10)]}, 2, answers=few[:4]))["index"].iloc[0])


def test_over_externalisation_recovers_who_was_lifted():
    rng = np.random.default_rng(5)
    size = 40
    people = np.round(np.exp(rng.normal(3, 1, size))) + 2
    turnover = 1e5 * people
    spent = turnover * (0.05 + 0.02 * np.log(people))
    spent[7] += 0.1 * turnover[7]
    study = make({"outsourcing": [(i, (i + 1) % size, spent[i]) for i in range(size)]}, size,
                 seen={"employees": people, "turnover": turnover})
    found = over_externalisation(study, given=["employees"])
    assert found.mean() == pytest.approx(0, abs=1e-12)
    assert found.idxmax() == "f7"
    assert found["f7"] == pytest.approx(0.1, abs=0.01)
    with pytest.raises(UsageError, match="are needed"):
        over_externalisation(study.select(actors=firms(5)), given=["employees"])


def labour(firm, shares):
    names = ("rd", "coproduction", "marketing", "distribution", "training")
    return [(firm, f"LABOUR_{name}", value) for name, value in zip(names, shares, strict=True)]


def test_specialisation_and_what_it_goes_with():
    answers = [*labour(0, (100, 0, 0, 0, 0)), *labour(1, (20, 20, 20, 20, 20)), *labour(2, (50, 50, 0, 0, 0)),
               *labour(3, (0, 30, 30, 40, 0)), *labour(4, (10, 30, 30, 10, 20))]
    edges = [(0, 2, 10), (1, 4, 10), (4, 1, 10), (3, 1, 10), (1, 3, 6), (2, 3, 10), (3, 2, 1)]
    study = make({"outsourcing": edges}, 6, answers=answers)
    found = specialisation(study)
    assert found["f0"] == 1
    assert found["f1"] == pytest.approx(0.2)
    assert found["f2"] == pytest.approx(0.5)
    assert np.isnan(found["f5"])
    result = specialisation_and_reciprocity(study, permutations=499)
    assert result.firms == 5
    assert result.value < -0.8
    assert result.p < 0.1


def test_one_hot_firms_cannot_reciprocate():
    """Recovery: firms that do one thing only give work one way; TWS is 0 and the correlation is as low as can be."""
    narrow, broad = range(5), range(5, 10)
    answers = [row for i in narrow for row in labour(i, (100, 0, 0, 0, 0))]
    answers += [row for i in broad for row in labour(i, (20, 20, 20, 20, 20))]
    edges = [(i, (i + 1) % 5, 10) for i in narrow]
    edges += [(5 + i, 5 + (i + 1) % 5, 10) for i in range(5)] + [(5 + (i + 1) % 5, 5 + i, 10) for i in range(5)]
    found = specialisation_and_reciprocity(make({"outsourcing": edges}, 10, answers=answers), permutations=999)
    assert found.value == pytest.approx(-1)
    assert found.p < 0.02


def profile(first, second):
    names = firms(len(first["employees"]))
    rows = [pd.DataFrame({"wave": wave, "actor": names, **values}) for wave, values in (("a", first), ("b", second))]
    return Study.from_tables({"waves": pd.DataFrame({"wave": ["a", "b"]}), "actors": pd.DataFrame({"actor": names}),
                              "observations": pd.concat(rows)})


def test_downscaling_is_not_downsizing():
    first = {"employees": [100, 100, 100, 100, 100], "rd_share": [0.05] * 5, "units": [1, 1, 1, 1, None],
             "turnover": [1e6] * 5, "value_added": [4e5, 4e5, 4e5, 4e5, None]}
    second = {"employees": [80, 80, 120, None, 80], "rd_share": [0.05, 0.09, 0.05, 0.05, 0.05],
              "units": [1, 1, 3, 1, None], "turnover": [1e6] * 5, "value_added": [4e5, 4e5, 4e5, 4e5, None]}
    found = downscaling(profile(first, second), first="a", second="b").set_index("actor")
    assert found["reading"].tolist() == ["downsizing only", "downscaling", "not smaller", "cannot say", "cannot say"]
    assert found.loc["f0", "establishment_growth"] == pytest.approx(np.log(0.8))
    assert found.loc["f1", "rd_share"] == pytest.approx(0.04)
    with pytest.raises(UsageError, match="must come before"):
        downscaling(profile(first, second), first="b", second="a")


def test_more_establishments_are_smaller_ones():
    found = downscaling(profile({"employees": [100], "establishments": [1], "units": [1], "rd_share": [0.1]},
                                {"employees": [100], "establishments": [2], "units": [2], "rd_share": [0.1]}),
                        first="a", second="b")
    assert found.loc[0, "establishment_growth"] == pytest.approx(np.log(0.5))
    assert found.loc[0, "reading"] == "downscaling"
