"""Classification: recovery of known structures, invariants, abstention, what is refused and how it is said."""

from __future__ import annotations

import numpy as np
import pytest

from interfirm.errors import DataError
from interfirm.structure import IDEAL_TYPES, KINDS, classify_network, generate
from interfirm.structure.classification import CONTESTED, INDETERMINATE, NOT_CLASSIFIED
from interfirm.structure.search import arrange

# share right in 40 networks per size and noise: two standard errors (.1) below the full benchmark
SLACK = 0.1


def quick(made, **options):  # type: ignore[no-untyped-def]
    given = {"seed": 1, "draws": 0, "stability_draws": 0, "indices": False} | options
    return classify_network(made.exchange, made.coordination, **given)


@pytest.mark.parametrize("kind", KINDS)
def test_ideal_types_are_named_and_nothing_contradicts_them(kind: str) -> None:
    made = generate(kind, 14, seed=3)
    found = classify_network(made.exchange, made.coordination, seed=1, draws=30, stability_draws=10)
    assert found.decision == found.best == kind
    assert found.violations == () and found.distance[kind] == 0
    assert found.positions.tolist() == made.positions.tolist() or kind == "circuit-barrier"
    if kind == "circuit-barrier":  # which side is called A does not matter
        swapped = np.where(made.positions == "segment A", "segment B",
                           np.where(made.positions == "segment B", "segment A", made.positions))
        assert found.positions.tolist() in (made.positions.tolist(), swapped.tolist())
    assert found.superiors.tolist() == made.superiors.tolist()
    assert sum(found.probability.values()) == pytest.approx(1)
    assert found.stability[0.05] >= 0.5
    assert all(item.holds for item in found.conditions[kind])
    assert set(found.table()["structure"]) == set(KINDS)
    assert IDEAL_TYPES[kind].title in str(found)


@pytest.mark.parametrize(("n", "noise", "target"), [(8, 0.0, 0.97), (12, 0.1, 0.95), (12, 0.2, 0.90), (24, 0.3, 0.93)])
def test_share_right_under_noise(n: int, noise: float, target: float) -> None:
    right = []
    for kind in KINDS:
        for number in range(8):
            nodal = 1 + number % 2 if kind in {"nodal circuit", "circuit-barrier"} else None
            made = generate(kind, n, noise, seed=number, nodal=nodal, branching=2 + number % 3)
            right.append(quick(made).best == kind)
    assert np.mean(right) >= target - SLACK


def test_noise_one_is_not_given_a_structure() -> None:
    """At noise 1 nothing but density is left; at most 5 % may be called a hierarchy."""
    labels = [classify_network(made.exchange, made.coordination, seed=1, draws=20, stability_draws=0,
                               indices=False).decision
              for kind in KINDS for number in range(6) for made in [generate(kind, 12, 1.0, seed=number)]]
    assert sum(label in KINDS and label != "circuit" for label in labels) <= 2


def test_same_seed_same_result_and_another_order_same_structure() -> None:
    made = generate("branch", 16, 0.1, seed=5)
    first, again = (classify_network(made.exchange, made.coordination, seed=7, draws=10, stability_draws=5)
                    for _ in range(2))
    assert first.table().equals(again.table())
    assert first.stability == again.stability
    order = np.random.default_rng(1).permutation(16)
    other = classify_network(made.exchange[np.ix_(order, order)], made.coordination[np.ix_(order, order)],
                             actors=[f"actor {i + 1}" for i in order], seed=7, draws=0, stability_draws=0)
    assert other.best == first.best
    assert other.misfit["branch"] == pytest.approx(first.misfit["branch"], abs=1e-9)  # the same tree, added up anew
    assert sorted(other.nodal) == sorted(first.nodal)


def test_misfit_equals_the_formula_by_hand() -> None:
    """Exchange only, a circuit: -log B(k + 1, m - k + 1) for k of m pairs, here 6 of 15; nothing else."""
    made = generate("circuit", 6, seed=1, chord=0.0)
    found = arrange(made.exchange, np.zeros((6, 6), np.int8), False, restarts=2, near=True, seed=1)
    ways = 5005  # 15 over 6
    assert found.misfit[0] == pytest.approx(np.log(16 * ways), abs=1e-9)


def test_a_star_is_a_branch_not_a_nodal_circuit() -> None:
    """The degenerate case of the design: a branch of one level is a nodal circuit whose members do not meet."""
    star = np.zeros((8, 8))
    star[0, 1:] = 1
    found = classify_network(star, star, seed=1, draws=30, stability_draws=0)
    assert found.best == "branch"
    assert not all(item.holds for item in found.conditions["nodal circuit"])


def test_a_ring_known_by_exchange_alone_is_not_called_a_branch() -> None:
    """A ring is a chain with one tie more; no firm of it hangs on another."""
    ring = generate("circuit", 9, seed=1, chord=0.0).exchange
    found = classify_network(ring, seed=1, draws=30, stability_draws=0)
    assert found.decision != "branch"
    assert not all(item.holds for item in found.conditions["branch"])
    assert classify_network(ring, np.zeros((9, 9)), seed=1, draws=0, stability_draws=0).decision == "circuit"


