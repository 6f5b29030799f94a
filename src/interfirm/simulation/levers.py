"""Policies: which levers are pulled, how hard, when, and for how much money."""

from __future__ import annotations

import csv
import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from interfirm.errors import Findings
from interfirm.kernels import cluster_codes as codes

if TYPE_CHECKING:
    from interfirm.simulation.starting import ClusterStart
    from interfirm.study.study import Study

Value = float | str
Floats = npt.NDArray[np.float64]

TITLES: Final = {
    "none": "No policy", "broker": "Cluster organisation", "voucher": "Cooperation voucher", "lab": "Joint laboratory",
    "fairs": "Trade fairs", "training": "Capability training", "anchor": "Anchor firm",
    "introductions": "Planned introductions", "standards": "Standards programme",
}
COMMON: Final = {
    "starts": (0.0, "years", "When it begins, in years from now."),
    "lasts": (3.0, "years", "How long it runs."),
    "budget": (300000.0, "EUR", "Most that it may cost in all; it stops when this is spent."),
}
WORKER_VALUE: Final = 50000.0
_WORDS: Final = {"any": 0.0, "small": 1.0, "weak": -1.0, "strong": 1.0}


@dataclass(frozen=True)
class Setting:
    """One setting of a lever: its usual value, its range, and how it depends on the length of a period."""

    lever: str
    name: str
    place: int
    value: Value
    low: float | None
    high: float | None
    per: str
    unit: str
    meaning: str

    @property
    def words(self) -> tuple[str, ...]:
        """The words it takes, empty if it takes a number."""
        return tuple(self.unit.split("|")) if "|" in self.unit else ()


@lru_cache(maxsize=1)
def settings() -> dict[str, dict[str, Setting]]:
    """All settings, by lever and name."""
    text = (resources.files("interfirm.simulation") / "levers.csv").read_text("utf-8")
    out: dict[str, dict[str, Setting]] = {name: {} for name in codes.LEVERS}
    for row in csv.DictReader(text.splitlines()):
        value: Value = row["value"] if "|" in row["unit"] else float(row["value"])
        low, high = (float(row[side]) if row[side] else None for side in ("low", "high"))
        out[row["lever"]][row["setting"]] = Setting(row["lever"], row["setting"], int(row["place"]), value, low, high,
                                                    row["per"], row["unit"], row["meaning"])
    return out


@dataclass(frozen=True)
class Policy:
    """One policy: the levers it pulls with their settings.

    Parameters
    ----------
    name
        As the user named it.
    levers
        Settings by lever; what is left out has its usual value.
    pairs
        Pairs of actors to introduce, for the lever of introductions.
    worker_value
        What a worker earns in a year, EUR: turns amounts of money into the model's unit.
    """

    name: str
    levers: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    pairs: tuple[tuple[str, str], ...] = ()
    worker_value: float = WORKER_VALUE

    @property
    def title(self) -> str:
        """Its name in words."""
        return TITLES.get(self.name, self.name)

    def value(self, lever: str, name: str) -> Value:
        """A setting, as given or as usual."""
        if name in COMMON:
            return self.levers[lever].get(name, COMMON[name][0])
        return self.levers[lever].get(name, settings()[lever][name].value)

    def number(self, lever: str, name: str) -> float:
        """A setting as a number; words have numbers too."""
        value = self.value(lever, name)
        return _WORDS[value] if isinstance(value, str) else float(value)

    def settings(self, steps: int, periods: int) -> Floats:
        """The table of levers that the kernels read: levers × settings, by period and in the model's units."""
        out = np.zeros((len(codes.LEVERS), codes.SETTINGS))
        for lever in self.levers:
            row = out[codes.LEVERS.index(lever)]
            first = 1 + round(self.number(lever, "starts") * steps)
            row[codes.V_ON], row[codes.V_FIRST] = 1.0, first
            row[codes.V_LAST] = min(periods, first + round(self.number(lever, "lasts") * steps) - 1)
            row[codes.V_BUDGET] = self.number(lever, "budget")
            row[codes.V_PRICE] = self.worker_value / steps
            for item in settings()[lever].values():
                value = self.number(lever, item.name)
                row[item.place] = (value / steps if item.per == "year"
                                   else value / self.worker_value if item.per == "euro" else value)
            if lever == "voucher":
                row[codes.V_B] *= steps
        return out

    def pairs_of(self, start: ClusterStart) -> npt.NDArray[np.int64]:
        """The pairs to introduce as rows of the start's firms."""
        place = {actor: at for at, actor in enumerate(start.actors)}
        found = [(place[a], place[b]) for a, b in self.pairs if a in place and b in place]
        return np.array(found, dtype=np.int64).reshape(-1, 2)


