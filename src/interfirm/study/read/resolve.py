"""Names in ties and answers become the actors they mean."""

from __future__ import annotations

from collections.abc import Mapping

from interfirm.study.read import combine, merge
from interfirm.study.read.merge import Merge
from interfirm.study.read.names import normalised
from interfirm.study.read.parts import Parts

_SHOWN = 10


def resolve(parts: Parts, decided: Mapping[str, Merge]) -> list[Merge]:
    """Replace names by identifiers where that is beyond doubt or decided; list the rest.

    Parameters
    ----------
    parts
        The gathered rows; references in them are replaced.
    decided
        The merge list as the user reviewed it, by name.

    Returns
    -------
    list of Merge
        The merge list to review.
    """
    names = _names(parts)
    known = dict.fromkeys(parts.listed or [name for name in parts.roster if name not in parts.typed])
    loose = [name for name in _references(parts) if name not in known and name not in names]
    exact = _by_name(parts, loose, names)
    loose = [name for name in loose if name not in exact]
    lines = _typed(parts, loose, {actor: names.get(actor) or actor for actor in known})
    there = {line.name for line in lines}
    countries = _column(parts, "country")
    lines += [line for line in merge.twins(names, countries) if line.name not in there]
    lines = merge.with_decisions(lines, decided)
    mapping = exact | merge.targets(lines)
    everybody = {*names, *known, *parts.roster, *_references(parts)}
    for line in decided.values():
        if line.decision == "merge" and line.actor not in everybody:
            parts.findings.add("warning", f"'{line.name}' is to become '{line.actor}', which is not there",
                               "unknown-actor", file="merges.csv", column="actor", expected="an actor of the study",
                               remedy="Correct the identifier in merges.csv")
            mapping.pop(line.name, None)
    combine.rename(parts, mapping)
    _tell(parts, [line for line in lines if line.name in mapping])
    return lines


def _tell(parts: Parts, merged: list[Merge]) -> None:
    """Which names were taken for which actors: those that differ in form only in one line."""
    plain = [line for line in merged if line.reason.startswith(merge.SAME)]
    if plain:
        shown = ", ".join(f"'{line.name}' is '{line.actor}'" for line in plain[:_SHOWN])
        more = f" and {len(plain) - _SHOWN} more, see merges.csv" if len(plain) > _SHOWN else ""
        parts.guesses.append(f"{len(plain)} names differ from a known one only in case, accents, punctuation or legal "
                             f"form and are taken for it: {shown}{more}")
    parts.guesses.extend(f"'{line.name}' is '{line.actor}' ({line.reason})" for line in merged if line not in plain)


def _references(parts: Parts) -> dict[str, None]:
    """Everybody whom ties, answers, memberships of surveys and observations name, in order."""
    out: dict[str, None] = dict.fromkeys(parts.roster)
    for table, columns in combine.REFERENCES.items():
        if (table == "alliances" and not parts.listed) or parts.exact(table):
            continue
        for frame in parts.tables.get(table, []):
            for column in columns:
                if column in frame:
                    out |= dict.fromkeys(frame[column].unique())
    out |= dict.fromkeys(parts.typed)
    out.pop("", None)
    return out


def _names(parts: Parts) -> dict[str, str]:
    """Identifier -> name, for the actors that have one."""
    return _column(parts, "name")


def _column(parts: Parts, column: str) -> dict[str, str]:
    out: dict[str, str] = {}
    for table in ("actors", "participants", "lookup"):
        for frame in parts.tables.get(table, []):
            if column in frame:
                filled = frame[column].notna() & (frame[column] != "")
                some = frame.loc[filled, ["actor", column]].drop_duplicates("actor")
                out = dict(zip(some["actor"], some[column], strict=True)) | out
    if column != "name" or "participants" not in parts.tables:
        return out
    there = {actor for frame in parts.tables["participants"] for actor in frame["actor"].unique()}
    return {actor: value for actor, value in out.items() if actor in there or actor in parts.listed}


def _by_name(parts: Parts, loose: list[str], names: Mapping[str, str]) -> dict[str, str]:
    """Names that are exactly the name of one actor."""
    owners: dict[str, list[str]] = {}
    for actor, name in names.items():
        owners.setdefault(name, []).append(actor)
    found = {name: owners[name][0] for name in loose if len(owners.get(name, [])) == 1}
    if found:
        example = next(iter(found))
        parts.guesses.append(f"{len(found)} actors are given by name and not by identifier, e.g. '{example}' for "
                             f"'{found[example]}'")
    return found


def _typed(parts: Parts, loose: list[str], known: Mapping[str, str]) -> list[Merge]:
    """Names without an actor: against the known ones, and against each other."""
    lines = merge.candidates(loose, known) if known else []
    lines = [line if line.name in parts.typed or parts.listed or line.decision != "merge" else
             Merge(line.name, line.actor, line.score, "ask", line.reason) for line in lines]
    done = {line.name for line in lines}
    first: dict[str, str] = {}
    for name in loose:
        if name in done or name not in parts.typed:
            continue
        other = first.setdefault(normalised(name), name)
        if other != name:
            lines.append(Merge(name, other, 100, "merge", f"the same as '{other}' but for case, accents, punctuation "
                               "or legal form"))
    return lines
