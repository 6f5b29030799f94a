"""Gatekeeper loss: by hand, against the loss of leaving firms, and its parts."""

from __future__ import annotations

import numpy as np
import pytest
from knowledge_studies import make

from interfirm.errors import DataError, UnknownName, UsageError
from interfirm.knowledge import gatekeeper_loss
from interfirm.structure import without

CHAIN = [(1, 0), (2, 1), (3, 2)]  # f3 asks f2 asks f1 asks f0, who has two links outside


def test_a_chain_by_hand():
    """Within two hand-overs f0, f1, f2 reach both sources, f3 none: 6 pairs; without f0 the others lose all 4."""
    loss = gatekeeper_loss(make(CHAIN, 4, links=[2, 0, 0, 0]), ["f0"])
    assert loss.reach == 6
    row = loss.rows.iloc[0]
    assert (row["lost"], row["lost_share"], row["cut_off"], row["links"]) == (4, 1, 2, 2)
    assert (loss.direct, loss.through, loss.nothing) == (0.25, 0.5, 0.25)
    assert loss.lost_with_all == 1 and loss.left_without_all == ("f1", "f2")
    assert row["fair_share"] == 1


def test_hand_overs():
    study = make(CHAIN, 4, links=[2, 0, 0, 0])
    assert [gatekeeper_loss(study, ["f0"], hand_overs=h).reach for h in (0, 1, 2, 3, None)] == [2, 4, 6, 8, 8]
    with pytest.raises(UsageError):
        gatekeeper_loss(study, ["f0"], hand_overs=-2)


def test_a_source_that_two_know_counts_once():
    study = make([(2, 0), (2, 1)], 3, outside=[(0, "x"), (1, "x"), (1, "y")])
    loss = gatekeeper_loss(study, ["f0", "f1"])
    assert loss.reach == 1 + 2 + 2
    rows = loss.rows.set_index("actor")
    assert rows.loc["f0", "lost"] == 0 and rows.loc["f1", "lost"] == 1
    assert rows["fair_share"].sum() == pytest.approx(loss.lost_with_all) and loss.lost_with_all == 1


@pytest.mark.parametrize("seed", range(5))
def test_without_a_limit_it_is_the_loss_of_leaving_firms(seed):
    rng = np.random.default_rng(seed)
    asks = [(i, j) for i in range(12) for j in range(12) if i != j and rng.random() < 0.12]
    outside = [(i, f"x{s}") for i in range(12) for s in range(3) if rng.random() < 0.15]
    study = make(asks, 12, outside=outside)
    gone = ["f1", "f4", "f7"]
    theirs = without(study, gone, exchange="advice", wave="w")
    ours = gatekeeper_loss(study, gone, hand_overs=None)
    assert ours.lost_with_all * 1.0 == pytest.approx(
        theirs.knowledge_lost / theirs.knowledge_before if theirs.knowledge_before else 0)
    fair = ours.rows.set_index("actor")["fair_share"] * theirs.knowledge_before
    assert fair[gone].tolist() == pytest.approx([theirs.knowledge_share[a] for a in gone])


def test_found_gatekeepers_are_used_and_none_is_said():
    loss = gatekeeper_loss(make([(1, 0, 3), (2, 0, 3), (0, 1, 1)], 4, links=[5, 0, 0, 1]))
    assert loss.rows["actor"].tolist() == ["f0"]
    none = gatekeeper_loss(make(CHAIN, 4, links=[2, 0, 0, 0]), [])
    assert not len(none.rows) and none.lost_with_all == 0 and "no technological gatekeeper" in str(none)


def test_bad_input():
    with pytest.raises(DataError, match="links outside"):
        gatekeeper_loss(make(CHAIN, 4))
    with pytest.raises(UnknownName):
        gatekeeper_loss(make(CHAIN, 4, links=[1, 0, 0, 0]), ["nobody"])
