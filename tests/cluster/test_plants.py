"""Lists of single plants: exact index, intervals that know of sizes, K-density among all plants, bad lists."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from interfirm import cli
from interfirm.cluster import (
    ellison_glaeser,
    k_density,
    location_quotient,
    on_earth,
    plant_density,
    plant_error,
    plant_sizes,
    regional_position,
    regions_of_plants,
)
from interfirm.cluster.plants import compared
from interfirm.errors import DataError, UnknownName, UsageError
from interfirm.study import schema
from interfirm.study.read.plants import read_plants

AUSTRIA = [200, 650, 12000, 100, 50, 16000, 13000, 1500, 1500, 25000]  # plants of the published example
WHERE = ["W"] * 5 + ["L"] * 4 + ["G"]
OTHERS = {"W": 500_000 - 13_000, "L": 400_000 - 32_000, "G": 100_000 - 25_000}


def published() -> pd.DataFrame:
    """The published example as a list of plants: the rest of each region as one plant of another sector."""
    return pd.DataFrame({"plant": None, "sector": ["28.1"] * 10 + ["99"] * 3,
                         "employees": [*map(float, AUSTRIA), *map(float, OTHERS.values())],
                         "region": [*WHERE, *OTHERS], "latitude": np.nan, "longitude": np.nan})


def drawn(n: int = 600, seed: int = 4) -> pd.DataFrame:
    """Plants of three sectors; most of C28 close together in region A."""
    rng = np.random.default_rng(seed)
    sector = rng.choice(["C28", "C29", "C10"], n, p=[0.15, 0.35, 0.5])
    near = (sector == "C28") & (rng.random(n) < 0.6)
    return pd.DataFrame({
        "plant": [f"P{i}" for i in range(n)], "sector": sector, "employees": np.ceil(np.exp(rng.normal(3, 1.2, n))),
        "region": np.where(near, "A", rng.choice(["A", "B", "C"], n)),
        "latitude": np.where(near, 47.2 + rng.normal(0, 0.05, n), rng.uniform(46.5, 48.5, n)),
        "longitude": np.where(near, 14.2 + rng.normal(0, 0.05, n), rng.uniform(13, 16, n))})


def test_the_index_of_a_list_is_the_published_one() -> None:
    """Regions of 500,000, 400,000 and 100,000 jobs: γ = 0.05990628."""
    table = published()
    found = regional_position(regions_of_plants(table, "28"), region="G", sector="28", sizes=plant_sizes(table, "28"))
    assert found.dartboard is not None
    assert found.dartboard.gamma == pytest.approx(0.05990628, abs=1e-8)
    assert found.dartboard.plants == 10
    assert "of 10 plants in 3 regions" in str(found)
    assert not {item.code for item in found.findings} & {"upper-bound", "no-plants"}


def test_the_index_is_that_of_the_plants_themselves() -> None:
    table = drawn()
    mine = table["sector"] == "C28"
    totals = table.groupby("region")["employees"].sum()
    at = totals.index.get_indexer(table.loc[mine, "region"])
    known = ellison_glaeser(table.loc[mine, "employees"], at, totals)
    found = regional_position(regions_of_plants(table, "C28"), region="A", sector="C28",
                              sizes=plant_sizes(table, "C28")).dartboard
    assert found is not None
    assert (found.gamma, found.z, found.herfindahl) == pytest.approx((known.gamma, known.z, known.herfindahl))


def test_plants_of_one_job_give_the_usual_error() -> None:
    sector, region = np.arange(400) < 60, np.arange(400) % 5 == 0
    known = location_quotient(12, 80, 60, 400)
    assert plant_error(np.ones(400), sector, region) == pytest.approx(known.error)
    assert plant_error(np.full(400, 7.0), sector, region) == pytest.approx(location_quotient(84, 560, 420, 2800,
                                                                                             bundle=7).error)
    assert np.isnan(plant_error(np.ones(400), sector, np.zeros(400)))


def test_the_interval_holds_the_truth_where_plants_differ_in_size() -> None:
    """300 draws (1.3 points of error): with sizes 95 %; counting mean plants, as from a table, far less.

    Plants come at random, of size exp(N(0, 1.2²)); the sector has twice its share in the region.
    """
    rng = np.random.default_rng(7)
    held, counted = [], []
    for _ in range(300):
        cells = [(1, 1, 120), (1, 0, 400), (0, 1, 480), (0, 0, 4800)]
        numbers = rng.poisson([number for *_, number in cells])
        sector = np.repeat([cell[0] for cell in cells], numbers) == 1
        region = np.repeat([cell[1] for cell in cells], numbers) == 1
        z = np.exp(rng.normal(0, 1.2, numbers.sum())) * 20
        truth = (120 / 600) / (520 / 5800)
        totals = [float(z[part].sum()) for part in (sector & region, region, sector, np.ones(len(z), bool))]
        exact = location_quotient(*totals, error=plant_error(z, sector, region))
        mean = location_quotient(*totals, bundle=float(z[sector].mean()))
        held.append(exact.low <= truth <= exact.high)
        counted.append(mean.low <= truth <= mean.high)
    assert np.mean(held) == pytest.approx(0.95, abs=0.04)
    assert np.mean(counted) < 0.8


def test_sizes_of_one_sector_sharpen_a_table() -> None:
    """A table with jobs only; the list knows the plants of the sector: 30 and 10 in A, 160 in B."""
    frame = pd.DataFrame({"region": ["A", "A", "B", "B"], "sector": ["S", "TOTAL"] * 2, "time": "2020",
                          "employees": [40.0, 100, 160, 1900]})
    table = pd.concat([schema.empty("regions"), frame], ignore_index=True).astype({
        "employees": "float64", "units": "float64", "gdp_head": "float64"})
    sizes = plant_sizes(pd.DataFrame({"sector": "S", "employees": [30.0, 10, 160], "region": ["A", "A", "B"]}), "S")
    found = regional_position(table, region="A", sector="S", sizes=sizes)
    assert found.quotient == location_quotient(40, 100, 200, 2000, bundle=(900 + 100) / 40)
    assert found.dartboard is not None and found.dartboard.herfindahl == pytest.approx(0.15**2 + 0.05**2 + 0.8**2)


def test_density_is_among_all_plants() -> None:
    table = drawn()
    found = plant_density(table, "C28", draws=99, seed=3)
    where = on_earth(table["latitude"], table["longitude"])
    known = k_density(where, np.flatnonzero(table["sector"] == "C28"), draws=99, seed=3)
    assert (found.sites, found.points) == (600, int((table["sector"] == "C28").sum()))
    assert found.value == pytest.approx(known.value)
    assert found.verdict == "localised"


@pytest.mark.parametrize(("codes", "wanted", "number"), [
    (["C28", "C281", "28.11", "C29"], "C28", 3), (["C28", "C281"], "28.1", 1), (["28", "29"], "C28", 1),
    (["C10", "C28", "D35"], "C", 2), (["wood", "metal"], "metal", 1)])
def test_a_sector_takes_its_parts(codes: list[str], wanted: str, number: int) -> None:
    table = pd.DataFrame({"sector": codes, "employees": 5.0, "region": "A"})
    assert plant_sizes(table, wanted).plants == number


def test_sectors_and_regions_that_do_not_match_are_named() -> None:
    table = drawn()
    with pytest.raises(UnknownName, match="Did you mean"):
        plant_sizes(table, "C27")
    regions = regions_of_plants(table, "C28")
    half = regions.assign(employees=regions["employees"] / 2)
    assert [item.code for item in compared(table, half, "C28")] == ["plants-differ"]
    found = compared(table, regions[regions["region"] != "C"], "C28")
    assert "'C'" in str(found[0]) and found[0].code == "unmatched-regions"
    with pytest.raises(DataError, match="none of the 3 regions"):
        compared(table, regions.assign(region="XX"), "C28")
    with pytest.raises(DataError, match="plants of sector 'C28' only"):
        regions_of_plants(table[table["sector"] == "C28"], "C28")


# ---- reading ------------------------------------------------------------------------------------


def written(folder: Path, text: str) -> Path:
    path = folder / "plants.csv"
    path.write_text(text, "utf-8")
    return path


def test_usual_names_decimal_commas_and_workbooks(tmp_path: Path) -> None:
    path = written(tmp_path, "NACE;Persons employed;lat;lon\nC28;12;48,25;14,5\nC29;7,5;48,3;14,75\n")
    found = read_plants(path)
    assert found.frame["latitude"].tolist() == [48.25, 48.3]
    assert found.frame["employees"].tolist() == [12, 7.5]
    table = drawn(40)
    table.to_excel(tmp_path / "plants.xlsx", index=False)
    again = read_plants(tmp_path / "plants.xlsx").frame
    pd.testing.assert_frame_equal(again[["employees", "latitude"]], table[["employees", "latitude"]], atol=1e-9)


def test_everything_that_is_wrong_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, "id,sector,employees,latitude,longitude\nA,C28,-4,48,14\nB,C28,about ten,148,14\n"
                             "A,C29,5,48,194\n")
    with pytest.raises(DataError) as problem:
        read_plants(path)
    text = str(problem.value)
    for words in ("row 2, column 'employees'", "'about ten'", "the latitude is '148'", "the longitude is '194'",
                  "plant 'A' stands in an earlier row too", "sometimes exchanged"):
        assert words in text


@pytest.mark.parametrize(("text", "words"), [
    ("sector,employes,region\nC28,3,A\n", "Rename 'employes'"), ("sector,employees\nC28,3\n", "region, or latitude"),
    ("a,b\n1,2\n", "not among the columns")])
def test_columns_that_are_not_there(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        read_plants(written(tmp_path, text))


def test_gaps_are_counted(tmp_path: Path) -> None:
    found = read_plants(written(tmp_path, "sector,employees,latitude,longitude\nC28,,48,14\n,5,48,14\nC28,0,,\n"))
    text = " ".join(map(str, found.findings))
    for words in ("1 of 3 plants have no sector", "1 of 3 plants have no employees",
                  "1 of 3 plants have no coordinates", "1 plants have 0 employees"):
        assert words in text
    with pytest.raises(UsageError, match="There is no file"):
        read_plants(tmp_path / "none.csv")


# ---- the command ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("study") / "example"
    assert cli.run(["example", str(path)]) == 0
    return path


def test_a_list_of_plants_by_the_command(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "plants.csv"
    drawn().to_csv(path, index=False)
    call = ["cluster", str(folder), "--plants", str(path), "--draws", "99"]
    assert cli.run([*call, "--region", "A", "--sector", "C28"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "sector C28, list of plants: location quotient" in out
    assert "The single plants" in out and "sites: localised" in out
    assert cli.run(call) == 3
    assert "none of the 3 regions" in " ".join(capsys.readouterr().err.split())
    assert cli.run([*call, "--sector", "C27"]) == 2
    drawn().assign(latitude=200.0).to_csv(path, index=False)
    assert cli.run(call) == 3
    assert "592 more cells of latitude are wrong" in capsys.readouterr().err.replace("\n", " ")
