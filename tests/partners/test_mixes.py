"""Rivalry by offer and customers, fields and citations as terms: by hand, and only where the study has the data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from interfirm.errors import DataError, UsageError
from interfirm.numerals import per_cent
from interfirm.partners import introduction_plan, log_ratio_proximity, recommend
from interfirm.partners.ground import ground
from interfirm.partners.mixes import citations, mix, rivals
from interfirm.partners.terms import held_weights, special, terms
from interfirm.study.example import example
from interfirm.study.study import Study


def firms(**columns: list[str | None]) -> Study:
    """a to d, firms of sectors x, x, y and unknown; e a university of sector x."""
    actors = pd.DataFrame({"actor": list("abcde"), "sector": ["x", "x", "y", None, "x"],
                           "kind": ["firm"] * 4 + ["university"], **columns})
    return Study.from_tables({
        "waves": pd.DataFrame({"wave": ["1"]}), "actors": actors,
        "relations": pd.DataFrame({"relation": ["peer"], "layer": ["exchange"], "directed": ["false"]}),
        "ties": pd.DataFrame({"wave": ["1"], "relation": ["peer"], "sender": ["a"], "receiver": ["e"]})})


def of_a(study: Study) -> list[float]:
    return np.round(rivals(ground(study), 0), 4)[1:].tolist()


def test_rivalry_by_sector_alone() -> None:
    assert of_a(firms())[:2] == [1, 0]
    assert np.isnan(of_a(firms())[2])
    assert of_a(firms())[3] == 0  # a university is no rival
    assert rivals(ground(firms()), 4).tolist() == [0] * 5


def test_what_they_sell_goes_before_the_sector_and_customers_thin_it_out() -> None:
    goods = firms(products=["pumps|valves", "Pumps", "valves=3|taps=1", "taps", None])
    # a sells half and half: with b min(½, 1), with c min(½, ¾); nothing with d; the sectors do not matter
    assert of_a(goods) == [0.5, 0.5, 0, 0]
    sold = firms(products=["pumps|valves", "pumps", "valves=3|taps=1", "taps", None],
                 markets=["mining=1|water=3", "water", None, "water", None])
    # b: ½ × ¾ of the same customers; c's markets are not known, so nothing is taken off
    assert of_a(sold) == [0.375, 0.5, 0, 0]
    apart = firms(sales_regions=["north", "south", "north", None, None])
    assert of_a(apart)[0] == 0  # the same sector, other regions
    found = recommend(sold, "a", top=4)
    beta = next(item for item in found.partners if item.actor == "b")
    assert any(f"{per_cent(0.375)} of what they sell to whom" in text for text in beta.against)


def test_a_plan_introduces_those_who_share_less_than_half_of_their_customers() -> None:
    def made(study: Study, **more: bool) -> set[tuple[str, str]]:
        return {(row["actor"], row["other"]) for row in introduction_plan(study, 6, capacity=3, share=0, **more).rows}
    assert ("a", "b") not in made(firms())
    assert ("a", "b") in made(firms(), rivals=True)
    assert ("a", "b") in made(firms(sales_regions=["north", "south", "north", None, None]))


def test_wrong_shares_are_all_named() -> None:
    wrong = firms(products=["pumps=many", "pumps=-1", "=3", "pumps", None])
    with pytest.raises(DataError) as caught:
        recommend(wrong, "a")
    assert [finding.row for finding in caught.value.findings] == [2, 3, 4]
    assert mix(ground(firms(products=["|", "", None, None, None])), "products") is None


def test_fields_by_their_ratios_and_the_distance_from_which_most_is_learned() -> None:
    study = firms(fields=["G06F=1|H04L=1", "G06F=1|H04L=1", "G06F=1|A61K=1", "A61K", None])
    base = ground(study)
    assert special(base) == {"same_fields", "worth_learning"}
    found = terms(base, 0)
    shares = [[0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0, 1]]
    expected = log_ratio_proximity(shares[:1], shares[1:])[0]
    assert found["same_fields"][:4].tolist() == pytest.approx([1, 1, *expected])
    # cosines 1, ½, 0 are distances 0, ½, 1; most is learned at ½, nothing at both ends
    assert found["worth_learning"][1:4].tolist() == pytest.approx([0, 1, 0])
    assert np.isnan(found["same_fields"][4])
    told = recommend(study, "a", weights={"worth_learning": 5}, top=4)
    assert told.partners[0].actor == "c"
    assert any("near enough to be understood" in text for text in told.partners[0].reasons)


def test_citations_by_hand() -> None:
    study = firms()
    tables = study.tables() | {
        "dyads": pd.DataFrame({"sender": list("aba"), "receiver": list("bac"), "citations": ["10", "5", "0"]}),
        "observations": pd.DataFrame({"wave": "1", "actor": list("abcde"),
                                      "citations": ["100", "50", "7", None, None]})}
    base = ground(Study.from_tables(tables))
    # ½ (10/100 + 5/50); c cites, but not a; d cites nothing that is known
    assert citations(base, 0)[1:3].tolist() == pytest.approx([0.1, 0])
    assert np.isnan(citations(base, 0)[[3, 4]]).all()
    assert "cites" in special(base)
    # all citations not known: those within the study stand for them
    alone = ground(Study.from_tables(tables | {"observations": pd.DataFrame(columns=["wave", "actor"])}))
    assert citations(alone, 0)[1] == pytest.approx(1)


def test_terms_that_a_study_has_no_data_for_are_left_out_and_cannot_be_weighted() -> None:
    base = ground(firms())
    assert not special(base)
    assert not {"same_fields", "worth_learning", "cites"} & (set(terms(base, 0)) | set(held_weights(base, None, None)))
    with pytest.raises(UsageError, match="column citations of dyads"):
        recommend(firms(), "a", weights={"cites": 1})
    assert "worth_learning" in special(ground(example(seed=1), "2024"))
