"""Nomination surveys: rosters, free recall, and LimeSurvey exports of both."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from interfirm.study.read import looks, survey_columns, words
from interfirm.study.read import questionnaire as asking
from interfirm.study.read.grid import Sheet
from interfirm.study.read.plan import SourcePlan

_NUMBERED = re.compile(r"(?P<stem>.*[^\W\d_])[\s_.#?!:()–-]*(?P<number>\d{1,2})[.)]?")
Plans = list[SourcePlan]


def items(sheet: Sheet) -> dict[str, dict[str, str]]:
    """LimeSurvey columns by question: column -> what stands in the brackets; comments and items of ours left out."""
    out: dict[str, dict[str, str]] = {}
    for name in map(str, sheet.frame.columns):
        found = survey_columns.of(sheet, name)
        if found and not found.extra and asking.item_of(name) is None:
            out.setdefault(found.question, {})[name] = found.item
    return {question: columns for question, columns in out.items() if len(columns) > 1}


def respondent(sheet: Sheet, taken: set[str]) -> str | None:
    """The column that says who answered: named as such, filled, and different in (nearly) every row."""
    columns = [str(name) for name in sheet.frame.columns
               if str(name) not in taken and not survey_columns.of(sheet, str(name))]
    ranks = words.headers("respondent")
    least = {name: 0.5 if ranks.get(_code(name), 99) < 12 else 0.9 for name in columns}
    sound = [name for name in columns
             if looks.filled(sheet.frame[name]) > least[name] and looks.unique(sheet.frame[name]) > 0.6]
    named = [(_service(name), ranks[_code(name)], name) for name in sound if _code(name) in ranks]
    if named:
        return min(named)[2]
    text = [name for name in sound if not looks.is_numeric(sheet.frame[name], ".")
            and words.plain(name) not in words.headers("survey service")]
    return text[0] if text else (sound[0] if sound and sound[0] == columns[0] else None)


def _service(name: str) -> bool:
    return words.plain(name) in {"id", "responseid", "token"}


def _code(name: str) -> str:
    """A header without the question code that LimeSurvey puts before it: ``"G1Q1. Your firm"``."""
    return words.plain(re.sub(r"^[A-Za-z]?\w{0,8}\d\w{0,4}[.:]\s*", "", name))


def questionnaire(sheet: Sheet) -> SourcePlan | None:
    """One row per respondent and one column per item of ours, in a sheet that names no partners."""
    if not sheet.has_header or items(sheet):
        return None
    asked = {name: item for name in map(str, sheet.frame.columns) if (item := asking.item_of(name)) is not None}
    if len(asked) < asking.FEWEST:
        return None
    actor = respondent(sheet, set(asked))
    if actor is None:
        return None
    return _with_responded(SourcePlan(
        sheet.file, "questionnaire", sheet.name, actor=actor, wave=looks.wave_of(looks.title(sheet)),
        why=f"{len(asked)} items of interfirm's questionnaires; '{actor}' says who answered (likely)"), sheet)


def questionnaire_waves(plans: Plans, sheets: Sequence[Sheet]) -> Plans:
    """A questionnaire whose name says no wave belongs to the last wave of the other sources, or to wave 1."""
    others = sorted({plan.wave for plan in plans if plan.wave and plan.kind not in {"questionnaire", "skip"}})
    last = others[-1] if others else "1"
    return [replace(plan, wave=plan.wave or last) if plan.kind == "questionnaire" and not plan.wave_column else plan
            for plan, _ in zip(plans, sheets, strict=True)]


def limesurvey(sheet: Sheet) -> SourcePlan | None:
    """Columns such as ``Q3[SQ001]``: who ticked or named whom."""
    questions = items(sheet) if sheet.has_header else {}
    if not questions:
        return None
    actor = respondent(sheet, set())
    if actor is None:
        return None
    mark = sheet.layout.decimal or "."
    ticked = {q: c for q, c in questions.items() if all(looks.tick_share(sheet.frame[n], mark) > 0.9 for n in c)}
    kind = "roster" if ticked else "recall"
    why = f"a LimeSurvey export; '{actor}' says who answered"
    return SourcePlan(sheet.file, kind, sheet.name, actor=actor, why=why,
                      partner_columns=tuple(name for c in (ticked or questions).values() for name in c))


def roster(sheet: Sheet) -> SourcePlan | None:
    """One row per respondent, one column per possible partner."""
    frame = sheet.frame
    if not sheet.has_header or len(frame.columns) < 4:
        return None
    actor = respondent(sheet, set())
    if actor is None:
        return None
    mark = sheet.layout.decimal or "."
    rows = set(looks.labels(frame[actor]))
    columns = [str(name) for name in frame.columns if str(name) != actor]
    matching = [i for i, name in enumerate(columns) if name in rows]
    if len(matching) < 2 or len(matching) < 0.4 * len(rows):
        return None
    pattern = _pattern(rows)
    span = range(matching[0], matching[-1] + 1)
    partners = tuple(name for i, name in enumerate(columns) if (i in span or (pattern and pattern.fullmatch(name)))
                     and looks.tick_share(frame[name], mark) > 0.8)
    return _with_responded(SourcePlan(
        sheet.file, "roster", sheet.name, actor=actor, partner_columns=partners,
        why=f"{len(frame)} respondents in '{actor}', {len(partners)} columns with partners (likely)"), sheet)


def _pattern(labels: set[str]) -> re.Pattern[str] | None:
    """Labels such as P1 … P32 share a pattern."""
    shapes = {re.sub(r"\d+", "0", label) for label in labels}
    if len(shapes) != 1 or "0" not in next(iter(shapes)):
        return None
    return re.compile(re.escape(next(iter(shapes))).replace("0", r"\d+"))


def recall(sheet: Sheet) -> SourcePlan | None:
    """Columns ``Partner 1`` … ``Partner k`` with names."""
    if not sheet.has_header:
        return None
    groups: dict[str, list[str]] = {}
    for name in map(str, sheet.frame.columns):
        found = _NUMBERED.fullmatch(name)
        if found:
            groups.setdefault(found["stem"].strip(" _.#?!:()–-¿"), []).append(name)
    ranks = words.headers("partner")
    stems = [stem for stem, columns in groups.items() if len(columns) > 1 and
             (words.plain(stem) in ranks or set(words.tokens(stem)) & set(ranks))]
    for stem in stems:
        actor = respondent(sheet, set(groups[stem]))
        typed = not any(looks.is_numeric(sheet.frame[name], ".") for name in groups[stem])
        if actor and (typed or _same_names(sheet, actor, groups[stem])):
            return _with_responded(SourcePlan(
                sheet.file, "recall", sheet.name, actor=actor, partner_columns=tuple(groups[stem]),
                why=f"columns '{groups[stem][0]}' to '{groups[stem][-1]}' name partners of '{actor}' (likely)"), sheet)
    return None


def _same_names(sheet: Sheet, actor: str, columns: list[str]) -> bool:
    there = {cell for name in columns for cell in sheet.frame[name]} - {""}
    return len(there & set(sheet.frame[actor])) > 0.3 * len(there)


def _with_responded(plan: SourcePlan, sheet: Sheet) -> SourcePlan:
    known = {"responded", "answered", "response", "geantwortet", "válaszolt", "submitdate", "datesubmitted"}
    column = next((str(name) for name in sheet.frame.columns if words.plain(str(name)) in known), None)
    return replace(plan, responded_column=column)


def choose_partners(plans: Plans, sheets: Sequence[Sheet]) -> Plans:
    """Fit the columns of surveys to the known members: names in brackets, or codes in the members' order."""
    members: list[str] = []
    for plan, sheet in zip(plans, sheets, strict=True):
        if plan.kind == "actors" and plan.actor and plan.add is not False:
            members += [cell for cell in sheet.frame[plan.actor] if cell and cell not in members]
        elif plan.kind == "study" and plan.table == "actors":
            members += [cell for cell in sheet.frame["actor"] if cell and cell not in members]
    return [_fitted(plan, sheet, members) if plan.kind in {"roster", "recall"} else plan
            for plan, sheet in zip(plans, sheets, strict=True)]


