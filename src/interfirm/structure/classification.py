"""What a classification says, as a frozen result with tables and a short text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from interfirm.errors import Finding
from interfirm.numerals import per_cent
from interfirm.structure.conditions import Condition, Violation
from interfirm.structure.ideal_types import IDEAL_TYPES, KINDS
from interfirm.vocabulary import certainty

if TYPE_CHECKING:
    import pandas as pd

NOT_CLASSIFIED = "not classified"
CONTESTED = "contested"
INDETERMINATE = "indeterminate"


@dataclass(frozen=True, eq=False)
class Classification:
    """Which of the five structures a network has, how sure, and what contradicts it.

    Parameters
    ----------
    decision
        One of the five structures, or ``"indeterminate"`` (no structure passes every test),
        ``"contested"`` (nobody leads, yet many decide for others) or ``"not classified"`` (the data
        cannot carry it; see ``findings``).
    best, second
        The two likeliest structures, whatever the decision; empty if not classified.
    probability
        Per structure, equal before the data were seen; adds up to 1.
    misfit, evidence
        Per structure, in nats, smaller is better: the best arrangement with its code length; and with
        the arrangements near it added up, from which the probabilities come.
    z
        Per structure and kind of random network (``"degree"``, ``"density"``): how many standard
        deviations the structure fits better than in such networks. NaN where the random networks
        cannot differ, and in a circuit.
    conditions
        Per structure: what must hold, with what was found.
    distance
        Per structure: share of the ties, present or required, that contradict it (0 to 1).
    violations
        Of the best structure: every cell that contradicts it.
    stability
        Share of the networks with 5 % and with 10 % of the ties moved that have the same best structure.
    positions
        One position name per firm in the best structure.
    superiors
        Position of the own superior among ``actors``, -1 for none.
    actors
        The classified firms.
    indices
        Numbers about the layers.
    coordination
        Where the coordination layer comes from, in words.
    findings
        What was noticed about the data.
    reasons
        Why the decision is not one of the five structures; empty if it is.
    settings
        Seed, draws, restarts, version: what is needed to repeat it.
    """

    decision: str
    best: str
    second: str
    probability: Mapping[str, float]
    misfit: Mapping[str, float]
    evidence: Mapping[str, float]
    z: Mapping[str, Mapping[str, float]]
    conditions: Mapping[str, tuple[Condition, ...]]
    distance: Mapping[str, float]
    violations: tuple[Violation, ...]
    stability: Mapping[float, float]
    positions: npt.NDArray[np.str_]
    superiors: npt.NDArray[np.int64]
    actors: npt.NDArray[Any]
    indices: Mapping[str, float]
    coordination: str
    findings: tuple[Finding, ...]
    reasons: tuple[str, ...]
    settings: Mapping[str, Any]

    @property
    def decided(self) -> bool:
        """Whether the decision is one of the five structures."""
        return self.decision in KINDS

    @property
    def nodal(self) -> list[str]:
        """The nodal firms of the best structure: those that head or coordinate others."""
        heads = np.isin(self.positions, ["nodal", "main firm", "intermediate"])
        return [str(name) for name in self.actors[heads]]

    @property
    def certainty(self) -> str:
        """The fixed word for the probability of the best structure."""
        return certainty(self.probability[self.best]) if self.best else "cannot say"

    def deciding_z(self, kind: str) -> float:
        """The z that counts for a structure: against the same degrees, where those leave anything open;
        for a nodal circuit, which is made of degrees, against the same density. NaN for a circuit.
        """
        found = self.z.get(kind, {})
        degree, density = found.get("degree", float("nan")), found.get("density", float("nan"))
        return density if kind == "nodal circuit" or np.isnan(degree) else degree

    def table(self) -> pd.DataFrame:
        """One row per structure, likeliest first."""
        import pandas as pd

        rows = [{"structure": kind, "probability": self.probability[kind], "distance": self.distance[kind],
                 "z": self.deciding_z(kind), "z_same_degrees": self.z[kind]["degree"],
                 "z_same_density": self.z[kind]["density"],
                 "conditions_hold": all(item.holds for item in self.conditions[kind]),
                 "misfit": self.misfit[kind], "evidence": self.evidence[kind]} for kind in self.probability]
        columns = ["structure", "probability", "distance", "z", "z_same_degrees", "z_same_density",
                   "conditions_hold", "misfit", "evidence"]
        return pd.DataFrame(rows, columns=columns).sort_values("evidence", kind="stable", ignore_index=True)

    def condition_table(self) -> pd.DataFrame:
        """One row per structure and condition."""
        import pandas as pd

        rows = [(kind, item.text, item.value, item.sense, item.bound, item.holds)
                for kind, some in self.conditions.items() for item in some]
        return pd.DataFrame(rows, columns=["structure", "condition", "value", "sense", "bound", "holds"])

    def violation_table(self) -> pd.DataFrame:
        """One row per cell that contradicts the best structure: layer, sender, receiver, change."""
        import pandas as pd

        rows = [(item.layer, item.sender, item.receiver, item.change) for item in self.violations]
        return pd.DataFrame(rows, columns=["layer", "sender", "receiver", "change"])

    def position_table(self) -> pd.DataFrame:
        """One row per firm: actor, position, superior."""
        import pandas as pd

        above = [str(self.actors[s]) if s >= 0 else None for s in self.superiors]
        return pd.DataFrame({"actor": self.actors, "position": self.positions, "superior": above})

    def __str__(self) -> str:
        if not self.best:
            return f"Not classified: {'; '.join(self.reasons)}."
        share = f"{per_cent(self.probability[self.best])}"
        if self.decided:
            head = f"{IDEAL_TYPES[self.best].title} ({share}, {self.certainty}), {len(self.actors)} firms."
        else:
            head = (f"{self.decision.capitalize()}: nearest to {self.best} ({share}), then {self.second} "
                    f"({per_cent(self.probability[self.second])}); {'; '.join(self.reasons)}.")
        shown = ", ".join(self.nodal[:6]) + (", …" if len(self.nodal) > 6 else "")
        nodal = f" Nodal firms: {shown}." if shown else ""
        many = len(self.violations)
        against = f" {many} {'tie contradicts' if many == 1 else 'ties contradict'} it." if many else \
            " No tie contradicts it."
        return f"{head}{nodal}{against} Coordination: {self.coordination}."
