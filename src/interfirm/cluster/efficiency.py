"""Collective efficiency: what firms gain from the place without acting, and what from acting together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from interfirm.capability.answers import Answers, answers
from interfirm.capability.coefficients import htmt
from interfirm.capability.scales import Reliability, assess
from interfirm.cluster._limits import limit, whole
from interfirm.cluster.shares import Share, share_of
from interfirm.cluster.tables import rows
from interfirm.errors import DataError, Finding, Findings

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

INSTRUMENTS: Final = ("external_economies", "joint_action_level", "joint_action")
CELLS: Final = (("vertical", "bilateral"), ("vertical", "multilateral"), ("horizontal", "bilateral"),
                ("horizontal", "multilateral"))
_NAN: Final = float("nan")
_EDGE: Final = 1e-9


@dataclass(frozen=True, eq=False)
class CollectiveEfficiency:
    """External economies and joint action of every firm that answered.

    Parameters
    ----------
    firms
        Index ``actor``: ``external_economies`` (1 to 5), ``joint_action`` (level, 1 to 5), ``joint_action_change`` (−2
        to 2), ``efficiency`` and ``efficiency_change`` (means of two standard scores), ``member``.
    level, change
        Firms × the four forms, e.g. ``vertical bilateral``.
    forms
        One row per form: ``direction``, ``sides``, mean level and mean change of the members with 95 % intervals,
        number of firms.
    passive, active
        Share of the members that the place helps in at least one respect, and that act together with at least one kind
        of partner.
    rising
        Share of the members whose joint action has increased.
    reliability
        One row per scale, as in :func:`interfirm.capability.reliability`.
    distinct
        HTMT of external economies and the level of joint action; NaN where it cannot be computed.
    asked, answered
        Member firms in the wave, and those that answered anything of this.
    wave
        The wave.
    findings
        What was odd.
    """

    firms: pd.DataFrame
    level: pd.DataFrame
    change: pd.DataFrame
    forms: pd.DataFrame
    passive: Share
    active: Share
    rising: Share
    reliability: pd.DataFrame
    distinct: float
    asked: int
    answered: int
    wave: str
    findings: tuple[Finding, ...]

    def table(self) -> pd.DataFrame:
        """One row per firm."""
        return self.firms.reset_index()

    def __str__(self) -> str:
        lines = [f"Collective efficiency, {self.wave}: {self.answered} of {self.asked} member firms answered.",
                 f"The place helps: {self.passive}. Act together with at least one kind of partner: {self.active}.",
                 f"Joint action has increased: {self.rising}."]
        return "\n".join(lines)


def collective_efficiency(study: Study, wave: str | int | None = None, *, strict: bool = True) -> CollectiveEfficiency:
    """External economies, joint action (level and change, in four forms), and their index, firm by firm.

    External economies are what a firm gains from being there; joint action is what firms do together on purpose; both
    make up collective efficiency [schmitz1995]. Joint action is vertical (along the chain) or horizontal (between
    producers), bilateral or multilateral. The index of joint action is the mean of the four forms, each the mean of
    its items, so that no form counts more because more was asked about it; the combined index is
    CE = ½ z(EE) + ½ z(JA), z over the members. Both rules are ours. Look at the parts before the index: joint action
    may rise while external economies stay as they are.

    A firm counts as helped by the place, or as acting together, where its highest item of external economies (of joint
    action today) is at least ``cluster.agree`` (3.5 of 5: nearer to agreeing than to neither).

    Parameters
    ----------
    study, wave, strict
        As in :func:`interfirm.capability.profiles`.

    Returns
    -------
    CollectiveEfficiency
        Several respondents are averaged. A firm that left out more than half of the items of a scale has no score on
        it. Those who did not answer are missing, not zero.

    Raises
    ------
    DataError
        Where nobody answered any of the three instruments, or answers are off the scale.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> found = collective_efficiency(example(), "2024")
    >>> found.answered
    46
    """
    given = {name: answers(study, name, wave, strict=strict) for name in INSTRUMENTS}
    when = given["joint_action"].wave
    if all(item.raw.empty for item in given.values()):
        raise DataError(Finding("error", f"nobody answered the questions on external economies and joint action in "
                                f"{when}", "not-asked", file="answers", expected="items such as EE_labour, JL_buyers, "
                                "JA_buyers", remedy="Ask them: they are in the template's sheet of questions"))
    firms = _firms(study, given)
    level, change = (_forms(given[name], firms, mark) for name, mark in (("joint_action_level", "JL"),
                                                                        ("joint_action", "JA")))
    table = _table(given["external_economies"], firms, level, change)
    reliability, findings = _reliability(given)
    member = table["member"].to_numpy()
    known = table.loc[member]
    agree = limit("agree")
    return CollectiveEfficiency(
        table, level, change, _summary(level.loc[member], change.loc[member]),
        share_of(_highest(given["external_economies"], firms).loc[member].dropna() >= agree - _EDGE),
        share_of(_highest(given["joint_action_level"], firms).loc[member].dropna() >= agree - _EDGE),
        share_of(known["joint_action_change"].dropna() > _EDGE), reliability,
        _distinct(given["external_economies"], given["joint_action_level"]), _asked(study, when), len(known), when,
        findings)


def _firms(study: Study, given: dict[str, Answers]) -> pd.Series:
    """Per firm that answered, in study order: whether it is a member."""
    import pandas as pd

    every = pd.concat([item.members.groupby(level="actor").first() for item in given.values() if len(item.members)])
    every = every[~every.index.duplicated()]
    order = [actor for actor in study.actors["actor"] if actor in set(every.index)]
    out: pd.Series = every.reindex(pd.Index(order, name="actor")).astype(bool)
    return out


def _asked(study: Study, wave: str) -> int:
    inside = study.actors.iloc[study.present(wave)]
    return int((inside["kind"] == "firm").sum())


def _means(given: Answers, items: list[str], firms: pd.Series) -> pd.Series:
    """Mean of the answered items by firm; missing where more than half were left out."""
    import pandas as pd

    there = [item for item in items if item in given.turned]
    if not there:
        return pd.Series(np.nan, index=firms.index, dtype="float64")
    cells = given.turned[there]
    mean = cells.mean(axis=1).where(cells.notna().mean(axis=1) >= 0.5 - _EDGE)
    out: pd.Series = mean.groupby(level="actor", sort=False).mean().reindex(firms.index)
    return out


def _highest(given: Answers, firms: pd.Series) -> pd.Series:
    """The highest item of each firm; missing where nothing was answered."""
    cells = given.turned.groupby(level="actor", sort=False).mean()
    out: pd.Series = cells.max(axis=1).reindex(firms.index)
    return out


def _forms(given: Answers, firms: pd.Series, mark: str) -> pd.DataFrame:
    import pandas as pd

    out: dict[str, pd.Series] = {}
    for direction, sides in CELLS:
        items = [f"{mark}_{row['item']}" for row in rows("forms")
                 if (row["direction"], row["sides"]) == (direction, sides)]
        out[f"{direction} {sides}"] = _means(given, items, firms)
    return pd.DataFrame(out, index=firms.index)


def _index(forms: pd.DataFrame) -> pd.Series:
    """Mean of the forms; missing where fewer than half of the forms that anybody answered are known."""
    asked = forms.columns[forms.notna().any()]
    out: pd.Series = forms[asked].mean(axis=1).where(forms[asked].notna().mean(axis=1) >= 0.5 - _EDGE)
    return out


def _table(economies: Answers, firms: pd.Series, level: pd.DataFrame, change: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    passive = _means(economies, [item.item for item in economies.items], firms)
    active, changed = _index(level), _index(change)
    out = pd.DataFrame({"external_economies": passive, "joint_action": active, "joint_action_change": changed},
                       index=firms.index)
    for name, part in (("efficiency", active), ("efficiency_change", changed)):
        out[name] = (_standard(passive, firms) + _standard(part, firms)) / 2
    return out.assign(member=firms)


def _standard(values: pd.Series, firms: pd.Series) -> pd.Series:
    inside = values.loc[firms]
    spread = float(inside.std()) if inside.notna().sum() > 1 else 0.0
    return (values - inside.mean()) / (spread if spread > 0 else _NAN)


def _summary(level: pd.DataFrame, change: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    out = []
    for direction, sides in CELLS:
        row: dict[str, object] = {"direction": direction, "sides": sides}
        for name, frame in (("level", level), ("change", change)):
            row |= dict(zip((name, f"{name}_low", f"{name}_high", f"{name}_firms"),
                            mean_interval(frame[f"{direction} {sides}"]), strict=True))
        out.append(row)
    return pd.DataFrame(out)


def mean_interval(values: pd.Series) -> tuple[float, float, float, int]:
    """Mean, ends of its 95 % interval (Student's t), and number of known values."""
    from scipy.stats import t

    x = values.dropna().to_numpy(dtype=np.float64)
    if len(x) < 2:
        return (float(x.mean()) if len(x) else _NAN), _NAN, _NAN, len(x)
    half = float(t.ppf(0.975, len(x) - 1) * x.std(ddof=1) / np.sqrt(len(x)))
    return float(x.mean()), float(x.mean() - half), float(x.mean() + half), len(x)


def _reliability(given: dict[str, Answers]) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    import pandas as pd

    findings, parts = Findings(), []
    for name, item in given.items():
        findings.extend(item.findings)
        if item.raw.empty:
            findings.add("note", f"nobody answered the items of '{name}' in {item.wave}", "not-asked", file="answers")
            continue
        found: Reliability = assess(item)
        findings.extend(found.findings)
        parts.append(found.rows)
    table = pd.concat(parts) if parts else pd.DataFrame()
    return table, tuple(dict.fromkeys(findings.sorted()))


def _distinct(first: Answers, second: Answers) -> float:
    """HTMT of two scales over the members with complete answers to both."""
    if first.raw.empty or second.raw.empty:
        return _NAN
    parts = [item.turned.loc[item.members.to_numpy()].groupby(level="actor", sort=False).mean()
             for item in (first, second)]
    both = parts[0].join(parts[1], how="inner").dropna()
    if len(both) < whole("fewest_firms") or not (both.nunique() > 1).all():
        return _NAN
    k = parts[0].shape[1]
    return htmt(np.corrcoef(both.to_numpy(), rowvar=False), range(k), range(k, both.shape[1]))
