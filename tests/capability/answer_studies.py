"""Small studies with answers, for the tests of this chapter."""

from __future__ import annotations

import pandas as pd

from interfirm import Study

WAVE = "2024"


def study_of(answers: list[tuple[str, str, str, object]], *, actors: dict[str, str] | None = None,
             sector: dict[str, str] | None = None, codings: list[dict] | None = None) -> Study:
    """A study of one wave; ``answers`` are (actor, respondent, item, value), ``actors`` name their position."""
    found = actors or dict.fromkeys([row[0] for row in answers], "member")
    people = pd.DataFrame({"actor": list(found), "kind": "firm", "position": list(found.values())})
    if sector:
        people["sector"] = people["actor"].map(sector)
    rows = pd.DataFrame(answers, columns=["actor", "respondent", "item", "value"])
    rows["value"] = [None if pd.isna(value) else str(value) for value in rows["value"]]
    tables = {"waves": pd.DataFrame({"wave": [WAVE]}), "actors": people, "answers": rows.assign(wave=WAVE)}
    if codings is not None:
        tables["codings"] = pd.DataFrame(codings)
    return Study.from_tables(tables)


def sheet(actor: str, values: dict[str, object], respondent: str = "1") -> list[tuple[str, str, str, object]]:
    """The answers of one respondent."""
    return [(actor, respondent, item, value) for item, value in values.items()]


def of_c2(*values: object) -> dict[str, object]:
    """Answers to the six items of C2."""
    return {f"C2_{k}": value for k, value in enumerate(values, 1)}
