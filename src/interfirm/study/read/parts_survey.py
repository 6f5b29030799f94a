"""Nominations out of surveys: who answered, whom they ticked or named, and their other answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from interfirm.study.read import looks, questionnaire, survey_columns, values, words
from interfirm.study.read.grid import Sheet
from interfirm.study.read.parts import SHOWN, Parts, report_some
from interfirm.study.read.plan import SourcePlan

if TYPE_CHECKING:
    import pandas as pd

_SPLIT = re.compile(r"\s*[|;\n]\s*")


class Field(NamedTuple):
    """One column with nominations: the relation asked about and, in a roster, the partner."""

    column: str
    relation: str
    partner: str


def add_survey(parts: Parts, number: int, sheet: Sheet) -> None:
    """The rows of a roster or of free recall as ties; every respondent is there, with or without ties."""
    import pandas as pd

    plan = parts.plans[number]
    for key in ("actor", "responded_column", "wave_column"):
        values.need_column(plan, sheet, getattr(plan, key), key)
    who = sheet.frame[plan.actor or ""]
    good, answered = _who_answered(parts, plan, sheet, who)
    fields = _fields(plan, sheet)
    for field in fields:
        values.need_column(plan, sheet, field.column, "partner_columns")
        layer = looks.named(field.relation).layer if plan.questions else None
        parts.note_relation(field.relation, layer or plan.layer, True if plan.directed is None else plan.directed)
    _report_codes(parts, plan, sheet, fields)
    waves = _waves(plan, sheet)
    ties = _ticks if plan.kind == "roster" else _names
    for field in fields:
        frame = ties(parts, sheet, field)
        frame = frame.assign(wave=waves.loc[frame.index].array, sender=who.loc[frame.index].array)
        keep = good.loc[frame.index] & (frame["sender"] != frame["receiver"])
        for position in frame.index[(frame["sender"] == frame["receiver"]) & good.loc[frame.index]]:
            parts.drop(sheet, f"the tie of '{who[position]}' to itself", "self-tie", int(position), field.column)
        rows = frame.loc[keep]
        parts.add("ties", rows.reset_index(drop=True), number, sheet.rows[rows.index.to_numpy()])
    _add_presence(parts, number, sheet, who, waves, answered, fields)
    _add_answers(parts, number, sheet, pd.DataFrame({"wave": waves, "actor": who}), good & answered, fields)


def _waves(plan: SourcePlan, sheet: Sheet) -> pd.Series:
    import pandas as pd

    fixed = pd.Series([plan.wave or "1"] * len(sheet.frame), dtype="str")
    if plan.wave_column is None:
        return fixed
    cells = sheet.frame[plan.wave_column]
    return cells.where(cells != "", fixed)


def _who_answered(parts: Parts, plan: SourcePlan, sheet: Sheet, who: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Rows with a respondent, and those who answered."""
    import pandas as pd

    good = who != ""
    for position in (~good).to_numpy().nonzero()[0]:
        parts.drop(sheet, "an answer without a respondent", "it cannot be told who answered", int(position), plan.actor)
    report_some(parts, sheet, (~good).to_numpy().nonzero()[0].tolist(), "it cannot be told who answered", "empty-cell",
                plan.actor, expected="the name or code of the respondent", remedy="Fill the cell, or remove the row")
    answered = pd.Series([True] * len(who))
    if plan.responded_column:
        cells = sheet.frame[plan.responded_column].str.casefold()
        answered = ~cells.isin(["", *words.cells("no tick")])
    twice = who[good & who.duplicated()]
    for place, name in twice.items():
        parts.findings.add("note", f"'{name}' answered more than once; the answers are put together", "second-answer",
                           **sheet.at(int(str(place)), plan.actor))
    return good, answered


def _fields(plan: SourcePlan, sheet: Sheet) -> list[Field]:
    relation = plan.relation or "cooperation"
    out = []
    for column in plan.partner_columns:
        found = survey_columns.of(sheet, column)
        question, code = (found.question, found.item) if found else ("", column)
        partner = plan.partners.get(column, plan.partners.get(code, code))
        out.append(Field(column, plan.questions.get(question, relation), partner))
    return out


def _report_codes(parts: Parts, plan: SourcePlan, sheet: Sheet, fields: list[Field]) -> None:
    """Codes of subquestions that stand for nobody known: they would be taken for organisations."""
    codes = [field.partner for field in fields if field.partner.upper().startswith("SQ")
             and survey_columns.CODE.fullmatch(field.partner)] if plan.kind == "roster" else []
    codes = [code for code in dict.fromkeys(codes) if code not in parts.listed]
    if codes:
        parts.warn(sheet, f"it is not known whom the codes {codes[0]} … {codes[-1]} mean; they are taken for "
                   f"{len(codes)} organisations", "codes-for-names", expected="names of members in the headings",
                   remedy="Export the answers with the full question text, or write the names under "
                   "[source.partners] in import.toml")


