"""Closed lists of words. A column that refers to one of them accepts nothing else."""

from __future__ import annotations

from typing import Final, NamedTuple


class Word(NamedTuple):
    """One word of a closed list, with the sentence that explains it to a user."""

    word: str
    meaning: str


ACTOR_KINDS: Final = (
    Word("firm", "a business, of any size"),
    Word("university", "a university or other institution of higher education"),
    Word("research institute", "a public or private research organisation"),
    Word("agency", "a public agency or ministry"),
    Word("association", "a business association, chamber or union"),
    Word("intermediary", "a cluster organisation, technology transfer office or consultant"),
    Word("financier", "a bank, fund or other source of finance"),
    Word("government", "a municipality, region or other public authority"),
    Word("other", "anything else, or not known"),
)

POSITIONS: Final = (
    Word("member", "inside the cluster boundary"),
    Word("external", "outside the cluster boundary"),
)

LAYERS: Final = (
    Word("exchange", "who works or trades with whom"),
    Word("coordination", "who decides, approves or allocates for whom"),
    Word("knowledge", "who asks, advises or learns from whom"),
    Word("ownership", "who owns whom"),
)

ALLIANCE_ROLES: Final = (
    Word("lead", "heads the alliance"),
    Word("member", "takes part in the alliance"),
    Word("partner", "takes part without receiving its budget directly"),
    Word("third party", "linked to a member, contributes to the work"),
)

ACTIVITIES: Final = (
    Word("r&d", "joint research and development"),
    Word("coproduction", "joint production"),
    Word("marketing", "joint marketing"),
    Word("distribution", "joint distribution"),
    Word("training", "joint training"),
)

PURPOSES: Final = (
    Word("access knowledge", "reach know-how that the members lack"),
    Word("develop product", "develop a new product or process"),
    Word("cut cost", "share or reduce cost"),
    Word("enter market", "reach new customers or regions"),
    Word("meet standard", "fulfil a norm, a certificate or a rule"),
)

MODES: Final = (
    Word("competitive", "minimum cost, preset performance, arm's length"),
    Word("mixed", "between the two"),
    Word("cooperative", "open agreements, mutual adjustment, expectation of continuity"),
)


class Relation(NamedTuple):
    """A relation that interfirm knows by name, with its layer."""

    relation: str
    layer: str
    directed: bool
    meaning: str


RELATIONS: Final = (
    Relation("customer", "exchange", True, "the sender supplies the receiver"),
    Relation("supplier", "exchange", True, "the sender buys from the receiver"),
    Relation("outsourcing", "exchange", True, "the sender subcontracts work to the receiver"),
    Relation("peer", "exchange", False, "the two work together at the same stage of the chain"),
    Relation("institutional", "exchange", False, "a firm works with an institution"),
    Relation("cooperation", "exchange", False, "the two cooperate, kind not specified"),
    Relation("coordination", "coordination", True, "the sender decides for the receiver"),
    Relation("advice", "knowledge", True, "the sender asks the receiver for technical advice"),
    Relation("knowledge", "knowledge", True, "the sender learns from the receiver"),
    Relation("ownership", "ownership", True, "the sender owns part of the receiver"),
)

LISTS: Final[dict[str, tuple[Word, ...]]] = {
    "actor kinds": ACTOR_KINDS,
    "positions": POSITIONS,
    "layers": LAYERS,
    "alliance roles": ALLIANCE_ROLES,
    "activities": ACTIVITIES,
    "purposes": PURPOSES,
    "modes": MODES,
}


def words(name: str) -> tuple[str, ...]:
    """The words of a closed list, in the order in which they are shown."""
    return tuple(item.word for item in LISTS[name])


class Certainty(NamedTuple):
    """A fixed word for a probability of at least ``at_least``."""

    word: str
    at_least: float


CERTAINTIES: Final = (
    Certainty("very sure", 0.95),
    Certainty("fairly sure", 0.80),
    Certainty("leaning", 0.60),
    Certainty("cannot say", 0.0),
)


def certainty(probability: float) -> str:
    """The fixed word for a probability; the number chooses the word."""
    return next(item.word for item in CERTAINTIES if probability >= item.at_least or item.at_least == 0.0)
