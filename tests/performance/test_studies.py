"""Partner types and positions from the ties of a study: by hand, and what happens to those who did not answer."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

from interfirm.errors import UnknownName, UsageError
from interfirm.performance import (
    fit,
    partner_types,
    study_analysis,
    study_design,
    study_table,
    types_one_by_one,
)
from interfirm.study.example import example
from interfirm.study.study import Study


@lru_cache(maxsize=1)
def sample():
    return example(seed=1)


LAYERS = {"supplier": "exchange", "customer": "exchange", "peer": "exchange", "institutional": "exchange",
          "ownership": "ownership", "advice": "knowledge"}


def study():
    """F1 buys from F2 (abroad) and asks U; F1 owns F3; F4 did not answer; F2 is outside."""
    ties = [("supplier", "F1", "F2"), ("institutional", "F1", "U"), ("peer", "F1", "F3"), ("ownership", "F1", "F3"),
            ("advice", "F1", "F4"), ("customer", "F3", "F1"), ("peer", "F3", "F4")]
    return Study.from_tables({
        "waves": pd.DataFrame({"wave": ["2020", "2022"]}),
        "relations": pd.DataFrame({"relation": list(LAYERS), "layer": list(LAYERS.values()),
                                   "directed": [name not in ("peer", "institutional") for name in LAYERS]}),
        "actors": pd.DataFrame({"actor": ["F1", "F2", "F3", "F4", "U"], "kind": ["firm"] * 4 + ["university"],
                                "position": ["member", "external", "member", "member", "member"],
                                "country": ["AA", "BB", "AA", "AA", "AA"], "founded": [2000, 1990, 2010, 2015, 1900]}),
        "observations": pd.DataFrame({"wave": ["2020"] * 4 + ["2022"] * 4, "actor": ["F1", "F3", "F4", "U"] * 2,
                                      "responded": [True] * 6 + [False, True],
                                      "new_product_share": [0.1, 0.3, 0.2, None, 0.2, 0.5, None, None],
                                      "employees": [10, 20, 30, 99, 12, 22, 33, 99]}),
        "ties": pd.DataFrame([("2022", *tie, 1.0) for tie in ties] + [("2020", "advice", "F1", "F3", 1.0),
                                                                      ("2020", "advice", "F4", "F1", 1.0)],
                             columns=["wave", "relation", "sender", "receiver", "weight"])})


def test_types_by_hand():
    found = partner_types(study())
    used = found.used
    assert used.loc["F1"].to_dict() == {"group": 1, "suppliers": 1, "clients": 0, "peers": 1, "consultants": 0,
                                        "universities": 1, "public": 0}
    assert used.loc["F3", ["group", "clients", "peers", "suppliers"]].tolist() == [1, 1, 1, 0]
    assert used.loc["F4"].isna().all()
    assert "advice" not in found.relations


def test_places_breadth_and_diversity_by_hand():
    found = partner_types(study())
    assert found.places.loc["F1", ("suppliers", "abroad")] == 1
    # F3 supplies F1, so F1 has a supplier in the cluster too
    assert found.places.loc["F1", ("suppliers", "cluster")] == 1
    assert found.counts.loc["F1", "suppliers"] == 2
    row = found.table().set_index("actor").loc["F1"]
    assert row["breadth"] == 4
    assert row["blau"] == pytest.approx(1 - (4 + 1 + 1 + 1) / 25)
    assert np.isnan(found.table().set_index("actor").loc["F4", "breadth"])


def test_positions_and_lags_carry_their_wave():
    table = study_table(study(), relation="advice").frame.set_index("actor")
    assert table["degree 2020"].to_dict() == {"F1": 2, "F3": 1, "F4": 1}
    assert table["new_product_share 2020"].to_dict() == {"F1": 0.1, "F3": 0.3, "F4": 0.2}
    assert table.loc["F1", "age"] == 22
    assert table["employees"].tolist() == [12, 22, 33]
    assert "degree 2022" in study_table(study(), relation="advice", earlier="2022").frame


def test_the_design_of_a_study_leaves_silent_firms_out():
    made = study_design(sample())
    answered = partner_types(sample()).used.notna().all(axis=1).sum()
    assert made.size <= answered < 57
    assert made.names == ("constant", "breadth", "log(employees)", "rd_share")


def test_renaming_the_firms_changes_nothing():
    first = sample()
    swap = {actor: f"X{i:03d}" for i, actor in enumerate(reversed(first.actors["actor"].tolist()))}
    tables = first.tables()
    for name, column in (("actors", "actor"), ("observations", "actor"), ("responses", "actor"), ("ties", "sender"),
                         ("ties", "receiver")):
        tables[name] = tables[name].assign(**{column: tables[name][column].map(swap).astype("str")})
    keep = {name: tables[name] for name in ("about", "waves", "relations", "actors", "observations", "responses",
                                            "ties")}
    other = Study.from_tables(keep)
    one, two = (fit(study_design(item, positions=["degree"])) for item in (first, other))
    assert one.estimate == pytest.approx(two.estimate, abs=1e-9)


def test_types_one_by_one_name_who_is_too_rare():
    found = types_one_by_one(study_table(sample()), "new_product_share", controls=["log(employees)"])
    assert "clients" in found.left_out
    rows = found.table()
    assert ((rows["with_it"] >= 10) & (rows["without_it"] >= 10)).all()
    assert (rows["low"] < rows["effect"]).all() and (rows["effect"] < rows["high"]).all()
    with pytest.raises(UsageError, match="No type of partner"):
        types_one_by_one(study_table(sample()), "new_product_share", types=["clients"])


def test_a_whole_analysis_of_a_study():
    made = study_analysis(sample())
    assert [item.size for item in made.fits] == [43, 34]
    assert any("'advice', 2021" in text for text in made.sentences)
    assert any("tied to each other" in text for text in made.cautions)


def test_what_a_study_lacks_is_said():
    base = study()
    with pytest.raises(UnknownName, match="column of observations"):
        study_table(base, outcome="profit")
    with pytest.raises(UnknownName, match="position"):
        study_table(base, positions=["fame"])
    with pytest.raises(UsageError, match="No firm has 'patents'"):
        study_table(base, outcome="patents")
    with pytest.raises(UsageError, match="no ties of exchange"):
        partner_types(base, wave="2020")
