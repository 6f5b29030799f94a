"""Generated networks are what they claim; noise keeps the density; the ideal types are drawn consistently."""

from __future__ import annotations

import numpy as np
import pytest

from interfirm.errors import UnknownName, UsageError
from interfirm.structure import IDEAL_TYPES, KINDS, generate
from interfirm.structure.conditions import EMPTY, FULL, expected
from interfirm.structure.generator import disturb
from interfirm.structure.indices import barrier_strength, global_reaching_centrality, krackhardt


@pytest.mark.parametrize("kind", KINDS)
def test_shapes_and_positions(kind: str) -> None:
    made = generate(kind, 17, seed=1)
    assert (made.exchange == made.exchange.T).all()
    assert not made.exchange.diagonal().any() and not made.coordination.diagonal().any()
    assert set(made.positions) <= set(IDEAL_TYPES[kind].positions)
    assert (generate(kind, 17, seed=1).exchange == made.exchange).all()
    code = {"segment A": 1, "segment B": 2, "member": 1, "unit": 1, "intermediate": 1, "nodal": 0, "main firm": 0}
    e, c = expected(kind, np.array([code[p] for p in made.positions]), made.superiors)  # type: ignore[arg-type]
    for layer, label in ((made.exchange, e), (made.coordination, c)):
        off = ~np.eye(17, dtype=bool)
        assert (layer[off & (label == FULL)] == 1).all()
        assert (layer[off & (label == EMPTY)] == 0).all()


def test_noise_keeps_the_density_and_noise_one_is_random() -> None:
    """Mean density over 400 draws within 4 standard errors; at noise 1 a tie is as likely where one was."""
    rng = np.random.default_rng(1)
    layer = generate("nodal circuit", 20, seed=1).coordination
    density = layer.sum() / 380
    for noise in (0.2, 0.6, 1.0):
        drawn = np.array([disturb(layer, noise, rng, symmetric=False) for _ in range(400)])
        means = drawn.sum(axis=(1, 2)) / 380
        error = np.sqrt(density * (1 - density) / 380 / 400)
        assert abs(means.mean() - density) < 4 * error
        kept = drawn[:, layer == 1].mean()
        expected_share = 1 - noise * (1 - density)
        cells = 400 * layer.sum()
        assert abs(kept - expected_share) < 4 * np.sqrt(expected_share * (1 - expected_share) / cells) + 1e-12
    assert (disturb(layer, 0.0, rng, symmetric=False) == layer).all()


def test_structural_constants_of_the_ideal_types() -> None:
    """Hand-checked: an out-tree of 7 is (1, 1, 1, 1) with reaching centrality 8/9; 3 hubs with 2 units 3/16."""
    tree = generate("branch", 7, seed=1, branching=2, shuffle=False).coordination == 1
    assert list(krackhardt(tree).values()) == [1, 1, 1, 1]
    assert global_reaching_centrality(tree) == pytest.approx(8 / 9)
    hubs = generate("circuit-branch", 9, seed=1, nodal=3, shuffle=False).coordination == 1
    assert global_reaching_centrality(hubs) == pytest.approx(0.1875)
    wall = generate("circuit-barrier", 7, seed=1, shuffle=False).exchange == 1
    strength, who = barrier_strength(wall)
    assert strength == pytest.approx(3 / 7) and who == (0,)


@pytest.mark.parametrize("kind", KINDS)
def test_drawings_follow_their_images(kind: str) -> None:
    item = IDEAL_TYPES[kind]
    example = item.example
    n = len(example.positions)
    assert len(example.places) == n and set(example.positions) == set(item.positions)
    assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in example.places)
    assert example.external and max(max(pair) for pair in example.exchange) < n
    for image, pairs, directed in ((item.exchange, example.exchange, False),
                                   (item.coordination, example.coordination, True)):
        there = set(pairs) | (set() if directed else {(b, a) for a, b in pairs})
        for a in range(n):
            for b in range(n):
                row, column = example.positions[a], example.positions[b]
                label = image.get((row, column)) or ("H" if directed else image[(column, row)])
                if a != b and label == "Z":
                    assert (a, b) not in there
                if a != b and label == "S":
                    assert (a, b) in there


def test_wrong_shapes_are_said() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'branch'"):
        generate("brunch", 9, seed=1)
    with pytest.raises(UsageError, match="at least 6"):
        generate("branch", 5, seed=1)
    with pytest.raises(UsageError, match="one to three"):
        generate("nodal circuit", 9, seed=1, nodal=4)
    with pytest.raises(UsageError, match="at least two nodal"):
        generate("circuit-branch", 9, seed=1, nodal=1)
    with pytest.raises(UsageError, match="shares"):
        generate("circuit", 9, noise=1.5, seed=1)
    with pytest.raises(UsageError, match="1 or more"):
        generate("branch", 9, seed=1, branching=0)
