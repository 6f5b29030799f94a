"""Simulate a model forward from a wave: what would the network look like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from interfirm.dynamics import engine
from interfirm.dynamics.coding import Coded, code
from interfirm.dynamics.data import Network, Panel, from_study
from interfirm.dynamics.estimate import degenerate
from interfirm.dynamics.specification import Specification
from interfirm.errors import DataError, UnknownName, UsageError

if TYPE_CHECKING:
    from interfirm.study.study import Study

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Simulation:
    """Simulated networks. R replications, T periods, V variables, n actors.

    Attributes
    ----------
    actors, variables
        Names.
    networks
        Relation to R × T × n × m uint8: ties at the end of each period.
    behaviours
        Behaviour to R × T × n levels.
    warning
        A sentence if the networks are nearly empty or full, else None.
    """

    actors: tuple[str, ...]
    variables: tuple[str, ...]
    networks: dict[str, npt.NDArray[np.uint8]]
    behaviours: dict[str, Floats]
    warning: str | None

    def __str__(self) -> str:
        lines = [f"{name}: {x.sum(axis=(2, 3)).mean(axis=0)[-1]:.1f} ties on average at the end"
                 for name, x in self.networks.items()]
        return "\n".join([*lines, *([self.warning] if self.warning else [])])


def simulate(study: Study | Panel, spec: Specification, parameters: Mapping[str, float], *, periods: int, seed: int,
             replications: int = 1, wave: str | None = None, threads: int | None = None) -> Simulation:
    """Let the actors go on from one wave by the rules of a model.

    Parameters
    ----------
    study, spec
        Data and model; covariates are held at the wave. Covariates are centred by the whole study.
    parameters
        Name to value for every effect, and ``"rate"`` (or ``"rate <variable>"``): opportunities of an actor per period.
        ``fit.values`` works: the rate of the last period is used.
    periods
        How many units of time.
    seed
        The same seed gives the same networks on any number of threads.
    replications
        Number of independent runs.
    wave
        Where to start; the last wave if left out.

    Raises
    ------
    UsageError
        If a parameter is missing.
    """
    if periods < 1 or replications < 1:
        raise UsageError("periods and replications have to be at least 1.")
    panel = study if isinstance(study, Panel) else from_study(study, spec)
    if wave is not None and str(wave) not in panel.waves:
        raise UnknownName("wave", wave, panel.waves)
    start = panel.waves.index(str(wave)) if wave is not None else len(panel.waves) - 1
    two = code(_held(panel, start), replace(spec, conditional=False), reference=panel)
    theta = _values(two, parameters)
    parts = [_forward(two, theta, seed, r, periods, engine.workers(threads)) for r in range(replications)]
    shape = {name: panel.networks[name].ties.shape[2] for name in spec.networks}
    n = panel.size
    networks = {name: np.array([[x[v, :n, :shape[name]] for x, _ in run] for run in parts])
                for v, name in enumerate(spec.networks)}
    levels = {name: np.array([[z[v, :n] + np.nanmin(panel.behaviours[name]) for _, z in run] for run in parts])
              for v, name in enumerate(spec.behaviour, len(spec.networks))}
    means = np.zeros(len(theta))
    for q, item in enumerate(two.parameters):
        if item.text == "density" and item.variable in networks:
            means[q] = networks[item.variable][:, -1].sum(axis=(1, 2)).mean() * two.scale[q]
    return Simulation(panel.actors, two.variables, networks, levels, degenerate(two, means))


def _held(panel: Panel, wave: int) -> Panel:
    """A panel of two waves that both are the given one; unknown ties are absent, covariates stay."""
    nets = {}
    for name, net in panel.networks.items():
        x = net.ties.copy()
        for w in range(1, wave + 1):
            x[w] = np.where(np.isnan(x[w]), x[w - 1], x[w])
        nets[name] = Network(np.repeat(np.nan_to_num(x[wave])[None], 2, axis=0), net.directed, net.two_mode)

    def at(values: Floats) -> Floats:
        return values if len(values) == 1 else values[wave:wave + 1]

    return Panel(panel.actors, (panel.waves[wave],) * 2, nets, np.repeat(panel.present[wave][None], 2, axis=0),
                 {name: at(v) for name, v in panel.covariates.items()}, panel.texts,
                 {name: at(w) for name, w in panel.dyads.items()},
                 {name: np.repeat(z[wave][None], 2, axis=0) for name, z in panel.behaviours.items()},
                 {name: at(v) for name, v in panel.receivers.items()})


def _values(coded: Coded, parameters: Mapping[str, float]) -> Floats:
    out, lacking = np.zeros(len(coded.parameters)), []
    for q, item in enumerate(coded.parameters):
        names = [item.name]
        if item.kind == "rate":
            last = [name for name in parameters if name.startswith(f"rate {item.variable} period")]
            names = [f"rate {item.variable}", "rate", *sorted(last, reverse=True)]
        found = next((parameters[name] for name in names if name in parameters), None)
        if found is None:
            lacking.append(names[0])
        else:
            out[q] = found
    if lacking:
        raise UsageError(f"Values are missing for {', '.join(lacking)}.")
    return out


def _forward(coded: Coded, theta: Floats, seed: int, replication: int, periods: int,
             threads: int) -> list[tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]]:
    """Networks and levels at the end of each period of one run; a period starts where the last one ended."""
    out, now = [], coded
    for t in range(periods):
        sample = engine.simulate(now, theta, 1, seed=seed, first=replication * periods + t, threads=threads, keep=True)
        if (sample.times < 0).any():
            raise DataError("the model runs away: a period did not end within the allowed number of steps")
        out.append((sample.ends[0, 0], sample.levels[0, 0]))
        now = replace(coded, x0=sample.ends[0, :1], z0=sample.levels[0, :1])
    return out
