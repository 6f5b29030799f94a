"""Which advantages of the place are turned into learning, and which are wasted?

The frame, advantages by what they change in a firm's decision to learn, is **our reconstruction** in the spirit of
the source, whose own tables could not be read. It is marked so wherever it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from interfirm.capability.answers import answers
from interfirm.cluster._limits import limit, whole
from interfirm.cluster.exchange import DATA
from interfirm.cluster.shares import Share, share_of, word
from interfirm.cluster.tables import rows
from interfirm.errors import DataError, Finding, Findings

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

MARK: Final = "our reconstruction"
CHANNELS: Final = {"cost": "makes learning cheaper", "benefit": "makes learning pay",
                   "pool": "widens what can be learned"}
TURNED: Final = "turned into learning"
WASTED: Final = "mostly wasted"
UNSURE: Final = "cannot say"
_ASKED_IN: Final = ("external_economies", "place", "joint_action_level", "learning", "scope")
_NICHE: Final = 70.0


@dataclass(frozen=True, eq=False)
class LearningMatrix:
    """Advantages of the place by channel, and what firms make of them.

    Parameters
    ----------
    advantages
        One row per advantage: ``title``, ``short``, ``kind``, ``have`` (firms that have it) of ``firms``, ``use`` (of
        these, those that make a linked effort), ``share``, ``low``, ``high``, ``without`` (share of the firms without
        it that make the effort), ``more`` (how sure it is that those with it make it more often), ``verdict``,
        ``probability``, ``certainty``, ``efforts``, ``why`` where nothing can be said.
    cells
        One row per cell of the frame: ``advantage``, ``channel``, ``sign``, ``says``, ``share`` of the firms for which
        it holds with ``low``, ``high``, ``firms``; ``filled``; ``collect`` where not.
    efforts
        One row per effort: ``title``, ``where``, ``share`` of the firms that make it, ``firms``.
    wave
        The wave.
    findings
        What was odd.
    """

    advantages: pd.DataFrame
    cells: pd.DataFrame
    efforts: pd.DataFrame
    wave: str
    findings: tuple[Finding, ...]

    @property
    def turned(self) -> list[str]:
        """Titles of the advantages that most firms that have them turn into effort."""
        return self.advantages.loc[self.advantages["verdict"] == TURNED, "title"].tolist()

    @property
    def wasted(self) -> list[str]:
        """Titles of the advantages that most firms that have them make nothing of."""
        return self.advantages.loc[self.advantages["verdict"] == WASTED, "title"].tolist()

    @property
    def unfilled(self) -> pd.DataFrame:
        """The cells that the data cannot fill, with what to collect."""
        return self.cells.loc[~self.cells["filled"], ["advantage", "channel", "says", "collect"]]

    def table(self) -> pd.DataFrame:
        """One row per advantage."""
        return self.advantages

    def __str__(self) -> str:
        lines = [f"Advantages and learning, {self.wave} ({MARK}):",
                 f"Turned into learning: {'; '.join(self.turned) or 'none can be named'}.",
                 f"Mostly wasted: {'; '.join(self.wasted) or 'none can be named'}."]
        if len(self.unfilled):
            lines.append(f"{len(self.unfilled)} of {len(self.cells)} cells cannot be filled from this study.")
        return "\n".join(lines)


def learning_matrix(study: Study, wave: str | int | None = None, *, strict: bool = True) -> LearningMatrix:
    """Which advantages are turned into learning effort, and which are wasted? (our reconstruction)

    Eight advantages, passive and active, are linked to seven kinds of effort [caniels2003]: the source says that
    clustering fosters firms' learning in different ways; which way goes with which effort is ours. A firm *has* an
    advantage where an item of it, and *makes* an effort where its item, is at least ``cluster.agree`` (3.5 of 5). An
    advantage is *turned into learning* if more than half of the firms that have it make a linked effort, *mostly
    wasted* if more than half make none; the word of certainty is that of the beta distribution of the share. Whether
    firms with the advantage make the effort more often than those without is given beside it. Both describe; neither
    says that the place causes the effort.

    A cell of the frame holds the share of firms for which its sentence is true, from the answers, or from ties in the
    study. Cells without data are listed with what to collect.

    Parameters
    ----------
    study, wave, strict
        As in :func:`interfirm.capability.profiles`.

    Raises
    ------
    DataError
        Where nobody answered the items on learning effort.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> found = learning_matrix(example(), "2024")
    >>> len(found.advantages), len(found.cells)
    (8, 18)
    """
    findings = Findings()
    firms, when = _answers(study, wave, findings, strict=strict)
    if not any(name.startswith("LE_") for name in firms.columns):
        raise DataError(Finding("error", f"nobody answered the questions on learning effort in {when}", "not-asked",
                                file="answers", expected="items such as LE_doing, LE_training",
                                remedy="Ask them: they are in the template's sheet of questions"))
    agree = limit("agree")
    efforts = _efforts(firms, agree)
    table = _advantages(firms, agree)
    cells = _cells(study, when, firms, agree)
    return LearningMatrix(table, cells, efforts, when, tuple(dict.fromkeys(findings.sorted())))


def _answers(study: Study, wave: str | int | None, findings: Findings, *, strict: bool) -> tuple[pd.DataFrame, str]:
    """Members × items: means of the respondents of each firm."""
    import pandas as pd

    parts, when = [], ""
    for name in _ASKED_IN:
        given = answers(study, name, wave, strict=strict)
        when = given.wave
        if given.raw.empty:
            continue
        findings.extend(item for item in given.findings if item.code != "item-not-asked")
        mine = given.turned.loc[given.members.to_numpy()]
        parts.append(mine.groupby(level="actor", sort=False).mean())
    return (pd.concat(parts, axis=1) if parts else pd.DataFrame()), when


def _efforts(firms: pd.DataFrame, agree: float) -> pd.DataFrame:
    import pandas as pd

    out = []
    for row in rows("efforts"):
        share = share_of(firms[row["item"]].dropna() >= agree) if row["item"] in firms else Share(0, 0)
        low, high = share.bounds()
        out.append({"effort": row["effort"], "title": row["title"], "where": row["where"], "share": share.value,
                    "low": low, "high": high, "firms": share.of})
    return pd.DataFrame(out)


def _highest(firms: pd.DataFrame, items: list[str]) -> pd.Series | None:
    there = [item for item in items if item in firms]
    return firms[there].max(axis=1) if there else None


def _advantages(firms: pd.DataFrame, agree: float) -> pd.DataFrame:
    import pandas as pd

    effort_item = {row["effort"]: row["item"] for row in rows("efforts")}
    titles = {row["effort"]: row["title"] for row in rows("efforts")}
    out = []
    for row in rows("advantages"):
        linked = row["efforts"].split()
        base = {"advantage": row["advantage"], "title": row["title"], "short": row["short"], "kind": row["kind"],
                "efforts": "; ".join(titles[name] for name in linked)}
        level = _highest(firms, row["items"].split())
        effort = _highest(firms, [effort_item[name] for name in linked])
        out.append(base | _verdict(level, effort, agree, row["items"]))
    return pd.DataFrame(out)


def _verdict(level: pd.Series | None, effort: pd.Series | None, agree: float, items: str) -> dict[str, object]:
    nothing = dict.fromkeys(("share", "low", "high", "without", "more", "probability"), float("nan"))
    if level is None or effort is None:
        return {"have": 0, "firms": 0, "use": 0, **nothing, "verdict": UNSURE, "certainty": UNSURE,
                "why": f"not asked: {', '.join(items.split()) if level is None else 'the linked efforts'}"}
    known = level.notna() & effort.notna()
    has, makes = (level >= agree) & known, (effort >= agree) & known
    use = share_of(makes[has])
    rest = share_of(makes[known & ~has])
    low, high = use.bounds()
    out: dict[str, object] = {"have": int(has.sum()), "firms": int(known.sum()), "use": use.yes, "share": use.value,
                              "low": low, "high": high, "without": rest.value, "more": use.more_than(rest)}
    if use.of < whole("fewest_firms"):
        return out | {"verdict": UNSURE, "probability": float("nan"), "certainty": UNSURE,
                      "why": f"only {use.of} firms have it; at least {whole('fewest_firms')} are needed"}
    most = use.above(limit("mostly"))
    sure = max(most, 1 - most)
    verdict = UNSURE if word(sure) == UNSURE else TURNED if most >= 0.5 else WASTED
    return out | {"verdict": verdict, "probability": sure, "certainty": word(sure), "why": ""}


def _cells(study: Study, wave: str, firms: pd.DataFrame, agree: float) -> pd.DataFrame:
    import pandas as pd

    title, short = ({row["advantage"]: row[key] for row in rows("advantages")} for key in ("title", "short"))
    out = []
    for row in rows("cells"):
        share, basis = _cell(study, wave, firms, row["source"], agree)
        low, high = share.bounds()
        out.append({"advantage": row["advantage"], "title": title[row["advantage"]],
                    "short": short[row["advantage"]], "channel": row["channel"],
                    "sign": row["sign"], "says": row["says"], "share": share.value, "low": low, "high": high,
                    "firms": share.of, "filled": share.of > 0, "basis": basis,
                    "collect": "" if share.of else row["collect"]})
    return pd.DataFrame(out)


def _cell(study: Study, wave: str, firms: pd.DataFrame, source: str, agree: float) -> tuple[Share, str]:
    if source in DATA:
        return DATA[source](study, wave), "ties"
    level = _highest(firms, source.split())
    if level is None or not level.notna().any():
        return Share(0, 0), "answers"
    mark = _NICHE if source.startswith("LINE") else agree
    return share_of(np.asarray(level.dropna()) >= mark), "answers"
