"""What the firms of the example say about learning: absorptive capacity, the knowledge spiral, sticky transfers.

Drawn from a random stream of its own, so that nothing else in the example depends on it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from interfirm.study.example.cast import WAVES, Cast, Floats
from interfirm.study.example.ties import Bools
from interfirm.study.instruments import Item, items

STREAM = 71
LEVELS = {"SOC": 0.5, "EXT": -0.9, "COM": -0.3, "INT": 0.2, "AC": 0.0}
HARD = {"ARD": 0.55, "AMB": 0.45, "ABS": 0.30}
SPREAD = {7.0: 1.2, 5.0: 0.9}


def added(answers: pd.DataFrame, seed: int, people: Cast, answered: Bools) -> pd.DataFrame:
    """The answers with those on learning behind them; 3 per cent of the cells are left out.

    Absorptive capacity and the steps of the spiral follow the firm's ability; the level of a step is that of
    ``LEVELS``. A transfer is as hard as ``HARD`` weighs its barriers, and harder in its later stages.
    """
    rng = np.random.default_rng([seed, STREAM])
    lasting = rng.normal(0, 1, (people.count, len(LEVELS) + 10))
    parts = [answers]
    for wave, name in enumerate(WAVES):
        who = people.firms[answered[wave, people.firms]]
        able = people.ability / people.ability[people.firms].std()
        cells = pd.concat([_rated(rng, able, lasting), _transfer(rng, able, lasting)], axis=1).iloc[who]
        cells = cells.assign(actor=people.frame["actor"].to_numpy()[who])
        long = cells.melt(id_vars="actor", var_name="item", value_name="value").assign(wave=name, respondent="1")
        left_out = rng.random(len(long)) < 0.03
        parts.append(long.assign(value=long["value"].astype(int).astype(str).where(~left_out)))
    return pd.concat(parts, ignore_index=True)


def _rated(rng: np.random.Generator, able: Floats, lasting: Floats) -> pd.DataFrame:
    """Items of absorptive capacity and of the spiral."""
    columns = {}
    factors = {name: 0.5 * able + 0.6 * lasting[:, at] + 0.4 * rng.normal(0, 1, len(able))
               for at, name in enumerate(LEVELS)}
    for item in (*items("absorptive"), *items("seci")):
        name = item.item.partition("_")[0]
        columns[item.item] = _answer(rng, item, LEVELS[name] + 0.8 * factors[name])
    return pd.DataFrame(columns)


def _transfer(rng: np.random.Generator, able: Floats, lasting: Floats) -> pd.DataFrame:
    """Items on barriers and on the difficulty of the four stages of a transfer."""
    names = list(dict.fromkeys(item.item.partition("_")[0] for item in items("stickiness")))[:-1]
    barrier = {name: 0.7 * lasting[:, len(LEVELS) + at] + 0.7 * rng.normal(0, 1, len(able))
               for at, name in enumerate(names)}
    barrier["ABS"] = barrier["ABS"] - 0.4 * able
    hard = sum((weight * barrier[name] for name, weight in HARD.items()), np.zeros(len(able)))
    columns = {}
    for item in items("stickiness"):
        name, _, number = item.item.partition("_")
        true = barrier[name] if name in barrier else hard + 0.15 * (int(number) - 2.5)
        columns[item.item] = _answer(rng, item, 0.85 * true - 0.3)
    return pd.DataFrame(columns)


def _answer(rng: np.random.Generator, item: Item, true: Floats) -> Floats:
    low, high = item.low, float(item.high or 7)
    value = (low + high) / 2 + SPREAD[high] * (true + 0.5 * rng.normal(0, 1, len(true)))
    value = np.clip(np.round(value), low, high)
    return np.asarray(low + high - value if item.reverse else value)
