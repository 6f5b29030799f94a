"""Coders, saturation, code matrices and set comparison against published constants and hand calculations."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from answer_studies import study_of

import interfirm
from interfirm.capability import (
    calibrate,
    code_cooccurrence,
    code_matrix,
    coder_agreement,
    cohen_kappa,
    consistency,
    coverage,
    krippendorff_alpha,
    minimise,
    proportional_reduction,
    readiness_index,
    requirement,
    requirements_from_cases,
    saturation,
    saturation_of,
    set_solution,
    theme_support,
    themes_by,
    truth_table,
)
from interfirm.capability.boolean import all_rows, covers
from interfirm.errors import DataError, UnknownName, UsageError

N = float("nan")
# Krippendorff's data C, 4 observers × 12 units
DATA_C = [[1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N], [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, N],
          [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 3], [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N]]


@pytest.mark.parametrize(("metric", "value"), [("nominal", 0.7434), ("ordinal", 0.8154), ("interval", 0.8491),
                                               ("ratio", 0.7974)])
def test_krippendorff_data_c(metric, value):
    assert krippendorff_alpha(DATA_C, metric=metric) == pytest.approx(value, abs=5e-5)


def test_krippendorff_by_hand():
    # units (1,1) (1,2): o_11 = 2, o_12 = o_21 = 1; n = 3, 1; D_o = 2/4, D_e = 2·3·1/(4·3) -> 0
    assert krippendorff_alpha([[1, 1], [1, 2]]) == pytest.approx(0, abs=1e-12)
    assert krippendorff_alpha([[1, 2, 3], [1, 2, 3]]) == 1


def test_krippendorff_invariants():
    x = np.array(DATA_C)
    for metric in ("nominal", "ordinal", "interval"):
        value = krippendorff_alpha(x, metric=metric)
        assert krippendorff_alpha(x[::-1, ::-1], metric=metric) == pytest.approx(value, abs=1e-12)
        assert krippendorff_alpha(2 * x + 5, metric=metric) == pytest.approx(value, abs=1e-12)
    assert krippendorff_alpha(x**3, metric="ordinal") == pytest.approx(krippendorff_alpha(x, metric="ordinal"))
    assert krippendorff_alpha(x * 7, metric="ratio") == pytest.approx(krippendorff_alpha(x, metric="ratio"))


def test_krippendorff_edges():
    assert np.isnan(krippendorff_alpha([[1, 1], [1, 1]]))
    assert np.isnan(krippendorff_alpha([[1, N], [N, 2]]))
    with pytest.raises(UnknownName, match="ordinal"):
        krippendorff_alpha(DATA_C, metric="ordinals")
    with pytest.raises(UsageError):
        krippendorff_alpha([[-1, 1], [1, 1]], metric="ratio")
    with pytest.raises(UsageError):
        krippendorff_alpha([1, 2])


def test_kappa_by_hand():
    # 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no: p_o = 0.7, p_e = 0.5 -> 0.4
    first, second = [1] * 25 + [0] * 25, [1] * 20 + [0] * 5 + [1] * 10 + [0] * 15
    assert cohen_kappa(first, second) == pytest.approx(0.4)
    assert cohen_kappa([1, 2, 3, N], [1, 2, 3, 1]) == 1
    assert np.isnan(cohen_kappa([1, 1], [1, 1]))
    # linear: observed 1/3; expected Σ|i−j|/9 over a 3×3 table of thirds = 8/9
    assert cohen_kappa([1, 2, 3], [1, 2, 2], weights="linear") == pytest.approx(1 - (1 / 3) / (7 / 9))
    with pytest.raises(UnknownName):
        cohen_kappa([1], [1], weights="cubic")
    with pytest.raises(UsageError):
        cohen_kappa([1], [1, 2])


def test_saturation_of_guest():
    found = saturation_of([10, 6, 4, 2, 1, 1, 0, 0])
    assert found.base_codes == 22
    np.testing.assert_allclose(found.runs["share"], [2 / 22, 1 / 22, 0])
    assert (found.runs.loc[1, "first"], found.runs.loc[1, "last"], found.reached) == (6, 7, 7)
    assert saturation_of([10, 6, 4, 2, 1, 1, 0, 0], threshold=0).reached == 8
    assert saturation_of([5, 5, 5, 5, 5, 5]).reached is None
    assert saturation_of([5, 5]).runs.empty and "too few" in str(saturation_of([5, 5]))


@pytest.mark.parametrize("wrong", [{"base": 0}, {"run": 0}, {"threshold": 5}])
def test_wrong_settings_of_saturation(wrong):
    with pytest.raises(UsageError):
        saturation_of([3, 2, 1, 0, 0, 0], **wrong)


def coding(case, segment, code, coder="A", source=None, text="words", actor=None):
    return {"case": case, "source": source or f"interview {case}", "segment": segment, "coder": coder, "code": code,
            "text": text, "actor": actor}


@pytest.fixture
def coded():
    rows = [coding("a", "1", "trust"), coding("a", "1", "tools"), coding("a", "2", "trust"), coding("b", "1", "trust"),
            coding("b", "2", "exit", text=None), coding("a", "1", "trust", "B"), coding("a", "2", "exit", "B")]
    return study_of([("F", "1", "other", 1)], codings=rows)


def test_code_matrix_counts_each_segment_once(coded):
    table = code_matrix(coded)
    assert table.loc["trust"].to_dict() == {"a": 2, "b": 1}
    assert table.loc["exit"].to_dict() == {"a": 1, "b": 1}
    assert table.to_numpy().sum() == len(coded.codings.drop_duplicates(["case", "source", "segment", "code"]))
    assert code_matrix(coded, cell="presence").loc["tools"].to_dict() == {"a": 1, "b": 0}
    assert code_matrix(coded, cell="salience").sum().to_dict() == pytest.approx({"a": 1, "b": 1})
    with pytest.raises(UnknownName):
        code_matrix(coded, cell="share")


def test_cooccurrence_by_hand(coded):
    table = code_cooccurrence(coded)
    assert table.loc["trust", "tools"] == pytest.approx(1 / 3)
    assert table.loc["trust", "exit"] == pytest.approx(1 / 4)
    assert table.loc["tools", "exit"] == 0
    np.testing.assert_array_equal(table, table.T)


def test_support_needs_quotes_in_two_cases(coded):
    found = theme_support(coded)
    assert found.loc["trust", ["segments", "cases", "quotes"]].tolist() == [3, 2, 3]
    assert found["supported"].to_dict() == {"trust": True, "exit": False, "tools": False}
    assert found.loc["exit", "cases_with_quote"] == 1


def test_coders_only_count_where_they_worked(coded):
    found = coder_agreement(coded)
    # B worked on interview a only: two segments. trust: A 1 1, B 1 0; exit: A 0 0, B 0 1; tools: A 1 0, B 0 0.
    assert found.rows["segments"].tolist() == [2, 2, 2]
    assert found.rows.loc["trust", "alpha"] == krippendorff_alpha([[1, 1], [1, 0]])
    assert np.isnan(found.alpha)


def test_one_coder():
    study = study_of([("F", "1", "other", 1)], codings=[coding("a", "1", "trust"), coding("a", "2", "exit")])
    assert "One coder only" in str(coder_agreement(study))


def test_saturation_follows_the_order_of_interviews(coded):
    assert saturation(coded, base=1, run=1).new == (3, 0)
    assert saturation(coded, order=["interview b", "interview a"], base=1, run=1).new == (2, 1)
    with pytest.raises(UsageError, match="every source once"):
        saturation(coded, order=["interview a"])


def test_themes_by_group(coded):
    table = themes_by(coded, {"a": "r&d", "b": "training"})
    assert table.loc["tools"].to_dict() == {"r&d": 1, "training": 0}
    with pytest.raises(UsageError, match="group of b"):
        themes_by(coded, {"a": "r&d"})
    with pytest.raises(UnknownName, match="'c'"):
        themes_by(coded, {"c": "r&d"})


def test_findings_become_requirements(coded):
    presence = code_matrix(coded, cell="presence")
    types, purposes = {"a": "r&d", "b": "r&d"}, {"a": "cut cost", "b": "cut cost"}
    table = requirements_from_cases(presence, types, purposes, {"trust": "C1", "tools": "C3"})
    wanted = requirement("r&d", "cut cost", table=table)
    assert wanted.level == {"C1": 7.0, "C3": 4.0}
    assert wanted.provenance == "2 coded cases" and not wanted.is_prior
    assert readiness_index({"C1": 7, "C3": 4}, wanted) == 1
    with pytest.raises(UnknownName, match="'nothing'"):
        requirements_from_cases(presence, types, purposes, {"nothing": "C1"})
    with pytest.raises(UsageError, match="type and purpose of b"):
        requirements_from_cases(presence, {"a": "r&d"}, purposes, {"trust": "C1"})


def test_a_study_without_codings():
    study = study_of([("F", "1", "other", 1)])
    for call in (code_matrix, coder_agreement, saturation, theme_support, code_cooccurrence):
        with pytest.raises(DataError, match="no codings"):
            call(study)


def test_the_example_has_two_coders_who_mostly_agree():
    found = coder_agreement(interfirm.example())
    assert 0.5 < found.alpha < 1


def test_consistency_and_coverage_by_hand():
    assert consistency([1, 0.6], [0.8, 0.6]) == pytest.approx(0.875)
    assert coverage([1, 0.6], [0.8, 0.6]) == pytest.approx(1)
    assert np.isnan(consistency([0, 0], [1, 0]))
    assert proportional_reduction([0.4, 0.4], [0.5, 0.5]) == pytest.approx(N, nan_ok=True)
    with pytest.raises(UsageError, match="calibrate"):
        consistency([1, 5], [1, 1])
    with pytest.raises(UsageError):
        consistency([1], [1, 1])


def test_calibration():
    falling = calibrate([7, 4, 1, N], out=7, crossover=4, full=1)
    np.testing.assert_allclose(falling[:3], [1 / (1 + np.exp(3)), 0.5, 1 / (1 + np.exp(-3))])
    assert np.isnan(falling[3])
    with pytest.raises(UsageError):
        calibrate([1], out=1, crossover=1, full=2)


def brute_force(ones: set[str], free: set[str], size: int) -> int:
    """Fewest terms of any sum that covers the ones and nothing else but free rows."""
    if not ones:
        return 0
    banned = set(all_rows(size)) - ones - free
    terms = ["".join(t) for t in itertools.product("01-", repeat=size)]
    fit = [t for t in terms if not any(covers(t, row) for row in banned) and any(covers(t, row) for row in ones)]
    for count in range(1, len(ones) + 1):
        for some in itertools.combinations(fit, count):
            if all(any(covers(t, row) for t in some) for row in ones):
                return count
    raise AssertionError


@pytest.mark.parametrize("seed", range(12))
def test_minimising_finds_the_shortest_cover(seed):
    rng = np.random.default_rng(seed)
    state = dict(zip(all_rows(3), rng.choice(["1", "0", "?"], 8, p=[0.5, 0.35, 0.15]), strict=True))
    ones, free = {r for r, s in state.items() if s == "1"}, {r for r, s in state.items() if s == "?"}
    found = minimise(ones, free)
    banned = set(state) - ones - free
    for solution in found:
        assert all(any(covers(term, row) for term in solution) for row in ones)
        assert not any(covers(term, row) for term in solution for row in banned)
        assert len(solution) == brute_force(ones, free, 3)


def test_minimising_by_hand():
    # majority of three: ab + ac + bc
    assert minimise(["110", "101", "011", "111"]) == [("-11", "1-1", "11-")]
    # a ring of six rows has two shortest covers
    assert len(minimise(["001", "011", "010", "110", "100", "101"])) == 2
    assert minimise([]) == [()]
    assert minimise(all_rows(2)) == [("--",)]
    with pytest.raises(UsageError):
        minimise(["1" * 13])


def test_truth_table_of_crisp_cases():
    rows = {"trust": [1, 1, 0, 0, 1], "tools": [1, 0, 1, 0, 1], "result": [1, 1, 0, 0, 1]}
    table = truth_table(pd.DataFrame(rows, index=list("abcde")), "result")
    assert table.rows.loc["11", "cases"] == 2 and table.rows.loc["01", "outcome"] == 0
    found = set_solution(table)
    assert found.terms["term"].tolist() == ["trust"]
    assert (found.consistency, found.coverage) == (1, 1)
    assert found.terms.loc[0, "cases"] == "a, b, e"


def test_truth_table_of_fuzzy_cases_by_hand():
    data = pd.DataFrame({"a": [0.8, 0.3, 0.6], "b": [0.9, 0.2, 0.4], "y": [0.7, 0.1, 0.9]}, index=list("pqr"))
    table = truth_table(data, "y", least=0.9)
    # corner 11: min(a, b) = .8 .2 .4; min with y = .7 .1 .4
    assert table.rows.loc["11", "consistency"] == pytest.approx(1.2 / 1.4)
    assert table.rows["cases"].to_dict() == {"00": 1, "01": 0, "10": 1, "11": 1}
    # corner 10: min(a, 1 - b) = .1 .3 .6; min with y = .1 .1 .6
    assert table.rows.loc["10", "consistency"] == pytest.approx(0.8 / 1.0)
    assert table.rows.loc["10", "outcome"] == 0
    assert np.isnan(table.rows.loc["01", "outcome"])


def test_unobserved_combinations_shorten_only_the_parsimonious_solution():
    rows = {"trust": [1, 0], "tools": [1, 0], "result": [1, 0]}
    table = truth_table(pd.DataFrame(rows, index=list("ab")), "result")
    assert set_solution(table).terms["term"].tolist() == ["trust AND tools"]
    short = set_solution(table, kind="parsimonious")
    assert sorted(short.terms["term"]) == ["tools", "trust"] and short.terms["solution"].max() == 2
    with pytest.raises(UnknownName):
        set_solution(table, kind="simple")


def test_no_combination_goes_with_the_outcome():
    table = truth_table(pd.DataFrame({"a": [1.0, 0], "y": [0.0, 0]}, index=list("pq")), "y")
    assert set_solution(table).terms.empty
    assert "No combination" in str(set_solution(table))


def test_bad_memberships():
    with pytest.raises(DataError) as caught:
        truth_table(pd.DataFrame({"a": [2.0, N], "y": [1.0, 0]}, index=list("pq")), "y")
    assert len(caught.value.findings) == 2
    with pytest.raises(UnknownName):
        truth_table(pd.DataFrame({"a": [1.0]}), "y")
    with pytest.raises(UsageError):
        truth_table(pd.DataFrame({"y": [1.0]}), "y")
    odd = truth_table(pd.DataFrame({"a": [0.5, 1], "y": [1.0, 1]}, index=list("pq")), "y")
    assert "exactly 0.5" in str(odd.findings[0])
