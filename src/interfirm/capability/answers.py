"""Answers to an instrument as an array of firms and respondents by items, with everything odd about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from interfirm.capability._limits import limit, whole
from interfirm.errors import Finding, Findings
from interfirm.study.instruments import Item, items

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study


@dataclass(frozen=True)
class Answers:
    """What was answered to one instrument in one wave.

    Parameters
    ----------
    instrument, wave
        Which.
    items
        The items that were put to anybody, in order.
    raw
        Respondents (index ``actor``, ``respondent``) × items, as answered; empty cells are missing.
    turned
        The same with reverse items turned, so that high always means much.
    members
        Per respondent: whether the firm belongs to the cluster and was there in the wave.
    findings
        What was odd.
    """

    instrument: str
    wave: str
    items: tuple[Item, ...]
    raw: pd.DataFrame
    turned: pd.DataFrame
    members: pd.Series
    findings: tuple[Finding, ...]

    def scales(self) -> dict[str, list[str]]:
        """The items of each construct: the part of their names before the underscore."""
        out: dict[str, list[str]] = {}
        for item in self.items:
            out.setdefault(construct(item), []).append(item.item)
        return out


def construct(item: Item) -> str:
    """The short name of the construct that an item belongs to, e.g. ``C1`` for ``C1_3``."""
    return item.item.partition("_")[0]


def titles(instrument: str) -> dict[str, str]:
    """What each construct of an instrument is called in words; the instrument's title if items differ."""
    out: dict[str, set[str]] = {}
    for item in items(instrument):
        out.setdefault(construct(item), set()).add(item.subscale)
    from interfirm.study.instruments import instruments

    whole_title = instruments()[instrument].title.lower()
    return {name: next(iter(words)) if len(words) == 1 else whole_title for name, words in out.items()}


def answers(study: Study, instrument: str, wave: str | int | None = None, *, strict: bool = True) -> Answers:
    """Read the answers to an instrument and look for everything that is odd about them.

    Parameters
    ----------
    study
        The study.
    instrument
        An instrument that is asked once for each firm, e.g. ``"capability"``.
    wave
        The wave; None if there is only one.
    strict
        Whether an answer that is no number or off its scale is an error. Otherwise it counts as left
        out, and a warning says so.

    Raises
    ------
    DataError
        With all answers off their scale, if ``strict``.
    UnknownName
        For an unknown instrument or wave.
    """
    import pandas as pd

    when = study.wave(wave)
    declared = {item.item: item for item in items(instrument)}
    rows = study.answers
    rows = rows.loc[(rows["wave"] == when) & rows["item"].isin(list(declared)) & rows["value"].notna()]
    findings = Findings()
    numbers = pd.to_numeric(rows["value"], errors="coerce").astype("float64")
    good = _on_scale(rows, numbers, declared, findings, "error" if strict else "warning")
    findings.raise_if_failed()
    asked = tuple(item for name, item in declared.items() if name in set(rows["item"]))
    long = rows.assign(value=numbers.where(good))
    raw = long.pivot_table(index=["actor", "respondent"], columns="item", values="value", aggfunc="first",
                           sort=False, dropna=False)
    raw = _in_study_order(raw.reindex(columns=[item.item for item in asked]), study, rows)
    turned = raw.copy()
    for item in asked:
        if item.reverse and item.high is not None:
            turned[item.item] = item.low + item.high - raw[item.item]
    members = _members(study, when, raw)
    _unusual(study, raw, asked, declared, members, findings)
    return Answers(instrument, when, asked, raw, turned, members, tuple(findings.sorted()))


