"""The knowledge spiral: survey scores by hand, invariants and closed forms of the model; sticky transfers."""

from __future__ import annotations

import numpy as np
import pytest
from knowledge_studies import make

from interfirm import example
from interfirm.errors import DataError, UsageError
from interfirm.knowledge import seci_path, seci_simulation, seci_state, stickiness, sticky_rate

STEPS = ("SOC", "EXT", "COM", "INT")


def answered(levels, firms=12):
    """Every firm gives the same answer to all items of a step."""
    rows = [(i, f"{name}_{n}", level) for i in range(firms) for name, level in zip(STEPS, levels, strict=True)
            for n in (1, 2, 3)]
    return make([(0, 1)], firms, answers=rows)


def test_scores_and_bottleneck_by_hand():
    state = seci_state(answered((7, 4, 1, 5)))
    assert state.means == pytest.approx({"socialisation": 1, "externalisation": 0.5, "combination": 0,
                                         "internalisation": 4 / 6})
    assert state.bottleneck == "combination" and state.sure == 1 and state.spiral == 0
    assert set(state.weakest()) == {"combination"}
    assert seci_state(answered((7, 4, 4, 5))).spiral == 1


def test_too_few_firms_name_no_bottleneck():
    state = seci_state(answered((7, 4, 1, 5), firms=9))
    assert state.bottleneck is None and np.isnan(state.sure) and "too few" in str(state)


def test_nobody_asked_or_a_step_left_out():
    with pytest.raises(DataError, match="knowledge spiral"):
        seci_state(make([(0, 1)], 3))
    rows = [(i, f"{name}_{n}", 4) for i in range(12) for name in STEPS[:3] for n in (1, 2, 3)]
    with pytest.raises(DataError, match="internalisation"):
        seci_state(make([(0, 1)], 12, answers=rows))


def test_two_equally_weak_steps_are_a_matter_of_luck():
    rng = np.random.default_rng(1)
    rows = [(i, f"{name}_{n}", int(rng.integers(1, 8))) for i in range(30) for name in STEPS for n in (1, 2, 3)]
    assert seci_state(make([(0, 1)], 30, answers=rows)).sure < 0.95


def test_the_example_has_its_bottleneck_planted():
    for wave in ("2021", "2024"):
        assert seci_state(example(), wave=wave).bottleneck == "externalisation"


# ---- the model ---------------------------------------------------------------------------

RING = np.roll(np.eye(5), 1, axis=1)


def test_without_ties_and_rates_nothing_changes():
    path = seci_path([0.2, 0.7], [0.1, 0.4], np.zeros((2, 2)), rates=(0.5, 0, 0, 0), periods=10)
    assert path.tacit.ravel().tolist() == [0.2, 0.7] and path.explicit.ravel().tolist() == [0.1, 0.4]
    assert (path.flows == 0).all() and path.spiral == 0


def test_two_firms_by_hand_and_the_giver_keeps_what_it_gives():
    path = seci_path([0, 1], [0, 0], [[0, 1], [0, 0]], rates=(0.5, 0, 0, 0), periods=1)
    assert path.tacit.ravel().tolist() == [0.5, 1.0]
    assert path.flows.tolist() == [[0.5, 0, 0, 0], [0, 0, 0, 0]]


def test_without_ability_nothing_is_learnt_from_persons_or_paper():
    path = seci_path([0, 1], [0.5, 0.5], [[0, 1], [1, 0]], ability=0.0, rates=(0.5, 0, 0, 0.5), periods=5)
    assert path.tacit.ravel().tolist() == [0, 1]


def test_paper_needs_a_tie_but_no_strength():
    weak, strong = (seci_path([0, 0], [0.2, 0.8], [[0, s], [s, 0]], rates=(0, 0, 0.1, 0), periods=3)
                    for s in (0.01, 1.0))
    assert weak.explicit.tolist() == strong.explicit.tolist() and weak.flows[:, 2].min() > 0
    none = seci_path([0, 0], [0.2, 0.8], np.zeros((2, 2)), rates=(0, 0, 0.1, 0), periods=3)
    assert none.flows[:, 2].max() == 0


