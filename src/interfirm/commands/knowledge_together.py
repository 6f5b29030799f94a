"""Parts of ``interfirm knowledge`` on joint work: innovations that several made, ties to research institutions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from interfirm.errors import DataError, Finding, UsageError
from interfirm.numerals import per_cent

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

_RESEARCH = ("university", "research institute")
_DRAWS = 200


def innovations(study: Study, file: Path | None) -> str:
    """How many innovations are collective, from a list of innovations and their contributors.

    Raises
    ------
    UsageError
        Without a list; it says what to collect.
    """
    from interfirm.knowledge import collective_innovation

    if file is None:
        raise UsageError("no list of innovations and their contributors was given. List the innovations of the last "
                         "years that were new to the cluster, one row by innovation and contributor (columns "
                         "innovation, actor and, if known, applies: 1 if it brings the innovation to market), and add "
                         "--innovations FILE.")
    try:
        found = collective_innovation(_list(study, file))
    except DataError as problem:
        raise DataError([replace(item, file=item.file or str(file)) for item in problem.findings]) from None
    more = [f"{per_cent(found.mix)} of the pairs who made one together are of different kinds of organisation"] \
        if found.mix == found.mix else []
    if found.spread == found.spread:
        more.append(f"{per_cent(found.spread)} of those who contributed bring it to market")
    return f"Collective innovation: {found}" + (f" On average {'; '.join(more)}." if more else "")


def _list(study: Study, file: Path) -> pd.DataFrame:
    """The list with each contributor's kind from the study; contributors that the study does not know are named."""
    from interfirm.report.words import listing
    from interfirm.study.read.microdata import read_microdata

    rows = read_microdata(file).frame
    if "actor" in rows and "kind" not in rows:
        kinds = study.actors.set_index("actor")["kind"]
        strangers = sorted(set(rows["actor"].dropna().astype(str)) - set(kinds.index.astype(str)))
        if strangers:
            raise DataError(Finding("error", f"the study does not know {listing(strangers, 5)}", "unknown-actor",
                                    file=str(file), expected="identifiers of the table of actors",
                                    remedy="Add them to the table of actors, or correct the list"))
        rows = rows.assign(kind=rows["actor"].astype(str).map(kinds.astype(str)))
    return rows


def institution(study: Study, wave: str, seed: int) -> str:
    """Whether one tie to the cluster spreads a discovery sooner than the agreements that research institutions have.

    Raises
    ------
    UsageError
        Without a research institution, ties to one, or ties of exchange.
    """
    import numpy as np

    from interfirm.knowledge import institution_link

    kinds = study.actors.set_index("actor")["kind"].astype(str)
    research = set(kinds.index[kinds.isin(_RESEARCH)])
    if not research:
        raise UsageError("the study holds no research institution. Add universities and research institutes to the "
                         "actors, with their ties to members.")
    pairs = _pairs(study, wave)
    agreements = {one for a, b in pairs for one, two in ((a, b), (b, a)) if two in research and one not in research}
    firms = sorted({one for pair in pairs if not research & set(pair) for one in pair})
    agreements &= set(firms)
    if not agreements:
        raise UsageError("no member works with a research institution, as far as the study says. Ask members with "
                         "which institutions they work (layer exchange).")
    place = {name: at for at, name in enumerate(firms)}
    tie = np.zeros((len(firms), len(firms)))
    for a, b in pairs:
        if a in place and b in place:
            tie[place[a], place[b]] = 1
    found = institution_link(tie, agreements=len(agreements), draws=_DRAWS, seed=seed)
    return (f"Research institutions (a thought experiment with stated rates): {found} Half of {found.members} members "
            "who work with each other are to know; agreements are taken to be confidential.")


def _pairs(study: Study, wave: str) -> list[tuple[str, str]]:
    names = study.relations_of("exchange")
    ties: Any = study.ties
    rows = ties[(ties["wave"] == wave) & ties["relation"].isin(names)]
    known = set(study.actors.loc[study.actors["position"] != "external", "actor"].astype(str))
    outside = set(study.actors.loc[study.actors["kind"].isin(_RESEARCH), "actor"].astype(str))
    return [(str(a), str(b)) for a, b in zip(rows["sender"], rows["receiver"], strict=True)
            if str(a) in known | outside and str(b) in known | outside]
