"""What the place adds, in the example: answers on joint action, learning and technology, and a table of regions.

Everything here is drawn from a stream of its own, so that the rest of the example stays as it is.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from interfirm.study.example import words
from interfirm.study.example.cast import WAVES, Cast, Floats
from interfirm.study.example.ties import Bools, Networks
from interfirm.study.instruments import items

REGION = "XV3"
SECTOR = "C28"
_STREAM = 1907
_LOW, _HIGH = 1.0, 5.0
_DEPTH = {"basic": -1.3, "intermediate": 0.1, "advanced": 1.2}
_HARDER = {"preinvestment": 0.3, "execution": 0.4, "process": -0.2, "product": 0.0, "industrial": 0.1, "linkages": 0.2}
_YEARS = ("2020", "2023")
_GROWTH = {"C28": 1.09, "C26": 1.14, "C22": 0.99, "J62": 1.31, "TOTAL": 1.03}


def answers(seed: int, people: Cast, true: Networks, answered: Bools, given: pd.DataFrame) -> pd.DataFrame:
    """Rows to add to ``given``: how close cooperation is, effort to learn, the place, technology, performance.

    How close cooperation is follows the firm's ties; effort follows its ability and its cooperation with
    customers and suppliers; output and profit, but not exports, follow the change of cooperation that it
    reported. Three per cent of the cells stay empty, of technology 0.3 per cent.
    """
    rng = np.random.default_rng([_STREAM, seed])
    lasting = rng.normal(0, 1, (people.count, 40))
    frames = []
    for wave, name in enumerate(WAVES):
        who = people.firms[answered[wave, people.firms]]
        change = _change(people, given, name)
        cells = {**_joint(rng, people, true, wave, lasting)}
        cells |= _learning(rng, people, cells, lasting)
        cells |= _technology(rng, people, lasting)
        cells |= _performance(rng, change)
        frame = pd.DataFrame({item: value[who] for item, value in cells.items()})
        frame["actor"] = people.frame["actor"].to_numpy()[who]
        long = frame.melt(id_vars="actor", var_name="item", value_name="value")
        frames.append(long.assign(wave=name, respondent="1"))
    out = pd.concat(frames, ignore_index=True)
    shown = out["value"].map(lambda value: f"{value:g}")
    rate = np.where(out["item"].str.startswith("TC_"), 0.003, 0.03)
    return pd.concat([given, out.assign(value=shown.where(rng.random(len(out)) >= rate))], ignore_index=True)


def _scaled(rng: np.random.Generator, score: Floats, middle: float, spread: float = 1.0, low: float = _LOW,
            high: float = _HIGH) -> Floats:
    """A standard score plus noise as an answer on a scale."""
    noisy = middle + spread * (0.8 * score + 0.6 * rng.normal(0, 1, len(score)))
    return np.asarray(np.clip(np.round(noisy), low, high))


def _standard(values: Floats, people: Cast) -> Floats:
    mine = values[people.firms]
    return np.asarray((values - mine.mean()) / (mine.std() or 1.0))


def _joint(rng: np.random.Generator, people: Cast, true: Networks, wave: int, lasting: Floats) -> dict[str, Floats]:
    gives, sells = true["outsourcing"][wave], true["customer"][wave]
    drive = {
        "JL_suppliers": (gives.sum(axis=1) + sells.sum(axis=0), 3.0), "JL_subcontractors": (gives.sum(axis=1), 2.6),
        "JL_buyers": (sells.sum(axis=1) + gives.sum(axis=0), 3.4),
        "JL_chain": (gives.sum(axis=1) + gives.sum(axis=0), 1.9),
        "JL_producers": (true["peer"][wave].sum(axis=1), 3.2),
        "JL_associations": (true["institutional"][wave].sum(axis=1), 2.3),
    }
    out = {}
    for place, (name, (ties, middle)) in enumerate(drive.items()):
        own = 0.6 * _standard(np.log1p(ties.astype(float)), people) + 0.4 * lasting[:, place] + 0.65 * lasting[:, 39]
        out[name] = _scaled(rng, own, middle)
    return out


def _learning(rng: np.random.Generator, people: Cast, joint: dict[str, Floats], lasting: Floats) -> dict[str, Floats]:
    able = _standard(people.ability, people)
    vertical = _standard(joint["JL_buyers"] + joint["JL_suppliers"], people)
    group = _standard(joint["JL_associations"], people)
    near = _standard(-people.distances()[:, people.firms].mean(axis=1), people)
    effort = {
        "LE_doing": (0.4 * able, 3.5), "LE_experiment": (0.7 * able + 0.4 * vertical, 2.9),
        "LE_training": (0.3 * able, 2.4), "LE_equipment": (0.5 * able, 3.1),
        "LE_users": (0.3 * able + 0.8 * vertical, 3.2), "LE_advice": (0.2 * able + 0.7 * group, 2.4),
        "LE_observation": (0.2 * able, 3.3),
    }
    place = {
        "AD_proximity": (0.8 * near, 3.6), "AD_rivalry": (0.0 * able, 3.1), "AD_mobility": (0.0 * able, 2.7),
        "AD_poaching": (-0.3 * able, 3.7), "AD_copying": (0.2 * able, 2.8), "AD_orders": (0.8 * vertical, 2.9),
        "AD_shared": (0.6 * _standard(joint["JL_producers"], people), 2.0), "AD_standards": (0.5 * group, 2.2),
    }
    return {name: _scaled(rng, cause + 0.5 * lasting[:, 10 + i], middle)
            for i, (name, (cause, middle)) in enumerate({**effort, **place}.items())}


def _technology(rng: np.random.Generator, people: Cast, lasting: Floats) -> dict[str, Floats]:
    """Deeper levels are harder: each cell is 0, 0.5 or 1 by how far the firm's ability passes its mark."""
    able, out = _standard(people.ability, people), {}
    for place, (function, harder) in enumerate(_HARDER.items()):
        level = 0.9 * able + 0.45 * lasting[:, 26 + place] + 0.15 * rng.normal(0, 1, people.count)
        for depth, mark in _DEPTH.items():
            past = level - mark - harder
            out[f"TC_{function}_{depth}"] = np.where(past > 0.35, 1.0, np.where(past > -0.35, 0.5, 0.0))
    return out


