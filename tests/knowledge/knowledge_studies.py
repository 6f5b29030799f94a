"""Small studies for the tests of the measures of knowledge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from interfirm.study.study import Study


def make(asks: Iterable[Sequence[Any]], size: int, *, silent: Iterable[int] = (), links: Sequence[float | None] = (),
         outside: Iterable[Sequence[Any]] = (), others: Iterable[Sequence[Any]] = (),
         kinds: Mapping[int, str] | None = None, sectors: Mapping[int, str] | None = None,
         answers: Iterable[tuple[int, str, Any]] = (),
         order: Sequence[int] | None = None, alliances: Iterable[Sequence[Any]] = ()) -> Study:
    """Members f0, f1, … in wave 'w'; ``asks`` are (i, j, weight?) in 'advice'; ``outside`` (i, name); ``others``
    (relation, i, j)."""
    def name(i: int) -> str:
        return f"f{i}"

    ties = [("w", "advice", name(a[0]), name(a[1]), a[2] if len(a) > 2 else 1.0) for a in asks]
    ties += [("w", "advice", name(i), str(x), 1.0) for i, x in outside]
    ties += [("w", relation, name(i), name(j), 1.0) for relation, i, j in others]
    silent = set(silent)
    seen = pd.DataFrame({"wave": "w", "actor": [name(i) for i in range(size)],
                         "responded": [i not in silent for i in range(size)]})
    if links:
        seen["external_links"] = pd.array([None if x is None else float(x) for x in links], dtype="Float64")
    actors = pd.DataFrame({"actor": [name(i) for i in range(size)], "position": "member",
                           "kind": [(kinds or {}).get(i, "firm") for i in range(size)],
                           "sector": [(sectors or {}).get(i) for i in range(size)]})
    if order is not None:
        actors = actors.iloc[list(order)]
    away = sorted({str(x) for _, x in outside})
    actors = pd.concat([actors, pd.DataFrame({"actor": away, "position": "external", "kind": "university"})])
    layers = {"advice": "knowledge", "coordination": "coordination"}
    used = dict.fromkeys(["advice", *(o[0] for o in others)])
    tables = {
        "waves": pd.DataFrame({"wave": ["w"]}), "actors": actors, "observations": seen,
        "relations": pd.DataFrame({"relation": list(used), "layer": [layers.get(r, "exchange") for r in used],
                                   "directed": [r != "peer" for r in used]}),
        "ties": pd.DataFrame(ties, columns=["wave", "relation", "sender", "receiver", "weight"])}
    rows = [("w", name(i), "1", item, str(value)) for i, item, value in answers]
    if rows:
        tables["answers"] = pd.DataFrame(rows, columns=["wave", "actor", "respondent", "item", "value"])
    members = [(a[0], name(a[1]), a[2], a[3] if len(a) > 3 else None) for a in alliances]
    if members:
        tables["alliances"] = pd.DataFrame(members, columns=["alliance", "actor", "role", "activities"])
    return Study.from_tables(tables)