NONE: Final = Policy("none")


def usual_policies() -> list[Policy]:
    """No policy, then one policy for each lever with its usual settings."""
    return [NONE, *(Policy(name, {name: {}}) for name in codes.LEVERS)]


def levers_template() -> str:
    """The text of a ``levers.toml`` with every lever and its usual settings, explained."""
    lines = ["# Policies to compare: one section each. Delete what you do not want to try; change any number.",
             "# To try a lever in two ways, copy its section, give it a new name and add: lever = \"broker\"",
             "# To pull several levers at once, add a section with: levers = [\"broker\", \"training\"]",
             "# 'No policy' is always compared.", "",
             f"worker_value = {WORKER_VALUE:.0f}  # what one worker earns in a year, EUR: weighs money against gains"]
    for name in codes.LEVERS:
        lines += ["", f"[{name}]  # {TITLES[name]}"]
        lines += [f"{key} = {value:g}  # {unit}. {meaning}" for key, (value, unit, meaning) in COMMON.items()]
        for item in settings()[name].values():
            shown = f'"{item.value}"' if isinstance(item.value, str) else f"{item.value:g}"
            unit = "one of " + ", ".join(item.words) if item.words else item.unit
            lines.append(f"{item.name} = {shown}  # {unit}. {item.meaning}")
    return "\n".join(lines) + "\n"


def read_levers(text: str, file: str = "levers.toml") -> list[Policy]:
    """The policies of a ``levers.toml``, 'none' first.

    Raises
    ------
    DataError
        With everything that is wrong: unknown levers and settings with the nearest known one, numbers out of range,
        budgets that do not pay for a single unit.
    """
    findings = Findings()
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        findings.add("error", f"the file is not valid TOML: {problem}", "toml", file=file,
                     remedy="Write a fresh one with 'interfirm levers' and copy your numbers into it")
        findings.raise_if_failed()
    value = given.pop("worker_value", WORKER_VALUE)
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        findings.add("error", f"worker_value is {value!r}", "value", file=file, expected="a positive amount in EUR")
        value = WORKER_VALUE
    made = [_policy(str(name), section, given, file, findings) for name, section in given.items()]
    if not made and not findings.failed:
        findings.add("error", "the file has no policy", "no-policy", file=file, expected="at least one section",
                     remedy="Write one with 'interfirm levers > levers.toml'")
    findings.raise_if_failed()
    return [replace(item, worker_value=float(value)) for item in [NONE, *(one for one in made if one is not None)]]


def _policy(name: str, section: Any, given: Mapping[str, Any], file: str, findings: Findings) -> Policy | None:
    place = {"file": file, "sheet": f"[{name}]"}
    if not isinstance(section, dict):
        findings.add("error", f"'{name}' stands outside a section", "outside", file=file,
                     expected="a section such as [broker] for each policy")
        return None
    if name == "none":
        findings.add("error", "'none' is always compared and has no settings", "none", remedy="Delete the section",
                     **place)
        return None
    if "levers" in section:
        return _combined(name, section, given, place, findings)
    lever = section.get("lever", name)
    if lever not in codes.LEVERS:
        _unknown("lever", lever, codes.LEVERS, place, findings)
        return None
    return Policy(name, {lever: _settings(lever, section, place, findings)})