def _fitted(plan: SourcePlan, sheet: Sheet, members: list[str]) -> SourcePlan:
    questions = items(sheet)
    if not questions:
        return _more_columns(plan, sheet, members)
    plan = _with_responded(plan, sheet)
    mine = {q: c for q, c in questions.items() if set(c) <= set(plan.partner_columns)}
    partners: dict[str, str] = {}
    notes = []
    for question, columns in mine.items() if plan.kind == "roster" else ():
        codes = list(columns.values())
        if all(survey_columns.CODE.fullmatch(code) for code in codes) and not set(codes) & set(members):
            if len(codes) == len(members):
                partners |= dict(zip(columns, members, strict=True))
            notes.append(_by_order(question, codes, members))
        else:
            partners |= {name: code for name, code in columns.items() if not name.endswith(f"[{code}]")}
    asked = {question: looks.named(question).relation if looks.named(question).known else question for question in mine}
    return replace(plan, partners=partners, questions={q: str(r) for q, r in asked.items()},
                   why="; ".join([plan.why, *notes]) + (" (a guess)" if notes else " (likely)"))


def _by_order(question: str, codes: Sequence[str], members: Sequence[str]) -> str:
    """How the codes of a question were matched to the members, or why not."""
    remedy = "export the answers with the full question text, or correct [source.partners] in import.toml"
    if len(codes) == len(members):
        return (f"the export gives codes and no names for {question}, so codes and members were matched by their order "
                f"alone: {codes[0]} is '{members[0]}' … {codes[-1]} is '{members[-1]}'; check it, {remedy}")
    there = f"{len(members)} members are listed" if members else "there is no list of members"
    return (f"the export gives {len(codes)} codes and no names for {question}, and {there}, so the codes stand for "
            f"themselves; {remedy}")


def _more_columns(plan: SourcePlan, sheet: Sheet, members: list[str]) -> SourcePlan:
    """Members who did not answer still have a column in a roster."""
    if plan.kind != "roster":
        return plan
    known = set(members)
    more = [str(name) for name in sheet.frame.columns if str(name) in known and str(name) not in plan.partner_columns
            and str(name) != plan.actor]
    return replace(plan, partner_columns=(*plan.partner_columns, *more))
