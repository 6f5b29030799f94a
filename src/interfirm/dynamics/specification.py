"""What a user asks for: the dependent relation, the effects, the kind of model."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from interfirm.dynamics.effects import Effect, find
from interfirm.errors import UnknownName, UsageError
from interfirm.kernels import saom_codes as k

MODELS = {
    "standard": k.DIRECTED,
    "forcing": k.FORCING,
    "confirmation": k.CONFIRMATION,
    "disjunctive": k.PAIR_DISJUNCTIVE,
    "conjunctive": k.PAIR_CONJUNCTIVE,
    "compensatory": k.PAIR_COMPENSATORY,
}
ROLES = {"eval": k.EVALUATION, "creation": k.CREATION, "endow": k.ENDOWMENT}
_PART = re.compile(r"^(?P<name>[A-Za-z][\w.]*?)(?:\((?P<parameter>-?[\d.]+)\))?(?::(?P<rest>.+))?$")


@dataclass(frozen=True)
class Factor:
    """One effect of a term, with what follows its colon."""

    effect: Effect
    parameter: float
    covariate: str | None
    network: str | None

    @property
    def structural(self) -> bool:
        """Whether it depends on more than the tie itself and covariates."""
        return self.effect.code != k.CONST or "B" in self.effect.nets


@dataclass(frozen=True)
class Term:
    """One parameter of the model: an effect, or a product of effects, on a dependent variable.

    Attributes
    ----------
    text
        As the user wrote it.
    variable
        The dependent relation or behaviour.
    role
        0 evaluation, 1 creation, 2 endowment.
    factors
        One, or more for a product; those that depend on other ties come first.
    rate
        Whether it is an effect on the rate.
    """

    text: str
    variable: str
    role: int
    factors: tuple[Factor, ...]
    rate: bool = False


@dataclass(frozen=True)
class Specification:
    """A tie-formation model in words.

    Parameters
    ----------
    relation
        The relation that changes; ``"alliances"`` for memberships (actors × alliances).
    effects
        Short names, e.g. ``"recip"``, ``"gwespFF(69)"``, ``"X:geographic_proximity"``, ``"altX:employees"``,
        ``"creation:recip"`` (for ties that are made), ``"endow:recip"`` (for ties that are kept). Products are written
        ``"recip*egoX:founded"`` or ``"recip*inPop"``: an effect of the actor itself may be multiplied by any effect,
        effects of a pair by one another. ``column@wave`` holds a column at the value of one wave, ``log_column`` is
        its natural logarithm. ``density`` is added if it is left out.
    rate
        Effects on how often actors act: ``"RateX:employees"``, ``"outRate"``, …
    model
        ``"standard"`` for directed and two-mode relations. For undirected relations ``"confirmation"`` (one takes the
        initiative, the other has to agree; the default), ``"forcing"``, ``"disjunctive"``, ``"conjunctive"`` or
        ``"compensatory"``.
    offset
        Added to the utility of agreeing, ``"confirmation"`` only; log of the number of actors if left out.
    conditional
        Whether each period is simulated until the observed number of changes, instead of for unit time.
    behaviour
        Ordinal columns of ``observations`` that change too, with their effects; ``creation:`` in front is for steps
        up only, ``endow:`` for steps down only.
    also
        Further relations that change too, with their effects.
    fix
        Terms held at a value, e.g. ``{"transTrip": 0.0}``.

    Examples
    --------
    >>> Specification("advice", ["density", "recip", "transTrip"]).relation
    'advice'
    """

    relation: str
    effects: Sequence[str]
    rate: Sequence[str] = ()
    model: str | None = None
    offset: float | None = None
    conditional: bool = False
    behaviour: Mapping[str, Sequence[str]] = field(default_factory=dict)
    also: Mapping[str, Sequence[str]] = field(default_factory=dict)
    fix: Mapping[str, float] = field(default_factory=dict)

    @property
    def networks(self) -> tuple[str, ...]:
        """The dependent relations, the main one first."""
        return (self.relation, *self.also)

    def terms(self) -> list[Term]:
        """All terms but the basic rates, in the order of the variables.

        Raises
        ------
        UnknownName, UsageError
            For a term that cannot be understood.
        """
        if self.model is not None and self.model not in MODELS:
            raise UnknownName("model", self.model, MODELS)
        out = []
        for name, effects in ((self.relation, self.effects), *self.also.items()):
            if name == self.relation:
                out += [_term(text, name, rate=True) for text in self.rate]
            texts = list(effects)
            if not any(_plain(text) == "density" for text in texts):
                texts = ["density", *texts]
            out += [_term(text, name) for text in texts]
        for name, effects in self.behaviour.items():
            out += [_term(text, name, rate=_on_rate(text)) for text in effects]
        seen: set[tuple[str, str]] = set()
        for term in out:
            if (term.variable, term.text) in seen:
                raise UsageError(f"'{term.text}' is asked for twice on '{term.variable}'. Remove one of the two.")
            seen.add((term.variable, term.text))
        for name in self.fix:
            if name not in {t.text for t in out}:
                raise UnknownName("term to fix", name, [t.text for t in out])
        return sorted(out, key=lambda t: [*self.networks, *self.behaviour].index(t.variable) * 2 + (not t.rate))


def _on_rate(text: str) -> bool:
    """Whether a term of a behaviour is an effect on its rate."""
    name = _plain(text)
    return bool(name) and find(name).nets.startswith("R")


def _plain(text: str) -> str:
    return re.split(r"[:(*]", text.strip())[0] if text.split(":", maxsplit=1)[0] not in ROLES else ""


def _term(text: str, variable: str, *, rate: bool = False) -> Term:
    text = text.strip()
    role, rest = k.EVALUATION, text
    head, _, tail = text.partition(":")
    if head in ROLES:
        role, rest = ROLES[head], tail
    factors = [_factor(part.strip()) for part in rest.split("*")]
    factors.sort(key=lambda f: not f.structural)
    if rate != ("R" in factors[0].effect.nets):
        where = "among the rate effects" if not rate else "among the effects"
        raise UsageError(f"'{text}' belongs {where} of the specification.")
    return Term(text, variable, role, tuple(factors), rate)


def _factor(part: str) -> Factor:
    found = _PART.match(part)
    if not found:
        raise UsageError(f"'{part}' is not an effect. Write name, name:column or name(parameter):column.")
    effect, rest = find(found["name"]), found["rest"]
    if rest and (inner := re.match(r"^(.+)\((-?[\d.]+)\)$", rest)):
        rest, given = inner[1], inner[2]
    else:
        given = found["parameter"]
    names = rest.split(":") if rest else []
    wanted = [item for item in effect.needs.split("+") if item]
    optional = not set(effect.nets) - set("RB") and wanted and wanted[-1] == "network"
    if len(names) > len(wanted) or len(names) < len(wanted) - bool(optional):
        example = ":".join([effect.name, *(f"<{item}>" for item in wanted)])
        raise UsageError(f"'{part}': '{effect.name}' is written {example}.")
    covariate = names[0] if names and wanted[0] != "network" else None
    network = names[-1] if names and wanted[-1] == "network" and len(names) == len(wanted) else None
    return Factor(effect, float(given) if given else effect.parameter or 0.0, covariate, network)
