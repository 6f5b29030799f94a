"""Small studies for the tests of how ties hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from interfirm.study.study import Study

LAYERS = {"outsourcing": ("exchange", True), "customer": ("exchange", True), "peer": ("exchange", False),
          "coordination": ("coordination", True), "advice": ("knowledge", True)}


def firms(size: int) -> list[str]:
    return [f"f{i}" for i in range(size)]


def make(ties: Mapping[str, Iterable[Sequence[Any]]], size: int, *, silent: Iterable[int] = (),
         actors: Mapping[str, Sequence[Any]] | None = None, seen: Mapping[str, Sequence[Any]] | None = None,
         answers: Iterable[Sequence[Any]] = (), alliances: pd.DataFrame | None = None,
         waves: Sequence[str] = ("w",), later: Mapping[str, Iterable[Sequence[Any]]] | None = None) -> Study:
    """Firms f0 … with ties by relation: (i, j), (i, j, weight) or (i, j, weight, trust); ``later``: second wave.

    An answer is (i, item, value), in the first wave.
    """
    name = firms(size)
    rows = []
    for wave, networks in zip(waves, (ties, later or {}), strict=False):
        for relation, edges in networks.items():
            for edge in edges:
                weight = edge[2] if len(edge) > 2 else 1.0
                rows.append((wave, relation, name[edge[0]], name[edge[1]], weight, edge[3] if len(edge) > 3 else None))
    known = list(dict.fromkeys([*ties, *(later or {})]))
    spoke = [i not in set(silent) for i in range(size)]
    observed = pd.concat([pd.DataFrame({"wave": wave, "actor": name, "responded": spoke, **(seen or {})})
                          for wave in waves])
    tables = {
        "waves": pd.DataFrame({"wave": list(waves)}),
        "relations": pd.DataFrame({"relation": known, "layer": [LAYERS[r][0] for r in known],
                                   "directed": [LAYERS[r][1] for r in known]}),
        "actors": pd.DataFrame({"actor": name, **(actors or {})}),
        "observations": observed,
        "ties": pd.DataFrame(rows, columns=["wave", "relation", "sender", "receiver", "weight", "trust"]),
        "answers": pd.DataFrame([(waves[0], name[i], item, str(value)) for i, item, value in answers],
                                columns=["wave", "actor", "item", "value"]),
    }
    if alliances is not None:
        tables["alliances"] = alliances
    return Study.from_tables(tables)
