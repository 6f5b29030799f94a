"""The chapter on knowledge: its numbers are the measures', who may be named, and what it does without data."""

from __future__ import annotations

import json

import numpy as np
import pytest

from interfirm import example
from interfirm.knowledge import cognitive_roles, gatekeeper_loss, give_and_take, seci_state
from interfirm.report import words
from interfirm.report.chapters.knowledge import _random_others, chapter
from interfirm.report.context import Context


@pytest.fixture(scope="module")
def study():
    return example()


@pytest.fixture(scope="module")
def found(study):
    return chapter(Context(study))


def claim(found, name):
    return next(item for item in found.claims if item.id == name)


def test_numbers_are_those_of_the_measures(study, found):
    taken = give_and_take(study, wave="2024")
    assert claim(found, "knowledge-takers").text.startswith(f"{len(taken.takers)} of ")
    state = seci_state(study, wave="2024")
    assert f"{state.means['externalisation']:.2f} on a scale" in claim(found, "knowledge-spiral").text
    loss = gatekeeper_loss(study, wave="2024")
    text = claim(found, "knowledge-gates").text
    assert words.share(loss.rows["lost_share"].iloc[0]) in text and words.share(loss.lost_with_all) in text


def test_counts_of_roles_add_up(study, found):
    table = next(block for block in found.blocks if block.id == "knowledge-counts")
    counts = [row[2] for row in table.rows]
    assert sum(counts[:-1]) == counts[-1] == cognitive_roles(study, wave="2024").rows["role"].notna().sum()


def test_every_claim_has_a_comparison_and_its_evidence(found):
    ids = {block.id for block in found.blocks}
    assert {item.evidence for item in found.claims} <= ids
    assert any("would be" in item.text or "by chance" in item.text for item in found.claims)


def test_members_do_not_read_who_takes_or_stands_alone(study):
    names = list(study.actors["name"].dropna())
    text = json.dumps([block.__dict__ for block in chapter(Context(study, audience="members")).blocks], default=str)
    assert not [name for name in names if name in text]


def test_without_a_knowledge_layer_it_abstains(study):
    some = study.select(relations=["peer", "customer"])
    found = chapter(Context(some))
    assert [block.type for block in found.blocks] == ["not_answered"] and not found.claims


def test_without_answers_the_spiral_is_not_answered(study):
    tables = study.tables()
    tables["answers"] = tables["answers"].iloc[:0]
    tables["observations"] = tables["observations"].drop(columns="external_links")
    found = chapter(Context(type(study).from_tables(tables)))
    ids = [block.id for block in found.blocks if block.type == "not_answered"]
    assert ids == ["knowledge-spiral"]  # links outside come from the ties


@pytest.mark.parametrize("size", [30, 260])
def test_random_others_are_different_others_and_all_alike(size):
    """In 400 draws each member is asked as often as the sum of asks over the others says (4 standard errors)."""
    rng = np.random.default_rng(1)
    asks = rng.integers(0, 9, size)
    seen = np.zeros(size)
    for _ in range(400):
        chosen = _random_others(asks, rng)
        member = np.repeat(np.arange(size), asks)
        assert len(chosen) == asks.sum() and (chosen != member).all()
        assert len(set(zip(member, chosen, strict=True))) == len(chosen)
        seen += np.bincount(chosen, minlength=size)
    mean = (asks.sum() - asks) / (size - 1)
    assert (np.abs(seen / 400 - mean) < 4.5 * np.sqrt(mean / 400)).all()
