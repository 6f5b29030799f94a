"""QAP: numpy on the same cells, enumeration of all permutations, recovery, uniform p-values."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from interfirm.errors import UnknownName, UsageError
from interfirm.network.qap import qap_correlation
from interfirm.study.study import Study

EXACT = 1e-9


def study_of(matrices, *, directed=True, silent=None, distance=None, waves=("w",)):
    """Matrices by relation (or by (relation, wave)); NaN cells are unknown; ``silent`` by relation."""
    size = len(next(iter(matrices.values())))
    actor = [f"f{i:03d}" for i in range(size)]
    rows, responses = [], []
    relations = list(dict.fromkeys(key if isinstance(key, str) else key[0] for key in matrices))
    for key, matrix in matrices.items():
        relation, wave = (key, waves[0]) if isinstance(key, str) else key
        mute = (silent or {}).get(relation, ())
        for i, j in zip(*np.nonzero(matrix), strict=True):
            if i not in mute and (directed or i < j):
                rows.append((wave, relation, actor[i], actor[j], matrix[i, j]))
        responses += [(wave, relation, actor[i], i not in mute) for i in range(size)]
    tables = {
        "waves": pd.DataFrame({"wave": list(waves)}),
        "relations": pd.DataFrame({"relation": relations, "layer": "exchange", "directed": directed}),
        "actors": pd.DataFrame({"actor": actor}),
        "responses": pd.DataFrame(responses, columns=["wave", "relation", "actor", "responded"]),
        "ties": pd.DataFrame(rows, columns=["wave", "relation", "sender", "receiver", "weight"]),
    }
    if distance is not None:
        i, j = np.nonzero(~np.eye(size, dtype=bool))
        cells = pd.DataFrame({"sender": np.array(actor)[i], "receiver": np.array(actor)[j], "distance": distance[i, j]})
        tables["dyads"] = cells.dropna()
    return Study.from_tables(tables)


def drawn(size, seed, density=0.25, symmetric=False):
    matrix = (np.random.default_rng(seed).random((size, size)) < density).astype(float)
    if symmetric:
        matrix = np.triu(matrix, 1) + np.triu(matrix, 1).T
    np.fill_diagonal(matrix, 0)
    return matrix


def off_diagonal(matrix):
    return matrix[~np.eye(len(matrix), dtype=bool)]


def test_values_equal_numpy():
    a, b = drawn(20, 1), drawn(20, 2)
    study = study_of({"a": a, "b": b})
    x, y = off_diagonal(a), off_diagonal(b)
    found = qap_correlation(study, "a", "b", permutations=50)
    assert found.value == pytest.approx(np.corrcoef(x, y)[0, 1], abs=EXACT)
    assert found.pairs == 380 and found.actors == 20
    jaccard = qap_correlation(study, "a", "b", method="jaccard", permutations=50)
    assert jaccard.value == pytest.approx((x * y).sum() / np.maximum(x, y).sum(), abs=EXACT)
    assert "pearson" in str(found) and len(found.table()) == 1


def test_undirected_relations_are_compared_over_unordered_pairs():
    a, b = drawn(15, 1, symmetric=True), drawn(15, 2, symmetric=True)
    found = qap_correlation(study_of({"a": a, "b": b}, directed=False), "a", "b", permutations=20)
    assert found.pairs == 105
    assert found.value == pytest.approx(np.corrcoef(off_diagonal(a), off_diagonal(b))[0, 1], abs=EXACT)


def test_weights_and_distances_count_when_asked():
    a, b = drawn(12, 3) * np.random.default_rng(1).integers(1, 5, (12, 12)), drawn(12, 4)
    distance = np.random.default_rng(2).random((12, 12)) * 100
    distance[0, 1] = np.nan
    study = study_of({"a": a, "b": b}, distance=distance)
    weighted = qap_correlation(study, "a", "b", weighted=True, permutations=20)
    assert weighted.value == pytest.approx(np.corrcoef(off_diagonal(a), off_diagonal(b))[0, 1], abs=EXACT)
    there = ~np.isnan(off_diagonal(distance))
    far = qap_correlation(study, "distance", "b", permutations=20)
    x, y = off_diagonal(distance)[there], off_diagonal(b)[there]
    assert far.value == pytest.approx(np.corrcoef(x, y)[0, 1], abs=EXACT)
    assert far.pairs == 12 * 11 - 1
    with pytest.raises(UsageError, match="yes-or-no"):
        qap_correlation(study, "distance", "b", method="jaccard")


@pytest.mark.parametrize("method", ["pearson", "jaccard"])
@pytest.mark.parametrize("silent", [{}, {"a": [1]}, {"a": [1], "b": [3]}])
def test_the_test_equals_the_enumeration_of_all_permutations(method, silent):
    a, b = drawn(6, 5, 0.4), drawn(6, 6, 0.4)
    study = study_of({"a": a, "b": b}, silent=silent)
    one, two = a.copy(), b.copy()
    for matrix, name in ((one, "a"), (two, "b")):
        matrix[silent.get(name, [])] = np.nan
        np.fill_diagonal(matrix, np.nan)

    def value(order):
        turned = two[np.ix_(order, order)]
        there = ~np.isnan(one) & ~np.isnan(turned)
        x, y = one[there], turned[there]
        if method == "jaccard":
            return (x * y).sum() / np.maximum(x, y).sum()
        return np.corrcoef(x, y)[0, 1]

    every = np.array([value(list(order)) for order in permutations(range(6))])
    found = qap_correlation(study, "a", "b", method=method, permutations=20_000, seed=1)
    assert found.value == pytest.approx(value(range(6)), abs=EXACT)
    # 20,000 permutations: standard errors at most .0036 for a share and sd / 141 for the mean; four of them
    assert found.mean == pytest.approx(every.mean(), abs=4 * every.std() / 141)
    assert found.p_high == pytest.approx(np.mean(every >= found.value - 1e-12), abs=0.015)
    assert found.p_low == pytest.approx(np.mean(every <= found.value + 1e-12), abs=0.015)


def test_planted_association_is_found_both_ways():
    a = drawn(30, 1)
    rng = np.random.default_rng(3)
    same = np.where(rng.random(a.shape) < 0.4, a, drawn(30, 9))
    opposite = np.where(a > 0, 0.0, drawn(30, 8))
    study = study_of({"a": a, "same": same, "opposite": opposite})
    up, down = (qap_correlation(study, "a", name, permutations=999) for name in ("same", "opposite"))
    assert up.p_high == pytest.approx(0.001) and up.p == pytest.approx(0.002) and up.value > up.high
    assert down.p_low == pytest.approx(0.001) and down.value < down.low


def test_p_values_are_uniform_for_unrelated_relations():
    names = [f"r{k}" for k in range(20)]
    study = study_of({name: drawn(14, 100 + k) for k, name in enumerate(names)}, silent={"r3": [2], "r8": [0, 1]})
    ps = [qap_correlation(study, one, two, permutations=99, seed=k).p_high
          for k, (one, two) in enumerate(zip(names, names[1:] + names[:1], strict=True))]
    ps += [qap_correlation(study, names[k], names[(k + 7) % 20], permutations=99, seed=k).p_high for k in range(20)]
    ps += [qap_correlation(study, names[k], names[(k + 4) % 20], permutations=99, seed=k).p_high for k in range(20)]
    # 60 values; standard error of a share at most .065; four of them
    for level in (0.25, 0.5, 0.75):
        assert abs(np.mean(np.array(ps) <= level) - level) < 0.26


def test_waves_of_one_relation_can_be_compared():
    a, b = drawn(12, 1), drawn(12, 2)
    study = study_of({("a", "1"): a, ("a", "2"): b}, waves=("1", "2"))
    found = qap_correlation(study, ("a", 1), ("a", 2), permutations=20)
    assert found.value == pytest.approx(np.corrcoef(off_diagonal(a), off_diagonal(b))[0, 1], abs=EXACT)
    assert found.first == "a (1)"


def test_same_seed_same_result_and_order_does_not_matter_to_the_value():
    a, b = drawn(15, 1), drawn(15, 2)
    study = study_of({"a": a, "b": b})
    assert qap_correlation(study, "a", "b", seed=3, permutations=99) == qap_correlation(
        study, "a", "b", seed=3, permutations=99)
    order = np.random.default_rng(1).permutation(15)
    turned = study_of({"a": a[np.ix_(order, order)], "b": b[np.ix_(order, order)]})
    assert qap_correlation(turned, "a", "b", permutations=9).value == pytest.approx(
        qap_correlation(study, "a", "b", permutations=9).value, abs=EXACT)


def test_what_cannot_be_compared_is_said(monkeypatch):
    from interfirm.network import qap

    study = study_of({"a": drawn(10, 1), "empty": np.zeros((10, 10))})
    flat = qap_correlation(study, "a", "empty", permutations=9)
    assert np.isnan(flat.value) and np.isnan(flat.p)
    with pytest.raises(UnknownName, match="relation or column of dyads 'b'"):
        qap_correlation(study, "a", "b")
    with pytest.raises(UnknownName, match="pearson, jaccard"):
        qap_correlation(study, "a", "empty", method="spearman")
    with pytest.raises(UsageError, match="three actors"):
        qap_correlation(study_of({"a": drawn(2, 1), "b": drawn(2, 2)}), "a", "b")
    monkeypatch.setattr(qap, "whole", lambda name: 5)
    with pytest.raises(UsageError, match="at most 5 actors"):
        qap_correlation(study, "a", "empty")
