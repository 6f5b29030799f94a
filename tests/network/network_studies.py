"""Small studies for the tests of the measures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from interfirm.study.study import Study

STAR = [(0, 1), (0, 2), (0, 3), (0, 4)]
WHEEL = [(0, i) for i in range(1, 6)] + [(1, 2), (2, 3), (3, 4), (4, 5), (5, 1)]
BARRIER = [(0, 1), (1, 2), (0, 2), (4, 5), (5, 6), (4, 6)] + [(3, i) for i in (0, 1, 2, 4, 5, 6)]


def names(size: int) -> list[str]:
    return [f"f{i}" for i in range(size)]


def make(edges: Iterable[Sequence[Any]], size: int, *, directed: bool = False, silent: Iterable[int] = (),
         unknown: Iterable[Sequence[int]] = (), order: Sequence[int] | None = None,
         columns: Mapping[str, Sequence[Any]] | None = None) -> Study:
    """A study of one relation 'r' in one wave 'w'; an edge is (i, j) or (i, j, weight)."""
    actor = names(size)
    rows = [("w", "r", actor[e[0]], actor[e[1]], e[2] if len(e) > 2 else 1.0) for e in edges]
    rows += [("w", "r", actor[i], actor[j], None) for i, j in unknown]
    silent = set(silent)
    seen = pd.DataFrame({"wave": "w", "actor": actor, "responded": [i not in silent for i in range(size)]})
    actors = pd.DataFrame({"actor": actor, **(columns or {})})
    if order is not None:
        actors = actors.iloc[list(order)]
    return Study.from_tables({
        "waves": pd.DataFrame({"wave": ["w"]}),
        "relations": pd.DataFrame({"relation": ["r"], "layer": ["exchange"], "directed": [directed]}),
        "actors": actors,
        "observations": seen,
        "ties": pd.DataFrame(rows, columns=["wave", "relation", "sender", "receiver", "weight"]),
    })


def random_graph(size: int, ties: int, seed: int, *, directed: bool = False) -> Any:
    return nx.gnm_random_graph(size, ties, seed=seed, directed=directed)


def of_graph(graph: Any, **more: Any) -> Study:
    return make(graph.edges, len(graph), directed=graph.is_directed(), **more)


def values(series: pd.Series, size: int) -> np.ndarray:
    """Values in the order f0, f1, …, whatever the order of the actors."""
    return series.loc[names(size)].to_numpy(dtype=float)


def alliances(memberships: Mapping[str, Sequence[str]], actors: Sequence[str] | None = None) -> Study:
    rows = [(name, actor) for name, members in memberships.items() for actor in members]
    everyone = actors if actors is not None else sorted({actor for _, actor in rows})
    return Study.from_tables({
        "actors": pd.DataFrame({"actor": list(everyone)}),
        "alliances": pd.DataFrame(rows, columns=["alliance", "actor"]),
    })


def printing_cluster(folder: Path) -> Study:
    """The advice ties of the printing cluster of Kecskemét; firms without any tie in a wave were not there."""
    ties, seen, everyone = [], [], {}
    for wave, name in (("2012", "KNetwork1.csv"), ("2015", "KNetwork2.csv")):
        text = (folder / name).read_text("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        rows = [line.split(";") for line in text.splitlines() if line.strip()]
        head = [cell.strip('"') for cell in rows[0]][1 - len(rows):]
        cells = [row[-len(head):] for row in rows[1:]]
        mine = [(wave, "advice", head[i], head[j]) for i, row in enumerate(cells) for j, cell in enumerate(row)
                if cell.strip() == "1" and i != j]
        active = {actor for row in mine for actor in row[2:]}
        ties += mine
        seen += [(wave, actor, True) for actor in head if actor in active]
        everyone.update(dict.fromkeys(head))
    return Study.from_tables({
        "waves": pd.DataFrame({"wave": ["2012", "2015"]}),
        "relations": pd.DataFrame({"relation": ["advice"], "layer": ["knowledge"]}),
        "actors": pd.DataFrame({"actor": list(everyone)}),
        "observations": pd.DataFrame(seen, columns=["wave", "actor", "responded"]),
        "ties": pd.DataFrame(ties, columns=["wave", "relation", "sender", "receiver"]),
    })
