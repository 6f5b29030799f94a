"""The learned ranking: its paths by hand, its fit by recovery, and a split that sees nothing of the future."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from interfirm.errors import UnknownName, UsageError
from interfirm.kernels.partners import two_steps
from interfirm.partners import Walker, evaluate, history, ranked, top_lists
from interfirm.partners.evaluate import new_pairs
from interfirm.partners.learn import best, fit_choices
from interfirm.study.study import Study


def projects(rows: dict[str, tuple[str, str, str, str]]) -> Study:
    """A study from projects: start, end, theme, and the letters of its members."""
    frame = pd.DataFrame([{"alliance": name, "actor": actor, "start": start, "end": end, "theme": theme}
                          for name, (start, end, theme, members) in rows.items() for actor in members])
    actors = sorted(set(frame["actor"]))
    kind = ["firm" if actor.islower() else "university" for actor in actors]
    return Study.from_tables({"actors": pd.DataFrame({"actor": actors, "kind": kind, "country": "XA"}),
                              "alliances": frame})


SMALL = {"p1": ("2014", "2016", "x", "abU"), "p2": ("2015", "2019", "y", "bcU"), "p3": ("2016", "2018", "x", "de"),
         "p4": ("2018", "2020", "x", "acf"), "p5": ("2019", "2020", "y", "ad"), "p6": ("2021", "2022", "y", "be")}


def planted(seed: int = 1) -> Study:
    """Eight years in which firms of the same region (unknown to the ranking) meet, and partners introduce partners."""
    rng = np.random.default_rng(seed)
    rows = []
    for year in range(2010, 2018):
        for number in range(40):
            region = int(rng.integers(12))
            members = {region * 10 + int(i) for i in rng.choice(10, 3, replace=False)}
            members |= {int(rng.integers(120))} if rng.random() < 0.3 else set()
            rows += [{"alliance": f"{year}-{number}", "actor": f"f{i:03}", "start": f"{year}-05-01",
                      "end": f"{year + 2}-05-01"} for i in members]
    frame = pd.DataFrame(rows)
    return Study.from_tables({"actors": pd.DataFrame({"actor": sorted(set(frame["actor"])), "country": "XA"}),
                              "alliances": frame})


def test_paths_of_two_steps_by_hand() -> None:
    # path 0 - 1 - 2 with tie values 2 and 3 and weight .5 at 1; back to 0: 2·.5·2
    indptr, indices = np.array([0, 1, 3, 4], dtype=np.int32), np.array([1, 0, 2, 1], dtype=np.int32)
    values, via = np.array([[2.0], [2.0], [3.0], [3.0]]), np.array([[1.0], [0.5], [1.0]])
    sums, touched = np.zeros((3, 1)), np.zeros(3, dtype=np.int32)
    assert two_steps(indptr, indices, values, via, 0, sums, touched) == 2
    assert sums.ravel().tolist() == [2, 0, 3]
    assert sorted(touched[:2].tolist()) == [0, 2]


def test_history_knows_nothing_of_later_years() -> None:
    study = projects(SMALL)
    past = history(study, "2017", themes=["theme"])
    names = study.actors["actor"].tolist()
    a, b, c = (names.index(letter) for letter in "abc")
    assert {names[j] for j in past.partners(a)} == {"b", "U"}
    assert not past.seen[names.index("f")]
    assert past.degree[b] == 3
    assert past.running[[a, b, c]].tolist() == [0, 1, 1]  # p1 ended in 2016, p2 runs to 2019
    # Newman: p1 and p2 of three members give 1/2 a pair, fading by .7 a year from 2017
    assert past.strength[a] == pytest.approx(2 * 0.5 * 0.7**3)
    early = history(projects({k: v for k, v in SMALL.items() if k < "p4"}), "2017")
    assert past.ties.sum() == early.ties.sum()


def test_sizes_of_alliances_by_hand() -> None:
    study = projects(SMALL)
    past = history(study, "2017")
    names = study.actors["actor"].tolist()
    a, b, d, f, u = (names.index(letter) for letter in "abdfU")
    # p1: firms a, b and university U; p2: b, c, U; p3: d, e; others of the same kind, and later ones do not count
    assert past.sizes.peers[[a, b, d, f, u]].tolist() == [1, 1, 1, 0, 0]
    big = projects({"p1": ("2014", "2015", "x", "abcd"), "p2": ("2015", "2016", "x", "ab"),
                    "p3": ("2016", "2017", "x", "a")})
    found = history(big, "2017").sizes
    assert found.peers.tolist() == [2, 2, 3, 3]  # (3 + 1) / 2; alone counts for nothing
    assert found.largest.tolist() == [3, 3, 3, 3]
    one = np.log1p(2.0)
    expected = [[one, np.log(4)], [np.log(4)] * 2, [one**2, one * np.log(4)], [0, np.log(4) - one]]
    assert np.array(found.columns(0, np.array([1, 2]))) == pytest.approx(np.array(expected))


def test_features_by_hand() -> None:
    study = projects(SMALL)
    names = study.actors["actor"].tolist()
    past = history(study, "2017", themes=["theme"])
    walker = Walker(past, (study.actors["kind"] == "firm").to_numpy(dtype=bool))
    chosen, features = walker(names.index("a"))
    assert [names[j] for j in chosen] == ["c", "d", "e"]  # not b, its partner; not f, unseen; not U, no firm
    row = dict(zip(walker.names, features[0], strict=True))
    # from a to c through b and U, each with three partners
    assert row["common"] == pytest.approx(np.log1p(2 / np.log(3)))
    assert row["running"] == 0  # nothing of a is running
    assert row["sizes apart"] == 0  # a and c: one other firm beside each
    assert row["sizes together"] == pytest.approx(np.log(2) ** 2)
    assert row["likeness of theme"] == 0  # a: x only, c: y only
    assert features[1][walker.names.index("likeness of theme")] == pytest.approx(1)
    again = walker(names.index("a"))[1]
    assert np.array_equal(features, again)  # the working arrays were left clean


def test_new_pairs_by_hand() -> None:
    study = projects(SMALL)
    names = study.actors["actor"].tolist()
    firm = (study.actors["kind"] == "firm").to_numpy(dtype=bool)
    found, unseen = new_pairs(study, history(study, "2017"), firm, "2020")
    told = {names[i]: {names[j] for j in others} for i, others in found.items()}
    assert told == {"a": {"c", "d"}, "c": {"a"}, "d": {"a"}}  # f was not known; p6 is too late
    assert unseen == 2  # a-f and c-f


def test_measures_of_a_list_by_hand() -> None:
    hits = np.array([[False, True, False, True], [False, False, False, False]])
    found = np.array([3, 1])
    assert ranked(hits, found, "precision", 4).tolist() == [0.5, 0]
    assert ranked(hits, found, "recall", 4).tolist() == [2 / 3, 0]
    assert ranked(hits, found, "reciprocal_rank", 4).tolist() == [0.5, 0]
    ideal = 1 + 1 / np.log2(3) + 0.5
    assert ranked(hits, found, "ndcg", 4)[0] == pytest.approx((1 / np.log2(3) + 1 / np.log2(5)) / ideal)
    assert ranked(hits, found, "recall", 1).tolist() == [0, 0]
    with pytest.raises(UnknownName):
        ranked(hits, found, "luck", 4)
    with pytest.raises(UsageError):
        ranked(hits, found, "recall", 5)


def test_the_best_are_in_order_and_equal_ones_by_position() -> None:
    assert best(np.array([1.0, 3, 3, -np.inf, 2]), 3).tolist() == [1, 2, 4]
    assert best(np.array([1.0, -np.inf]), 9).tolist() == [0]


def test_known_coefficients_come_back() -> None:
    rng = np.random.default_rng(7)
    groups, size, truth = 3000, 20, np.array([1.0, -0.5, 0.0])
    x = rng.normal(size=(groups * size, 3))
    u = (x @ truth + rng.gumbel(size=groups * size)).reshape(groups, size)
    y = np.zeros((groups, size))
    y[np.arange(groups), u.argmax(axis=1)] = 1
    found, converged = fit_choices(x, y.ravel(), np.zeros(groups * size), np.arange(groups) * size)
    assert converged
    # standard error near 1/√3000 = .018; four of them
    assert np.abs(found - truth).max() < 0.075


def test_it_learns_what_was_planted() -> None:
    study = planted()
    result = evaluate(study, until="2014", after="2017", learn_until="2012", resamples=200)
    table = result.table((10, 20)).query("group == 'all' and cut == 10").set_index("method")
    assert table.loc["learned", "recall"] > 3 * table.loc["random", "recall"]
    assert table.loc["learned", "recall"] > 2 * table.loc["degree", "recall"]
    assert (table["recall_low"] <= table["recall"]).all()
    assert (table["recall"] <= table["recall_high"]).all()
    name, ratio, low, high = result.ratio(cut=10)
    assert name in table.index
    assert low <= ratio <= high
    assert "best baseline" in str(result)
    share, least, most = result.pooled("learned", 10)
    each = result.values("learned", "recall", 10)
    assert share == pytest.approx((each * result.found).sum() / result.found.sum())
    assert least <= share <= most
    assert f"of all pairs together {result.pooled('learned', 20)[0]:.4f}" in str(result)
    again = evaluate(study, until="2014", after="2017", learn_until="2012", resamples=200)
    assert again.table((10, 20)).equals(result.table((10, 20)))


def test_the_test_years_teach_nothing() -> None:
    study = planted()
    kept = study.alliances["start"] < "2015"
    mixed_up = study.alliances["actor"].sample(frac=1, random_state=3).to_numpy()
    later = study.alliances.assign(actor=study.alliances["actor"].where(
        kept, mixed_up)).drop_duplicates(["alliance", "actor"])
    mixed = Study.from_tables(study.tables() | {"alliances": later})
    one, two = (evaluate(s, until="2014", after="2017", learn_until="2012", resamples=10) for s in (study, mixed))
    assert np.array_equal(one.model.coefficients, two.model.coefficients)


def test_lists_of_many() -> None:
    study = planted()
    past = history(study, "2014")
    walker = Walker(past, np.ones(len(study.actors), dtype=bool))
    model = evaluate(study, until="2014", after="2017", learn_until="2012", resamples=10).model
    lists = top_lists(model, walker, range(30), top=10)
    assert len(lists) == 30
    for at, others in lists.items():
        assert len(others) == 10
        assert at not in others
        assert not set(others.tolist()) & set(past.partners(at).tolist())


def test_wrong_questions_are_refused() -> None:
    study = projects(SMALL)
    with pytest.raises(UsageError, match="follow one another"):
        evaluate(study, until="2017", after="2016")
    with pytest.raises(UsageError, match="20 are needed"):
        evaluate(study, until="2017", after="2020")
    with pytest.raises(UsageError, match="No alliance"):
        history(study, "2001")
    with pytest.raises(UnknownName):
        history(study, "2017", themes=["programme"])
