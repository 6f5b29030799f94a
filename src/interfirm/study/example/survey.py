"""Who answered in the example, and what."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from interfirm.study.example import words
from interfirm.study.example.cast import SHAPES, WAVES, Cast, Floats, Ints
from interfirm.study.example.ties import Bools, Networks

RATES = (0.85, 0.78)
CLASSES = ("group", "suppliers", "customers", "competitors", "consultants", "universities", "institutes")
NEW_PRODUCTS = {"constant": -3.3, "breadth": 0.34, "ability": 0.45, "noise": 0.45, "none": 0.12}


def responded(rng: np.random.Generator, people: Cast) -> Bools:
    """2 × n: who answered each survey. Exactly the stated share; the small are silent more often."""
    out = np.zeros((2, people.count), dtype=bool)
    urge = 0.9 * (3.4 - people.size)
    urge[np.concatenate([people.parts[name] for name in SHAPES])] -= 0.8
    urge[np.concatenate([people.parts[name] for name in ("core", "broker", "circuit")])] = -np.inf
    urge[people.parts["satellite"][:2]] = -np.inf
    for wave, rate in enumerate(RATES):
        asked = np.flatnonzero(people.there(wave) & people.inside())
        silent = round((1 - rate) * len(asked))
        order = np.argsort(-(urge + rng.gumbel(0, 1, people.count))[asked], kind="stable")
        out[wave, asked[order[silent:]]] = True
    return out


def responses(rng: np.random.Generator, people: Cast, answered: Bools) -> pd.DataFrame:
    """Coordination and ownership come from elsewhere, so nobody is missing; some leave out the question on money."""
    rows = []
    heads = np.concatenate([people.parts["core"], people.parts["broker"]])
    for wave, name in enumerate(WAVES):
        asked = np.flatnonzero(people.there(wave) & people.inside())
        willing = np.setdiff1d(people.firms[answered[wave, people.firms]], heads)
        shy = rng.choice(willing, size=3, replace=False)
        rows += [(name, relation, i, True) for relation in ("coordination", "ownership") for i in asked]
        rows += [(name, "outsourcing", i, False) for i in np.sort(shy)]
    out = pd.DataFrame(rows, columns=["wave", "relation", "actor", "responded"])
    return out.assign(actor=people.frame["actor"].to_numpy()[out["actor"]])


def partner_classes(people: Cast, true: Networks, wave: int) -> Bools:
    """n × 7: with which classes of partner a firm does R&D, read off its true ties.

    Group: the firm has a parent or a daughter. Suppliers, customers: it subcontracts or sells to
    somebody whom it also works with as a peer or asks for advice. Competitors: it has a peer of its
    own sector. Consultants: it works with an intermediary. Universities, institutes: it works with one.
    """
    peer, advice, held = true["peer"][wave], true["advice"][wave], true["ownership"][wave]
    kind, sector = people.frame["kind"].to_numpy(), people.frame["sector"].to_numpy()
    close = peer | advice | advice.T
    works = true["institutional"][wave]
    columns = [
        (held | held.T).any(axis=1),
        (true["outsourcing"][wave] & close).any(axis=1),
        ((true["customer"][wave] | true["outsourcing"][wave].T) & close).any(axis=1),
        (peer & (sector[:, None] == sector)).any(axis=1),
        works[:, kind == "intermediary"].any(axis=1),
        works[:, kind == "university"].any(axis=1),
        works[:, kind == "research institute"].any(axis=1),
    ]
    return np.column_stack(columns)


def observations(rng: np.random.Generator, people: Cast, true: Networks, answered: Bools) -> pd.DataFrame:
    """What is known of each member in each wave; shares and counts only of those who answered."""
    rate = 1.2e5 * np.exp(rng.normal(0, 0.3, people.count))
    lasting = rng.normal(0, 1, people.count)
    size, frames = people.size, []
    for wave, name in enumerate(WAVES):
        size = size + (rng.normal(0.04, 0.12, people.count) if wave else 0)
        index = np.flatnonzero(people.there(wave) & people.inside())
        facts = _facts(rng, people, true, wave, lasting)
        facts["employees"] = np.maximum(np.round(np.exp(size)), 1)
        facts["turnover"] = np.round(facts["employees"] * rate * (1.08 if wave else 1), -3)
        frame = facts.iloc[index]
        firm = np.isin(index, people.firms)
        silent = ~answered[wave, index]
        frame = frame.where(firm[:, None] | (frame.columns.isin(["employees", "external_links"]))[None, :])
        told = ["rd_share", "patents", "new_product_share", "export_share", "external_links"]
        frame.loc[silent, told] = np.nan
        frame.insert(0, "responded", ~silent)
        frame.insert(0, "actor", people.frame["actor"].to_numpy()[index])
        frame.insert(0, "wave", name)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def _facts(rng: np.random.Generator, people: Cast, true: Networks, wave: int, lasting: Floats) -> pd.DataFrame:
    count, ability = people.count, people.ability
    breadth = partner_classes(people, true, wave).sum(axis=1)
    sector = people.frame["sector"].isin(["software", "optics and sensors"]).to_numpy()
    model = NEW_PRODUCTS
    noise = model["noise"] * (0.8 * lasting + 0.6 * rng.normal(0, 1, count))
    share = _logistic(model["constant"] + model["breadth"] * breadth + model["ability"] * ability + noise)
    share[rng.random(count) < model["none"] * np.exp(-0.3 * breadth)] = 0
    outside = true["advice"][wave][:, people.externals].sum(axis=1)
    links = outside * 3 + rng.poisson(np.exp(np.clip(0.2 + 0.35 * ability, -2, 1.6)))
    links[people.parts["isolate"][0]] = 9
    return pd.DataFrame({
        "rd_share": _logistic(-3.4 + 0.55 * ability + 0.5 * sector + 0.3 * rng.normal(0, 1, count)).round(3),
        "patents": rng.poisson(np.exp(-1.2 + 0.6 * ability + 0.3 * (people.size - 3.4))).astype(float),
        "new_product_share": share.round(3),
        "export_share": _logistic(-0.9 + 0.4 * (people.size - 3.4) + 0.5 * rng.normal(0, 1, count)).round(3),
        "external_links": links.astype(float),
    })


def _logistic(value: npt.ArrayLike) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.asarray(value))))


def answers(rng: np.random.Generator, people: Cast, true: Networks, answered: Bools) -> pd.DataFrame:
    """Items of the firms that answered: capability, joint action, external economies, R&D partners, sources.

    Each item is its factor times a loading plus noise, rounded to its scale. In every fourth firm
    a second person answers from a slightly different view. Three per cent of the cells stay empty.
    """
    items = words.read("items")
    names = list(dict.fromkeys(item["factor"] for item in items))
    lasting = rng.normal(0, 1, (people.count, len(names)))
    frames = []
    for wave, name in enumerate(WAVES):
        firms = people.firms[answered[wave, people.firms]]
        factors = _factors(rng, people, true, wave, lasting, names)
        for respondent, who in (("1", firms), ("2", firms[::4])):
            differ = 0.35 * (respondent == "2")
            view = factors.iloc[who] + differ * rng.normal(0, 1, (len(who), factors.shape[1]))
            cells = pd.concat([_scaled(rng, items, view), _partners(people, true, wave, who)], axis=1)
            frames.append(_long(people, cells, who, name, respondent))
    out = pd.concat(frames, ignore_index=True)
    left_out = rng.random(len(out)) < 0.03
    return out.assign(value=out["value"].astype(int).astype(str).where(~left_out))


def _factors(rng: np.random.Generator, people: Cast, true: Networks, wave: int, lasting: Floats,
             names: list[str]) -> pd.DataFrame:
    """n × factors, each with mean 0 and standard deviation 1 among the firms."""
    own = 0.85 * lasting + 0.5 * rng.normal(0, 1, lasting.shape)
    drive = {
        "interaction": people.ability, "support": people.ability + 0.3 * people.size, "routines": people.ability,
        "fit": people.ability, "joint action": true["peer"][wave].sum(axis=1) + true["outsourcing"][wave].sum(axis=1),
        "external economies": -people.distances()[:, people.firms].mean(axis=1),
        "breadth": partner_classes(people, true, wave).sum(axis=1),
    }
    columns = {}
    for position, name in enumerate(names):
        cause = _standard(np.asarray(drive[name], dtype=float), people.firms)
        columns[name] = _standard(0.6 * cause + 0.8 * own[:, position], people.firms)
    return pd.DataFrame(columns)


def _standard(values: Floats, among: Ints) -> Floats:
    return np.asarray((values - values[among].mean()) / values[among].std())


def _scaled(rng: np.random.Generator, items: list[dict[str, str]], factors: pd.DataFrame) -> pd.DataFrame:
    columns = {}
    for item in items:
        low, high, loading = float(item["low"]), float(item["high"]), float(item["loading"])
        noise = np.sqrt(1 - loading**2) * rng.normal(0, 1, len(factors))
        middle = (low + high) / 2 + (0.3 if high > 3 else 0.2)
        value = middle + float(item["spread"]) * (loading * factors[item["factor"]].to_numpy() + noise)
        value = np.clip(np.round(value), low, high)
        columns[item["item"]] = low + high - value if item["reverse"] == "yes" else value
    return pd.DataFrame(columns)


def _partners(people: Cast, true: Networks, wave: int, who: Ints) -> pd.DataFrame:
    cells = partner_classes(people, true, wave)[who].astype(float)
    return pd.DataFrame(cells, columns=[f"RD_{name}" for name in CLASSES])


def _long(people: Cast, cells: pd.DataFrame, who: Ints, wave: str, respondent: str) -> pd.DataFrame:
    cells = cells.assign(actor=people.frame["actor"].to_numpy()[who])
    out = cells.melt(id_vars="actor", var_name="item", value_name="value")
    return out.assign(wave=wave, respondent=respondent)
