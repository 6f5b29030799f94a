"""Coded interview segments of the example: six cases, two coders."""

from __future__ import annotations

import pandas as pd

from interfirm.study.example import words
from interfirm.study.example.cast import Cast

GAP = 40


def table(people: Cast) -> pd.DataFrame:
    """One row per segment, coder and code; positions count through each interview."""
    speakers = {
        "root": people.parts["branch"][0], "broker": people.parts["broker"][0],
        "satellite": people.parts["satellite"][0], "leaver": people.parts["leaver"][0],
        "gatekeeper": people.parts["gatekeeper"][0], "ring": people.parts["circuit"][2],
    }
    names, rows = people.frame["actor"], []
    reached: dict[str, int] = {}
    for row in words.read("cases"):
        start = reached.get(row["source"], 0)
        reached[row["source"]] = start + len(row["text"]) + GAP
        fixed = {
            "case": row["case"], "source": row["source"], "segment": row["segment"], "start": start,
            "end": start + len(row["text"]), "text": row["text"], "memo": row["memo"] or None,
            "actor": str(names.iloc[speakers[row["role"]]]),
        }
        rows += [fixed | {"coder": coder, "code": row[column]} for coder, column in (("A", "first"), ("B", "second"))]
    return pd.DataFrame(rows)
