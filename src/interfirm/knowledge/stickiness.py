"""What makes knowledge hard to take over, at which stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from interfirm.capability.answers import answers
from interfirm.errors import DataError, Finding, UsageError
from interfirm.knowledge._limits import limit, whole

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

BARRIERS: Final = {"AMB": "causal ambiguity", "UNP": "unproven knowledge", "SRM": "source unwilling",
                   "SRC": "source not trusted", "RCM": "recipient unwilling", "ABS": "little absorptive capacity",
                   "RET": "little retentive capacity", "CTX": "barren context", "ARD": "arduous relationship"}
STAGES: Final = {"DIF_1": "initiation", "DIF_2": "implementation", "DIF_3": "ramp-up", "DIF_4": "integration"}
_EDGE: Final = 1e-9


@dataclass(frozen=True, eq=False)
class Stickiness:
    """Barriers, difficulty by stage, and how they go together.

    Attributes
    ----------
    scores
        Firms × barriers and stages, 1 to 5, high: much in the way.
    association
        See :meth:`table`.
    firms
        Members with answers.
    findings
        What was odd in the answers.
    settings
        Wave, permutations, seed.
    """

    scores: pd.DataFrame
    association: pd.DataFrame
    firms: int
    findings: tuple[Finding, ...]
    settings: Mapping[str, Any]

    def hardest(self) -> str:
        """The stage with the highest mean difficulty."""
        means = self.scores[list(STAGES.values())].mean()
        return str(means.idxmax())

    def table(self) -> pd.DataFrame:
        """One row per barrier.

        ``mean`` (1 to 5), ``rho`` with the mean difficulty, ``p`` (permutation), ``p_adjusted`` (Holm over the nine),
        and the rho with each stage. Missing with fewer than ``knowledge.fewest_firms`` firms.
        """
        return self.association.copy()

    def __str__(self) -> str:
        rows = self.association.dropna(subset=["rho"]).sort_values("rho", ascending=False)
        text = f"{self.firms} members described a transfer; the hardest stage is {self.hardest()}."
        sure = rows[rows["p_adjusted"] < 0.05]
        if len(sure):
            text += f" Difficulty goes with {', '.join(sure['barrier'])}."
        return text


def sticky_rate(base: float, barriers: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """The rate at which knowledge is taken over against barriers: base · exp(−Σ_s β_s x_s).

    Parameters
    ----------
    base
        Rate without any barrier, at least 0.
    barriers
        x_s by barrier, 0 (none) upwards.
    weights
        β_s by barrier; those without one do not count.

    Returns
    -------
    float

    Raises
    ------
    UsageError
        For a base or a barrier below 0.

    Notes
    -----
    Ours; the barriers are those of [szulanski2000].

    Examples
    --------
    >>> round(sticky_rate(0.5, {"causal ambiguity": 1.0}, {"causal ambiguity": 0.693147}), 4)
    0.25
    """
    if base < 0 or any(value < 0 for value in barriers.values()):
        raise UsageError("The base rate and the barriers are numbers of at least 0.")
    return float(base * np.exp(-sum(weights.get(name, 0.0) * value for name, value in barriers.items())))


def stickiness(study: Study, *, wave: str | int | None = None, permutations: int = 2000, seed: int = 1) -> Stickiness:
    """What stood in the way when firms took over a practice, and what goes with difficulty?

    From the instrument ``stickiness``: nine barriers and the difficulty of four stages of the last transfer
    [szulanski2000], each 1 to 5. Spearman correlation of each barrier with the mean difficulty, tested by permutation
    and corrected for nine tests [holm1979], and with each stage.

    Parameters
    ----------
    study
        The study, with answers to the instrument ``stickiness``.
    wave
        The wave; None if there is only one.
    permutations, seed
        Of the test.

    Returns
    -------
    Stickiness

    Raises
    ------
    DataError
        If nobody answered, or with all answers off their scale.

    Notes
    -----
    Each firm speaks of one transfer that it remembers. What goes with difficulty need not be what makes it. The wording
    of the items is ours.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> sticky = stickiness(example(), wave="2024", permutations=100)
    >>> len(sticky.table())
    9
    """
    when = study.wave(wave)
    given = answers(study, "stickiness", when)
    asked = {item.item for item in given.items}
    if not asked & set(STAGES) or not any(f"{name}_1" in asked or f"{name}_2" in asked for name in BARRIERS):
        raise DataError(Finding("error", f"nobody described a transfer in wave '{when}'", "no-stickiness",
                                file="answers", expected="the items AMB_1 to DIF_4 of the instrument 'stickiness'",
                                remedy="Ask every member about the last practice that it took over"))
    cells = given.turned.loc[given.members.to_numpy()]
    scores = _scores(cells)
    findings = tuple(item for item in given.findings if item.code != "one-item-scale")
    return Stickiness(scores, _association(scores, permutations, seed), len(scores), findings,
                      {"wave": when, "permutations": permutations, "seed": seed})


def _scores(cells: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    columns = {}
    for name, barrier in BARRIERS.items():
        part = cells[[item for item in (f"{name}_1", f"{name}_2") if item in cells.columns]]
        enough = part.isna().mean(axis=1) <= limit("missing_items") + _EDGE
        columns[barrier] = part.mean(axis=1).where(enough) if part.shape[1] else np.nan
    for name, stage in STAGES.items():
        columns[stage] = cells[name] if name in cells.columns else np.nan
    frame = pd.DataFrame(columns, index=cells.index, dtype="float64")
    return frame.groupby(level="actor", sort=False).mean()


def _association(scores: pd.DataFrame, permutations: int, seed: int) -> pd.DataFrame:
    import pandas as pd

    difficulty = scores[list(STAGES.values())].mean(axis=1)
    rng = np.random.default_rng(seed)
    rows = []
    for barrier in BARRIERS.values():
        rho, p = _rho(scores[barrier], difficulty, permutations, rng)
        stages = {stage: _rho(scores[barrier], scores[stage], 0, rng)[0] for stage in STAGES.values()}
        rows.append({"barrier": barrier, "mean": float(scores[barrier].mean()), "rho": rho, "p": p} | stages)
    out = pd.DataFrame(rows)
    out.insert(4, "p_adjusted", _holm(out["p"].to_numpy(dtype=np.float64)))
    return out


def _rho(x: pd.Series, y: pd.Series, permutations: int, rng: np.random.Generator) -> tuple[float, float]:
    from scipy.stats import rankdata

    known = (x.notna() & y.notna()).to_numpy()
    if known.sum() < whole("fewest_firms"):
        return float("nan"), float("nan")
    a, b = (rankdata(values.to_numpy(dtype=np.float64)[known]) for values in (x, y))
    if a.std() == 0 or b.std() == 0:
        return float("nan"), float("nan")
    a, b = (a - a.mean()) / a.std(), (b - b.mean()) / b.std()
    rho = float((a * b).mean())
    if not permutations:
        return rho, float("nan")
    drawn = rng.permuted(np.tile(b, (permutations, 1)), axis=1) @ a / len(a)
    return rho, float((1 + (np.abs(drawn) >= abs(rho) - 1e-12).sum()) / (1 + permutations))


def _holm(p: np.ndarray) -> np.ndarray:
    """Holm's correction; those that are missing stay missing and do not count."""
    out = np.full(len(p), np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    highest = 0.0
    for place, at in enumerate(order):
        highest = max(highest, min(1.0, float(p[at]) * (len(order) - place)))
        out[at] = highest
    return out