def _combined(name: str, section: Mapping[str, Any], given: Mapping[str, Any], place: Mapping[str, str],
              findings: Findings) -> Policy | None:
    wanted = section["levers"]
    if not isinstance(wanted, list) or set(section) != {"levers"}:
        findings.add("error", "a section with 'levers' holds nothing else than a list of names", "combined",
                     expected='levers = ["broker", "training"]', **place)
        return None
    out: dict[str, dict[str, Value]] = {}
    for item in wanted:
        own = given.get(item) if isinstance(given.get(item), dict) else {}
        lever = (own or {}).get("lever", item)
        if lever not in codes.LEVERS:
            _unknown("lever", lever, codes.LEVERS, place, findings)
            continue
        if lever in out:
            findings.add("error", f"lever '{lever}' is pulled twice", "twice", expected="each lever once", **place)
        out[lever] = _settings(lever, own or {}, place, Findings())
    return Policy(name, out)


def _unknown(kind: str, name: Any, known: Any, place: Mapping[str, str], findings: Findings) -> None:
    near = difflib.get_close_matches(str(name), list(known), n=1, cutoff=0.5)
    findings.add("error", f"unknown {kind} '{name}'", f"unknown-{kind}", expected=f"one of {', '.join(known)}",
                 remedy=f"Perhaps '{near[0]}' is meant" if near else "See 'interfirm levers'", **place)


def _settings(lever: str, section: Mapping[str, Any], place: Mapping[str, str],
              findings: Findings) -> dict[str, Value]:
    known = {**COMMON, **settings()[lever]}
    out: dict[str, Value] = {}
    for name, value in section.items():
        if name == "lever":
            continue
        if name not in known:
            _unknown("setting", name, known, place, findings)
        elif (problem := _wrong(lever, name, value)) is not None:
            findings.add("error", f"{name} is {value!r}", "value", expected=problem, **place)
        else:
            out[name] = value if isinstance(value, str) else float(value)
    _check_budget(lever, out, place, findings)
    return out


def _wrong(lever: str, name: str, value: Any) -> str | None:
    """What was expected, if a value cannot be."""
    item = settings()[lever].get(name)
    if item is not None and item.words:
        return None if value in item.words else "one of " + ", ".join(item.words)
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        return "a number"
    low, high = (item.low, item.high) if item is not None else (0.0, None)
    if name == "lasts" and value <= 0:
        return "more than 0 years"
    if (low is not None and value < low) or (high is not None and value > high):
        return f"{low:g} to {high:g}" if high is not None else f"{low:g} or more"
    return None


def _check_budget(lever: str, given: Mapping[str, Value], place: Mapping[str, str], findings: Findings) -> None:
    """A budget that does not pay for one unit cannot do anything."""
    policy = Policy("", {lever: given})
    budget = policy.number(lever, "budget")
    price = policy.number(lever, "price") if "price" in settings()[lever] else 0.0
    if budget <= 0 or budget < price:
        unit = settings()[lever]["price"].unit if price else "EUR"
        findings.add("error", f"a budget of {budget:,.0f} EUR does not pay for anything", "budget",
                     expected=f"at least {max(price, 1.0):,.0f} EUR, the price of one unit ({unit})", **place)


def with_plan(policies: list[Policy], study: Study, start: ClusterStart) -> list[Policy]:
    """The policies, those with introductions with the pairs that the partner plan gives for this study."""
    out = []
    for policy in policies:
        if "introductions" in policy.levers and not policy.pairs:
            number = policy.number("introductions", "pairs") * policy.number("introductions", "lasts")
            policy = replace(policy, pairs=_planned(study, start, max(1, round(number))))
        out.append(policy)
    return out


def _planned(study: Study, start: ClusterStart, number: int) -> tuple[tuple[str, str], ...]:
    from interfirm.partners import introduction_plan

    most = max(1, start.size // 2)
    plan = introduction_plan(study.select(actors=_firms_and_others(study, start)), min(number, 4 * most),
                             wave=start.wave, capacity=4)
    return tuple((str(row["actor"]), str(row["other"])) for row in plan.rows)


def _firms_and_others(study: Study, start: ClusterStart) -> list[str]:
    """The firms of the start and what lies outside the cluster: introductions are between firms."""
    outside = study.actors.loc[study.actors["position"] == "external", "actor"].astype(str).tolist()
    return [*start.actors, *outside]