def test_writing_down_alone_has_a_closed_form():
    """Δξ = e τ (1 − ξ/ξ_max) with constant τ: ξ_t = ξ_max (1 − (1 − ξ_0/ξ_max)(1 − e τ/ξ_max)^t)."""
    path = seci_path([0.6], [0.3], [[0]], rates=(0, 0.2, 0, 0), tops=(1, 2), periods=7)
    assert path.explicit[0, 0] == pytest.approx(2 * (1 - (1 - 0.15) * (1 - 0.2 * 0.6 / 2)**7), rel=1e-12)


def test_learning_from_paper_alone_has_a_closed_form():
    path = seci_path([0.1], [0.5], [[0]], ability=0.8, rates=(0, 0, 0, 0.3), periods=6)
    assert path.tacit[0, 0] == pytest.approx(1 - 0.9 * (1 - 0.3 * 0.8 * 0.5)**6, rel=1e-12)


def test_forgetting_alone_has_a_closed_form():
    path = seci_path([0.5, 0.2], [0.4, 0.1], np.zeros((2, 2)), rates=(0, 0, 0, 0), decay=(0.1, 0.03), periods=9)
    assert path.tacit.ravel() == pytest.approx(np.array([0.5, 0.2]) * 0.9**9)
    assert path.explicit.ravel() == pytest.approx(np.array([0.4, 0.1]) * 0.97**9)


def test_combination_of_two_by_hand():
    path = seci_path([0, 0], [0.4, 0.9], [[0, 1], [0, 0]], complement=[[0, 0.5], [0, 0]], rates=(0, 0, 0.2, 0),
                     periods=1)
    assert path.explicit.ravel() == pytest.approx([0.4 + 0.2 * np.sqrt(0.36) * 0.5 * 0.6, 0.9])


def reference(tacit, explicit, strength, near, comp, ability, rates, tops, decay, periods):
    """The same rules once more, slowly, with whole matrices."""
    t, x = np.array(tacit, float), np.array(explicit, float)
    tie = strength > 0
    for _ in range(periods):
        gap = np.maximum(0, t[None, :, :] - t[:, None, :]) * tie[:, :, None]
        most = gap.max(axis=1)
        gain = (rates[:, 0] * ability)[:, None] * np.einsum("ij,ijk->ik", strength * near, gap)
        t = t + np.minimum(gain, most)
        x = x + rates[:, 1, None] * t * (1 - x / tops[1])
        both = np.einsum("ij,ijk->ik", tie * comp, np.sqrt(x[:, None, :] * x[None, :, :]))
        x = np.minimum(tops[1], x + rates[:, 2, None] * both * (1 - x / tops[1]))
        t = np.minimum(tops[0], t + (rates[:, 3] * ability)[:, None] * x * (1 - t / tops[0]))
        t, x = t * (1 - decay[0]), x * (1 - decay[1])
    return t, x


@pytest.mark.parametrize("seed", range(4))
def test_the_compiled_model_is_the_slow_one(seed):
    rng = np.random.default_rng(seed)
    n = 9
    strength = rng.random((n, n)) * (rng.random((n, n)) < 0.4)
    np.fill_diagonal(strength, 0)
    near, comp, ability, rates = rng.random((n, n)), rng.random((n, n)), rng.random(n), rng.random((n, 4)) * 0.3
    start = rng.random((n, 3)), rng.random((n, 3))
    path = seci_path(*start, strength, ability=ability, near=near, complement=comp, rates=rates, decay=(0.02, 0.05),
                     periods=15)
    slow = reference(*start, strength, near, comp, ability, rates, (1, 1), (0.02, 0.05), 15)
    assert path.tacit == pytest.approx(slow[0], rel=1e-10) and path.explicit == pytest.approx(slow[1], rel=1e-10)
    assert (path.tacit >= 0).all() and (path.tacit <= 1).all() and (path.explicit <= 1).all()
    assert path.totals[-1] == pytest.approx([slow[0].sum(), slow[1].sum()])


def test_relabelling_the_firms():
    rng = np.random.default_rng(1)
    tacit, order = rng.random(5), rng.permutation(5)
    one = seci_path(tacit, tacit / 2, RING, periods=8)
    two = seci_path(tacit[order], tacit[order] / 2, RING[np.ix_(order, order)], periods=8)
    assert two.tacit == pytest.approx(one.tacit[order])


@pytest.mark.parametrize("wrong", [
    {"tacit": [-1.0]}, {"tacit": [np.nan]}, {"tacit": [2.0]}, {"strength": [[0, 1]]}, {"rates": (2, 0, 0, 0)},
    {"decay": (1.5, 0)}, {"periods": -1}, {"ability": 1.4}])