def _ticks(parts: Parts, sheet: Sheet, field: Field) -> pd.DataFrame:
    """A roster column: a number or a tick is a tie, a word for "not known" a tie that is not known."""
    import pandas as pd

    parts.roster.setdefault(field.partner)
    cells = sheet.frame[field.column]
    found = looks.tick_values(cells, sheet.layout.decimal or ".")
    unknown = cells.str.casefold().isin(words.cells("unknown"))
    odd = found.isna() & (cells != "") & ~unknown
    for position in odd.to_numpy().nonzero()[0][:SHOWN]:
        parts.warn(sheet, f"'{cells.iloc[position][:40]}' is neither a number nor a tick; the tie counts as not known",
                   "not-a-number", int(position), field.column, expected="a number, x, or an empty cell")
    if odd.sum() > SHOWN:
        parts.warn(sheet, f"{odd.sum() - SHOWN} more cells are neither numbers nor ticks", "not-a-number", None,
                   field.column)
    below = found < 0
    report_some(parts, sheet, below.to_numpy().nonzero()[0].tolist(), "the weight is negative and counts as not known",
                "out-of-range", field.column)
    keep = (found > 0) | unknown | odd | below
    extra = {}
    comment = f"{field.column}[comment]"
    if comment in sheet.frame.columns:
        extra["comment"] = sheet.frame[comment].loc[keep]
        for position in ((sheet.frame[comment] != "") & ~keep).to_numpy().nonzero()[0]:
            parts.drop(sheet, f"the comment '{sheet.frame[comment].iloc[position][:60]}'",
                       "there is no tie to go with it", int(position), comment)
    return pd.DataFrame({"relation": field.relation, "receiver": field.partner,
                         "weight": found.where(~below).loc[keep], **extra})


def _names(parts: Parts, sheet: Sheet, field: Field) -> pd.DataFrame:
    """A recall column: each name is a tie; several names in a cell are parted by ``;``, ``|`` or a line break."""
    import pandas as pd

    cells = sheet.frame[field.column]
    positions, names = [], []
    for position, cell in cells[cells != ""].items():
        if cell.casefold() in words.cells("unknown") | words.cells("no tick"):
            continue
        for name in filter(None, _SPLIT.split(cell)):
            positions.append(position)
            names.append(" ".join(name.split()))
            parts.typed.setdefault(names[-1])
    where = pd.Index(positions, dtype="int64")
    return pd.DataFrame({"relation": field.relation, "receiver": pd.Series(names, where, "str"), "weight": 1.0}, where)


def _add_presence(parts: Parts, number: int, sheet: Sheet, who: pd.Series, waves: pd.Series, answered: pd.Series,
                  fields: list[Field]) -> None:
    """Who answered, and who is on the roster without having answered; a questionnaire says nothing about ties."""
    import pandas as pd

    plan = parts.plans[number]
    good = who != ""
    frame = pd.DataFrame({"wave": waves, "actor": who, "responded": answered.map({True: "yes", False: "no"})})
    frame = frame.loc[good].sort_values("responded", ascending=False, kind="stable")
    frame = frame.drop_duplicates(["wave", "actor"]).sort_index()
    if plan.kind == "questionnaire":
        frame = frame.drop(columns="responded")
    parts.add("observations", frame.reset_index(drop=True), number, sheet.rows[frame.index.to_numpy()])
    for name in frame["actor"]:
        parts.roster.setdefault(name)
    if plan.kind != "roster":
        return
    for wave in frame["wave"].unique():
        there = set(frame.loc[frame["wave"] == wave, "actor"])
        silent = [f.partner for f in fields if f.partner not in there]
        silent = list(dict.fromkeys(silent))
        parts.add("observations", pd.DataFrame({"wave": wave, "actor": silent, "responded": "no"}), number, 1)
        parts.asked.setdefault(str(wave), {}).update(dict.fromkeys([*frame["actor"], *silent]))


def _add_answers(parts: Parts, number: int, sheet: Sheet, key: pd.DataFrame, good: pd.Series,
                 fields: list[Field]) -> None:
    """Every other column of a survey as answers; the columns of the survey service are listed and left out."""
    import pandas as pd

    plan = parts.plans[number]
    used = {plan.actor, plan.responded_column, plan.wave_column, *(f.column for f in fields),
            *(f"{f.column}[comment]" for f in fields if plan.kind == "roster")}
    service, lost = words.headers("survey service"), dict[int, int]()
    turn = key.loc[good].groupby(["wave", "actor"]).cumcount().add(1).astype("str")
    for name in map(str, sheet.frame.columns):
        cells = sheet.frame[name]
        if name in used or not (cells != "").any():
            continue
        if words.plain(name) in service:
            parts.drop(sheet, "the column", "written by the survey service", None, name)
            continue
        there = good & (cells != "")
        item = questionnaire.item_of(name)
        given = cells.loc[there] if item is None else cells.loc[there].map(questionnaire.value_of)
        frame = key.loc[there].assign(respondent=turn.loc[there[there].index], item=item or name, value=given)
        parts.add("answers", pd.DataFrame(frame.reset_index(drop=True)), number, sheet.rows[there.to_numpy()])
        for row in map(int, (~good & (cells != "")).to_numpy().nonzero()[0]):
            lost[row] = lost.get(row, 0) + 1
    _list_lost(parts, plan, sheet, key["actor"], lost)


def _list_lost(parts: Parts, plan: SourcePlan, sheet: Sheet, actors: pd.Series, lost: dict[int, int]) -> None:
    """Answers that are left out, one line a respondent: not sent off, or nobody's."""
    for position, count in sorted(lost.items()):
        who = actors.iloc[position]
        reason = f"not sent off: '{plan.responded_column}' says so; without responded_column in import.toml it counts" \
            if who else "it is not said whose"
        what = "1 answer" if count == 1 else f"{count} answers"
        parts.drop(sheet, f"{what} of '{who}'" if who else what, reason, position)
