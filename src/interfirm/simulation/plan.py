"""What an experiment consists of, and one replication of it: every policy under the same luck."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from interfirm._version import __version__
from interfirm.kernels import cluster_codes as codes
from interfirm.kernels.counter_plain import uniform
from interfirm.simulation.end_structure import COLUMNS as STRUCTURE_COLUMNS
from interfirm.simulation.end_structure import EndStructure, classifies, replications_classified, structure_of
from interfirm.simulation.levers import NONE, Policy
from interfirm.simulation.model import Run, allocate, run
from interfirm.simulation.settings import complete, parameters
from interfirm.simulation.starting import ClusterStart

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

FORMAT: Final = "interfirm-simulation/2"
BY_FIRM: Final = 2000
BY_TIE: Final = 400
FIRM_COLUMNS: Final = ("alive", "capability", "knowledge", "capital", "workers", "partners", "innovations")
_D_PARAMETER: Final = 255
_FIXED: Final = ("horizon", "consider", "wide", "effort_benefit", "effort_cost", "effort_scale")


@dataclass(frozen=True, eq=False)
class Plan:
    """A paired experiment: each replication runs every policy from the same start, with the same luck and parameters.

    Parameters
    ----------
    start
        Where it starts.
    policies
        The policies; 'none' comes first and is what the others are compared with.
    seed
        Seed of everything random.
    periods, every
        Number of periods, and after how many outputs are taken.
    given
        Parameters held at a value, by name and by year.
    vary
        Whether every replication draws the other parameters from their ranges (triangular around the usual value), so
        that results also say how much hangs on what nobody knows.
    off
        Rules switched off.
    """

    start: ClusterStart
    policies: tuple[Policy, ...]
    seed: int = 1
    periods: int = 20
    every: int = 4
    given: Mapping[str, float] = field(default_factory=dict)
    vary: bool = True
    off: tuple[str, ...] = ()

    def drawn(self, replication: int) -> dict[str, float]:
        """The parameters of one replication: the same for all policies, and drawn by counter."""
        held = {**self.start.fitted, **self.given}
        values = complete(held)
        if not self.vary:
            return values
        free = set(self.free())
        for at, item in enumerate(parameters().values()):
            if item.name in free:
                share = uniform(self.seed, replication, 0, at, _D_PARAMETER)
                values[item.name] = _triangular(share, item.low, item.value, item.high)
        return values

    def free(self) -> tuple[str, ...]:
        """Names of the parameters that are neither held, nor estimated from the study, nor fixed by what they mean."""
        held = {**self.start.fitted, **self.given}
        return tuple(name for name in parameters() if name not in held and name not in _FIXED)

    def varied(self) -> tuple[str, ...]:
        """Names of the parameters that differ between replications."""
        one, two = self.drawn(0), self.drawn(1)
        return tuple(name for name in one if one[name] != two[name])

    def manifest(self) -> dict[str, Any]:
        """What the results of this plan belong to."""
        return {
            "format": FORMAT, "version": __version__, "study": digest(self.start), "firms": self.start.size,
            "wave": self.start.wave, "seed": self.seed, "periods": self.periods, "every": self.every,
            "steps": self.start.steps, "vary": self.vary, "given": dict(self.given), "off": list(self.off),
            "policies": [{"name": item.name, "levers": {k: dict(v) for k, v in item.levers.items()},
                          "pairs": [list(pair) for pair in item.pairs], "worker_value": item.worker_value}
                         for item in self.policies],
            "notes": list(self.start.notes), "fitted": {k: float(v) for k, v in self.start.fitted.items()},
            "affinity": hashlib.sha256(self.start.affinity.tobytes()).hexdigest()[:16],
        }

    def memory(self) -> int:
        """Bytes that one run needs at once, about."""
        world = allocate(self.start, dict(self.given), seed=1, replication=0, periods=self.periods, policy=NONE,
                         off=(), events=0)
        return int(sum(item.nbytes for item in world))


def _triangular(share: float, low: float, middle: float, high: float) -> float:
    """The quantile of the triangular distribution."""
    if high <= low:
        return middle
    cut = (middle - low) / (high - low)
    if share < cut:
        return float(low + np.sqrt(share * (high - low) * (middle - low)))
    return float(high - np.sqrt((1 - share) * (high - low) * (high - middle)))


def digest(start: ClusterStart) -> str:
    """A short fingerprint of the data that a start shows; what a fit of tie choice adds does not count."""
    found = hashlib.sha256()
    for name in (*start.actors, *start.sectors, *start.places):
        found.update(name.encode() + b"\0")
    for array in (start.firm, start.tie, start.tacit, start.explicit):
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()[:16]


@dataclass(frozen=True, eq=False)
class Replicate:
    """One replication: outputs by policy and time, and where it is cheap the end of each firm, tie and structure."""

    number: int
    outputs: Floats
    parameters: Floats
    firms: Floats | None
    ties: npt.NDArray[np.int32] | None
    structures: tuple[EndStructure, ...] = ()


def replicate(plan: Plan, number: int) -> Replicate:
    """Run one replication of a plan: every policy once."""
    values = plan.drawn(number)
    outputs, firms, ties, structures = [], [], [], []
    classified = number < replications_classified() and classifies(plan.start.size)
    for at, policy in enumerate(plan.policies):
        made = run(plan.start, values, seed=plan.seed, replication=number, periods=plan.periods, policy=policy,
                   off=plan.off, every=plan.every)
        outputs.append(made.outputs)
        if plan.start.size <= BY_FIRM:
            firms.append(_ends(made, plan.start.size))
        if plan.start.size <= BY_TIE:
            ties.append(_tie_rows(made, at, plan.start.size))
        if classified:
            structures.append(structure_of(made.world, seed=plan.seed))
    return Replicate(number, np.array(outputs), np.array(list(values.values())), np.array(firms) if firms else None,
                     np.concatenate(ties) if ties else None, tuple(structures))


def _ends(made: Run, size: int) -> Floats:
    """Initial firms × ``FIRM_COLUMNS`` at the end of a run."""
    w = made.world
    firm = w.firm[:size]
    alive = firm["alive"] == 1
    known = 0.5 * (w.tacit[:size].mean(axis=1) + w.explicit[:size].mean(axis=1))
    columns = (firm["capability"], known, firm["capital"] / np.maximum(firm["workers"], 1e-9), firm["workers"],
               firm["degree"], firm["made"])
    return np.column_stack([alive, *(np.where(alive, column, np.nan) for column in columns)]).astype(np.float64)


def _tie_rows(made: Run, policy: int, size: int) -> npt.NDArray[np.int32]:
    """Ties between initial firms at the end: policy, first, second, works together, asks, decides."""
    tie = made.world.tie
    rows = tie[(tie["live"] == 1) & (tie["b"] < size)]
    return np.column_stack([np.full(len(rows), policy), rows["a"], rows["b"], rows["exchange"],
                            rows["ask_ab"] + 2 * rows["ask_ba"], rows["boss"]]).astype(np.int32)


def tables(plan: Plan, one: Replicate) -> dict[str, pd.DataFrame]:
    """A replication as tidy tables: ``outputs``, ``parameters`` and, where kept, ``firms``, ``ties``, ``structure``."""
    import pandas as pd

    names = [item.name for item in plan.policies]
    times = list(range(0, plan.periods + 1, plan.every))
    keys = pd.DataFrame(list(_grid(names, times)), columns=["policy", "period"])
    outputs = pd.DataFrame(one.outputs.reshape(-1, len(codes.OUTPUTS)), columns=list(codes.OUTPUTS))
    out = {"outputs": pd.concat([keys, outputs], axis=1),
           "parameters": pd.DataFrame([one.parameters], columns=list(parameters()))}
    if one.firms is not None:
        keys = pd.DataFrame(list(_grid(names, list(plan.start.actors))), columns=["policy", "actor"])
        ends = pd.DataFrame(one.firms.reshape(-1, len(FIRM_COLUMNS)), columns=list(FIRM_COLUMNS))
        out["firms"] = pd.concat([keys, ends], axis=1)
    if one.ties is not None:
        who = np.array(plan.start.actors, dtype=object)
        rows = pd.DataFrame(one.ties[:, 3:], columns=["exchange", "asks", "decides"])
        out["ties"] = pd.concat([pd.DataFrame({"policy": np.array(names, dtype=object)[one.ties[:, 0]],
                                               "first": who[one.ties[:, 1]], "second": who[one.ties[:, 2]]}), rows],
                                axis=1)
    if one.structures:
        found = [[item.decision, item.likeliest, item.probability] for item in one.structures]
        out["structure"] = pd.concat([pd.DataFrame({"policy": names}),
                                      pd.DataFrame(found, columns=list(STRUCTURE_COLUMNS))], axis=1)
    for name, frame in out.items():
        out[name] = frame.assign(replication=np.int64(one.number)).reindex(columns=["replication", *frame.columns])
    return out


def _grid(first: list[str], second: list[Any]) -> Iterator[tuple[str, Any]]:
    return ((a, b) for a in first for b in second)