def test_the_model_refuses_impossible_numbers(wrong):
    call = {"tacit": [0.5], "explicit": [0.5], "strength": [[0.0]]} | wrong
    with pytest.raises(UsageError):
        seci_path(**call)


def test_simulation_on_the_example():
    one, two = (seci_simulation(example(), wave="2024", draws=20, seed=3) for _ in range(2))
    assert one.table().equals(two.table()) and one.settings["rates"] == "by firm"
    assert one.table()["best"].sum() == pytest.approx(1)
    # a step of which every firm does more adds knowledge; the elasticities are between 0 and 1
    assert one.table()["elasticity"].between(0, 1).all()


def test_elasticity_is_the_derivative_of_a_closed_form():
    """One firm that only learns from paper: τ_T = 1 − (1 − τ_0)(1 − n AC ξ)^T; d ln(τ + ξ)/d ln n by hand."""
    from interfirm.knowledge.seci_model import _elasticity

    start = {"tacit": np.array([0.2]), "explicit": np.array([0.5]), "strength": np.zeros((1, 1)),
             "ability": np.array([1.0]), "rates": np.array([[0, 0, 0, 0.05]]), "near": None}
    found = _elasticity(start, np.ones(4), (0.0, 0.0), 10)
    z = 0.05 * 0.5
    tau = 1 - 0.8 * (1 - z)**10
    by_hand = 0.8 * 10 * (1 - z)**9 * z / (tau + 0.5)
    assert found[3] == pytest.approx(by_hand, rel=2e-3)  # the step of 5 per cent up and down errs by its square
    assert found[:3].tolist() == [0, 0, 0]


# ---- sticky transfers --------------------------------------------------------------------


def test_sticky_rate_by_hand():
    assert sticky_rate(0.5, {}, {"a": 1}) == 0.5
    assert sticky_rate(0.5, {"a": 2.0, "b": 1.0}, {"a": 0.5}) == pytest.approx(0.5 * np.exp(-1))
    with pytest.raises(UsageError):
        sticky_rate(-1, {}, {})


def transfers(firms, seed=0, effect=True):
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(firms):
        hard = int(rng.integers(1, 6))
        names = ["AMB", "UNP", "SRM", "SRC", "RCM", "ABS", "RET", "CTX"]
        rows += [(i, f"{name}_{n}", int(rng.integers(1, 6))) for name in names for n in (1, 2)]
        rows += [(i, "ARD_1", hard), (i, "ARD_2", 6 - hard)]
        rows += [(i, f"DIF_{n}", hard if effect else int(rng.integers(1, 6))) for n in range(1, 5)]
    return make([(0, 1)], firms, answers=rows)


def test_a_planted_barrier_is_found_and_reverse_items_are_turned():
    found = stickiness(transfers(30), permutations=999)
    rows = found.table().set_index("barrier")
    assert rows.loc["arduous relationship", "rho"] == pytest.approx(1)
    assert rows.loc["arduous relationship", "p_adjusted"] == pytest.approx(9 / 1000)
    assert "arduous relationship" in str(found)


def test_without_a_barrier_little_is_found():
    """Nine tests at a family level of 5 %: in 20 drawn studies at most 4 with a find (binomial, P < 0.3 %)."""
    finds = [(stickiness(transfers(30, seed, effect=False), permutations=199).table()["p_adjusted"] < 0.05).any()
             for seed in range(20)]
    assert sum(finds) <= 4


def test_few_transfers_have_no_correlation():
    rows = stickiness(transfers(9), permutations=10).table()
    assert rows["rho"].isna().all() and rows["mean"].notna().all()
    with pytest.raises(DataError, match="nobody described"):
        stickiness(make([(0, 1)], 3))


def test_correlations_are_those_of_scipy():
    from scipy.stats import spearmanr

    found = stickiness(example(), wave="2024", permutations=10)
    hard = found.scores[["initiation", "implementation", "ramp-up", "integration"]].mean(axis=1)
    for row in found.table().itertuples():
        both = found.scores[row.barrier].notna() & hard.notna()
        assert row.rho == pytest.approx(spearmanr(found.scores.loc[both, row.barrier], hard[both]).statistic)
