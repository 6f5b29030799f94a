"""Tables on the terminal: words stay whole, and what does not fit is said."""

from __future__ import annotations

import pandas as pd
import pytest

from interfirm import terminal


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")


@pytest.mark.usefixtures("narrow")
def test_no_word_is_broken_when_the_columns_fit(capsys: pytest.CaptureFixture[str]) -> None:
    effects = {f"effect {k}": ["+9.3 ±2.9"] * 2 for k in "abc"}
    frame = pd.DataFrame({"policy": ["Planned introductions", "None"], **effects})
    terminal.show_table(frame)
    shown = capsys.readouterr().out
    assert "introductions" in shown
    assert shown.count("±2.9") == 6


@pytest.mark.usefixtures("narrow")
def test_columns_that_do_not_fit_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.show_table(pd.DataFrame({f"a_long_heading_{k}": [1.5] for k in range(6)}))
    assert "of 6 columns" in capsys.readouterr().out
