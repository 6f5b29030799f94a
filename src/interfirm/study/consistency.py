"""What must hold between tables. Each check is small, collects, and says the way out.

``check`` runs them all and returns every finding at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from interfirm.errors import Findings
from interfirm.study import schema
from interfirm.study.schema import Source

if TYPE_CHECKING:
    import pandas as pd

Tables = Mapping[str, "pd.DataFrame"]
Sources = Mapping[str, Source]

_SHOWN = 50


def check(tables: Tables, sources: Sources | None = None) -> Findings:
    """Every finding about a set of typed tables.

    Parameters
    ----------
    tables
        Typed tables by name, as :func:`interfirm.study.schema.coerce` returns them.
    sources
        Where each table came from.

    Returns
    -------
    Findings
        Errors make the tables unfit for a study; warnings and notes do not.
    """
    places = {name: Source(file=f"{name}") for name in schema.tables()} | dict(sources or {})
    findings = Findings()
    for one in CHECKS:
        one(tables, places, findings)
    return findings


def check_has_actors(tables: Tables, sources: Sources, findings: Findings) -> None:
    """A study has at least one actor."""
    if not len(tables["actors"]):
        findings.add("error", "there are no actors", "no-actors", **sources["actors"].at(),
                     expected="at least one row", remedy="Add the members of the cluster")


def check_unique_keys(tables: Tables, sources: Sources, findings: Findings) -> None:
    """The key of each table occurs once."""
    for name, table in schema.tables().items():
        frame, key = tables[name], list(table.key)
        double = frame.duplicated(key, keep="first").to_numpy() & frame[key].notna().all(axis=1).to_numpy()
        first: dict[tuple[object, ...], int] = {}
        if double.any():
            every = frame[key].itertuples(index=False, name=None)
            for position, value in enumerate(every):
                first.setdefault(value, position)
        for position in double.nonzero()[0][:_SHOWN]:
            value = tuple(frame[key].iloc[position])
            shown = ", ".join(f"{k} '{v}'" for k, v in zip(key, value, strict=True))
            findings.add("error", f"{shown} stands already in row {sources[name].row(first[value])}", "duplicate-key",
                         **sources[name].at(int(position)), expected="each once",
                         remedy="Remove one of the two rows, or give one another identifier")
        _rest(findings, int(double.sum()), "duplicate-key", "rows repeat a key", sources[name])


def check_references(tables: Tables, sources: Sources, findings: Findings) -> None:
    """Every actor, wave and relation that is named exists."""
    for name, table in schema.tables().items():
        for column in table.columns.values():
            if not column.refers_to:
                continue
            target, target_column = column.refers_to
            known = tables[target][target_column]
            values = tables[name][column.name]
            wrong = values.notna().to_numpy() & ~values.isin(known).to_numpy()
            _report_unknown(name, column.name, target, values, wrong, len(known), sources, findings)


def _report_unknown(name: str, column: str, target: str, values: pd.Series, wrong: object, known: int,
                    sources: Sources, findings: Findings) -> None:
    import numpy as np

    positions = np.flatnonzero(np.asarray(wrong))
    what = target.rstrip("s")
    for position in positions[:_SHOWN]:
        findings.add("error", f"{column} '{values.iloc[int(position)]}' is not among the {known} {target}",
                     f"unknown-{what}", **sources[name].at(int(position), column),
                     expected=f"an identifier from the table '{target}'",
                     remedy=f"Add the {what} to '{target}', or correct or remove the row")
    _rest(findings, len(positions), f"unknown-{what}", f"rows name an unknown {what}", sources[name])


def _rest(findings: Findings, total: int, code: str, what: str, source: Source) -> None:
    if total > _SHOWN:
        findings.add("error", f"{total - _SHOWN} more {what}", code, **source.at())


def check_self_ties(tables: Tables, sources: Sources, findings: Findings) -> None:
    """No actor is tied to itself."""
    for name in ("ties", "dyads"):
        frame = tables[name]
        same = (frame["sender"] == frame["receiver"]).fillna(False).to_numpy(dtype=bool)
        for position in same.nonzero()[0][:_SHOWN]:
            findings.add("error", f"'{frame['sender'].iloc[position]}' is tied to itself", "self-tie",
                         **sources[name].at(int(position)), expected="two different actors",
                         remedy="Remove the row, or correct one of the two")
        _rest(findings, int(same.sum()), "self-tie", "rows tie an actor to itself", sources[name])


def check_presence(tables: Tables, sources: Sources, findings: Findings) -> None:
    """Where a wave has observations, the actors of its ties have one too."""
    import pandas as pd

    seen, ties, actors = tables["observations"], tables["ties"], tables["actors"]
    if not len(seen) or not len(ties):
        return
    inside = set(actors.loc[actors["position"] != "external", "actor"])
    there = pd.MultiIndex.from_frame(seen[["wave", "actor"]])
    waves = set(seen["wave"].dropna())
    for column in ("sender", "receiver"):
        pairs = pd.MultiIndex.from_frame(ties[["wave", column]])
        relevant = ties["wave"].isin(waves) & ties[column].isin(inside)
        wrong = relevant.to_numpy() & ~pairs.isin(there)
        for position in wrong.nonzero()[0][:_SHOWN]:
            row = ties.iloc[position]
            findings.add("error", f"{column} '{row[column]}' has a tie in wave '{row['wave']}' "
                         "but no observation in it", "absent-actor", **sources["ties"].at(int(position), column),
                         expected="a row in 'observations' for every actor that was there",
                         remedy="Add the observation, or remove the tie")
        _rest(findings, int(wrong.sum()), "absent-actor", "ties name an actor that was not there", sources["ties"])


def check_silent_senders(tables: Tables, sources: Sources, findings: Findings) -> None:
    """A non-respondent of a directed survey reports no ties."""
    seen, ties, relations = tables["observations"], tables["ties"], tables["relations"]
    if not len(ties):
        return
    directed = relations.loc[relations["directed"].fillna(True).astype(bool), "relation"]
    mine = ties.loc[ties["relation"].isin(directed), ["wave", "relation", "sender"]]
    special = tables["responses"][["wave", "relation", "actor", "responded"]].rename(columns={"responded": "special"})
    mine = mine.merge(seen[["wave", "actor", "responded"]], how="left",
                      left_on=["wave", "sender"], right_on=["wave", "actor"]).drop(columns="actor")
    mine = mine.merge(special, how="left", left_on=["wave", "relation", "sender"],
                      right_on=["wave", "relation", "actor"])
    odd = mine.loc[~mine["special"].fillna(mine["responded"]).fillna(True).astype(bool)]
    if len(odd):
        shown = ", ".join(sorted(set(odd["sender"]))[:5])
        findings.add("warning", f"{len(odd)} ties are sent by actors that did not respond ({shown})",
                     "silent-sender", **sources["ties"].at(),
                     expected="no outgoing ties of non-respondents",
                     remedy="Correct 'responded', or leave it: the ties are kept and the rest counts as missing")


def check_undirected(tables: Tables, sources: Sources, findings: Findings) -> None:
    """Both reports of an undirected tie agree."""
    relations, ties = tables["relations"], tables["ties"]
    plain = relations.loc[~relations["directed"].fillna(True).astype(bool), "relation"]
    mine = ties.loc[ties["relation"].isin(plain), ["wave", "relation", "sender", "receiver", "weight"]]
    if not len(mine):
        return
    back = mine.rename(columns={"sender": "receiver", "receiver": "sender"})
    both = mine.merge(back, on=["wave", "relation", "sender", "receiver"])
    differ = both.loc[(both["weight_x"] != both["weight_y"]) & both[["weight_x", "weight_y"]].notna().all(axis=1)]
    differ = differ.loc[differ["sender"] < differ["receiver"]]
    if len(differ):
        row = differ.iloc[0]
        findings.add("warning", f"{len(differ)} undirected ties have two different weights, e.g. "
                     f"'{row['sender']}' and '{row['receiver']}' in '{row['relation']}'", "two-weights",
                     **sources["ties"].at(), expected="one weight for an undirected tie",
                     remedy="Keep one row; until then the larger weight counts")


def check_isolates(tables: Tables, sources: Sources, findings: Findings) -> None:
    """Members without any tie or alliance are named; they are kept."""
    import pandas as pd

    actors, ties = tables["actors"], tables["ties"]
    if not len(ties) and not len(tables["alliances"]):
        return
    tied = pd.concat([ties["sender"], ties["receiver"], tables["alliances"]["actor"]])
    alone = actors.loc[~actors["actor"].isin(tied), "actor"].dropna().tolist()
    if alone:
        shown = ", ".join(alone[:8]) + (", …" if len(alone) > 8 else "")
        verb = "actor has" if len(alone) == 1 else "actors have"
        findings.add("note", f"{len(alone)} {verb} no tie in any wave ({shown})", "isolates", **sources["actors"].at())


def check_empty_relations(tables: Tables, sources: Sources, findings: Findings) -> None:
    """A declared relation has at least one tie."""
    unused = set(tables["relations"]["relation"]) - set(tables["ties"]["relation"])
    for name in sorted(str(item) for item in unused):
        findings.add("warning", f"relation '{name}' has no tie", "empty-relation", **sources["relations"].at(),
                     remedy="Remove the relation, or check that its ties were read")


def check_coordinates(tables: Tables, sources: Sources, findings: Findings) -> None:
    """Latitude and longitude come together."""
    actors = tables["actors"]
    half = (actors["latitude"].isna() != actors["longitude"].isna()).to_numpy()
    for position in half.nonzero()[0][:_SHOWN]:
        findings.add("warning", "only one of latitude and longitude is given", "half-coordinate",
                     **sources["actors"].at(int(position)), expected="both or none", remedy="Add the other one")


def check_regions(tables: Tables, sources: Sources, findings: Findings) -> None:
    """A region's jobs in a sector are no more than all its jobs, and no more than the whole has in the sector."""
    import numpy as np

    rows = tables["regions"]
    if not len(rows):
        return
    known = rows.drop_duplicates(["region", "sector", "time"])
    jobs = known.set_index(["region", "sector", "time"])["employees"]
    for partner, what in (("region", "all jobs of the region"), ("whole", "the jobs of the whole in the sector")):
        keys = rows.assign(sector="TOTAL") if partner == "region" else rows.assign(region=rows["whole"])
        most = jobs.reindex(list(zip(keys["region"], keys["sector"], keys["time"], strict=True))).to_numpy()
        wrong = np.flatnonzero(rows["employees"].to_numpy(dtype=np.float64) > most)
        for position in wrong[:_SHOWN]:
            row = rows.iloc[int(position)]
            findings.add("warning", f"region '{row['region']}', sector '{row['sector']}', {row['time']}: "
                         f"{row['employees']:g} jobs are more than {what} ({most[position]:g})", "part-over-whole",
                         **sources["regions"].at(int(position), "employees"),
                         remedy="Check that both numbers count the same thing")


CHECKS: tuple[Callable[[Tables, Sources, Findings], None], ...] = (
    check_has_actors,
    check_unique_keys,
    check_references,
    check_self_ties,
    check_presence,
    check_silent_senders,
    check_undirected,
    check_isolates,
    check_empty_relations,
    check_coordinates,
    check_regions,
)
