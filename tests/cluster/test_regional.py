"""The region among the others: hand calculations, confidential sections, levels, gaps, bad tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import interfirm
from interfirm.cluster.concentration import location_quotient
from interfirm.cluster.regional import regional_position
from interfirm.errors import DataError, UnknownName
from interfirm.study import schema


def table(rows: list[tuple[str, str, str, float | None]], *, time: str = "2020", **more: object) -> pd.DataFrame:
    """Rows of region, whole, sector, jobs."""
    frame = pd.DataFrame(rows, columns=["region", "whole", "sector", "employees"]).assign(time=time, **more)
    typed = schema.empty("regions")
    return pd.concat([typed, frame], ignore_index=True).astype({"employees": "float64", "units": "float64",
                                                                "gdp_head": "float64"})


def two(jobs: float | None = 30, units: float | None = 3) -> pd.DataFrame:
    return table([("A", "Z", "S", jobs), ("A", "Z", "TOTAL", 100), ("B", "Z", "S", 170), ("B", "Z", "TOTAL", 1900)],
                 units=units)


def codes(found: object) -> set[str]:
    return {item.code for item in found.findings}  # type: ignore[attr-defined]


def test_by_hand_with_the_whole_as_a_sum() -> None:
    """30 of 100 against 200 of 2,000: 3; plants of ten jobs are the units of the interval."""
    found = regional_position(two(), region="A", sector="S")
    assert found.quotient.value == pytest.approx(3.0) and found.quotient.bundle == 10
    assert found.quotient == location_quotient(30, 100, 200, 2000, bundle=10)
    assert found.rank == 1 and "of the 2 regions with numbers" in found.basis
    assert found.regions["region"].tolist() == ["A", "B"]
    assert found.regions["share"].tolist() == pytest.approx([0.15, 0.85])


def test_the_row_of_the_whole_is_used_where_it_is() -> None:
    """A region that is not published does not change the total of the country."""
    frame = pd.concat([two(), table([("Z", None, "S", 400), ("Z", None, "TOTAL", 4000)], units=40)], ignore_index=True)
    assert regional_position(frame, region="A", sector="S").quotient.value == pytest.approx(0.3 / 0.1)


def test_a_confidential_section_is_left_out_on_both_sides() -> None:
    """Sections C, D of A are 60 and unknown, of the whole 1,000 and 500: 30/60 against 200/1,000 = 2.5."""
    frame = table([("A", "Z", "C28", 30), ("A", "Z", "C", 60), ("A", "Z", "D", None), ("B", "Z", "C28", 170),
                   ("B", "Z", "C", 940), ("B", "Z", "D", 500), ("Z", None, "C28", 200), ("Z", None, "C", 1000),
                   ("Z", None, "D", 500)], units=5)
    found = regional_position(frame, region="A", sector="C28")
    assert found.quotient.value == pytest.approx(2.5)
    assert "sum of 1 sections" in found.basis and "sections-left-out" in codes(found)
    other = found.regions.set_index("region").loc["B", "quotient"]
    assert other == pytest.approx((170 / 1440) / (200 / 1500)), "B is compared on both sections"


def test_only_regions_of_the_same_nuts_level_are_peers() -> None:
    frame = table([(code, "AT", sector, jobs) for code in ("AT1", "AT11", "AT12", "AT2", "AT21")
                   for sector, jobs in (("S", 10), ("TOTAL", 100))], units=2)
    assert set(regional_position(frame, region="AT11", sector="S").regions["region"]) == {"AT11", "AT12", "AT21"}
    assert set(regional_position(frame, region="AT1", sector="S").regions["region"]) == {"AT1", "AT2"}


def test_the_last_year_with_a_number_is_used() -> None:
    frame = pd.concat([two(), table([("A", "Z", "S", None)], time="2021", note="confidential")], ignore_index=True)
    assert regional_position(frame, region="A", sector="S").time == "2020"
    with pytest.raises(DataError, match="confidential"):
        regional_position(frame, region="A", sector="S", time=2021)


def test_gini_and_the_upper_bound_are_those_of_the_calculators() -> None:
    from interfirm.cluster import ellison_glaeser_of_shares, locational_gini

    found = regional_position(two(), region="A", sector="S")
    assert found.gini == pytest.approx(locational_gini([30, 170], [100, 1900]))
    assert found.dartboard is not None
    assert found.dartboard.gamma == pytest.approx(ellison_glaeser_of_shares([30, 170], [100, 1900], 1 / 6).gamma)
    assert "upper-bound" in codes(found)


def test_product_per_head_of_the_nearest_year() -> None:
    gdp = table([("A", "Z", "TOTAL", None), ("B", "Z", "TOTAL", None)], time="2018", gdp_head=[20_000.0, 30_000.0])
    found = regional_position(pd.concat([two(), gdp], ignore_index=True), region="A", sector="S")
    assert (found.gdp_head, found.gdp_whole, found.gdp_time) == (20_000, 25_000, "2018")


def test_flags_are_said() -> None:
    found = regional_position(two().assign(note=["break in series", None, None, None]), region="A", sector="S")
    assert "flagged" in codes(found) and "break in series" in str(found.findings)


def test_without_plants_the_interval_is_called_too_narrow() -> None:
    found = regional_position(two(units=None), region="A", sector="S")
    assert found.quotient.bundle == 1 and "no-plants" in codes(found) and found.dartboard is None


def test_a_single_plant_is_flagged() -> None:
    assert "single-plant-sector" in codes(regional_position(two(units=1), region="A", sector="S"))


def test_unknown_codes_name_the_nearest() -> None:
    frame = interfirm.example().regions
    with pytest.raises(UnknownName, match="Did you mean 'XV3'"):
        regional_position(frame, region="XV33", sector="C28")
    with pytest.raises(UnknownName, match="C28"):
        regional_position(frame, region="XV3", sector="C29")
    with pytest.raises(UnknownName, match="2023"):
        regional_position(frame, region="XV3", sector="C28", time=2024)


def test_one_region_only_is_refused() -> None:
    with pytest.raises(DataError) as caught:
        regional_position(table([("A", "Z", "S", 30), ("A", "Z", "TOTAL", 100)]), region="A", sector="S")
    assert caught.value.findings[0].code == "one-region"


def test_zero_totals_are_refused() -> None:
    frame = table([("A", "Z", "S", 0), ("A", "Z", "TOTAL", 0), ("B", "Z", "S", 0), ("B", "Z", "TOTAL", 10)], units=1)
    with pytest.raises(DataError) as caught:
        regional_position(frame, region="A", sector="S")
    assert "zero-total" in {item.code for item in caught.value.findings}


def test_negative_jobs_and_impossible_coordinates_do_not_become_a_study() -> None:
    frame = pd.DataFrame({"region": ["A"], "sector": ["S"], "time": ["2020"], "employees": [-5.0], "latitude": [95.0]})
    with pytest.raises(DataError) as caught:
        interfirm.Study.from_tables({"actors": pd.DataFrame({"actor": ["F1"]}), "regions": frame})
    assert {item.column for item in caught.value.findings if item.level == "error"} == {"employees", "latitude"}


def test_a_part_larger_than_its_whole_is_a_warning_of_the_check(tmp_path: Path) -> None:
    from interfirm.study import consistency

    study = interfirm.example()
    frame = study.regions.copy()
    frame.loc[(frame["region"] == "XV3") & (frame["sector"] == "C28"), "employees"] = 500_000.0
    found = [item for item in consistency.check({**study.tables(), "regions": frame}) if item.code == "part-over-whole"]
    assert len(found) == 4 and "XV3" in str(found[0])


def test_order_of_rows_does_not_matter() -> None:
    frame = interfirm.example().regions
    a = regional_position(frame, region="XV3", sector="C28")
    b = regional_position(frame.sample(frac=1, random_state=2), region="XV3", sector="C28")
    assert a.quotient == b.quotient and a.gini == pytest.approx(b.gini)
    pd.testing.assert_frame_equal(a.regions.sort_values("region", ignore_index=True),
                                  b.regions.sort_values("region", ignore_index=True))


def test_neighbours_need_coordinates() -> None:
    frame = interfirm.example().regions
    assert regional_position(frame, region="XV3", sector="C28").neighbours is not None
    bare = frame.assign(latitude=np.nan, longitude=np.nan)
    assert regional_position(bare, region="XV3", sector="C28").neighbours is None


@pytest.mark.data
@pytest.mark.slow
def test_upper_austria_in_the_real_table(data_dir: Callable[[str], Path]) -> None:
    """The quotient of machinery in AT31, from the file by hand: section totals known for region and country."""
    from interfirm.study.read.regions import read_regions

    read = read_regions([data_dir("eurostat_regional") / "sbs_r_nuts06_r2.tsv.gz"], sectors=["C28"])
    found = regional_position(read.frame, region="AT31", sector="C28", time=2014)
    now = read.frame[(read.frame["time"] == "2014")].set_index(["region", "sector"])["employees"]
    sections = [code for code in now["AT31"].index if len(code) == 1 or code == "S95"]
    known = [code for code in sections if np.isfinite([now["AT31", code], now["AT", code]]).all()]
    top = now["AT31", "C28"] / sum(now["AT31", code] for code in known)
    assert found.quotient.value == pytest.approx(top / (now["AT", "C28"] / sum(now["AT", code] for code in known)))
    assert found.quotient.low > 1.5
