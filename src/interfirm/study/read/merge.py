"""Which names may mean the same organisation: a list for the user to decide on.

Names that stand beside a members list (or that respondents typed) and equal one known name after
:func:`names.normalised` are set to ``merge``, unless both say a legal form and it differs; everything else is set
to ``ask`` and does nothing until the user writes ``merge``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from interfirm.errors import DataError, Finding, Findings, UsageError
from interfirm.study.read.limits import limit, whole
from interfirm.study.read.names import legal_form, normalised

DECISIONS = ("merge", "keep", "ask")
SAME = "the same as "
_COLUMNS = ("name", "actor", "score", "decision", "reason")


@dataclass(frozen=True)
class Merge:
    """One line of the merge list: ``name`` may be ``actor``.

    Parameters
    ----------
    name
        The name as typed, or the identifier of the actor that would vanish.
    actor
        The identifier of the actor that it would become.
    score
        Likeness of the two names after normalising, 0 to 100 (rapidfuzz ``token_sort_ratio``: the
        normalised edit similarity of the words in sorted order).
    decision
        ``merge``, ``keep`` (they are different) or ``ask`` (not decided; nothing is merged).
    reason
        Why the line is there.
    """

    name: str
    actor: str
    score: int
    decision: str
    reason: str


def candidates(typed: Iterable[str], actors: Mapping[str, str]) -> list[Merge]:
    """Typed names against the known actors.

    Parameters
    ----------
    typed
        Names that are no identifier and no name of an actor.
    actors
        Identifier -> name of the known actors.

    Returns
    -------
    list of Merge
        One line per typed name that has a likely actor.
    """
    from rapidfuzz import fuzz, process

    ids = list(actors)
    plain = [normalised(actors[actor]) for actor in ids]
    where: dict[str, list[str]] = {}
    for actor, text in zip(ids, plain, strict=True):
        where.setdefault(text, []).append(actor)
    out = []
    for name in dict.fromkeys(typed):
        text = normalised(name)
        same = where.get(text, [])
        if len(same) == 1:
            forms = {legal_form(name), legal_form(actors[same[0]])} - {""}
            if len(forms) > 1:
                out.append(Merge(name, same[0], 100, "ask", f"like '{actors[same[0]]}' but for the legal form: two "
                                 "companies may share a name"))
                continue
            out.append(Merge(name, same[0], 100, "merge", f"{SAME}'{actors[same[0]]}' but for case, accents, "
                             "punctuation or legal form"))
            continue
        best = process.extractOne(text, plain, scorer=fuzz.token_sort_ratio, score_cutoff=limit("likely_name"))
        if best is not None:
            actor = ids[best[2]]
            out.append(Merge(name, actor, int(best[1]), "ask", f"looks like '{actors[actor]}'"))
    return out


def twins(actors: Mapping[str, str], groups: Mapping[str, str] | None = None) -> list[Merge]:
    """Actors whose names are alike, compared in blocks of the same group and first letter.

    Parameters
    ----------
    actors
        Identifier -> name.
    groups
        Identifier -> group (the country); actors of different groups are not compared.

    Returns
    -------
    list of Merge
        Every decision is ``ask``. The later actor of a pair would become the earlier one.
    """
    blocks: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for actor, name in actors.items():
        text = normalised(name) if name else ""
        if text:
            blocks.setdefault(((groups or {}).get(actor, ""), text[0]), []).append((actor, text))
    out = [line for block in blocks.values() if len(block) > 1 for line in _within(block, actors)]
    order = {actor: place for place, actor in enumerate(actors)}
    return sorted(out, key=lambda line: (-line.score, order[line.name]))


def _within(block: list[tuple[str, str]], actors: Mapping[str, str]) -> list[Merge]:
    import numpy as np
    from rapidfuzz import fuzz, process

    texts = [text for _, text in block]
    step, cutoff = whole("name_block"), limit("same_name")
    found: dict[str, Merge] = {}
    for start in range(0, len(texts), step):
        score = process.cdist(texts[start:start + step], texts, scorer=fuzz.token_sort_ratio, score_cutoff=cutoff,
                              dtype=np.uint8, workers=1)
        rows, columns = np.nonzero(score)
        for i, j in zip(rows + start, columns, strict=True):
            if i >= j:
                continue
            name, actor = block[j][0], block[i][0]
            value = int(score[i - start, j])
            same = texts[i] == texts[j]
            reason = (f"'{actors[name]}' and '{actors[actor]}' differ only in case, accents, punctuation or legal form"
                      if same else f"'{actors[name]}' looks like '{actors[actor]}'")
            if name not in found or value > found[name].score:
                found[name] = Merge(name, actor, value, "ask", reason)
    return list(found.values())


def with_decisions(lines: Iterable[Merge], decided: Mapping[str, Merge]) -> list[Merge]:
    """The fresh lines with the decisions that the user has made; lines of the user's own come last."""
    out = []
    for line in lines:
        mine = decided.get(line.name)
        out.append(line if mine is None else replace(line, actor=mine.actor, decision=mine.decision))
    names = {line.name for line in out}
    return out + [line for line in decided.values() if line.name not in names]


def targets(lines: Iterable[Merge]) -> dict[str, str]:
    """Name -> actor for every line that says ``merge``, chains followed to their end."""
    direct = {line.name: line.actor for line in lines if line.decision == "merge" and line.name != line.actor}
    out = {}
    for name, end in direct.items():
        seen = {name}
        while end in direct:
            if end in seen:
                raise UsageError(f"merges.csv merges '{name}' and '{end}' into each other. Keep one of the two lines.")
            seen.add(end)
            end = direct[end]
        out[name] = end
    return out


def dump(lines: Iterable[Merge]) -> str:
    """The list as the text of ``merges.csv``."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows([line.name, line.actor, line.score, line.decision, line.reason] for line in lines)
    return buffer.getvalue()


def parse(text: str, *, file: str = "merges.csv") -> dict[str, Merge]:
    """The reviewed list, by name.

    Raises
    ------
    DataError
        With every line that cannot be understood.
    """
    findings = Findings()
    out: dict[str, Merge] = {}
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
    except csv.Error as problem:
        what = f"the list cannot be read ({problem})"
        raise DataError(Finding("error", what, "broken-merges", file=file)) from problem
    for place, row in enumerate(rows, start=2):
        name, actor = (row.get("name") or "").strip(), (row.get("actor") or "").strip()
        decision = (row.get("decision") or "").strip().casefold()
        if not name or not actor or decision not in DECISIONS:
            findings.add("error", "the line needs a name, an actor and a decision", "broken-merges", file=file,
                         row=place, expected="decision: merge, keep or ask", remedy="Correct the line, or delete it")
            continue
        score = (row.get("score") or "").strip()
        reason = (row.get("reason") or "").strip()
        out[name] = Merge(name, actor, int(score) if score.isascii() and score.isdecimal() else 0, decision, reason)
    findings.raise_if_failed()
    return out
