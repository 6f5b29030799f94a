"""Read after write is the identity; everything wrong with a study on disk is found at once."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from study_strategies import AWKWARD, studies

from interfirm.errors import DataError, UsageError
from interfirm.study.read.tables import check_files, read_study
from interfirm.study.study import Study
from interfirm.study.write.cells import guard, unguard
from interfirm.study.write.folder import write_study
from interfirm.study.write.workbook import write_workbook

QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def assert_same(one: Study, other: Study) -> None:
    for name, frame in one.tables().items():
        pd.testing.assert_frame_equal(frame, other.tables()[name], check_exact=True, obj=name)
    assert one.equals(other)


@QUICK
@given(study=studies())
def test_a_folder_reads_back_as_it_was_written(study: Study, tmp_path: Path) -> None:
    target = tmp_path / "study"
    write_study(study, target)
    assert_same(study, read_study(target))
    shutil.rmtree(target)


@QUICK
@given(study=studies())
def test_a_workbook_reads_back_as_it_was_written(study: Study, tmp_path: Path) -> None:
    write_workbook(study, tmp_path / "study.xlsx")
    assert_same(study, read_study(tmp_path / "study.xlsx"))


@given(st.text() | st.sampled_from(AWKWARD))
@example("''''=")
def test_the_guard_is_undone_on_reading(text: str) -> None:
    assert unguard(guard(text)) == text


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2+3", "@sum", "\tx", "=cmd|' /C calc'!A0", "-x"])
def test_no_guarded_cell_starts_a_formula(text: str) -> None:
    assert guard(text).startswith("'")


@pytest.mark.parametrize("text", ["'s-Hertogenbosch", "-5", "+1.5", "-", "plain", "1e5"])
def test_the_guard_leaves_the_harmless_alone(text: str) -> None:
    assert guard(text) == text
