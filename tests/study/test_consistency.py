"""What must hold between tables, one fault at a time."""

from __future__ import annotations

import pandas as pd
import pytest

from interfirm.errors import Findings
from interfirm.study import consistency
from interfirm.study.study import coerce_tables


def tables(**change: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """A sound small study; the arguments replace tables."""
    base = {
        "waves": pd.DataFrame({"wave": ["1", "2"]}),
        "relations": pd.DataFrame({"relation": ["advice", "peer"], "layer": ["knowledge", "exchange"],
                                   "directed": ["yes", "no"]}),
        "actors": pd.DataFrame({"actor": ["a", "b", "c"], "position": ["member", "member", "external"]}),
        "ties": pd.DataFrame({"wave": ["1", "1", "1"], "relation": ["advice", "peer", "peer"],
                              "sender": ["a", "a", "b"], "receiver": ["b", "b", "c"], "weight": [1, 2, 3]}),
    }
    return base | change


def check(**change: pd.DataFrame) -> list[tuple[str, str]]:
    findings = Findings()
    typed = coerce_tables(tables(**change), None, findings)
    assert not findings.failed
    return [(item.level, item.code) for item in consistency.check(typed)]


def tie(wave: str = "1", relation: str = "advice", sender: str = "a", receiver: str = "b",
        weight: float = 1) -> pd.DataFrame:
    one = pd.DataFrame({"wave": [wave], "relation": [relation], "sender": [sender], "receiver": [receiver],
                        "weight": [weight]})
    return pd.concat([tables()["ties"], one], ignore_index=True)


def test_a_sound_study_has_no_findings() -> None:
    assert check() == []


@pytest.mark.parametrize(("ties", "code"), [
    (tie(), "duplicate-key"), (tie(receiver="z"), "unknown-actor"), (tie(wave="9"), "unknown-wave"),
    (tie(relation="trade"), "unknown-relation"), (tie(wave="2", receiver="a"), "self-tie"),
])
def test_ties_that_cannot_stand(ties: pd.DataFrame, code: str) -> None:
    assert ("error", code) in check(ties=ties)


def test_a_repeated_key_names_both_rows() -> None:
    typed = coerce_tables(tables(ties=tie()), None, Findings())
    found = next(item for item in consistency.check(typed) if item.code == "duplicate-key")
    assert found.row == 5 and "row 2" in found.problem


def test_no_actors() -> None:
    assert ("error", "no-actors") in check(actors=pd.DataFrame({"actor": []}), ties=tables()["ties"].head(0))


def test_members_with_ties_were_there_and_external_actors_always_are() -> None:
    seen = pd.DataFrame({"wave": ["1"], "actor": ["a"]})
    assert ("error", "absent-actor") in check(observations=seen)
    both = pd.DataFrame({"wave": ["1", "1"], "actor": ["a", "b"]})
    assert check(observations=both) == []


def test_ties_of_a_non_respondent_are_said() -> None:
    seen = pd.DataFrame({"wave": ["1", "1"], "actor": ["a", "b"], "responded": ["no", "yes"]})
    assert check(observations=seen) == [("warning", "silent-sender")]


def test_two_weights_of_an_undirected_tie() -> None:
    assert check(ties=tie(relation="peer", sender="b", receiver="a", weight=5)) == [("warning", "two-weights")]
    assert check(ties=tie(relation="peer", sender="b", receiver="a", weight=2)) == []


def test_isolates_unused_relations_and_half_coordinates() -> None:
    actors = pd.DataFrame({"actor": ["a", "b", "c", "d"], "latitude": [1, None, None, None]})
    assert check(actors=actors) == [("note", "isolates"), ("warning", "half-coordinate")]
    relations = pd.concat([tables()["relations"], pd.DataFrame({"relation": ["x"], "layer": ["exchange"]})])
    assert check(relations=relations) == [("warning", "empty-relation")]


def test_a_member_of_an_alliance_is_not_alone() -> None:
    actors = pd.DataFrame({"actor": ["a", "b", "c", "d"]})
    assert check(actors=actors, alliances=pd.DataFrame({"alliance": ["P"], "actor": ["d"]})) == []


def test_many_faults_are_counted() -> None:
    many = pd.DataFrame({"wave": "1", "relation": "advice", "sender": "a", "receiver": [f"z{k}" for k in range(70)]})
    typed = coerce_tables(tables(ties=many), None, Findings())
    found = [item for item in consistency.check(typed) if item.code == "unknown-actor"]
    assert len(found) == 51 and "20 more" in found[-1].problem
