"""Replication cards: what a paper claims, what our implementation gives, and where the two differ."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final

VERDICTS: Final = ("pass", "partial", "fail", "no target")


@dataclass(frozen=True)
class Claim:
    """One claim of a card.

    Attributes
    ----------
    claim
        What the paper, or our notes of it, says.
    ours
        Our number with its interval, and how it was made.
    verdict
        ``pass``, ``partial``, ``fail``, or ``no target`` where nothing published can be compared with.
    """

    claim: str
    ours: str
    verdict: str


@dataclass(frozen=True)
class Card:
    """The replication of one published model.

    Attributes
    ----------
    model
        The function in :mod:`interfirm.simulation.published`.
    title
        Its name in words.
    source
        Keys of the bibliography.
    status
        How much of the paper could be consulted.
    claims
        What was compared.
    deviations
        Where our rules differ from the paper, or had to be chosen.
    """

    model: str
    title: str
    source: tuple[str, ...]
    status: str
    claims: tuple[Claim, ...]
    deviations: tuple[str, ...]

    def __str__(self) -> str:
        """The card as text."""
        lines = [f"{self.title} ({', '.join(self.source)})", self.status]
        lines += [f"  {item.verdict}: {item.claim}\n    ours: {item.ours}" for item in self.claims]
        return "\n".join([*lines, *(f"  differs: {text}" for text in self.deviations)])


@lru_cache(maxsize=1)
def cards() -> dict[str, Card]:
    """All replication cards by model."""
    text = (resources.files("interfirm.simulation.published") / "cards.toml").read_text("utf-8")
    return {model: Card(model, row["title"], tuple(row["source"]), row["status"],
                        tuple(Claim(**claim) for claim in row["claims"]), tuple(row["deviations"]))
            for model, row in tomllib.loads(text).items()}
