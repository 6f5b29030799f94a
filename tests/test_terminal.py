"""Tables on the terminal: words stay whole, and what does not fit is said."""

from __future__ import annotations

import pandas as pd
import pytest

from interfirm import terminal


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")


@pytest.mark.usefixtures("narrow")
def test_no_word_is_broken_when_the_columns_fit(capsys: pytest.CaptureFixture[str]) -> None:
    effects = {name: ["+9.3 ±2.9"] * 2 for name in ("Innovations %", "Capability %", "Knowledge %", "Trust %")}
    frame = pd.DataFrame({"Policy": ["Planned introductions", "None"], **effects, "Cost, EUR": ["107,500", "69,200"],
                          "by innovation": ["cannot say", "7,049"], "Best": [0.36, 0.04]})
    terminal.show_table(frame)
    shown = capsys.readouterr().out
    assert "introductions" in shown
    assert shown.count("±2.9") == 8


@pytest.mark.usefixtures("narrow")
def test_columns_that_do_not_fit_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.show_table(pd.DataFrame({f"a_long_heading_{k}": [1.5] for k in range(9)}))
    assert "of 9 columns" in capsys.readouterr().out
