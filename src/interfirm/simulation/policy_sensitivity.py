"""What the lead of the best policy over the second hangs on: all uncertain parameters screened, the strongest split."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from interfirm.defaults import threshold
from interfirm.errors import UsageError
from interfirm.simulation.comparison import outputs
from interfirm.simulation.designs import Range, needs
from interfirm.simulation.levers import Policy
from interfirm.simulation.model import run
from interfirm.simulation.plan import Plan
from interfirm.simulation.sensitivity import Sensitivity, morris, sobol
from interfirm.simulation.settings import complete, parameters

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.simulation.comparison import Comparison

Progress = Callable[[str], None]

LEAD: Final = "lead"
FILE: Final = "sensitivity"
COLUMNS: Final = ("parameter", "effect", "effect_half_width", "direction", "total", "total_half_width")


@dataclass(frozen=True)
class PolicySensitivity:
    """How the lead of one policy over another moves with the parameters that nobody knows exactly.

    Parameters
    ----------
    first, second
        The two policies: the one with the largest mean effect, and the next.
    output
        The output in which the first leads.
    lead
        Its lead at the usual values of all parameters, mean over replications.
    screening
        All uncertain parameters, after Morris.
    shares
        The strongest of them, the others at their usual values, after Sobol.
    """

    first: str
    second: str
    output: str
    lead: float
    screening: Sensitivity
    shares: Sensitivity

    def table(self) -> pd.DataFrame:
        """One row by parameter, strongest first.

        ``effect``: by how much the lead moves over the range of the parameter, on average over the ranges of the others
        (mean absolute elementary effect), with half of its 95 % interval; ``direction``: the same with its sign, near 0
        where it goes both ways; ``total``: share of the variance of the lead that would be left if only this parameter
        were unknown (total Sobol index among the strongest), missing for the weaker ones.
        """
        import pandas as pd

        found = self.screening.effects[LEAD]
        out = pd.DataFrame({"parameter": self.screening.runs.names, "effect": found["mean_absolute"],
                            "effect_half_width": found["half_width"], "direction": found["mean"]})
        split = self.shares.effects[LEAD]
        strong = pd.DataFrame({"parameter": self.shares.runs.names, "total": split["total"],
                               "total_half_width": split["total_half_width"]})
        out = out.merge(strong, on="parameter", how="left")
        return out.sort_values("effect", ascending=False, ignore_index=True)[list(COLUMNS)]

    def record(self) -> dict[str, Any]:
        """Plain values, to be kept with the results."""
        rows = [{key: None if isinstance(value, float) and not np.isfinite(value) else value
                 for key, value in row.items()} for row in self.table().to_dict("records")]
        chance = self.screening.stochastic[LEAD]
        return {"first": self.first, "second": self.second, "output": self.output, "lead": self.lead,
                "chance": chance if np.isfinite(chance) else None, "parameters": rows,
                "runs": int(self.screening.runs.values.shape[0] + self.shares.runs.values.shape[0])}


def policy_sensitivity(plan: Plan, found: Comparison, *, output: str = "innovations", workers: int = 1,
                       progress: Progress | None = None) -> PolicySensitivity:
    """What the lead of the best policy hangs on.

    First all parameters that the plan varies are screened by elementary effects [morris1991, campolongo2007]; then the
    variance of the lead is split among the strongest [sobol2001, saltelli2010], with all others at their usual values.
    Both policies run with the same luck at every point.

    Parameters
    ----------
    plan
        What was run.
    found
        Its comparison; says which two policies come first.
    output
        The output in which the lead is taken.
    workers
        Threads; the result does not depend on them.
    progress
        Is told now and then.

    Raises
    ------
    UsageError
        Without SALib; if the plan has fewer than two policies or varies nothing.
    """
    check_possible(plan)
    first, second = leading(found, output)
    ranges = uncertain(plan)
    model = _lead(plan, first, second, output)
    settings = {key: int(threshold("simulation", f"sensitivity_{key}")["value"])
                for key in ("trajectories", "points", "strongest", "replications")}
    screened = morris(model, ranges, trajectories=settings["trajectories"], seed=plan.seed, workers=workers,
                      replications=settings["replications"], progress=_said(progress, "screening"))
    order = np.argsort(-screened.effects[LEAD]["mean_absolute"], kind="stable")[:settings["strongest"]]
    split = sobol(model, [ranges[at] for at in sorted(order)], points=settings["points"], seed=plan.seed,
                  replications=settings["replications"], workers=workers, progress=_said(progress, "variance"))
    usual = [model({}, seed)[LEAD] for seed in range(settings["replications"] * 5)]
    return PolicySensitivity(first, second, output, float(np.mean(usual)), screened, split)


def check_possible(plan: Plan) -> None:
    """Refuse what cannot be analysed, before anything is run."""
    needs("SALib.sample.sobol")
    if len(plan.policies) < 3:
        raise UsageError("--sensitivity asks what the lead of the best policy over the second hangs on; give at least "
                         "two policies.")
    if not uncertain(plan):
        raise UsageError("--sensitivity has nothing to vary: every parameter is held by --set.")


def runs_needed(plan: Plan) -> int:
    """Runs of the model that the analysis takes."""
    width = len(uncertain(plan))
    value = {key: int(threshold("simulation", f"sensitivity_{key}")["value"])
             for key in ("trajectories", "points", "strongest", "replications")}
    points = value["trajectories"] * (width + 1) + value["points"] * (min(width, value["strongest"]) + 2)
    return 2 * points * value["replications"]


def uncertain(plan: Plan) -> list[Range]:
    """Ranges of the parameters that nobody knows exactly: not held, not estimated from the study."""
    known = parameters()
    wide = [known[name] for name in plan.free() if known[name].low < known[name].high]
    return [Range(item.name, item.low, item.high) for item in wide]


def leading(found: Comparison, output: str) -> tuple[str, str]:
    """The policy with the largest mean effect on an output, and the next; 'none' counts as one of them."""
    sign = -1.0 if outputs()[output]["good"] == "down" else 1.0
    order = np.argsort(-sign * found.effect(output).mean(axis=0), kind="stable")
    return found.policies[int(order[0])], found.policies[int(order[1])]


def _lead(plan: Plan, first: str, second: str, output: str) -> Callable[[Mapping[str, float], int], dict[str, float]]:
    by_name: dict[str, Policy] = {policy.name: policy for policy in plan.policies}
    usual = complete({**plan.start.fitted, **plan.given})
    sign = -1.0 if outputs()[output]["good"] == "down" else 1.0

    def model(values: Mapping[str, float], seed: int) -> dict[str, float]:
        ends = [run(plan.start, {**usual, **values}, seed=seed, periods=plan.periods, policy=by_name[name],
                    off=plan.off).last()[output] for name in (first, second)]
        return {LEAD: sign * (ends[0] - ends[1])}

    return model


def _said(progress: Progress | None, what: str) -> Progress | None:
    return None if progress is None else lambda text: progress(f"{what}: {text}")
