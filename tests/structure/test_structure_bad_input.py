"""Networks that cannot carry a structure: each says where, what is wrong, what was expected, what to do."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from interfirm.errors import DataError, Finding
from interfirm.structure import KINDS, blockmodel, classify, classify_alliances, classify_network, generate
from interfirm.structure.classification import NOT_CLASSIFIED
from interfirm.study.study import Study

RING = [("peer", a, b) for a, b in ("ab", "bc", "cd", "de", "ef", "fg", "ga", "bd", "ce")]
LAYERS = {"peer": ("exchange", "no"), "customer": ("exchange", "yes"), "coordination": ("coordination", "yes"),
          "ownership": ("ownership", "yes")}


def study_of(ties: list[tuple[object, ...]], members: str = "abcdefg", external: str = "", *,
             silent: str = "") -> Study:
    rows = [(*tie, 1.0)[:4] for tie in ties]
    names = sorted({str(tie[0]) for tie in ties})
    who = list(members + external)
    return Study.from_tables({
        "waves": pd.DataFrame({"wave": ["2024"]}),
        "actors": pd.DataFrame({"actor": who, "position": ["member"] * len(members) + ["external"] * len(external)}),
        "relations": pd.DataFrame({"relation": names, "layer": [LAYERS[name][0] for name in names],
                                   "directed": [LAYERS[name][1] for name in names]}),
        "observations": pd.DataFrame({"wave": "2024", "actor": list(members),
                                      "responded": [name not in silent for name in members]}),
        "ties": pd.DataFrame(rows, columns=["relation", "sender", "receiver", "weight"]).assign(wave="2024"),
    })


def quick(study: Study):  # type: ignore[no-untyped-def]
    return classify(study, seed=1, draws=0, stability_draws=0)


def one(findings: tuple[Finding, ...], code: str) -> Finding:
    return next(item for item in findings if item.code == code)


def complete(item: Finding) -> bool:
    return bool(item.where and item.problem and item.expected and item.remedy)


def test_parts_are_named_and_no_structure_is_forced() -> None:
    two = [*RING, *(("peer", a, b) for a, b in ("hi", "ij", "jk", "kl", "lh"))]
    found = quick(study_of(two, "abcdefghijkl"))
    item = one(found.findings, "disconnected")
    assert complete(item) and item.where == "exchange (peer), wave 2024"
    assert "2 parts of 7, 5 firms; apart from the largest: h, i, j, k, l" in item.problem
    assert not found.decided and "hang together" in " ".join(found.reasons)


def test_layers_without_a_tie() -> None:
    none = quick(study_of([("peer", "a", "b", 0.0)]))
    item = one(none.findings, "no-exchange")
    assert complete(item) and none.decision == NOT_CLASSIFIED
    found = quick(study_of([*RING, ("coordination", "a", "b", 0.0)]))
    item = one(found.findings, "no-coordination")
    assert complete(item) and "leave the layer out" in str(item)
    assert classify_network(np.zeros((8, 8)), np.zeros((8, 8)), seed=1).decision == NOT_CLASSIFIED


def test_reports_of_one_side() -> None:
    made = generate("circuit", 9, seed=1)
    found = classify_network(np.triu(made.exchange), made.coordination, seed=1, draws=0, stability_draws=0)
    item = one(found.findings, "one-way")
    assert complete(item) and "100\u00a0% of the exchange ties" in item.problem


@pytest.mark.parametrize(("silent", "classified"), [("ab", True), ("abcd", False)])
def test_a_fifth_of_the_pairs_may_be_unknown_and_no_more(silent: str, classified: bool) -> None:
    """Two silent of seven leave 1 of 21 pairs unknown, four leave 6 of 21, less the ties that others reported."""
    star = [("peer", "g", other) for other in "abcdef"]
    found = quick(study_of(star, silent=silent))
    assert (found.decision != NOT_CLASSIFIED) == classified
    if not classified:
        item = one(found.findings, "missing")
        assert complete(item) and "29\u00a0% of the exchange pairs are unknown" in item.problem
        assert found.probability == {} and found.best == ""


def test_a_mostly_unknown_coordination_layer_is_not_used_and_said() -> None:
    found = quick(study_of([*RING, ("coordination", "g", "a")], silent="abcd"))
    item = one(found.findings, "missing-coordination")
    assert complete(item) and found.coordination == "none: too much of it is unknown"


def test_ties_to_outsiders_are_counted_and_left_out() -> None:
    found = quick(study_of([*RING, ("peer", "a", "x"), ("peer", "b", "y")], external="xy"))
    item = one(found.findings, "outsiders")
    assert complete(item) and item.problem.startswith("2 ties to actors outside")
    assert set(found.actors) == set("abcdefg")


def test_weights_of_mixed_units() -> None:
    """Pooled relations count as ties; a relation of shares and amounts makes nobody a superior."""
    flows = [("customer", "a", "b", 0.6), ("customer", "a", "c", 0.1), ("customer", "d", "e", 250_000.0)]
    found = quick(study_of([*RING, *flows]))
    item = one(found.findings, "mixed-units")
    assert complete(item) and item.level == "warning" and item.where == "ties, relation 'customer'"
    assert "customer" not in found.coordination
    held = [("ownership", "a", "b", 0.6), ("ownership", "a", "c", 80.0)]
    again = quick(study_of([*RING, *held]))
    assert one(again.findings, "mixed-units").where == "ties, relation 'ownership'"
    assert again.coordination == "not known: exchange alone"
    pooled = quick(study_of([*RING, ("peer", "a", "d", 3.0), ("customer", "a", "b", 0.5), ("customer", "a", "c", 0.2)]))
    assert complete(one(pooled.findings, "mixed-units"))


def test_few_firms_and_firms_without_a_tie() -> None:
    few = quick(study_of([("peer", "a", "b"), ("peer", "b", "c")], "abc"))
    assert complete(one(few.findings, "too-few")) and few.indices
    alone = quick(study_of(RING, "abcdefgh"))
    assert "h" in one(alone.findings, "isolates").problem


def test_matrices_that_are_none() -> None:
    with pytest.raises(DataError, match=r"(?s)negative or infinite.*Expected.*Leave unknown ties empty"):
        classify_network(-np.ones((7, 7)), seed=1)
    with pytest.raises(DataError, match="Expected: a square matrix"):
        blockmodel(np.zeros((3, 4)), blocks=2, seed=1)


@pytest.mark.parametrize("kind", KINDS)
def test_garbage_never_gets_a_certain_label(kind: str) -> None:
    """Ideal layers of which one firm's row is turned round: an answer or an abstention, never another exception."""
    made = generate(kind, 8, seed=2)
    turned = made.exchange.copy()
    turned[0] = 1 - turned[0]
    found = classify_network(turned, made.coordination, seed=1, draws=10, stability_draws=0)
    assert found.decision in {*KINDS, "indeterminate", "contested"}
    assert sum(found.probability.values()) == pytest.approx(1)


def test_an_alliance_of_another_time_is_said() -> None:
    """Only who is in it in the wave counts; an alliance that ended before is not among those of the wave."""
    tables = study_of(RING).tables()
    tables["waves"] = pd.DataFrame({"wave": ["2024"], "start": ["2024-03-01"], "end": ["2024-05-31"]})
    rows = [("old", who, "2019-01-01", "2021-12-31") for who in "abcdefg"]
    rows += [("new", who, "2022-01-01", "2023-01-31" if who == "g" else None) for who in "abcdefg"]
    tables["alliances"] = pd.DataFrame(rows, columns=["alliance", "actor", "start", "end"])
    study = Study.from_tables(tables)
    found = list(classify_alliances(study, wave="2024", seed=1, draws=0, needs_lead=False))
    assert [(item.alliance, item.size) for item in found] == [("new", 6)]
    old = classify(study, alliance="old", wave="2024", seed=1, draws=0, stability_draws=0)
    assert complete(one(old.findings, "not-running")) and len(old.actors) == 7
    assert len(classify(study, alliance="new", wave="2024", seed=1, draws=0, stability_draws=0).actors) == 6