def test_violations_name_who_would_have_to_stop_or_start() -> None:
    made = generate("branch", 13, seed=2, branching=3, shuffle=False)
    names = [f"Firm {i}" for i in range(13)]
    exchange, coordination = made.exchange.copy(), made.coordination.copy()
    exchange[11, 12] = exchange[12, 11] = 1   # two units of one superior work together
    coordination[0, 1] = 0                    # the head does not decide for one of its units
    found = classify_network(exchange, coordination, actors=names, seed=1, draws=0, stability_draws=0)
    assert found.best == "branch"
    assert {str(item) for item in found.violations} == {
        "Firm 11 and Firm 12 would have to stop working together", "Firm 0 would have to start deciding for Firm 1"}
    # 12 + 1 exchange ties, 11 coordination ties, 1 missing: 2 of 25 contradict
    assert found.distance["branch"] == pytest.approx(2 / 25)
    assert found.violation_table()["change"].tolist() == ["stop", "start"]


def test_many_decisions_without_a_head_are_contested() -> None:
    rng = np.random.default_rng(3)
    exchange = generate("circuit", 20, seed=3).exchange
    coordination = (rng.random((20, 20)) < 0.05).astype(float)
    found = classify_network(exchange, coordination, seed=1, draws=10, stability_draws=0)
    assert found.best == "circuit" and found.decision == CONTESTED
    assert "nobody leads" in str(found)


def test_without_draws_no_hierarchy_is_named() -> None:
    found = quick(generate("nodal circuit", 12, seed=1))
    assert found.decision == INDETERMINATE
    assert found.reasons == ("it was not compared with random networks",)


def test_without_coordination_exchange_speaks_and_the_source_is_printed() -> None:
    made = generate("circuit-barrier", 16, seed=4)
    found = classify_network(made.exchange, seed=1, draws=30, stability_draws=0)
    assert found.best == "circuit-barrier"
    assert found.coordination == "none: exchange alone"
    both = quick(made)
    assert found.probability["circuit-barrier"] <= both.probability["circuit-barrier"] + 1e-9


def test_unknown_cells_do_not_count() -> None:
    made = generate("nodal circuit", 12, seed=1)
    seen = np.ones((12, 12), dtype=bool)
    seen[3, :] = seen[:, 3] = False
    hidden = classify_network(made.exchange * seen, made.coordination * seen, seed=1, draws=0, stability_draws=0,
                              observed=seen | made.exchange.astype(bool))
    assert hidden.best == "nodal circuit"
    nan = made.exchange.astype(float)
    nan[3, 5] = np.nan  # the other side answered: 5 says what there is
    assert quick_matrix(nan, made.coordination).misfit == pytest.approx(quick(made).misfit, abs=1e-9)


def quick_matrix(exchange, coordination):  # type: ignore[no-untyped-def]
    return classify_network(exchange, coordination, seed=1, draws=0, stability_draws=0, indices=False)


def test_few_firms_get_indices_only() -> None:
    found = classify_network(np.ones((5, 5)), np.zeros((5, 5)), seed=1)
    assert found.decision == NOT_CLASSIFIED
    assert found.indices["exchange density"] == 1
    assert "5 firms are too few" in str(found)
    assert len(found.table()) == 0


def test_what_cannot_be_classified_says_why() -> None:
    empty = classify_network(np.zeros((8, 8)), seed=1)
    assert empty.decision == NOT_CLASSIFIED and empty.reasons == ("there is no exchange tie",)
    star = np.zeros((8, 8))
    star[0, 1:] = 1
    seen = np.zeros((8, 8), dtype=bool)
    seen[:3] = True  # five of eight did not answer: the 20 pairs among them are unknown
    silent = classify_network(star, observed=seen, seed=1)
    assert silent.decision == NOT_CLASSIFIED and silent.reasons == ("36\u00a0% of the exchange pairs are unknown",)


def test_parts_and_isolates_are_flagged() -> None:
    made = generate("circuit", 8, seed=1)
    two = np.zeros((18, 18))
    two[:8, :8] = two[8:16, 8:16] = made.exchange
    found = classify_network(two, np.zeros((18, 18)), seed=1, draws=0, stability_draws=0)
    problems = " ".join(item.problem for item in found.findings)
    assert "falls into 2 parts of 8, 8 firms" in problems
    assert "2 firms have no tie" in problems and len(found.actors) == 16
    assert found.decision == INDETERMINATE and "hang together" in " ".join(found.reasons)


def test_one_way_reports_are_noted_and_count() -> None:
    made = generate("circuit", 8, seed=1)
    found = quick_matrix(np.triu(made.exchange), made.coordination)
    assert any(item.code == "one-way" for item in found.findings)
    assert found.misfit == pytest.approx(quick(made).misfit, abs=1e-9)


def test_bad_matrices_raise_with_all_findings() -> None:
    with pytest.raises(DataError, match=r"(?s)exchange has shape.*coordination has negative"):
        classify_network(np.zeros((3, 4)), -np.ones((3, 3)), seed=1)
    with pytest.raises(DataError, match="coordination has 4 rows, exchange has 3"):
        classify_network(np.zeros((3, 3)), np.zeros((4, 4)), seed=1)
    with pytest.raises(DataError, match="not a number"):
        classify_network([["a", "b"], ["c", "d"]], seed=1)
