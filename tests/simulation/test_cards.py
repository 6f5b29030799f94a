"""Replication cards: complete, with known sources and verdicts, and named after what they are about."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from interfirm.simulation import published
from interfirm.simulation.published.cards import VERDICTS, cards

KEYS = set(re.findall(r"^@\w+\{(\w+),", (resources.files("interfirm") / "references.bib").read_text("utf-8"),
                      flags=re.MULTILINE))


@pytest.mark.parametrize("model", cards())
def test_a_card_is_whole(model):
    card = cards()[model]
    assert callable(getattr(published, model))
    assert card.source
    assert set(card.source) <= KEYS
    assert card.status
    assert all(claim.verdict in VERDICTS and claim.ours for claim in card.claims)
    assert card.title in str(card)
    assert all(text in str(card) for text in card.deviations)


def test_every_public_model_has_a_card():
    models = {"skin", "alliance_growth", "barter", "efficient_networks"}
    assert models <= set(cards())
