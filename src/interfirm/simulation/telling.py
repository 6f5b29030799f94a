"""What a report needs of an experiment, as plain values: effects, the best policy, who gains, a before and an after."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from interfirm.errors import UsageError
from interfirm.simulation.comparison import MAIN, Comparison, compare, outputs, title
from interfirm.simulation.intervals import interval
from interfirm.simulation.plan import BY_FIRM, BY_TIE, digest
from interfirm.simulation.starting import ClusterStart, start
from interfirm.simulation.wording import LIMITS

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

FEWEST: Final = 5
_GAINS: Final = ("capability", "knowledge", "innovations", "partners")


def told(study: Study, folder: str | Path) -> dict[str, Any]:
    """The results of an experiment with this study, for the report.

    Parameters
    ----------
    study
        The study.
    folder
        What ``interfirm simulate`` wrote.

    Returns
    -------
    dict
        ``policies``, ``effects``, ``best``, ``cost``, ``side_effects``, ``hangs_on``, ``groups``, ``map``, ``notes``,
        ``limits``; plain values without names of firms.

    Raises
    ------
    UsageError
        If there are no finished results, or if they are of another study.
    """
    found = compare(folder)
    begin = start(study, wave=found.about["wave"], steps=int(found.about["steps"]))
    if digest(begin) != found.about["study"]:
        raise UsageError(f"'{folder}' holds results of another study, or of these data before they were changed. "
                         "Run 'interfirm simulate' again.")
    leader = found.best("innovations")
    first = str(leader["policy"].iloc[int(leader["probability_best"].to_numpy().argmax())])
    return {
        "years": found.years, "replications": found.replications, "firms": begin.size, "wave": found.about["wave"],
        "policies": [{"name": name, "title": title(name)} for name in found.policies],
        "first": first, "fixed": not found.about["vary"],
        "effects": _records(found.effects()), "best": {name: _records(found.best(name)) for name in MAIN},
        "outputs": {name: {key: row[key] for key in ("title", "unit", "good", "meaning")}
                    for name, row in outputs().items()},
        "cost": _records(found.cost()), "side_effects": _records(found.side_effects()),
        "windfall": _records(found.windfall()), "hangs_on": _hangs_on(found),
        "structure": _records(found.structure_types()), "structure_now": found.about.get("structure_now"),
        "sensitivity": _sensitivity(found),
        "groups": groups(found, begin, first) if begin.size <= BY_FIRM and first != "none" else [],
        "map": before_and_after(found, begin, first) if begin.size <= BY_TIE else None,
        "notes": list(found.about["notes"]), "limits": list(LIMITS),
        "settings": _settings(found),
    }


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values; missing and infinite numbers become None."""
    out = []
    for row in frame.to_dict("records"):
        out.append({str(key): None if isinstance(value, float) and not np.isfinite(value) else
                    value.item() if isinstance(value, np.generic) else value for key, value in row.items()})
    return out


def _hangs_on(found: Comparison) -> list[dict[str, Any]]:
    from interfirm.simulation.settings import parameters

    rows = _records(found.hangs_on())
    return [{**row, "meaning": parameters()[str(row["parameter"])].meaning} for row in rows]


def _sensitivity(found: Comparison) -> dict[str, Any] | None:
    """The analysis of sensitivity that belongs to these results, with meanings; None without one."""
    from interfirm.simulation.policy_sensitivity import FILE
    from interfirm.simulation.settings import parameters
    from interfirm.study.read import results as stored

    kept = stored.record(Path(found.folder), FILE)
    if kept is None or kept["replications"] != found.replications:
        return None
    rows = [{**row, "meaning": parameters()[row["parameter"]].meaning} for row in kept["parameters"]]
    return {**kept, "parameters": rows}


def _settings(found: Comparison) -> list[dict[str, Any]]:
    from interfirm.simulation.levers import Policy, settings

    out = []
    for item in found.about["policies"]:
        policy = Policy(item["name"], item["levers"])
        parts = [f"{name.replace('_', ' ')} {_shown(policy.value(lever, name))}"
                 for lever in policy.levers for name in ("starts", "lasts", "budget", *settings()[lever])]
        out.append({"policy": item["name"], "settings": "; ".join(parts)})
    return out


