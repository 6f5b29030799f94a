"""Collective efficiency: hand calculations, invariants, recovery; relation to performance against R and enumeration."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cluster_studies import change, economies, level, study_of

import interfirm
from interfirm.cluster.efficiency import collective_efficiency
from interfirm.cluster.relation import holm, ordered_logit, performance_relation, rank_correlation
from interfirm.cluster.shares import Share, share_of, word
from interfirm.errors import DataError

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "polr.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def example() -> interfirm.Study:
    return interfirm.example()


def test_all_plus_one_is_an_index_of_plus_one() -> None:
    found = collective_efficiency(study_of({name: change(1) for name in "ABC"}))
    assert found.firms["joint_action_change"].tolist() == [1.0, 1.0, 1.0]
    assert found.forms["change"].tolist() == [1.0] * 4
    assert found.rising.yes == 3


def test_forms_count_alike_however_many_items_they_have() -> None:
    """Vertical bilateral 5, 5, 5 and the three other forms 1: (5 + 1 + 1 + 1) / 4 = 2, not (15 + 3) / 6 = 3."""
    found = collective_efficiency(study_of({"A": level(5, 5, 5), "B": level(), "C": level(3, 3, 3, 3, 3, 3)}))
    assert found.firms["joint_action"].tolist() == [2.0, 1.0, 3.0]
    assert found.level.loc["A"].tolist() == [5.0, 1.0, 1.0, 1.0]
    assert found.active == Share(1, 3)


def test_the_combined_index_by_hand() -> None:
    """EE 1, 3, 5 (z −1, 0, 1) and JA 2, 2, 5 (mean 3, sd √3): CE = half the sum of both z."""
    given = {"A": economies(1) | level(2, 2, 2, 2, 2, 2), "B": economies(3) | level(2, 2, 2, 2, 2, 2),
             "C": economies(5) | level(5, 5, 5, 5, 5, 5)}
    found = collective_efficiency(study_of(given)).firms["efficiency"]
    z = np.array([2, 2, 5.0]) - 3
    assert found.to_numpy() == pytest.approx((np.array([-1, 0, 1]) + z / np.sqrt(3)) / 2)


def test_the_parts_stand_apart() -> None:
    """Joint action may rise while external economies stay as they are."""
    before, after = (collective_efficiency(study_of({n: economies(3) | change(v)
                                                     for n, v in zip("ABC", some, strict=True)}))
                     for some in ((0, 0, 1), (2, 2, 2)))
    assert before.firms["external_economies"].equals(after.firms["external_economies"])
    assert after.forms["change"].mean() > before.forms["change"].mean()


def test_the_silent_are_missing_not_zero() -> None:
    given = {"A": level(5), "B": level(1)}
    alone, more = collective_efficiency(study_of(given)), collective_efficiency(study_of(given, silent=["C", "D"]))
    assert more.firms.equals(alone.firms)
    assert (alone.asked, more.asked, more.answered) == (2, 4, 2)


def test_strangers_get_scores_but_are_no_members() -> None:
    given = {"A": level(5), "B": level(1), "X": level(5, 5, 5, 5, 5, 5)}
    found = collective_efficiency(study_of(given, externals=["X"]))
    assert found.firms["member"].tolist() == [True, True, False]
    assert found.active == Share(1, 2) and found.forms["level_firms"].max() == 2


def test_half_a_scale_must_be_answered() -> None:
    found = collective_efficiency(study_of({"A": {"EE_labour": 5}, "B": {"EE_labour": 5, "EE_inputs": 3},
                                            "C": economies(2)}))
    assert found.firms["external_economies"].isna().tolist() == [True, False, False]
    assert found.firms.loc["B", "external_economies"] == 4


def test_order_of_firms_does_not_matter(example: interfirm.Study) -> None:
    tables = example.tables()
    mixed = tables["answers"].sample(frac=1, random_state=1).reset_index(drop=True)
    again = interfirm.Study.from_tables({**tables, "answers": mixed})
    pd.testing.assert_frame_equal(collective_efficiency(example, "2024").firms,
                                  collective_efficiency(again, "2024").firms)


def test_reliability_is_that_of_the_capability_room(example: interfirm.Study) -> None:
    from interfirm.capability import reliability

    found = collective_efficiency(example, "2024").reliability
    alone = reliability(example, "2024", instrument="joint_action").rows
    pd.testing.assert_frame_equal(found.loc[["JA"]], alone)
    assert 0 < collective_efficiency(example, "2024").distinct < 1.5


def test_nobody_was_asked() -> None:
    with pytest.raises(DataError) as caught:
        collective_efficiency(study_of({"A": {"C1_1": 3}}))
    assert caught.value.findings[0].code == "not-asked" and "JL_buyers" in str(caught.value)


def test_answers_off_the_scale_are_named() -> None:
    with pytest.raises(DataError, match=r"actor 'A'.*item 'JL_buyers': '9' is not on the scale"):
        collective_efficiency(study_of({"A": level(buyers=9)}))


# ---- shares ----------------------------------------------------------------------------------


def test_share_by_hand() -> None:
    """Beta(0.5 + 8, 0.5 + 2): the interval and P(> ½) as integrals of its density."""
    from scipy.integrate import quad

    share = share_of([True] * 8 + [False] * 2)
    density = lambda x: x**7.5 * (1 - x) ** 1.5  # noqa: E731
    whole = quad(density, 0, 1)[0]
    assert share.above() == pytest.approx(quad(density, 0.5, 1)[0] / whole, abs=1e-6)
    low, high = share.bounds()
    assert quad(density, low, high)[0] / whole == pytest.approx(0.95, abs=1e-6)
    assert str(share).startswith("8 of 10 firms (80\u00a0%;")


def test_more_than_by_drawing() -> None:
    """Against 400,000 draws of both beta distributions: within 0.004, five standard errors."""
    rng = np.random.default_rng(1)
    a, b = Share(7, 10), Share(9, 20)
    drawn = (rng.beta(7.5, 3.5, 400_000) > rng.beta(9.5, 11.5, 400_000)).mean()
    assert a.more_than(b) == pytest.approx(drawn, abs=0.004)
    assert a.more_than(a) == pytest.approx(0.5, abs=1e-3)


def test_shares_of_nobody() -> None:
    nobody = Share(0, 0)
    assert str(nobody) == "not known" and np.isnan(nobody.above()) and np.isnan(nobody.more_than(Share(1, 2)))
    assert word(nobody.above()) == "cannot say"
    assert Share(0, 5).bounds()[0] == 0 and Share(5, 5).bounds()[1] == 1


def test_share_interval_covers() -> None:
    """Averaged over shares from 0.1 to 0.9 the interval of 30 firms covers in 95 of 100 cases, within 0.01."""
    rng = np.random.default_rng(2)
    truths = np.linspace(0.1, 0.9, 9)
    hits = [low <= p <= high for p in truths for yes in rng.binomial(30, p, 600)
            for low, high in [Share(int(yes), 30).bounds()]]
    assert np.mean(hits) == pytest.approx(0.95, abs=0.01)


# ---- relation to performance -------------------------------------------------------------------


def test_spearman_by_hand_and_by_every_order() -> None:
    """Ranks 1..5 against 1, 3, 2, 5, 4: ρ = 1 − 6·4 / (5·24) = 0.8; p over all 120 orders."""
    found = rank_correlation([10, 20, 30, 40, 50], [1, 9, 4, 25, 16])
    assert found.value == pytest.approx(0.8)
    ranks = np.arange(5) - 2.0
    every = [float(np.array(order) @ (np.array([1, 3, 2, 5, 4]) - 3.0)) / 10 for order in permutations(ranks)]
    assert found.p == pytest.approx(np.mean(np.abs(every) >= 0.8 - 1e-9))


def test_spearman_is_that_of_scipy() -> None:
    from scipy.stats import spearmanr

    rng = np.random.default_rng(3)
    x, y = rng.integers(0, 5, 60).astype(float), rng.normal(size=60)
    x[3] = np.nan
    found = rank_correlation(x, y)
    assert found.value == pytest.approx(spearmanr(x, y, nan_policy="omit").statistic) and found.firms == 59


def test_spearman_of_little() -> None:
    assert np.isnan(rank_correlation([1, 2, 3], [1, 2, 3]).value)
    assert np.isnan(rank_correlation([1, 1, 1, 1], [1, 2, 3, 4]).p)


def test_spearman_interval_covers() -> None:
    """Normal pairs with r = 0.5, n = 40, ρ = 6/π asin(r/2): coverage 0.95 within 0.02 over 1,500 samples."""
    rng, truth, inside = np.random.default_rng(4), 6 / np.pi * np.arcsin(0.25), 0
    for _ in range(1500):
        x = rng.normal(size=40)
        found = rank_correlation(x, 0.5 * x + np.sqrt(0.75) * rng.normal(size=40), permutations=1)
        inside += found.low <= truth <= found.high
    assert inside / 1500 == pytest.approx(0.95, abs=0.02)


def test_ordered_logit_is_that_of_r() -> None:
    """MASS::polr on the same forty firms; both stop at a gradient of about 1e-6, so slopes agree to 1e-4."""
    found = ordered_logit(REFERENCE["y"], REFERENCE["x"])
    assert found.slope == pytest.approx(REFERENCE["slope"], abs=1e-4)
    assert (found.high - found.low) / 2 / 1.959964 == pytest.approx(REFERENCE["error"], abs=1e-3)


def test_ordered_logit_refuses() -> None:
    x = np.arange(30.0)
    assert "at least 20" in ordered_logit(x[:10] > 4, x[:10]).why
    assert "one answer" in ordered_logit(np.ones(30), x).why
    assert "vary" in ordered_logit(x > 10, np.ones(30)).why
    assert "separates" in ordered_logit((x > 10).astype(float), x).why


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, np.nan]).tolist()[:3] == pytest.approx([0.03, 0.06, 0.06])


def test_the_example_shows_what_was_put_into_it(example: interfirm.Study) -> None:
    """Output follows the change of joint action in the example, exports do not (see the module of the example)."""
    table, _ = performance_relation(example, collective_efficiency(example, "2024"), model=False)
    rows = table.set_index(["index", "outcome"])
    assert rows.loc[("joint action, change", "output"), "rho_low"] > 0.2
    assert rows.loc[("joint action, change", "exports"), "rho"] < rows.loc[("joint action, change", "output"), "rho"]
    assert (rows["p_adjusted"] >= rows["p"]).all()


def test_no_questions_on_performance_give_an_empty_table() -> None:
    study = study_of({name: level() for name in "ABC"})
    table, findings = performance_relation(study, collective_efficiency(study))
    assert table.empty and not findings
