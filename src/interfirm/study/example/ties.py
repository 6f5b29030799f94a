"""The ties of the example: true networks first, then what the survey could see of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from interfirm.study.example.alliances import Shaped
from interfirm.study.example.cast import WAVES, Cast, Floats

Bools = npt.NDArray[np.bool_]
Networks = dict[str, tuple[Bools, Bools]]

ADVICE = {
    "density": -4.2, "reciprocity": 1.3, "closure": 1.1, "near": 1.6, "kinship": 1.5, "sector": 0.3,
    "able receiver": 0.35, "large receiver": 0.10, "both core": 1.1, "institution asks": -1.2,
}
STEPS = (40, 7)
PER_FIRM = {"customer": 1.7, "outsourcing": 0.7, "peer": 0.85, "institutional": 1.7}
PERSISTENCE = {"customer": 0.93, "outsourcing": 0.78, "peer": 0.78, "institutional": 0.82}

QUESTIONS = (
    ("advice", "knowledge", "yes", "Whom did you ask for technical advice in the last twelve months? "
     "(1 rarely, 2 sometimes, 3 often)"),
    ("customer", "exchange", "yes", "Which of these organisations bought from you? (share of your sales, 0 to 1)"),
    ("outsourcing", "exchange", "yes", "To whom did you subcontract work, and for how much? (EUR per year)"),
    ("peer", "exchange", "no", "With whom did you work together at the same stage of the chain? (1 little to 3 much)"),
    ("institutional", "exchange", "no", "With which institutions did you work together? (1 little to 3 much)"),
    ("coordination", "coordination", "yes", "Who sets plans, approves or settles disputes for whom? (number of these "
     "three; from interviews with the alliances, so that nobody's answer is missing)"),
    ("ownership", "ownership", "yes", "Share of the capital held, from the company register (0 to 1)"),
)


def relations() -> pd.DataFrame:
    """The relations with their questions."""
    return pd.DataFrame(list(QUESTIONS), columns=["relation", "layer", "directed", "question"])


# ---- the true networks ---------------------------------------------------------------------


def networks(rng: np.random.Generator, people: Cast, shaped: Shaped) -> Networks:
    """The true ties of both waves by relation, as n × n booleans."""
    out: Networks = {"advice": _advice(rng, people)}
    out["customer"] = _customer(rng, people, shaped)
    out["outsourcing"] = _outsourcing(rng, people, shaped)
    out["peer"] = _peer(rng, people, shaped)
    out["institutional"] = _institutional(rng, people)
    decides = shaped.decides.copy()
    office = int(np.flatnonzero((people.frame["kind"] == "intermediary").to_numpy())[0])
    decides[office, [people.parts["broker"][0], people.parts["core"][-1]]] = True
    out["coordination"] = (decides, decides.copy())
    out["ownership"] = _ownership(people)
    return out


def allowed(people: Cast, wave: int) -> Bools:
    """Which ordered pairs of members can be tied at all.

    Nobody is tied to itself, to an isolate or to someone absent; the remote group is tied only to
    itself and to its broker.
    """
    there = people.there(wave) & people.inside()
    there[people.parts["isolate"]] = False
    out = there[:, None] & there
    remote = np.zeros(people.count, dtype=bool)
    remote[people.parts["satellite"]] = True
    circle = remote.copy()
    circle[people.parts["broker"]] = True
    out &= ~(remote[:, None] & ~circle) & ~(~circle[:, None] & remote)
    np.fill_diagonal(out, False)
    return out


def _marks(people: Cast, part: str) -> Bools:
    out = np.zeros(people.count, dtype=bool)
    out[people.parts[part]] = True
    return out


def _near(people: Cast) -> Floats:
    return np.asarray(np.exp(-people.distances() / 12.0))


def _same_sector(people: Cast) -> Floats:
    sector = people.frame["sector"].to_numpy()
    return np.asarray(sector[:, None] == sector, dtype=np.float64)


def _advice(rng: np.random.Generator, people: Cast) -> tuple[Bools, Bools]:
    """Actors take turns and change the tie they like best to change (a multinomial choice)."""
    core, weight = _marks(people, "core"), ADVICE
    score = (
        weight["density"] + weight["near"] * _near(people) + weight["kinship"] * people.kinship()
        + weight["sector"] * _same_sector(people) + weight["able receiver"] * people.ability
        + weight["large receiver"] * (people.size - 3.4) + weight["both core"] * (core[:, None] & core)
    )
    score[people.institutions] += weight["institution asks"]
    score -= 0.4 * np.log((people.count - len(people.externals)) / 70)
    remote = _marks(people, "satellite")
    score += 2.2 * ((remote | _marks(people, "broker"))[:, None] & remote) + 2.2 * (remote[:, None] & ~remote)
    ties, waves = np.zeros((people.count, people.count)), []
    for wave in (0, 1):
        open_to = allowed(people, wave)
        ties *= open_to
        _take_turns(rng, ties, score, open_to, STEPS[wave])
        bridge, held = people.parts["broker"][0], people.parts["satellite"][0]
        ties[[held, bridge, bridge], [bridge, held, people.parts["core"][0]]] = 1
        waves.append(ties > 0)
    return _with_outside(rng, people, waves[0], waves[1])


def _take_turns(rng: np.random.Generator, ties: Floats, score: Floats, open_to: Bools, steps: int) -> None:
    active = np.flatnonzero(open_to.any(axis=1))
    order = rng.permutation(np.repeat(active, steps))
    luck = rng.gumbel(0, 1, (len(order), len(ties)))
    for actor, noise in zip(order, luck, strict=True):
        closing = 1 - np.exp(-(ties[actor] @ ties + ties @ ties[actor]) / 2)
        gain = score[actor] + ADVICE["reciprocity"] * ties[:, actor] + ADVICE["closure"] * closing
        change = (1 - 2 * ties[actor]) * gain + noise
        change[~open_to[actor]] = -np.inf
        change[actor] = noise[actor]
        best = int(np.argmax(change))
        if best != actor:
            ties[actor, best] = 1 - ties[actor, best]


def _with_outside(rng: np.random.Generator, people: Cast, first: Bools, second: Bools) -> tuple[Bools, Bools]:
    """Only the gatekeepers ask outside; more than half of what they ask persists."""
    outside = rng.permutation(people.externals[3:])
    for place, gatekeeper in enumerate(people.parts["gatekeeper"]):
        asked = outside[(3 * place + np.arange(3)) % len(outside)]
        first[gatekeeper, asked] = True
        kept = asked[rng.random(3) < 0.6]
        second[gatekeeper, kept] = True
        second[gatekeeper, rng.choice(outside)] = True
    return first, second


def _best(score: Floats, open_to: Bools, count: int, *, both: bool) -> Bools:
    """The ``count`` highest-scoring open pairs; ``both`` makes each tie mutual."""
    value = np.where(open_to, score, -np.inf)
    if both:
        value = np.triu(value, 1) + np.tril(np.full(value.shape, -np.inf))
    count = min(count, int(np.isfinite(value).sum()))
    out = np.zeros(value.shape, dtype=bool)
    out.flat[np.argpartition(-value, count - 1, axis=None)[:count]] = True
    return out | out.T if both else out


def _two_waves(rng: np.random.Generator, people: Cast, relation: str, score: Floats, open_to: tuple[Bools, Bools], *,
               both: bool) -> tuple[Bools, Bools]:
    """Highest score plus noise; the noise of the second wave is correlated with that of the first."""
    rho, count = PERSISTENCE[relation], round(PER_FIRM[relation] * len(people.firms))
    one, two = rng.normal(0, 1, (2, people.count, people.count))
    two = rho * one + np.sqrt(1 - rho**2) * two
    return (_best(score + one, open_to[0], count, both=both), _best(score + two, open_to[1], count, both=both))


def _trade_pairs(people: Cast, shaped: Shaped) -> tuple[Bools, Bools]:
    firm = np.zeros(people.count, dtype=bool)
    firm[people.firms] = True
    between = firm[:, None] & firm & ~shaped.closed
    return allowed(people, 0) & between, allowed(people, 1) & between


def _remote_lift(people: Cast) -> Floats:
    circle = _marks(people, "satellite") | _marks(people, "broker")
    return 1.6 * np.asarray(circle[:, None] & circle, dtype=np.float64)


def _customer(rng: np.random.Generator, people: Cast, shaped: Shaped) -> tuple[Bools, Bools]:
    score = 1.2 * _near(people) - 0.5 * _same_sector(people) + 0.45 * (people.size - 3.4) + _remote_lift(people)
    first, second = _two_waves(rng, people, "customer", score, _trade_pairs(people, shaped), both=False)
    sellers = people.firms[np.argsort(-(people.size + people.ability)[people.firms], kind="stable")[:9]]
    buyers = people.externals[:3]
    makers = people.externals[3:5]
    for ties, wave in ((first, 0), (second, 1)):
        there = sellers[people.there(wave)[sellers]]
        ties[there, buyers[np.arange(len(there)) % 3]] = True
        ties[makers[np.arange(4) % 2], rng.choice(there, size=4, replace=False)] = True
    return first, second


def _outsourcing(rng: np.random.Generator, people: Cast, shaped: Shaped) -> tuple[Bools, Bools]:
    score = (1.2 * _near(people) + 0.8 * people.kinship() + 0.4 * (people.size[:, None] - people.size)
             + _remote_lift(people))
    first, second = _two_waves(rng, people, "outsourcing", score, _trade_pairs(people, shaped), both=False)
    return first | shaped.flows, second | shaped.flows


def _peer(rng: np.random.Generator, people: Cast, shaped: Shaped) -> tuple[Bools, Bools]:
    alike = -0.35 * np.abs(people.size[:, None] - people.size)
    score = 1.1 * _near(people) + 1.0 * people.kinship() + 0.5 * _same_sector(people) + alike + _remote_lift(people)
    score = score + 0.25 * (people.ability[:, None] + people.ability)
    first, second = _two_waves(rng, people, "peer", score, _trade_pairs(people, shaped), both=True)
    fixed, pair = shaped.peers.copy(), [people.parts["broker"][0], people.parts["satellite"][0]]
    fixed[pair, pair[::-1]] = True
    return first | fixed, second | fixed


def _institutional(rng: np.random.Generator, people: Cast) -> tuple[Bools, Bools]:
    firm = np.zeros(people.count, dtype=bool)
    firm[people.firms] = True
    pull = np.zeros(people.count)
    pull[people.institutions] = rng.normal(0, 0.6, len(people.institutions))
    score = 0.5 * people.ability[:, None] + 0.35 * (people.size - 3.4)[:, None] + 0.8 * _near(people) + pull
    score = np.triu(score) + np.triu(score, 1).T
    cross = firm[:, None] & ~firm
    cross = cross | cross.T
    return _two_waves(rng, people, "institutional", score, (allowed(people, 0) & cross, allowed(people, 1) & cross),
                      both=True)


def _ownership(people: Cast) -> tuple[Bools, Bools]:
    """Parents hold their daughters; the bank holds a share of a firm that joined."""
    out = np.zeros((people.count, people.count), dtype=bool)
    order = pd.Index(people.frame["actor"])
    for child, parent in people.frame["parent"].dropna().items():
        out[order.get_loc(parent), int(str(child))] = True
    bank = np.flatnonzero((people.frame["kind"] == "financier").to_numpy())[0]
    later = out.copy()
    later[bank, people.parts["joiner"][0]] = True
    return out, later


# ---- what the survey saw -------------------------------------------------------------------


def table(rng: np.random.Generator, people: Cast, true: Networks, answered: Bools,
          special: pd.DataFrame) -> pd.DataFrame:
    """The ties that somebody reported, with their attributes.

    A directed tie needs an answer of its sender, or of its receiver where the sender is outside; an
    undirected one needs an answer of one of the two, who stands as the sender.
    """
    lasting = rng.normal(0, 1, (2, people.count, people.count))
    started = rng.random((people.count, people.count))
    frames = []
    for relation, _, directed, _ in QUESTIONS:
        for wave in (0, 1):
            known = _answered(people, answered, special, relation, wave)
            sender, receiver = _reported(people, true[relation][wave], known, directed=directed == "yes")
            frame = pd.DataFrame({"sender": sender, "receiver": receiver})
            frame.insert(0, "relation", relation)
            frame.insert(0, "wave", WAVES[wave])
            new = ~true[relation][0][sender, receiver] if wave else np.zeros(len(sender), dtype=bool)
            mood = lasting[:, sender, receiver] + 0.4 * rng.normal(0, 1, (2, len(sender)))
            _describe(rng, people, frame, mood, true)
            frame["since"] = _since(people, sender, receiver, started[sender, receiver], new)
            frames.append(frame)
    out = pd.concat(frames, ignore_index=True)
    names = people.frame["actor"].to_numpy()
    return out.assign(sender=names[out["sender"]], receiver=names[out["receiver"]])


def _answered(people: Cast, answered: Bools, special: pd.DataFrame, relation: str, wave: int) -> Bools:
    out: Bools = answered[wave].copy()
    mine = special[(special["relation"] == relation) & (special["wave"] == WAVES[wave])]
    order = pd.Index(people.frame["actor"])
    out[order.get_indexer(pd.Index(mine["actor"]))] = mine["responded"].to_numpy(dtype=bool)
    return out


def _reported(people: Cast, ties: Bools, known: Bools, *, directed: bool) -> tuple[npt.NDArray[np.int64], ...]:
    outside = ~people.inside()
    if directed:
        return np.nonzero(ties & (known[:, None] | (outside[:, None] & known)))
    first, second = np.nonzero(np.triu(ties, 1))
    swap = ~known[first]
    first, second = np.where(swap, second, first), np.where(swap, first, second)
    return first[known[first]], second[known[first]]


def _describe(rng: np.random.Generator, people: Cast, frame: pd.DataFrame, mood: Floats, true: Networks) -> None:
    """Weight, mode, frequency, end and trust of the ties of one relation in one wave."""
    relation, wave = str(frame["relation"].iloc[0]), WAVES.index(str(frame["wave"].iloc[0]))
    sender, receiver = frame["sender"].to_numpy(), frame["receiver"].to_numpy()
    mutual = true[relation][wave][receiver, sender]
    trust = 4.2 + 0.5 * mutual + 0.8 * people.kinship()[sender, receiver] + 0.8 * mood[0]
    trust -= 0.15 * np.abs(people.size[sender] - people.size[receiver])
    frame["weight"] = _weights(rng, people, frame, relation, mood[1])
    inside = people.inside()[sender]
    if relation != "ownership":
        frame["trust"] = np.where(inside, np.clip(np.round(trust), 1, 7), np.nan)
        frame["frequency"] = np.clip(np.round(np.exp(2.2 + 0.5 * mood[1])), 1, 250)
    if relation in ("customer", "outsourcing"):
        frame["mode"] = np.select([trust >= 5.2, trust < 3.9], ["cooperative", "competitive"], "mixed")
    if relation == "outsourcing":
        fixed = rng.random(len(frame)) < 0.15
        frame["until"] = _until(fixed, f"{int(WAVES[wave]) + 1}-12")
    if relation == "coordination":
        project = np.isin(sender, people.parts["nodal circuit"])
        frame["until"] = _until(project, "2025-12")


def _until(ends: Bools, date: str) -> list[str | None]:
    return [date if end else None for end in ends]


def _weights(rng: np.random.Generator, people: Cast, frame: pd.DataFrame, relation: str, mood: Floats) -> Floats:
    sender, receiver = frame["sender"].to_numpy(), frame["receiver"].to_numpy()
    if relation == "outsourcing":
        small = np.minimum(people.size[sender], people.size[receiver])
        return np.asarray(np.round(np.exp(9.0 + 0.8 * small + 0.5 * mood), -2))
    if relation == "customer":
        wish = pd.Series(np.exp(0.8 * mood))
        total = wish.groupby(sender).transform("sum") + 1.2
        return np.asarray((wish / total).round(3))
    if relation == "ownership":
        known = np.where(people.frame["parent"].to_numpy()[receiver] == people.frame["actor"].to_numpy()[sender], 1, 0)
        return np.where(known == 1, np.round(0.75 + 0.25 * rng.random(len(frame)), 2), 0.2)
    level = np.clip(np.round(1.8 + 0.7 * mood), 1, 3)
    if relation == "advice":
        level[rng.choice(len(level), size=2, replace=False)] = np.nan
    return np.asarray(level, dtype=np.float64)


def _since(people: Cast, sender: npt.NDArray[np.int64], receiver: npt.NDArray[np.int64], share: Floats,
           new: Bools) -> list[str]:
    """A year between the younger's foundation and the first wave, skewed to the recent; new ties started after it."""
    founded = people.frame["founded"].to_numpy(dtype=float)
    youngest = np.maximum(np.maximum(founded[sender], founded[receiver]), 1985)
    last = np.maximum(2020, youngest)
    old = np.floor(youngest + (last - youngest) * np.sqrt(share))
    year = np.where(new, np.maximum(2021 + np.floor(3 * share), youngest), old).astype(int)
    return [str(value) for value in year]