def _in_study_order(raw: pd.DataFrame, study: Study, rows: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    there = rows[["actor", "respondent"]].drop_duplicates()
    place = pd.Index(study.actors["actor"]).get_indexer(pd.Index(there["actor"]))
    there = there.assign(place=place).sort_values(["place", "respondent"], kind="stable")
    index = pd.MultiIndex.from_frame(there[["actor", "respondent"]])
    return raw.reindex(index).astype("float64")


def _on_scale(rows: pd.DataFrame, numbers: pd.Series, declared: dict[str, Item], findings: Findings,
              level: str) -> pd.Series:
    import pandas as pd

    low = rows["item"].map({name: item.low for name, item in declared.items()}).astype("float64")
    high = rows["item"].map({name: np.inf if item.high is None else item.high
                             for name, item in declared.items()}).astype("float64")
    good = (numbers >= low) & (numbers <= high)
    for row in rows.loc[~good].itertuples(index=False):
        remedy = "Correct the answer, or leave it empty"
        findings.add("error" if level == "error" else "warning",
                     f"actor '{row.actor}', respondent '{row.respondent}', item '{row.item}': "
                     f"'{row.value}' is not on the scale" + ("" if level == "error" else " and counts as left out"),
                     "off-scale", file="answers", expected=declared[str(row.item)].scale, remedy=remedy)
    return pd.Series(good, index=rows.index)


def _members(study: Study, wave: str, raw: pd.DataFrame) -> pd.Series:
    import pandas as pd

    inside = set(study.actors["actor"].to_numpy()[study.present(wave)])
    who = raw.index.get_level_values("actor")
    return pd.Series([actor in inside for actor in who], index=raw.index, dtype=bool)


def _unusual(study: Study, raw: pd.DataFrame, asked: tuple[Item, ...], declared: dict[str, Item],
             members: pd.Series, findings: Findings) -> None:
    never = [name for name in declared if name not in {item.item for item in asked}]
    if never and asked:
        findings.add("warning", f"nobody answered {_listed(never)}; the scales are scored without", "item-not-asked",
                     file="answers", remedy="If the question was asked, check the names of the items")
    strangers = sorted({str(actor) for actor in raw.index[~members.to_numpy()].get_level_values("actor")})
    if strangers:
        findings.add("warning", f"{_listed(strangers)} answered without being a member of the cluster in this wave; "
                     "they get scores but are left out of medians and reliability", "not-a-member", file="answers",
                     remedy="Correct actors.position or the observations of the wave if they belong to it")
    _straight(raw, asked, findings)
    _groups(study, raw, findings)
    _skipped(raw, asked, findings)
    _single(asked, findings)


def _straight(raw: pd.DataFrame, asked: tuple[Item, ...], findings: Findings) -> None:
    reverse = [item.item for item in asked if item.reverse]
    for who, row in raw.iterrows():
        given = row.dropna()
        turned_too = any(name in given.index for name in reverse)
        if len(given) >= whole("straight_line") and turned_too and given.nunique() == 1:
            actor, respondent = who if isinstance(who, tuple) else (who, "")
            findings.add("warning", f"actor '{actor}', respondent '{respondent}' gave the answer {given.iloc[0]:g} to "
                         f"all {len(given)} items, also to those worded the other way round; the answers are kept",
                         "straight-lining", file="answers", remedy="Ask again, or leave these answers out")


def _groups(study: Study, raw: pd.DataFrame, findings: Findings) -> None:
    actors = study.actors.set_index("actor")
    who = raw.index.get_level_values("actor")
    for column in ("kind", "sector"):
        if column not in actors.columns:
            continue
        label = actors[column].astype("object").reindex(who).to_numpy()
        for group in sorted({str(name) for name in label if isinstance(name, str)}):
            mine = raw.loc[label == group]
            empty = mine.isna().all(axis=0) & raw.notna().any(axis=0)
            if len(mine) >= limit("group_size") and empty.any() and mine.notna().any(axis=None):
                findings.add("warning", f"none of the {len(mine)} respondents with {column} '{group}' answered "
                             f"{_listed(list(raw.columns[empty]))}", "missing-for-group", file="answers",
                             remedy="Check that they were asked; a scale with too many gaps has no score")


def _skipped(raw: pd.DataFrame, asked: tuple[Item, ...], findings: Findings) -> None:
    """Scales that many respondents left out as a whole: perhaps they had another version of the questionnaire."""
    scales: dict[str, list[str]] = {}
    for item in asked:
        scales.setdefault(construct(item), []).append(item.item)
    for name, group in scales.items():
        empty = raw[group].isna().all(axis=1) & raw.notna().any(axis=1)
        if limit("group_size") <= empty.sum() < len(raw):
            findings.add("warning", f"{int(empty.sum())} of {len(raw)} respondents answered no item of scale {name}, "
                         "so their firms may have no score on it", "scale-left-out", file="answers",
                         remedy="Check that they were asked; the other scores are not touched")


def _single(asked: tuple[Item, ...], findings: Findings) -> None:
    count: dict[str, int] = {}
    for item in asked:
        count[construct(item)] = count.get(construct(item), 0) + 1
    for name in (name for name, number in count.items() if number == 1):
        findings.add("warning", f"scale {name} has one item; it is scored, but its reliability cannot be known",
                     "one-item-scale", file="answers", remedy="Ask at least three items of a scale")


def _listed(names: list[str], most: int = 8) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
