"""Studies small enough to work out by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd

from interfirm import Study

STAR = ("B", "C", "D", "E", "F", "G", "H")


def frame(columns: str, rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split())


def actors(names: str = "ABCDEFGHIJ", kind: str = "firm", **more: Any) -> pd.DataFrame:
    table = pd.DataFrame({"actor": list(names), "name": [f"Firm {n}" for n in names], "kind": kind})
    return table.assign(**more)


def ties(rows: list[tuple[str, str]], wave: str = "2020", relation: str = "advice") -> pd.DataFrame:
    return frame("wave relation sender receiver", [(wave, relation, a, b) for a, b in rows])


def relations(*names: str) -> pd.DataFrame:
    layers = {"advice": ("knowledge", "yes"), "peer": ("exchange", "no"), "customer": ("exchange", "yes")}
    return frame("relation layer directed", [(name, *layers[name]) for name in names])


def star(answered: bool = True) -> Study:
    """Ten firms in one wave: B to H ask A, A asks B; I and J have no ties. All answered."""
    asked = [(name, "A") for name in STAR] + [("A", "B")]
    return Study.from_tables({
        "about": frame("key value", [("name", "Star")]),
        "waves": frame("wave", [("2020",)]), "relations": relations("advice"), "actors": actors(), "ties": ties(asked),
        "observations": pd.DataFrame({"wave": "2020", "actor": list("ABCDEFGHIJ"),
                                      "responded": "yes" if answered else None}),
    })


def chain() -> Study:
    """Eight firms, two waves, two relations, two outsiders, alliances, coordinates and sectors; two did not answer.

    Advice 2020: A-B-C-D in a chain, both ways, D asks E. 2021: the same without C to D and D to C, plus A to E.
    """
    names = "ABCDEFGH"
    both = [("A", "B"), ("B", "A"), ("B", "C"), ("C", "B"), ("C", "D"), ("D", "C"), ("D", "E")]
    later = [("A", "B"), ("B", "A"), ("B", "C"), ("C", "B"), ("D", "E"), ("A", "E")]
    people = pd.concat([
        actors(names, sector=["x", "x", "x", "x", "y", "y", "y", "y"], latitude=[47 + i / 100 for i in range(8)],
               longitude=[16.0] * 8),
        actors("XY", "university").assign(position="external"),
    ])
    seen = frame("wave actor responded", [
        (wave, name, "no" if name in "GH" and wave == "2021" else "yes")
        for wave in ("2020", "2021") for name in names])
    return Study.from_tables({
        "about": frame("key value", [("name", "Chain"), ("synthetic", "yes")]),
        "waves": frame("wave label", [("2020", "Spring 2020"), ("2021", "Spring 2021")]),
        "relations": relations("advice", "customer"), "actors": people, "observations": seen,
        "ties": pd.concat([
            ties(both), ties(later, "2021"), ties([("A", "B"), ("C", "D")], "2020", "customer"),
            ties([("A", "B"), ("E", "X"), ("E", "Y"), ("F", "X"), ("A", "X"), ("A", "Y")], "2021", "customer")]),
        "alliances": frame("alliance actor role start", [
            ("J1", "A", "lead", "2019"), ("J1", "B", "member", "2019"), ("J1", "C", "member", "2019"),
            ("J2", "A", "lead", "2020"), ("J2", "E", "member", "2020")]),
    })


def projects() -> Study:
    """Alliances only, as in a download of research projects: no waves, no ties."""
    rows = [("P1", n) for n in "ABCDE"] + [("P2", n) for n in "ABF"] + [("P3", n) for n in "AG"]
    return Study.from_tables({"actors": actors("ABCDEFGH"), "alliances": frame("alliance actor", rows)})
