"""The learned list: who gets it, what it rests on, and that it is the model's own order."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from interfirm import cli
from interfirm.errors import UnknownName, UsageError
from interfirm.numerals import per_cent
from interfirm.partners import learned_ranking, recommend, why_not
from interfirm.partners.learn import choice_covariance, fit_choices
from interfirm.partners.learned import common_partners, split
from interfirm.study.example import example
from interfirm.study.study import Study
from interfirm.study.write.folder import write_study


def _studies() -> ModuleType:
    spec = importlib.util.spec_from_file_location("evaluate_studies", Path(__file__).with_name("test_evaluate.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def planted() -> Study:
    found: Study = _studies().planted()
    return found


def dated(years: list[int]) -> Study:
    return Study.from_tables({"actors": pd.DataFrame({"actor": list("ab")}), "alliances": pd.DataFrame({
        "alliance": [f"p{k}" for k in range(len(years)) for _ in "ab"], "actor": list("ab") * len(years),
        "start": [str(year) for year in years for _ in "ab"]})})


def test_the_split_by_hand() -> None:
    assert split(dated([2010, 2011, 2012, 2013, 2014])) == ("2012", "2013", "2014")
    # one of twelve began in 2014: the test needs a fifth, so it starts after 2012; learning has the same span
    assert split(dated([2010] * 5 + [2012] * 3 + [2013] * 3 + [2014])) == ("2010", "2012", "2014")
    assert split(dated([2010, 2012, 2015])) == ("2010", "2012", "2015")
    with pytest.raises(UsageError, match="3 are needed"):
        split(dated([2010, 2011]))
    with pytest.raises(UsageError, match="began in 0 years; 3 are needed"):
        split(Study.from_tables({"actors": pd.DataFrame({"actor": ["a"]})}))


def test_the_list_is_the_models_order(planted: Study) -> None:
    found = recommend(planted, "f001", top=8)
    assert found.ranking == "learned"
    ranking = learned_ranking(planted)
    at = planted.actors["actor"].tolist().index("f001")
    chosen, features = ranking.walker(at)
    score = ranking.model.score(features)
    order = np.argsort(-score, kind="stable")[:8]
    names = planted.actors["actor"].to_numpy()[chosen[order]]
    assert [item.actor for item in found.partners] == names.tolist()
    assert [item.score for item in found.partners] == pytest.approx((score[order] - np.median(score)).tolist())
    # the parts are all of the score
    parts = ranking.parts(features)
    assert set(parts) == {"shared partners", "activity", "country", "size of alliances"}
    whole = sum(parts.values())
    assert np.ptp(whole - score) == pytest.approx(0, abs=1e-9)  # rounding
    best = found.partners[0]
    common = common_partners(ranking.walker.past, at)[chosen[order[0]]]
    assert any(f"{common} partners in common" in text for text in best.reasons)
    mean = ranking.evaluation.values("learned", "recall", 10).mean()
    assert f"held {per_cent(mean)} of the partners met afterwards" in found.evidence


def test_common_partners_by_hand() -> None:
    study = _studies().projects(_studies().SMALL)
    ranking = _studies().history(study, "2017")
    names = study.actors["actor"].tolist()
    shared = common_partners(ranking, names.index("a"))
    assert shared[names.index("c")] == 2  # through b and U
    assert shared[names.index("d")] == 0


def test_auto_keeps_to_the_weights_where_the_question_is_about_terms(planted: Study) -> None:
    assert recommend(planted, "f001", purpose="develop product").ranking == "weights"
    assert recommend(planted, "f001", weights={"near": 2}).ranking == "weights"
    assert recommend(planted, "f001", ranking="weights").ranking == "weights"
    blind = recommend(planted, "f001", purpose="develop product", ranking="learned")
    assert blind.ranking == "learned"
    assert "what it is for changes nothing" in blind.evidence
    short = recommend(example(seed=1), "F01")
    assert short.ranking == "weights"
    assert "expert priors" in str(short)
    with pytest.raises(UsageError, match="needed"):
        recommend(example(seed=1), "F01", ranking="learned")
    with pytest.raises(UnknownName):
        recommend(planted, "f001", ranking="magic")


@pytest.fixture(scope="module")
def answered(planted: Study) -> Study:
    """The same, where every firm answers on its capabilities: f000, f003 … with 7, the others with 2."""
    from interfirm.study.instruments import items

    asked = [item.item for item in items("capability")]
    actors = planted.actors["actor"].tolist()
    answers = pd.DataFrame([{"wave": "2018", "actor": actor, "respondent": "1", "item": item,
                             "value": "7" if int(actor[1:]) % 3 == 0 else "2"} for actor in actors for item in asked])
    return Study.from_tables(planted.tables() | {"waves": pd.DataFrame({"wave": ["2018"]}), "answers": answers})


def test_readiness_for_the_purpose_enters_the_learned_ranking(answered: Study) -> None:
    plain = recommend(answered, "f001", top=60)
    aimed = recommend(answered, "f001", purpose="develop product", top=60)
    assert (plain.ranking, aimed.ranking) == ("learned", "learned")
    assert "expert prior" in aimed.evidence
    before, after = ({item.actor: item for item in found.partners} for found in (plain, aimed))
    both = sorted(set(before) & set(after))
    ready = np.array([after[name].terms["readiness"] for name in both], dtype=float)
    added = np.array([after[name].terms["learned readiness"] for name in both], dtype=float)
    # 2 log odds from none to full, times 1.5 for this purpose
    assert np.ptp(added) == pytest.approx(2 * 1.5 * np.ptp(ready))
    moved = np.array([after[name].score - before[name].score for name in both])
    assert np.ptp(moved - added) == pytest.approx(0, abs=1e-9)  # rounding; the median candidate may differ
    first = [int(item.actor[1:]) % 3 == 0 for item in aimed.partners[:10]]
    assert sum(first) > sum(int(item.actor[1:]) % 3 == 0 for item in plain.partners[:10])
    best = next(item for item in aimed.partners if int(item.actor[1:]) % 3 == 0)
    assert any("of what such work asks for" in text for text in best.reasons)
    assert recommend(answered, "f001", purpose="develop product", weights={"near": 1}).ranking == "weights"
    assert "learned ranking" in why_not(answered, "f001", aimed.partners[-1].actor, purpose="develop product").answer


def test_an_actor_without_history_gets_the_weights(planted: Study) -> None:
    tables = planted.tables()
    tables["actors"] = pd.concat([tables["actors"], pd.DataFrame({"actor": ["new"], "country": ["XA"]})])
    study = Study.from_tables(tables)
    assert recommend(study, "new").ranking == "weights"
    with pytest.raises(UsageError, match="no alliance yet"):
        recommend(study, "new", ranking="learned")


def test_why_not_by_the_learned_ranking(planted: Study) -> None:
    whole = recommend(planted, "f001", top=60)
    first, last = whole.partners[0], whole.partners[-1]
    assert "on the list, at place 1" in why_not(planted, "f001", first.actor).answer
    far = why_not(planted, "f001", last.actor)
    assert far.rank == last.rank
    assert "by the learned ranking" in far.answer


def test_stability_falls_down_the_list_and_repeats(planted: Study) -> None:
    one, two = (recommend(planted, "f005", top=15, seed=1) for _ in range(2))
    assert one.table().equals(two.table())
    kept = [item.stability for item in one.partners]
    assert kept[0] >= kept[-1]
    assert all(0 < value <= 1 for value in kept)


@pytest.mark.slow
def test_the_covariance_is_that_of_repeated_samples() -> None:
    rng = np.random.default_rng(4)
    groups, size, truth = 300, 10, np.array([0.8, -0.4])
    start, fits, told = np.arange(groups) * size, [], []
    for _ in range(120):
        x = rng.normal(size=(groups * size, 2))
        u = (x @ truth + rng.gumbel(size=groups * size)).reshape(groups, size)
        y = np.zeros((groups, size))
        y[np.arange(groups), u.argmax(axis=1)] = 1
        b, _ = fit_choices(x, y.ravel(), np.zeros(groups * size), start)
        fits.append(b)
        told.append(np.sqrt(np.diag(choice_covariance(x, y.ravel(), np.zeros(groups * size), start, b))))
    seen = np.std(fits, axis=0, ddof=1)
    # the standard deviation of 120 draws is known to 1/√240 = 6.5 %; three of those
    assert np.mean(told, axis=0) == pytest.approx(seen, rel=0.2)


def test_the_command_tests_the_ranking(planted: Study, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_study(planted, tmp_path / "study")
    assert cli.run(["partners", str(tmp_path / "study"), "--evaluate", "--csv", str(tmp_path / "test.csv")]) == 0
    out = capsys.readouterr().out
    for words in ("partners met afterwards", "Adamic-Adar", "same country", "random", "Learned from"):
        assert words in out
    table = pd.read_csv(tmp_path / "test.csv")
    assert {"precision", "recall", "reciprocal_rank", "ndcg", "recall_low", "recall_high"} <= set(table.columns)
    assert set(table["cut"]) == {5, 10, 20, 50}
    write_study(example(seed=1), tmp_path / "small")
    assert cli.run(["partners", str(tmp_path / "small"), "--evaluate"]) == 2
    assert "Use explicit weights" in capsys.readouterr().err
