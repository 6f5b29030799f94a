"""Each firm's profile: the mean of the items of a construct, against the cluster."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from interfirm.capability._limits import limit
from interfirm.capability.answers import Answers, answers, titles
from interfirm.capability.informants import rwg_multi
from interfirm.errors import Finding

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

_EDGE = 1e-9


@dataclass(frozen=True)
class Profiles:
    """Scores of all firms that answered an instrument.

    Parameters
    ----------
    scores
        Firms (index ``actor``, in study order) × constructs, on the scale of the items.
    respondents
        Per firm: how many persons have a score in at least one construct.
    agreement
        Firms × constructs: within-group agreement r*wg(J) of two or more respondents; missing with one.
    members
        Per firm: whether it belongs to the cluster in this wave.
    titles
        The constructs in words.
    scale
        Lowest and highest answer of each construct.
    findings
        What was odd in the answers.
    settings
        Instrument, wave, missing rule.
    """

    scores: pd.DataFrame
    respondents: pd.Series
    agreement: pd.DataFrame
    members: pd.Series
    titles: dict[str, str]
    scale: dict[str, tuple[float, float]]
    findings: tuple[Finding, ...]
    settings: dict[str, Any] = field(default_factory=dict)

    def medians(self) -> pd.Series:
        """Median of each construct among the members."""
        return self.scores.loc[self.members].median()

    def overall(self) -> pd.Series:
        """Mean of the constructs by firm; missing where one of them is. No construct is ever dropped."""
        return self.scores.mean(axis=1).where(self.scores.notna().all(axis=1)).rename("overall")

    def table(self) -> pd.DataFrame:
        """One row per firm and construct: score, median of the members, rank among them, agreement."""
        import pandas as pd

        ranks = self.scores.where(self.members, axis=0).rank(ascending=False, method="min")
        parts = []
        for name in self.scores.columns:
            parts.append(pd.DataFrame({
                "actor": self.scores.index, "construct": name, "title": self.titles[name],
                "score": self.scores[name].to_numpy(), "median": self.medians()[name],
                "rank": ranks[name].to_numpy(), "respondents": self.respondents.to_numpy(),
                "agreement": self.agreement[name].to_numpy(), "member": self.members.to_numpy(),
            }))
        out = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["actor", "construct", "score"])
        order = pd.Index(self.scores.index).get_indexer(pd.Index(out["actor"]))
        return out.assign(place=order).sort_values("place", kind="stable").drop(columns="place").reset_index(drop=True)

    def __str__(self) -> str:
        lines = [f"{len(self.scores)} firms answered '{self.settings['instrument']}' in wave {self.settings['wave']}."]
        middle = self.medians()
        for name in self.scores.columns:
            low, high = self.scale[name]
            known = int(self.scores.loc[self.members, name].notna().sum())
            lines.append(f"{self.titles[name]} ({name}): median {middle[name]:.2f} on {low:g} to {high:g}, "
                         f"{known} members with a score.")
        return "\n".join(lines)


def profiles(study: Study, wave: str | int | None = None, *, instrument: str = "capability",
             strict: bool = True) -> Profiles:
    """Score an instrument: what each firm can bring, by construct.

    The score of a respondent is the mean of the items answered, reverse items turned
    (low + high − answer). Where more than ``capability.missing_items`` (20 %) of the items of a construct
    were left out, it has no score. Several respondents of one firm are averaged, and how far they agree is
    reported. The constructs of ``"capability"`` are C1 interaction and continuity [mitrega2012], C2 product and
    service support [lall1992], C3 support of the joint work [schilke2010], C4 same or complementary
    capability [flatten2011]; the wording of the items is ours.

    Parameters
    ----------
    study
        The study; its table ``answers`` holds the items.
    wave
        The wave; None if there is only one.
    instrument
        An instrument asked once for each firm.
    strict
        Whether an answer off its scale is an error (otherwise it counts as left out, with a warning).

    Returns
    -------
    Profiles
        ``.scores`` (firms × constructs, on the scale of the items), ``.table()``, ``.findings``.

    Raises
    ------
    DataError
        With all answers off their scale.
    UnknownName
        For an unknown instrument or wave.

    Notes
    -----
    Items that nobody answered are not part of the scale, and a finding says so. Firms without answers have no row.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> result = profiles(example(), "2024")
    >>> list(result.scores.columns)
    ['C1', 'C2', 'C3', 'C4']
    """
    return score(answers(study, instrument, wave, strict=strict))


def score(given: Answers) -> Profiles:
    """Score answers that were already read: see :func:`profiles`."""
    import pandas as pd

    people = person_scores(given)
    firms = pd.Index(given.raw.index.get_level_values("actor").unique(), name="actor")
    mean = people.groupby(level="actor", sort=False).mean().reindex(firms)
    count = people.notna().any(axis=1).groupby(level="actor", sort=False).sum().reindex(firms)
    members = given.members.groupby(level="actor", sort=False).first().reindex(firms).astype(bool)
    by_name = {item.item: item for item in given.items}
    scale = {name: (by_name[group[0]].low, float(by_name[group[0]].high or np.inf))
             for name, group in given.scales().items()}
    called = titles(given.instrument)
    settings = {"instrument": given.instrument, "wave": given.wave, "missing_items": limit("missing_items"),
                "items": [item.item for item in given.items]}
    return Profiles(mean, count, _agreement(given, firms, scale), members,
                    {name: called[name] for name in mean.columns}, scale, given.findings, settings)


def person_scores(given: Answers) -> pd.DataFrame:
    """Respondents × constructs: mean of the answered items; missing where too many were left out."""
    import pandas as pd

    columns = {}
    for name, group in given.scales().items():
        cells = given.turned[group]
        enough = cells.isna().mean(axis=1) <= limit("missing_items") + _EDGE
        columns[name] = cells.mean(axis=1).where(enough)
    return pd.DataFrame(columns, index=given.turned.index, dtype="float64")


def _agreement(given: Answers, firms: pd.Index, scale: dict[str, tuple[float, float]]) -> pd.DataFrame:
    import pandas as pd

    out = pd.DataFrame(np.nan, index=firms, columns=list(given.scales()))
    sizes = given.turned.groupby(level="actor", sort=False).size()
    for actor in sizes.index[sizes > 1]:
        mine = given.turned.xs(actor, level="actor")
        for name, group in given.scales().items():
            low, high = scale[name]
            out.loc[actor, name] = rwg_multi(mine[group].to_numpy(), int(high - low) + 1)
    return out
