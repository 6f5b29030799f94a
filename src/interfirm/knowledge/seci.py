"""The knowledge spiral as firms see it: four steps, which of them is the bottleneck, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from interfirm.capability.answers import answers
from interfirm.errors import DataError, Finding
from interfirm.knowledge._factors import factor
from interfirm.knowledge._limits import limit, whole
from interfirm.numerals import per_cent

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

STEPS: Final = {"SOC": "socialisation", "EXT": "externalisation", "COM": "combination", "INT": "internalisation"}
PLAIN: Final = {"socialisation": "learning from person to person across firms",
                "externalisation": "writing down what people know",
                "combination": "putting documents of several firms together",
                "internalisation": "learning from what is written"}


@dataclass(frozen=True, eq=False)
class SeciState:
    """Scores of the four steps and the bottleneck.

    Attributes
    ----------
    scores
        Firms × steps, 0 to 1; missing where too many items were left out.
    means
        Mean of each step over the members that answered all four.
    bottleneck
        The step with the lowest mean; None with fewer than ``knowledge.fewest_firms`` firms.
    sure
        In which share of resamples of the firms that step is the lowest.
    spiral
        Share of the firms in which all four steps reach ``knowledge.practised``.
    firms
        Members that answered all four steps.
    findings
        What was odd in the answers.
    settings
        Wave, draws, seed.
    """

    scores: pd.DataFrame
    means: Mapping[str, float]
    bottleneck: str | None
    sure: float
    spiral: float
    firms: int
    findings: tuple[Finding, ...]
    settings: Mapping[str, Any]

    def weakest(self) -> pd.Series:
        """Each firm's own weakest step; missing where a step is missing or two are equally weak."""
        import pandas as pd

        complete = self.scores.dropna()
        lowest = complete.eq(complete.min(axis=1), axis=0)
        alone = lowest.sum(axis=1) == 1
        names = pd.Series(complete.to_numpy().argmin(axis=1), index=complete.index).map(
            dict(enumerate(self.scores.columns))) if len(complete) else pd.Series(dtype=object)
        return names.where(alone).reindex(self.scores.index).rename("weakest")

    def table(self) -> pd.DataFrame:
        """One row per firm: the four steps and its own weakest."""
        return self.scores.assign(weakest=self.weakest()).reset_index()

    def __str__(self) -> str:
        means = ", ".join(f"{name} {value:.2f}" for name, value in self.means.items())
        if self.bottleneck is None:
            return f"{self.firms} members answered all four steps: too few to name a bottleneck. {means}."
        return (f"The lowest step is {self.bottleneck} ({means}; 0 to 1; {self.firms} members; lowest in "
                f"{per_cent(self.sure)} of resamples). {per_cent(self.spiral)} practise all four.")


def seci_state(study: Study, *, wave: str | int | None = None, draws: int = 1000, seed: int = 1) -> SeciState:
    """Which step of the knowledge spiral is the bottleneck?

    Knowledge passes from person to person (socialisation), is written down (externalisation), combined with other
    documents (combination) and learnt from paper (internalisation) [nonaka2000]. The items of the instrument ``seci``
    are averaged by step and moved to 0–1; the step with the lowest mean over the members is the bottleneck.

    Parameters
    ----------
    study
        The study, with answers to the instrument ``seci``.
    wave
        The wave; None if there is only one.
    draws, seed
        Resamples of the firms for ``sure``.

    Returns
    -------
    SeciState

    Raises
    ------
    DataError
        If nobody answered, or with all answers off their scale.

    Notes
    -----
    Members that did not answer are left out; if they differ, so does the cluster. Steps are compared as firms rate
    them; that all four are on one scale is an assumption. The wording of the items is ours.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> state = seci_state(example(), wave="2024")
    >>> state.bottleneck
    'externalisation'
    """
    import pandas as pd

    when = study.wave(wave)
    given = answers(study, "seci", when)
    scales = given.scales()
    missing = [name for name in STEPS if name not in scales]
    if missing:
        what = "the knowledge spiral" if len(missing) == len(STEPS) else \
            " and ".join(STEPS[name] for name in missing)
        raise DataError(Finding("error", f"nobody answered on {what} in wave '{when}'", "no-seci", file="answers",
                                expected="the items SOC_1 to INT_3 of the instrument 'seci'",
                                remedy="Put the twelve questions to every member, and import the answers"))
    scores = pd.DataFrame({step: factor(given, scales[name]) for name, step in STEPS.items()})
    inside = given.members.groupby(level="actor", sort=False).first()
    known = scores.loc[inside.to_numpy(dtype=bool)].dropna()
    means = {name: float(known[name].mean()) for name in STEPS.values()}
    enough = len(known) >= whole("fewest_firms")
    bottleneck = min(means, key=lambda name: means[name]) if enough else None
    sure = _sure(known, bottleneck, draws, seed) if bottleneck is not None else float("nan")
    spiral = float((known >= limit("practised")).all(axis=1).mean()) if len(known) else float("nan")
    return SeciState(scores, means, bottleneck, sure, spiral, len(known), given.findings,
                     {"wave": when, "draws": draws, "seed": seed, "practised": limit("practised")})


def _sure(known: pd.DataFrame, bottleneck: str, draws: int, seed: int) -> float:
    x = known.to_numpy(dtype=np.float64)
    rng = np.random.default_rng(seed)
    means = x[rng.integers(0, len(x), (draws, len(x)))].mean(axis=1)
    return float((means.argmin(axis=1) == list(known.columns).index(bottleneck)).mean())
