"""Compare the policies of an experiment: effects with intervals, the best one, its cost, who wins, what it hangs on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from interfirm.defaults import threshold
from interfirm.simulation.intervals import interval, resampled, shared_first
from interfirm.simulation.levers import TITLES
from interfirm.simulation.settings import rows

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

MAIN: Final = ("innovations", "capability", "knowledge", "trust")
SIDE_EFFECTS: Final = ("disparity", "degree_inequality", "coordination_ties", "two_way", "openness_concentration",
                       "exits", "small_capability")


@lru_cache(maxsize=1)
def outputs() -> dict[str, dict[str, str]]:
    """What each output means: title, unit, which direction is good, meaning; by name."""
    return {row["output"]: row for row in rows("outputs")}


def title(policy: str) -> str:
    """A policy in words."""
    return TITLES.get(policy, policy)


@dataclass(frozen=True, eq=False)
class Comparison:
    """What an experiment says about its policies.

    Parameters
    ----------
    folder
        The folder of results.
    about
        What the results belong to: seed, periods, policies, replications.
    ends
        Outputs at the end, one row by replication and policy.
    course
        Outputs at every reported time.
    parameters
        Parameters by replication.
    structure
        Structure of each classified network, one row by replication and policy; None where none was classified.
    """

    folder: str
    about: dict[str, Any]
    ends: pd.DataFrame
    course: pd.DataFrame
    parameters: pd.DataFrame
    structure: pd.DataFrame | None = None

    @property
    def policies(self) -> tuple[str, ...]:
        """Names of the policies, 'none' first."""
        return tuple(item["name"] for item in self.about["policies"])

    @property
    def replications(self) -> int:
        """Number of replications."""
        return int(self.ends["replication"].nunique())

    @property
    def years(self) -> float:
        """Length of a run in years."""
        return float(self.about["periods"]) / float(self.about["steps"])

    def values(self, output: str) -> Floats:
        """Replications × policies: an output at the end."""
        wide = self.ends.pivot(index="replication", columns="policy", values=output)
        return wide[list(self.policies)].to_numpy(dtype=np.float64)

    def effect(self, output: str) -> Floats:
        """Replications × policies: an output minus that of the same replication without a policy."""
        values = self.values(output)
        return values - values[:, :1]

    @cached_property
    def _effects(self) -> pd.DataFrame:
        import pandas as pd

        made = []
        for output, about in outputs().items():
            base, change = self.values(output)[:, 0], self.effect(output)
            for at, policy in enumerate(self.policies[1:], start=1):
                low, high = interval(change[:, at])
                better = change[:, at] > 0 if about["good"] != "down" else change[:, at] < 0
                made.append({"policy": policy, "output": output, "without": base.mean(), "effect": change[:, at].mean(),
                             "low": low, "high": high, "single_low": np.quantile(change[:, at], 0.1),
                             "single_high": np.quantile(change[:, at], 0.9), "share_better": better.mean()})
        return pd.DataFrame(made)

    def effects(self) -> pd.DataFrame:
        """By policy and output: mean change against no policy with its 95 % interval, and the middle 80 % of runs.

        ``without`` is the output without a policy; ``share_better`` the share of replications in which the policy does
        better than none.
        """
        return self._effects.copy()

    def best(self, output: str = "innovations") -> pd.DataFrame:
        """By policy: probability that its mean effect is the largest, and share of replications in which it is.

        The probability comes from drawing replications anew (2,000 bootstrap samples, all policies together).
        """
        import pandas as pd

        change = self.effect(output) * (-1.0 if outputs()[output]["good"] == "down" else 1.0)
        draws = resampled(change)
        first = np.bincount(draws.argmax(axis=1), minlength=len(self.policies)) / len(draws)
        single = shared_first(change)
        return pd.DataFrame({"policy": self.policies, "probability_best": first, "share_first": single})

    def cost(self, output: str = "innovations") -> pd.DataFrame:
        """By policy: what it costs, and what one unit of effect costs, with 95 % intervals.

        Empty where the interval of the effect holds 0, because then nobody can say.
        """
        import pandas as pd

        change, spent = self.effect(output), self.values("cost")
        sign = -1.0 if outputs()[output]["good"] == "down" else 1.0
        rows_ = []
        for at, policy in enumerate(self.policies[1:], start=1):
            low = interval(sign * change[:, at])[0]
            row = {"policy": policy, "cost": spent[:, at].mean(), "unit_cost": np.nan, "low": np.nan, "high": np.nan}
            if low > 0:
                both = resampled(np.column_stack([sign * change[:, at], spent[:, at]]))
                ratio = both[:, 1] / np.where(both[:, 0] > 0, both[:, 0], np.nan)
                row |= {"unit_cost": spent[:, at].mean() / (sign * change[:, at]).mean(),
                        "low": np.nanquantile(ratio, 0.025), "high": np.nanquantile(ratio, 0.975)}
            rows_.append(row)
        return pd.DataFrame(rows_)

    def side_effects(self) -> pd.DataFrame:
        """Changes for the worse that are sure at the 95 % level and worth mentioning (2 % of the level or more)."""
        found = self._effects
        bad_up = found["output"].map(lambda name: outputs()[name]["good"] == "down")
        worse = (bad_up & (found["low"] > 0)) | (~bad_up & (found["high"] < 0))
        large = found["effect"].abs() >= float(threshold("simulation", "side_effect")["value"]) * found["without"].abs()
        out: pd.DataFrame = found.loc[worse & large & found["output"].isin(SIDE_EFFECTS)].reset_index(drop=True)
        return out

    def windfall(self) -> pd.DataFrame:
        """By policy: ties that it made, and the share of them that are gone at the end."""
        import pandas as pd

        made, alive = self.values("made_ties").mean(axis=0), self.values("made_ties_alive").mean(axis=0)
        share = np.where(made > 0, 1 - alive / np.where(made > 0, made, 1), np.nan)
        return pd.DataFrame({"policy": self.policies, "made": made, "gone": share}).iloc[1:]

    def structure_types(self) -> pd.DataFrame:
        """By policy: in what share of the classified replications the network at the end has which structure.

        One column by structure or abstention that occurs, most frequent first; ``runs`` is the number of classified
        replications, ``differs`` the share of them in which the structure is another one than without a policy.
        Empty where networks are too large to be classified.
        """
        import pandas as pd

        if self.structure is None:
            return pd.DataFrame(columns=["policy", "runs", "differs"])
        wide = self.structure.pivot(index="replication", columns="policy", values="decision")[list(self.policies)]
        kinds = list(self.structure["decision"].value_counts().index)
        shares = {kind: (wide == kind).mean() for kind in kinds}
        return pd.DataFrame([{"policy": policy, "runs": len(wide), **{kind: shares[kind][policy] for kind in kinds},
                              "differs": (wide[policy] != wide["none"]).mean()} for policy in self.policies])

    def hangs_on(self, output: str = "innovations", most: int = 6) -> pd.DataFrame:
        """Which uncertain parameters the answer hangs on.

        The lead of the best policy over the second best, by replication, is ranked against each parameter that varies
        (Spearman); ``best_if_low`` and ``best_if_high`` name the policy with the largest mean effect among the
        replications with the lowest and the highest third of the parameter. A first look: the parameters
        vary together, and a full analysis of sensitivity needs more runs.
        """
        import pandas as pd
        from scipy import stats

        sign = -1.0 if outputs()[output]["good"] == "down" else 1.0
        change = sign * self.effect(output)
        order = np.argsort(-change.mean(axis=0))
        columns = ["parameter", "correlation", "p", "best_if_low", "best_if_high", "changes"]
        if len(order) < 2 or self.replications < 12:
            return pd.DataFrame(columns=columns)
        lead = change[:, order[0]] - change[:, order[1]]
        table = []
        for name in self.parameters.columns.drop("replication"):
            value = self.parameters[name].to_numpy(dtype=np.float64)
            if np.ptp(value) == 0 or np.ptp(lead) == 0:
                continue
            found = stats.spearmanr(value, lead)
            low, high = (self._best_where(change, part) for part in
                         (value <= np.quantile(value, 1 / 3), value >= np.quantile(value, 2 / 3)))
            table.append((name, float(found.statistic), float(found.pvalue), low, high, low != high))
        out = pd.DataFrame(table, columns=columns)
        return out.sort_values("correlation", key=np.abs, ascending=False, ignore_index=True).head(most)

    def _best_where(self, change: Floats, part: npt.NDArray[np.bool_]) -> str:
        return self.policies[int(change[part].mean(axis=0).argmax())]

    def table(self) -> pd.DataFrame:
        """One row by policy: effects on the main outputs with intervals, probability of being best, cost."""
        import pandas as pd

        wide = []
        for policy in self.policies[1:]:
            mine = self._effects.loc[self._effects["policy"] == policy].set_index("output")
            row: dict[str, Any] = {"policy": title(policy)}
            for output in MAIN:
                row[output] = mine.loc[output, "effect"]
                row[f"{output}_low"], row[f"{output}_high"] = mine.loc[output, "low"], mine.loc[output, "high"]
            row["exits"], row["disparity"] = mine.loc["exits", "effect"], mine.loc["disparity", "effect"]
            wide.append(row)
        out = pd.DataFrame(wide)
        best = self.best().set_index("policy")["probability_best"]
        out["probability_best"] = [best[policy] for policy in self.policies[1:]]
        return out.assign(cost=self.cost()["cost"].to_numpy())

    def shown(self) -> pd.DataFrame:
        """The table as people read it: one row by policy.

        Each main effect in per cent of the level without a policy, ± half of its 95 % interval.
        """
        import pandas as pd

        from interfirm.simulation.wording import relative

        costs, best = self.cost().set_index("policy"), self.best().set_index("policy")["probability_best"]
        wide = []
        for policy in self.policies[1:]:
            mine = {row["output"]: row for row in self._effects.to_dict("records") if row["policy"] == policy}
            each = float(costs["unit_cost"][policy])
            wide.append({"Policy": title(policy),
                         **{f"{outputs()[name]['title']} %": relative(mine[name]) for name in MAIN},
                         "Cost, EUR": f"{costs['cost'][policy]:,.0f}",
                         "by innovation": "cannot say" if np.isnan(each) else f"{each:,.0f}",
                         "Best": f"{best[policy]:.2f}"})
        return pd.DataFrame(wide)

    def __str__(self) -> str:
        from interfirm.simulation.wording import spoken

        return spoken(self)


def compare(folder: str | Path) -> Comparison:
    """Read a folder of results and compare its policies.

    Parameters
    ----------
    folder
        What ``interfirm simulate`` or :func:`interfirm.simulation.run_experiment` wrote.

    Raises
    ------
    UsageError
        If it holds no finished results.
    """
    from interfirm.errors import UsageError
    from interfirm.study.read import results as stored

    place = Path(folder)
    about = stored.manifest(place) if place.is_dir() else None
    if about is None:
        raise UsageError(f"'{folder}' holds no results of a simulation. Make them with 'interfirm simulate'.")
    course = stored.table(place, "outputs")
    ends = course.loc[course["period"] == about["periods"]].reset_index(drop=True)
    structure = stored.table(place, "structure") if stored.has(place, "structure") else None
    return Comparison(str(folder), about, ends, course, stored.table(place, "parameters"), structure)