def _shown(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:,.0f}" if value >= 1000 else f"{value:g}"


# ---- who gains -----------------------------------------------------------------------------


def groups(found: Comparison, begin: ClusterStart, policy: str) -> list[dict[str, Any]]:
    """What a policy changes for groups of the firms of the study that have at least five members.

    Per group and value: the mean over its firms of the change against no policy, by replication, with the 95 % interval
    of its mean over replications; ``losing`` is the share of firms that know less in the end, on average, than
    without the policy.
    """
    from interfirm.study.read import results as stored

    wide = stored.table(Path(found.folder), "firms")
    change, firms = _changes(wide, begin, policy)
    out = []
    for name, members in named_groups(begin):
        if members.sum() < FEWEST:
            continue
        row: dict[str, Any] = {"group": name, "firms": int(members.sum())}
        for value in _GAINS:
            mean = np.nanmean(change[value][:, members], axis=1)
            low, high = interval(mean)
            row |= {value: float(mean.mean()), f"{value}_low": low, f"{value}_high": high}
        row["losing"] = float((firms[members] < 0).mean())
        out.append(row)
    return out


def _changes(wide: pd.DataFrame, begin: ClusterStart, policy: str) -> tuple[dict[str, Floats], Floats]:
    """Replications × firms: change of each value against no policy, NaN where the firm closed in one of the two."""
    number = wide["replication"].nunique()
    arrays = {}
    for name in ("none", policy):
        mine = wide.loc[wide["policy"] == name]
        arrays[name] = {value: mine[value].to_numpy(dtype=np.float64).reshape(number, begin.size) for value in _GAINS}
    change = {value: arrays[policy][value] - arrays["none"][value] for value in _GAINS}
    known = ~np.isnan(change["knowledge"])
    firms = np.where(known, change["knowledge"], 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return change, firms


def named_groups(begin: ClusterStart) -> list[tuple[str, Bools]]:
    """Groups of firms by what they are at the start: size, partners, capability, sector."""
    firm = begin.firm
    degree = np.bincount(np.concatenate([begin.tie["a"], begin.tie["b"]]), minlength=begin.size)
    low, high = np.quantile(degree, [1 / 3, 2 / 3])
    weak, strong = np.quantile(firm["capability"], [1 / 3, 2 / 3])
    out = [("All firms", np.ones(begin.size, dtype=bool)),
           ("Small (under 50 people)", firm["small"] == 1), ("Larger", firm["small"] == 0),
           ("Few partners now (lowest third)", degree <= low), ("Many partners now (highest third)", degree >= high),
           ("Least capable third", firm["capability"] <= weak), ("Most capable third", firm["capability"] >= strong)]
    if len(begin.sectors) > 1:
        out += [(f"Sector: {word}", firm["sector"] == at) for at, word in enumerate(begin.sectors)]
    return out


# ---- before and after ----------------------------------------------------------------------


def before_and_after(found: Comparison, begin: ClusterStart, policy: str) -> dict[str, Any]:
    """Pairs of firms that work together now, and how often they do in the end, without a policy and with one.

    Firms are numbered in the order of the start; ``ties`` holds first, second, now, share without, share with.
    """
    from interfirm.study.read import results as stored

    place = {actor: at for at, actor in enumerate(begin.actors)}
    shares: dict[tuple[int, int], list[float]] = {}
    for row in begin.tie[begin.tie["exchange"] == 1]:
        shares[int(row["a"]), int(row["b"])] = [1.0, 0.0, 0.0]
    for at, name in ((1, "none"), (2, policy)):
        for one, two, count in stored.tie_counts(Path(found.folder), name):
            key = (place[one], place[two])
            shares.setdefault(key, [0.0, 0.0, 0.0])[at] = count / found.replications
    return {"size": begin.size,
            "ties": [[a, b, *values] for (a, b), values in sorted(shares.items())]}
