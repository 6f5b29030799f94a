"""The declarations are sound, and raw text becomes typed tables with a finding for every fault."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from interfirm import vocabulary
from interfirm.errors import Findings
from interfirm.study import schema
from interfirm.study.schema import Source


def coerce(name: str, /, **columns: list[object]) -> tuple[pd.DataFrame, Findings]:
    findings = Findings()
    return schema.coerce(name, pd.DataFrame(columns), Source(file=f"{name}.csv"), findings), findings


def places(findings: Findings) -> list[tuple[str, int | None, str | None]]:
    return [(item.code, item.row, item.column) for item in findings]


def test_every_declaration_is_sound() -> None:
    for name, table in schema.tables().items():
        assert set(table.key) <= set(table.columns), name
        assert all(need in schema.tables() for need in table.needs)
        for column in table.columns.values():
            assert column.type in {"id", "text", "category", "tags", "int", "float", "bool", "date"}
            assert column.description.endswith(".") and column.source
            assert not (column.type == "category" and not column.choices), column.name
            if column.refers_to:
                target, key = column.refers_to
                assert key in schema.tables()[target].columns
            if column.default and column.choices:
                assert column.default in column.choices


def test_empty_tables_have_their_types() -> None:
    for name in schema.tables():
        typed, findings = schema.coerce(name, schema.empty(name), Source(), f := Findings()), f
        pd.testing.assert_frame_equal(typed, schema.empty(name))
        assert not len(findings)


def test_text_numbers_dates_and_words() -> None:
    typed, findings = coerce("actors", actor=[" a ", "007", "c"], kind=["FIRM", None, " University"],
                             founded=["1990", 1991.0, ""], sme=["Yes", "0", None], latitude=["46.5", -1, None],
                             longitude=["1e1", 2, None], tags=["x | y|", "|", "z"], extra=["1", "2.5", ""],
                             code=["001", "2", "3"])
    assert not len(findings)
    assert typed["actor"].tolist() == ["a", "007", "c"]
    assert typed["kind"].tolist() == ["firm", "firm", "university"]
    assert typed["founded"].tolist()[:2] == [1990, 1991] and typed["founded"].dtype == "Int64"
    assert typed["sme"].tolist()[:2] == [True, False] and pd.isna(typed["sme"][2])
    assert typed["latitude"].tolist()[:2] == [46.5, -1.0] and typed["longitude"].tolist()[:2] == [10.0, 2.0]
    assert typed["tags"].fillna("").tolist() == ["x|y", "", "z"]
    assert typed["extra"].tolist()[:2] == [1.0, 2.5] and np.isnan(typed["extra"][2])
    assert typed["code"].tolist() == ["001", "2", "3"]
    assert typed["position"].tolist() == ["member"] * 3
    assert list(typed.columns[:3]) == ["actor", "name", "kind"] and list(typed.columns[-2:]) == ["extra", "code"]


@pytest.mark.parametrize(("table", "column", "cell", "code"), [
    ("actors", "founded", "x", "not-a-number"), ("actors", "founded", "1990.5", "not-a-number"),
    ("actors", "latitude", "91", "out-of-range"), ("actors", "latitude", "1,5", "not-a-number"),
    ("actors", "latitude", "inf", "not-a-number"), ("actors", "latitude", "nan", "not-a-number"),
    ("actors", "latitude", "1_0", "not-a-number"), ("actors", "sme", "perhaps", "not-yes-or-no"),
    ("actors", "kind", "frim", "not-on-the-list"), ("waves", "start", "2020-13", "not-a-date"),
    ("waves", "start", "1.5.2020", "not-a-date"), ("alliances", "activities", "r&d|dance", "not-on-the-list"),
    ("alliances", "budget", "-1", "out-of-range"),
])
def test_faults_have_their_place_and_a_way_out(table: str, column: str, cell: str, code: str) -> None:
    key = {name: ["k"] for name in schema.tables()[table].key}
    typed, findings = coerce(table, **key, **{column: [cell]})
    assert places(findings) == [(code, 2, column)]
    assert findings.items[0].expected and findings.items[0].remedy and pd.isna(typed[column][0])


def test_the_decimal_comma_and_misspelt_words_are_recognised() -> None:
    _, findings = coerce("actors", actor=["a"], kind=["universty"], latitude=["46,5"])
    said = " ".join(str(item) for item in findings)
    assert "Write 'university'" in said and "Use a point as the decimal mark" in said


def test_missing_and_double_columns_and_empty_cells() -> None:
    _, findings = coerce("ties", wave=["1"], relation=["advice"], Sender=["a"], receiver=[None])
    assert places(findings) == [("missing-column", None, None), ("empty-cell", 2, "receiver")]
    assert findings.items[0].remedy == "Rename 'Sender' to 'sender'"
    findings = Findings()
    frame = pd.DataFrame([["a", "x", "y"]], columns=["actor", "name", " name "])
    typed = schema.coerce("actors", frame, Source(), findings)
    assert places(findings) == [("duplicate-column", None, "name")] and typed["name"].tolist() == ["x"]


def test_an_empty_column_with_a_default_counts_as_left_out_and_this_is_said() -> None:
    typed, findings = coerce("ties", wave=["1"], relation=["r"], sender=["a"], receiver=["b"], weight=[""])
    assert typed["weight"].tolist() == [1.0] and places(findings) == [("empty-column", None, "weight")]
    typed, findings = coerce("ties", wave=["1", "1"], relation=["r", "r"], sender=["a", "b"], receiver=["b", "a"],
                             weight=["", 2])
    assert np.isnan(typed["weight"][0]) and not len(findings)


def test_control_characters_are_left_out_with_a_warning_and_line_ends_are_one_kind() -> None:
    typed, findings = coerce("actors", actor=["a\x00", "b"], name=["x\r\ny\rz", "\x07"])
    assert typed["actor"].tolist() == ["a", "b"]
    assert typed["name"].tolist()[0] == "x\ny\nz" and pd.isna(typed["name"][1])
    assert places(findings) == [("control-character", 2, "actor"), ("control-character", 3, "name")]


def test_the_same_name_in_two_unicode_forms_is_the_same_text() -> None:
    typed, _ = coerce("actors", actor=["e\u0301", "b"])
    assert typed["actor"].tolist() == ["é", "b"]


def test_many_faults_are_counted_not_listed() -> None:
    _, findings = coerce("actors", actor=[str(k) for k in range(80)], latitude=["x"] * 80)
    assert len(findings) == 51 and "30 more cells" in str(findings.items[-1])


def test_rows_are_numbered_as_the_user_sees_them() -> None:
    findings = Findings()
    source = Source("f.xlsx", "ties", np.array([5, 9]))
    schema.coerce("actors", pd.DataFrame({"actor": ["a", None]}), source, findings)
    assert findings.items[0].where == "f.xlsx, sheet 'ties', row 9, column 'actor'"


def test_coercion_is_idempotent() -> None:
    typed, _ = coerce("actors", actor=["a", "b"], tags=["x|y", None], extra=[1.5, None], founded=[1990, None])
    again, findings = schema.coerce("actors", typed, Source(), f := Findings()), f
    pd.testing.assert_frame_equal(typed, again)
    assert not len(findings)


def test_vocabulary_words_are_unique_and_explained() -> None:
    for name, entries in vocabulary.LISTS.items():
        assert len({item.word for item in entries}) == len(entries), name
        assert all(item.meaning and item.word == item.word.lower() for item in entries)
    assert {item.layer for item in vocabulary.RELATIONS} == set(vocabulary.words("layers"))
    assert [vocabulary.certainty(p) for p in (0.95, 0.9499, 0.8, 0.6, 0.59, 0.0)] == [
        "very sure", "fairly sure", "fairly sure", "leaning", "cannot say", "cannot say"]
