"""What the firms of the example say about their alliances: commitment, gains, substitutes, division of labour.

Asked in the second survey only, once for each alliance or partner. Built in on purpose: units of a branch or a
circuit-branch stay because they must, members of a circuit because they like to; they do one thing only, and few
others could take the place of those whom they depend on. It has a random stream of its own, so that the rest of the
example does not change with it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from interfirm.study.example import words
from interfirm.study.example.cast import WAVES, Cast
from interfirm.study.instruments import MARK, Item, items

STREAM = 17
EMPTY = 0.03
PARTNERS = 4
# shape of the alliance -> mean of (liking it, having to stay, having invested, what it brings), 1 to 7
BINDS = {"circuit": (5.4, 2.9, 3.8, 5.3), "nodal circuit": (5.0, 3.6, 4.6, 5.3), "branch": (3.5, 5.4, 4.6, 4.1),
         "circuit-barrier": (4.1, 4.4, 5.0, 4.7), "circuit-branch": (3.7, 5.1, 4.7, 4.3), "": (4.5, 3.4, 3.6, 4.7)}
NARROW = ("branch", "circuit-branch")
LABOUR = {"r&d": "LABOUR_rd", "coproduction": "LABOUR_coproduction", "marketing": "LABOUR_marketing",
          "distribution": "LABOUR_distribution", "training": "LABOUR_training"}


def answers(seed: int, people: Cast, alliances: pd.DataFrame, ties: pd.DataFrame,
            answered: np.ndarray[Any, np.dtype[np.bool_]]) -> pd.DataFrame:
    """Rows of the table ``answers``, of the firms that answered the second survey."""
    rng = np.random.default_rng([seed, STREAM])
    names = people.frame["actor"].to_numpy()
    firms = [str(name) for name in names[people.firms[answered[1, people.firms]]]]
    now = ties[ties["wave"] == WAVES[1]]
    running = alliances[(alliances["start"] <= "2024-05") & ~(alliances["end"].fillna("9999") < "2024-03")]
    running = running[running["actor"].isin(firms)]
    trust = now.groupby("sender")["trust"].mean()
    units = {str(names[i]) for part in NARROW for i in people.parts[part][3:]}
    rows = [*_on_alliances(rng, running, trust), *_substitutes(rng, now, set(firms), units),
            *_labour(rng, running, units)]
    out = pd.DataFrame(rows, columns=["actor", "item", "value"])
    left_out = rng.random(len(out)) < EMPTY
    left_out &= ~out["item"].str.startswith("LABOUR")
    return out.assign(wave=WAVES[1], respondent="1", value=out["value"].where(~left_out))


def _on_alliances(rng: np.random.Generator, running: pd.DataFrame, trust: pd.Series[Any]) -> list[tuple[str, str, str]]:
    """Commitment and membership: once for each alliance of each firm."""
    shape = {row["alliance"]: row["shape"] for row in words.read("alliances")}
    out = []
    for actor, alliance, role, activities in running[["actor", "alliance", "role", "activities"]].itertuples(
            index=False, name=None):
        liking, must, invested, gain = (
            mean + rng.normal(0, 0.7) for mean in BINDS.get(shape[alliance], BINDS[""]))
        liking += 0.5 * (float(trust.get(actor, trust.mean())) - float(trust.mean())) + 0.4 * (role == "lead")
        gain += 0.35 * (liking - 4.5) + 0.5 * (role == "lead")
        stay = 0.5 + 0.35 * gain + 0.3 * liking + 0.3 * must
        steady = gain + 0.4 * ("r&d" in activities) - 0.3 * ("r&d" not in activities)
        drawn = {"affective": liking, "continuance": must, "investment": invested, "performance": gain,
                 "intention": stay, "innovation support": steady}
        out += [(actor, f"{item.item}{MARK}{alliance}", _scaled(rng, item, drawn[item.subscale]))
                for item in (*items("commitment"), *items("membership")) if item.subscale in drawn]
        out.append((actor, f"OPTIONS{MARK}{alliance}", str(rng.poisson(np.exp(0.9 - 0.35 * (must - 3.5))))))
    return out


def _scaled(rng: np.random.Generator, item: Item, mean: float) -> str:
    high = item.high or item.low
    value = float(np.clip(np.round(mean + rng.normal(0, 0.6)), item.low, high))
    return str(int(item.low + high - value if item.reverse else value))


def _substitutes(rng: np.random.Generator, now: pd.DataFrame, firms: set[str], units: set[str]
                 ) -> list[tuple[str, str, str]]:
    """How many could take the place of each firm's most important partners in trade; fewer for dependent units."""
    trade = now[now["relation"].isin(["customer", "outsourcing"]) & now["weight"].notna()]
    trade = trade.assign(weight=trade["weight"] / trade.groupby("relation")["weight"].transform("mean"))
    ends = pd.concat([trade[["sender", "receiver", "weight"]],
                      trade[["sender", "receiver", "weight"]].rename(columns={"sender": "receiver",
                                                                             "receiver": "sender"})])
    most = ends.groupby(["sender", "receiver"], sort=True)["weight"].sum().reset_index()
    most = most.sort_values(["sender", "weight"], ascending=[True, False], kind="stable")
    most = most.groupby("sender", sort=True).head(PARTNERS)
    return [(actor, f"SUBSTITUTES{MARK}{partner}", str(rng.poisson(0.4 if actor in units else 1.8)))
            for actor, partner in most[["sender", "receiver"]].itertuples(index=False, name=None) if actor in firms]


def _labour(rng: np.random.Generator, running: pd.DataFrame, units: set[str]) -> list[tuple[str, str, str]]:
    """Per cent of a firm's work in alliances by activity, following the activities of its alliances; sums to 100."""
    out = []
    for actor, texts in running.groupby("actor", sort=True)["activities"]:
        weight = np.full(len(LABOUR), 0.15)
        for text in texts:
            for activity in str(text).split("|"):
                weight[list(LABOUR).index(activity)] += 1.0
        share = rng.dirichlet(weight * (0.5 if actor in units else 3.0))
        cents = np.floor(share * 20).astype(int)
        cents[np.argsort(-(share * 20 - cents), kind="stable")[:20 - int(cents.sum())]] += 1
        out += [(str(actor), name, str(5 * cent)) for name, cent in zip(LABOUR.values(), cents.tolist(), strict=True)]
    return out
