"""Small studies with stated answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from interfirm import Study


def study_of(answers: Mapping[str, Mapping[str, float]], *, wave: str = "2024", silent: Sequence[str] = (),
             externals: Sequence[str] = (), **tables: Any) -> Study:
    """A study of firms that gave these answers (firm → item → value); ``silent`` firms did not answer."""
    names = [*answers, *silent]
    rows = [(wave, actor, "1", item, f"{value:g}") for actor, given in answers.items() for item, value in given.items()]
    base = {
        "waves": pd.DataFrame({"wave": [wave]}),
        "actors": pd.DataFrame({"actor": names, "kind": "firm",
                                "position": ["external" if name in externals else "member" for name in names]}),
        "observations": pd.DataFrame({"wave": wave, "actor": [n for n in names if n not in externals],
                                      "responded": [n not in silent for n in names if n not in externals]}),
        "answers": pd.DataFrame(rows, columns=["wave", "actor", "respondent", "item", "value"]),
    }
    return Study.from_tables({**base, **tables})


def level(suppliers: float = 1, subcontractors: float = 1, buyers: float = 1, chain: float = 1, producers: float = 1,
          associations: float = 1) -> dict[str, float]:
    """Answers on how close cooperation is."""
    return {"JL_suppliers": suppliers, "JL_subcontractors": subcontractors, "JL_buyers": buyers, "JL_chain": chain,
            "JL_producers": producers, "JL_associations": associations}


def change(value: float) -> dict[str, float]:
    """The same change in every item of joint action."""
    partners = ("suppliers", "subcontractors", "buyers", "producers", "associations", "chain")
    return {f"JA_{name}": value for name in partners}


def economies(value: float) -> dict[str, float]:
    """The same external economies in every respect."""
    return {f"EE_{name}": value for name in ("labour", "inputs", "information", "buyers")}