def _change(people: Cast, given: pd.DataFrame, wave: str) -> Floats:
    """The mean change of cooperation that each firm reported, as a standard score; 0 for the silent."""
    names = [item.item for item in items("joint_action")]
    rows = given.loc[(given["wave"] == wave) & (given["respondent"] == "1") & given["item"].isin(names)]
    mean = pd.to_numeric(rows["value"]).groupby(rows["actor"]).mean().reindex(people.frame["actor"])
    score = (mean - mean.mean()) / mean.std()
    return score.fillna(0.0).to_numpy(dtype=np.float64)


def _performance(rng: np.random.Generator, change: Floats) -> dict[str, Floats]:
    return {"JA_chain": _scaled(rng, change, 0.0, 0.8, -2, 2),
            "PC_output": _scaled(rng, 0.8 * change, 0.4, 1.1, -2, 2),
            "PC_exports": _scaled(rng, 0.0 * change, 0.1, 1.2, -2, 2),
            "PC_profit": _scaled(rng, 0.45 * change, 0.0, 1.1, -2, 2)}


def facts() -> pd.DataFrame:
    """The cluster's own region and sector, for the table ``about``."""
    return pd.DataFrame({"key": ["region_code", "sector_code"], "value": [REGION, SECTOR]})


def regions(seed: int) -> pd.DataFrame:
    """Ten invented regions of an invented country: jobs, plants and product in four sectors and in all."""
    rng = np.random.default_rng([_STREAM, seed, 1])
    rows = []
    for place in words.read("regions"):
        size = float(place["jobs"])
        base = {sector: size * float(place[sector]) for sector in ("C28", "C26", "C22", "J62")} | {"TOTAL": size}
        for year, time in enumerate(_YEARS):
            for sector, jobs in base.items():
                rows.append(_cell(rng, place, sector, time, jobs * _GROWTH[sector] ** year, year))
    return _with_country(pd.DataFrame(rows))


def _cell(rng: np.random.Generator, place: dict[str, str], sector: str, time: str, jobs: float,
          year: int) -> dict[str, object]:
    per_plant = {"C28": 38.0, "C26": 31.0, "C22": 24.0, "J62": 9.0, "TOTAL": 11.0}[sector]
    hidden = place["region"] == "XV8" and sector == "C26"
    note = "confidential" if hidden else "break in series" if (place["region"], sector, time) == (
        "XV5", "C28", "2023") else None
    persons = round(jobs * float(np.exp(rng.normal(0, 0.02))), -1)
    return {
        "region": place["region"], "name": place["name"], "whole": "XV", "sector": sector, "time": time,
        "employees": None if hidden else persons,
        "units": max(1.0, round(persons / per_plant * float(np.exp(rng.normal(0, 0.1))))),
        "gdp_head": round(float(place["gdp"]) * 1.08 ** year, -2) if sector == "TOTAL" else None,
        "latitude": float(place["latitude"]), "longitude": float(place["longitude"]), "note": note,
    }


def _with_country(frame: pd.DataFrame) -> pd.DataFrame:
    """The country's own rows; what is confidential in a region is in them."""
    frame = frame.astype({"employees": "float64", "gdp_head": "float64"})
    total = frame.groupby(["sector", "time"], sort=False).agg({"employees": "sum", "units": "sum"}).reset_index()
    total.loc[total["sector"] == "C26", "employees"] += 2150.0
    mean = frame.loc[frame["sector"] == "TOTAL"].groupby("time")["gdp_head"].mean().round(-2)
    total["gdp_head"] = total["time"].map(mean).where(total["sector"] == "TOTAL")
    total = total.assign(region="XV", name="Invented country XV", whole=None, latitude=None, longitude=None, note=None)
    return pd.concat([frame, total[frame.columns].astype(frame.dtypes.to_dict())], ignore_index=True)
