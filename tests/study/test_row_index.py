"""A table's own row index must not shift its cells."""

import pandas as pd
import pytest

from interfirm.errors import DataError
from interfirm.study.study import Study


def test_rows_keep_their_cells_whatever_the_index():
    actors = pd.DataFrame({"actor": ["a", "b", "c"], "city": ["X", "Y", "Z"]}, index=[7, 3, 90])
    study = Study.from_tables({"actors": actors})
    assert list(study.actors["actor"]) == ["a", "b", "c"]
    assert list(study.actors["city"]) == ["X", "Y", "Z"]
    assert list(study.actors["kind"]) == ["firm"] * 3


def test_an_empty_identifier_is_a_finding_not_a_traceback():
    tables = {
        "actors": pd.DataFrame({"actor": ["a", "b", None]}),
        "alliances": pd.DataFrame({"alliance": ["p", "p"], "actor": ["a", "b"]}),
    }
    with pytest.raises(DataError) as caught:
        Study.from_tables(tables)
    assert {item.code for item in caught.value.findings if item.level == "error"} == {"empty-cell"}
