"""The parts beneath the summary: filling, distance, layout, the map of a large network, real data."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from small_studies import chain, projects, star

from interfirm.report import context, mapdata
from interfirm.report.chapters.positions import cut_off
from interfirm.report.context import Context
from interfirm.report.filling import Filling, can_fill, holds
from interfirm.report.layout import layout
from interfirm.report.nearness import Places, nearness
from interfirm.report.summary import summarize


def test_rates_by_hand() -> None:
    """2021: G and H are silent. 6 ties among 42 known pairs; B receives 2 in 5 known pairs, F none in 5."""
    view = chain().adjacency("advice", "2021")
    filling = Filling(view)
    assert len(filling.pairs) == 14
    chance = {(str(view.actors[a]), str(view.actors[b])): c
              for (a, b), c in zip(filling.pairs, filling.chance, strict=True)}
    assert chance["G", "B"] == pytest.approx((2 + 1) / (5 + 7))
    assert chance["H", "F"] == pytest.approx((0 + 1) / (5 + 7))
    place = list(view.actors).index("F")
    assert filling.reached[place] == pytest.approx(1 - (1 - 1 / 12) ** 2)


def test_fillings_keep_what_is_known() -> None:
    view = chain().adjacency("advice", "2021")
    filling, rng = Filling(view), np.random.default_rng(1)
    drawn = np.mean([filling.dense(rng) for _ in range(4000)], axis=0)
    known = view.observed()
    assert (drawn[known] == view.binary.toarray()[known]).all()
    expected = np.zeros(view.matrix.shape)
    expected[filling.pairs[:, 0], filling.pairs[:, 1]] = filling.chance
    unknown = ~known & ~np.eye(view.size, dtype=bool)
    assert np.abs(drawn - expected)[unknown].max() < 0.04  # five standard errors of 4,000 draws


def test_nothing_unknown_holds_for_sure() -> None:
    view = star().adjacency("advice", "2020")
    assert not can_fill(view)
    assert holds(view, lambda _matrix: False, draws=3, rng=np.random.default_rng(1)) == 1.0


def test_cut_off_by_hand() -> None:
    """A chain of five: without the middle, two of the four others are on the smaller side; without the end, none."""
    chain_of_five = sp.csr_array(np.diag(np.ones(4), 1))
    assert [cut_off(chain_of_five, place) for place in range(5)] == [0, 1, 2, 1, 0]


def test_distances_from_the_table_of_pairs() -> None:
    where = Places(np.ones(6, dtype=bool), False, np.abs(np.subtract.outer(np.arange(6.0), np.arange(6.0))))
    rng = np.random.default_rng(1)
    found = nearness(where, np.arange(6), np.arange(5), np.arange(1, 6), permutations=2000, rng=rng)
    assert found is not None
    assert (found.tied, found.every, found.ties, found.actors) == (1.0, 2.0, 5, 6)
    every = [np.median(np.abs(np.diff(order))) for order in itertools.permutations(range(6))]
    exact = np.mean(np.array(every) <= 1)
    assert found.nearer == pytest.approx(1 - exact, abs=0.04)  # four standard errors of 2,000 draws
    assert found.farther < 0.001


def test_layout_is_repeatable_and_inside_the_square() -> None:
    rng = np.random.default_rng(1)
    ties = sp.csr_array(np.triu(rng.random((40, 40)) < 0.08, 1).astype(float))
    ties = sp.csr_array(ties + ties.T)
    external = np.arange(40) >= 36
    one, two = layout(ties, external, seed=3), layout(ties, external, seed=3)
    assert (one.positions == two.positions).all() and one.boundary == two.boundary
    assert one.positions.min() >= 0 and one.positions.max() <= 1


def test_layout_without_anybody_tied() -> None:
    found = layout(sp.csr_array((4, 4)), np.zeros(4, dtype=bool), seed=1)
    assert len({tuple(place) for place in found.positions}) == 4


def test_a_large_network_is_aggregated(monkeypatch: pytest.MonkeyPatch) -> None:
    small = {"aggregate_above": 5, "map_actors": 3}
    real = context.limit
    monkeypatch.setattr(mapdata, "limit", lambda name: small.get(name, real(name)))
    monkeypatch.setattr("interfirm.report.aggregate.limit", lambda name: small.get(name, real(name)))
    drawn = mapdata.map_data(Context(projects()), ["B"])
    assert len(drawn["nodes"]) == 3 and drawn["nodes"][drawn["labelled"][0]]["id"] == "B"
    groups = drawn["aggregated"]
    assert sum(node["size"] for node in groups["nodes"]) + groups["others"]["actors"] == 8
    inside = sum(node["ties"] for node in groups["nodes"])
    between = sum(edge["ties"] for edge in groups["edges"])
    assert inside + between == 10 + 2 + 1  # pairs of A-E; A and B with F; A with G
    json.dumps(drawn, allow_nan=False)


@pytest.mark.slow
@pytest.mark.data
def test_kecskemet(data_dir: Callable[[str], Path]) -> None:
    """223 and 181 ties among 28 firms, as counted in the matrices; 26 firms in each wave, two left, two joined."""
    from interfirm.study.read.importing import import_files

    study = import_files([data_dir("kecskemet")]).study
    assert study is not None
    summary = summarize(study, date="2026-01-01")
    table = next(item for chapter in summary["chapters"] for item in chapter["blocks"] if item["id"] == "who-relations")
    ties = {row[2]: row[4] for row in table["rows"] if row[4] in {223, 181}}
    assert sorted(ties.values()) == [181, 223]
    assert 3 <= len(summary["findings"]) <= 7
    json.dumps(summary, allow_nan=False)
