"""Effects of one's own: the same numbers as the effects they repeat, and as a count by hand."""

from __future__ import annotations

import numpy as np
import pytest
from small import grown

from interfirm.dynamics import Specification, add_effect, catalogue, engine
from interfirm.dynamics.coding import code
from interfirm.errors import UsageError


@pytest.fixture(autouse=True)
def only_here():
    before = dict(catalogue())
    yield
    catalogue().clear()
    catalogue().update(before)


def both(term, other):
    """Targets and change statistics of two terms."""
    coded = code(grown(), Specification("r", ["density", term, other]))
    return engine.targets(coded)[:, -2:], engine.change_statistics(coded, coded.start, 0)[:, :, -2:]


@pytest.mark.parametrize(("options", "other"), [
    ({"like": "inPop", "table": lambda d, _p: np.sqrt(d)}, "inPopSqrt"),
    ({"like": "gwespFF", "table": lambda d, p: np.exp(p / 100) * (1 - (1 - np.exp(-p / 100)) ** d)}, "gwespFF"),
    ({"like": "altX", "dyad": lambda a, b: b - a}, "diffX:size"),
    ({"like": "simX", "dyad": lambda a, b: np.abs(a - b)}, "absDiffX:size")])
def test_a_known_effect_made_again_is_the_same(options, other):
    add_effect("mine", title="Mine", **options)
    targets, changes = both("mine:size" if "dyad" in options else "mine", other)
    assert targets[:, 0] == pytest.approx(targets[:, 1], abs=1e-9)
    assert changes[:, :, 0] == pytest.approx(changes[:, :, 1], abs=1e-9)


def test_a_new_effect_by_hand():
    """Popularity by the logarithm: its statistic, and the difference that one tie makes to an actor's own sum."""
    add_effect("inPopLog", like="inPop", title="Popularity (log)", table=lambda d, _p: np.log(d + 1))
    data = grown()
    coded = code(data, Specification("r", ["density", "inPopLog"]))
    x = data.networks["r"].ties
    wanted = [(end * np.log(end.sum(axis=0) + 1)).sum() for end in x[1:]]
    assert engine.targets(coded)[:, -1] == pytest.approx(wanted)
    found = engine.change_statistics(coded, coded.start, 0)[:, :, -1]
    for i, j in ((0, 1), (3, 2), (5, 9)):
        with_tie, without = x[0].copy(), x[0].copy()
        with_tie[i, j], without[i, j] = 1, 0
        own = [(y[i] * np.log(y.sum(axis=0) + 1)).sum() for y in (with_tie, without)]
        assert found[i, j] == pytest.approx(own[0] - own[1])


@pytest.mark.parametrize("wrong", [
    {"name": "recip"}, {"name": "my effect"}, {"name": "_x"}, {"like": "recip"}, {"table": None},
    {"dyad": lambda a, b: a}, {"like": "X", "table": None, "dyad": lambda a, b: a}])
def test_what_cannot_be_added(wrong):
    options = {"name": "mine", "like": "inPop", "title": "Mine", "table": lambda d, _p: d, **wrong}
    with pytest.raises(UsageError):
        add_effect(**options)
