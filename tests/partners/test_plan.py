"""The introduction plan: small enough to solve by hand, and its conditions kept on the example."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from interfirm.errors import UnknownName, UsageError
from interfirm.partners import introduction_plan
from interfirm.partners.plan import _best
from interfirm.study.example import example
from interfirm.study.study import Study


def firms(**more: object) -> Study:
    """Four small and two large firms in three sectors, a-b tied."""
    actors = pd.DataFrame({"actor": list("abcdef"), "sector": list("xxyyzz"), "sme": ["true"] * 4 + ["false"] * 2,
                           "latitude": [0, 0, 0, 0, 0, 9.0], "longitude": 0.0})
    return Study.from_tables({
        "waves": pd.DataFrame({"wave": ["1"]}), "actors": actors.assign(**more),
        "relations": pd.DataFrame({"relation": ["peer"], "layer": ["exchange"], "directed": ["false"]}),
        "ties": pd.DataFrame({"wave": "1", "relation": "peer", "sender": list("aeece"),
                              "receiver": list("bcfdd")}).drop_duplicates()})


def test_the_best_assignment_beats_the_greedy_one() -> None:
    # one introduction each: greedy takes 0-1 (5) and is left with 2-3 (1); the best is 0-2 and 1-3 (4 + 4)
    first, second = np.array([0, 0, 1, 2]), np.array([1, 2, 3, 3])
    chosen, optimal = _best(first, second, np.array([5.0, 4, 4, 1]), np.zeros(4, bool), np.ones(4, int), 2, 0)
    assert chosen.tolist() == [1, 2]
    assert optimal


def test_it_is_the_best_of_all_choices() -> None:
    rng = np.random.default_rng(5)
    first, second = np.triu_indices(6, 1)
    score, helped = rng.random(15), rng.random(15) < 0.4
    chosen, _ = _best(first, second, score, helped, np.full(6, 2), 4, 2)
    sums = [score[list(some)].sum() for some in combinations(range(15), 4) if helped[list(some)].sum() >= 2
            and np.bincount(np.concatenate([first[list(some)], second[list(some)]]), minlength=6).max() <= 2]
    assert score[chosen].sum() == pytest.approx(max(sums), abs=1e-9)  # the solver's tolerance


def test_conditions_are_kept() -> None:
    plan = introduction_plan(firms(), 9, capacity=2)
    pairs = {frozenset((row["actor"], row["other"])) for row in plan.rows}
    assert frozenset("ab") not in pairs  # they work together, and are rivals
    assert frozenset("ef") not in pairs
    load = pd.Series([actor for pair in pairs for actor in pair]).value_counts()
    assert load.max() <= 2
    assert plan.made == len(pairs) < plan.asked
    assert any("No more than" in text for text in plan.binding)


def test_exclusions_capacities_and_distance() -> None:
    study = firms()
    def made(**more: object) -> set[frozenset[str]]:
        plan = introduction_plan(study, 20, capacity=5, **more)  # type: ignore[arg-type]
        return {frozenset((str(row["actor"]), str(row["other"]))) for row in plan.rows}
    assert frozenset("ac") in made()
    assert frozenset("ac") not in made(exclude=[("c", "a")])
    assert not any("f" in pair for pair in made(farthest=0.5))  # f is 1,000 km away
    none = introduction_plan(study, 3, capacity={"a": 0})
    assert not any("a" in (row["actor"], row["other"]) for row in none.rows)


def test_rivals_only_when_asked() -> None:
    apart = firms().tables()
    apart["ties"] = apart["ties"].iloc[:0]
    study = Study.from_tables(apart)
    def sectors(*, rivals: bool) -> bool:
        of = dict(zip(study.actors["actor"], study.actors["sector"], strict=True))
        rows = introduction_plan(study, 15, capacity=5, rivals=rivals).rows
        return any(of[row["actor"]] == of[row["other"]] for row in rows)
    assert not sectors(rivals=False)
    assert sectors(rivals=True)


def test_the_share_of_small_members_is_kept_or_its_lack_is_said() -> None:
    study = example(seed=1)
    for share in (0.0, 0.5, 1.0):
        plan = introduction_plan(study, 10, share=share)
        assert plan.reached_share >= share
        assert plan.made == 10
    tied = pd.DataFrame({"wave": "1", "relation": "peer", "sender": list("abcdef") * 2,
                         "receiver": list("gggggghhhhhh")})
    peers = pd.DataFrame({"relation": ["peer"], "layer": ["exchange"], "directed": ["false"]})
    members = pd.DataFrame({"actor": list("abcdefgh")})
    big = Study.from_tables({"waves": pd.DataFrame({"wave": ["1"]}), "actors": members, "relations": peers,
                             "ties": tied})
    plan = introduction_plan(big, 3, share=1.0)
    assert plan.made == 3
    assert plan.reached_share == 0
    assert any("Only 0 of the 3" in text for text in plan.binding)


def test_the_plan_is_repeatable_and_prints() -> None:
    one, two = (introduction_plan(example(seed=1), 5, purpose="develop product") for _ in range(2))
    assert one.table().equals(two.table())
    assert one.table()["score"].is_monotonic_decreasing
    assert str(one).startswith("5 introductions out of")
    assert all(row["reason"] for row in one.rows)


def test_wrong_numbers_are_refused() -> None:
    study = firms()
    for wrong in ({"count": 0}, {"share": 2.0}, {"farthest": -1.0}, {"capacity": -1}, {"capacity": {"a": -1}}):
        with pytest.raises(UsageError):
            introduction_plan(study, **wrong)  # type: ignore[arg-type]
    with pytest.raises(UnknownName):
        introduction_plan(study, exclude=[("a", "nobody")])


def test_nobody_to_introduce() -> None:
    alone = Study.from_tables({"waves": pd.DataFrame({"wave": ["1"]}), "actors": pd.DataFrame({"actor": ["a"]})})
    plan = introduction_plan(alone, 3)
    assert plan.made == 0
    assert plan.binding
