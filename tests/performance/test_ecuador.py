"""The numbers on the page about Ecuador are those of the data."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from interfirm.performance import complementarity, fit, inverted_u, marginal_effects, survey_design
from interfirm.study.read.microdata import read_microdata

PAGES = Path(__file__).resolve().parents[2] / "docs" / "explanation"
TYPES = [f"viii_2_{letter}" for letter in "abcdefghij"]
CONTROLS = ["lnum_emp_prom", "v_1_a", "v_1_b", "grupo", "export_prom_propensity", "protect_inn", "i.sector"]
SAMPLE = {"weights": "fexp", "cluster": "ciiu2"}

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def survey(data_dir):
    return read_microdata(data_dir("innovation_survey_ecuador") / "ENAI.csv.gz",
                          codebook=PAGES / "ecuador" / "codebook.csv")


def shown(row):
    return [float(text.replace("−", "-")) for text in re.findall(r"−?\d+\.\d", row)]


def test_the_table_of_partners(survey):
    text = (PAGES / "ecuador.md").read_text("utf-8")
    rows = {cells[1].strip(): " ".join(cells[2:]) for line in text.splitlines() if line.count("|") == 7
            for cells in [line.split("|")]}
    found = fit(survey_design(survey, "ventas_innovadoras", cooperation=TYPES, controls=CONTROLS, **SAMPLE),
                "fractional")
    tobit = marginal_effects(fit(found.design, "tobit"), TYPES).table().set_index("variable")
    assert found.size == 2598
    for row in marginal_effects(found, TYPES).table().to_dict("records"):
        numbers = shown(rows[found.design.bases[row["variable"]].label])
        ours = [100 * row[key] for key in ("effect", "low", "high")]
        assert numbers[:3] == pytest.approx(ours, abs=0.0501)
        assert numbers[5] == pytest.approx(100 * tobit.loc[row["variable"], "effect"], abs=0.0501)


def test_breadth_and_depth(survey):
    wide = fit(survey_design(survey, "ventas_innovadoras", breadth=TYPES, controls=CONTROLS, **SAMPLE), "fractional")
    turning = inverted_u(wide, "breadth")
    assert (turning.p, turning.turning) == pytest.approx((0.409, 8.17), abs=0.005)
    sources = [f"reviii_1_2_{letter}" for letter in "abcdefghijklm"]
    deep = fit(survey_design(survey, "ventas_innovadoras", breadth=sources, depth=sources, depth_from=3,
                             controls=CONTROLS, **SAMPLE), "fractional")
    turning = inverted_u(deep, "depth")
    assert (turning.turning, turning.low, turning.high) == pytest.approx((3.89, 2.97, 5.53), abs=0.005)
    assert turning.p < 0.002 and inverted_u(deep, "breadth").p == pytest.approx(0.134, abs=0.001)


def test_own_research_and_cooperation(survey):
    found = complementarity(survey, "ventas_innovadoras", ["v_1_a", "coop"], controls=CONTROLS, model="fractional",
                            scale="outcome", **SAMPLE)
    assert found.states["firms"].tolist() == [328, 1405, 124, 752]
    assert found.states["value"].tolist() == pytest.approx([0.215, 0.250, 0.183, 0.296], abs=5e-4)
    assert found.table()["p_substitutes"][0] == pytest.approx(0.046, abs=5e-4)


def test_the_order_of_kinds_of_partner(survey):
    """Firms before research organisations before intermediaries before government."""
    frame = survey.frame
    kinds = {"firms": ["a", "b", "c", "h"], "research": ["e", "f"], "intermediaries": ["d"], "government": ["g"]}
    table = frame.assign(**{name: frame[[f"viii_2_{letter}" for letter in letters]].max(axis=1, skipna=False)
                            for name, letters in kinds.items()})
    found = fit(survey_design(table, "ventas_innovadoras", cooperation=list(kinds), controls=CONTROLS, **SAMPLE),
                "fractional")
    rows = marginal_effects(found, list(kinds)).table().set_index("variable")
    assert rows["effect"].is_monotonic_decreasing
    assert rows.loc["firms", "low"] > 0 > rows.loc["government", "low"] and rows.loc["government", "high"] > 0
    assert (100 * rows["effect"]).tolist() == pytest.approx([7.9, 1.9, 1.2, -1.3], abs=0.0501)
