"""Specification curves as files: every model is there, the drawing is valid, and says what it shows."""

from __future__ import annotations

import csv
import io
from functools import lru_cache
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from interfirm import cli
from interfirm.performance import specification_curve, survey_design
from interfirm.performance.curve import Curve
from interfirm.report.specification import finding, written


@lru_cache(maxsize=1)
def table() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    coop = np.arange(120) % 2
    return pd.DataFrame({"share": np.clip(rng.beta(2, 8, 120) + 0.15 * coop, 0, 1), "coop": coop,
                         "size": rng.normal(size=120), "age": rng.normal(size=120), "w": rng.uniform(0.5, 2, 120)})


@lru_cache(maxsize=1)
def curve() -> Curve:
    design = survey_design(table(), "share", cooperation=["coop"], controls=["size", "age"], weights="w")
    return specification_curve(design, "coop")


def test_every_model_is_in_the_table() -> None:
    rows = list(csv.DictReader(io.StringIO(written([curve()], ".csv"))))
    assert len(rows) == len(curve().rows) == 3 * 4 * 2
    assert [float(row["effect"]) for row in rows] == pytest.approx(curve().rows["effect"].tolist())
    assert sum(row["main"] == "True" for row in rows) == 1


def test_the_drawing_has_a_mark_for_every_model_and_choice() -> None:
    root = ET.fromstring(written([curve(), curve()], ".svg"))
    text = "".join(root.itertext())
    assert text.count(finding(curve())) == 2 * 2  # as title, and as description of the drawing
    for words in ("fractional, all controls, with the others, with weights", "Held alike", "without size", "Weights"):
        assert words in text
    assert float(root.get("height", "0")) > 900


def test_the_page_is_whole_and_hostile_names_do_no_harm() -> None:
    bad = Curve("<script>x</script>", curve().outcome, curve().rows, 2)
    page = written([curve(), bad], ".html")
    assert "<script" not in page and "&lt;script&gt;" in page
    assert page.count("<tr>") == 2 * (1 + len(curve().rows))
    assert "var(--accent)" in page and "--accent: #0072b2" in page


@pytest.mark.parametrize(("low", "high", "words"), [
    ([0.1, 0.2], [0.3, 0.4], "clearly more in 2 of 2"), ([-0.3, -0.1], [-0.1, 0.2], "clearly less in 1 of 2"),
    ([-1, -1], [1, 1], "no clear difference in any of 2"),
    ([0.1, -0.4], [0.2, -0.1], "clearly more in 1, clearly less")])
def test_what_a_curve_shows(low: list[float], high: list[float], words: str) -> None:
    rows = pd.DataFrame({"low": low, "high": high})
    assert words in finding(Curve("coop", "share", rows, 0))


@pytest.mark.parametrize("suffix", [".html", ".svg", ".csv"])
def test_the_command_writes_it(tmp_path, capsys, suffix: str) -> None:  # type: ignore[no-untyped-def]
    table().to_csv(tmp_path / "s.csv", index=False)
    path = tmp_path / f"curve{suffix}"
    assert cli.run(["performance", str(tmp_path / "s.csv"), "--outcome", "share", "--cooperation", "coop", "--controls",
                    "size,age", "--specification-curve", str(path)]) == 0
    out = capsys.readouterr().out
    assert "12 models of coop" in " ".join(out.split()) and path.stat().st_size > 500
