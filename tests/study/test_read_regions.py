"""Regional tables: Eurostat TSV, commas, SDMX-CSV, plain; flags, gaps, regions that do not match, bad cells."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interfirm.errors import DataError, UsageError
from interfirm.study.read.regions import RegionData, read_regions

TSV = ("nace_r2,indic_sb,geo\\time\t2015 \t2014 \n"
       "C28,V16110,AT31\t25000 \t24000 b\n"
       "C28,V16110,AT32\t: c\t: \n"
       "C28,V11210,AT31\t410 \t: u\n"
       "C28,V13320,AT31\t99.5 \t: \n"
       "C,V16110,AT31\t150000 p\t: cd\n")
GDP = ("freq,unit,geo\\TIME_PERIOD,2014,2015\n"
       "A,EUR_HAB,AT31,39900,40600 p\n"
       "A,MIO_EUR,AT31,57000,58000\n"
       "A,EUR_HAB,AT33,41900,: \n")


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, "utf-8")
    return path


def cell(found: RegionData, region: str, sector: str, time: str, column: str) -> object:
    rows = found.frame.set_index(["region", "sector", "time"])
    return rows.loc[(region, sector, time), column]


def codes(found: RegionData) -> list[str]:
    return [item.code for item in found.findings]


def test_eurostat_tsv_with_flags(tmp_path: Path) -> None:
    found = read_regions([written(tmp_path, "sbs.tsv.gz", TSV)])
    assert cell(found, "AT31", "C28", "2015", "employees") == 25000
    assert cell(found, "AT31", "C28", "2014", "employees") == 24000
    assert cell(found, "AT31", "C28", "2014", "note") == "break in series"
    assert cell(found, "AT31", "C28", "2015", "units") == 410
    assert pd.isna(cell(found, "AT32", "C28", "2015", "employees"))
    assert cell(found, "AT32", "C28", "2015", "note") == "confidential"
    assert cell(found, "AT31", "C", "2015", "note") == "provisional"
    assert cell(found, "AT31", "C", "2014", "note") == "confidential; definition differs"
    assert set(found.frame["whole"]) == {"AT"}
    assert "unused-indicator" in codes(found), "wages are not used, and that is said"


def test_commas_everywhere_and_two_tables_joined(tmp_path: Path) -> None:
    found = read_regions([written(tmp_path, "sbs.tsv", TSV), written(tmp_path, "gdp.csv", GDP)])
    assert cell(found, "AT31", "TOTAL", "2014", "gdp_head") == 39900
    assert cell(found, "AT31", "TOTAL", "2015", "note") == "provisional"
    assert cell(found, "AT31", "C28", "2015", "employees") == 25000
    assert len(found.guesses) == 2 and "2014 to 2015" in found.guesses[0]


def test_regions_that_do_not_match_are_named_with_the_nearest(tmp_path: Path) -> None:
    found = read_regions([written(tmp_path, "sbs.tsv", TSV), written(tmp_path, "gdp.csv", GDP)])
    warnings = [item for item in found.findings if item.code == "unmatched-regions"]
    assert [item.file for item in warnings] == ["sbs.tsv", "gdp.csv"]
    assert "'AT32' (nearest there: 'AT33')" in str(warnings[0])
    assert "'AT33' (nearest there: 'AT32')" in str(warnings[1])
    assert "revision" in str(warnings[0])


def test_sdmx_csv(tmp_path: Path) -> None:
    text = ("DATAFLOW,LAST UPDATE,freq,nace_r2,unit,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS\n"
            "ESTAT:X(1.0),01/01/25,A,C,THS,AT31,2020,151.3,,\n"
            "ESTAT:X(1.0),01/01/25,A,C,THS,AT32,2020,,,C\n"
            "ESTAT:X(1.0),01/01/25,A,TOTAL: Total,THS,AT31: Oberösterreich,2020,700,e,\n")
    found = read_regions([written(tmp_path, "emp.csv", text)])
    assert cell(found, "AT31", "C", "2020", "employees") == pytest.approx(151300)
    assert cell(found, "AT32", "C", "2020", "note") == "confidential"
    assert cell(found, "AT31", "TOTAL", "2020", "employees") == 700000
    assert cell(found, "AT31", "TOTAL", "2020", "note") == "estimated"


def test_of_further_keys_the_total_is_used(tmp_path: Path) -> None:
    text = ("sex,unit,geo\\TIME_PERIOD\t2020\nF,THS,AT31\t300\nM,THS,AT31\t400\nT,THS,AT31\t700\n")
    found = read_regions([written(tmp_path, "lfs.tsv", text)])
    assert cell(found, "AT31", "TOTAL", "2020", "employees") == 700000 and "total-used" in codes(found)
    with pytest.raises(DataError, match=r"several values \(F, M\) and no total"):
        read_regions([written(tmp_path, "l.tsv", text.replace("T,THS,AT31\t700\n", ""))])


def test_only_the_sectors_asked_for_and_the_sections(tmp_path: Path) -> None:
    text = TSV + "C29,V16110,AT31\t1 \t2 \n"
    found = read_regions([written(tmp_path, "s.tsv", text)], sectors=["C28"])
    assert set(found.frame["sector"]) == {"C28", "C"}


def test_plain_table_and_its_errors(tmp_path: Path) -> None:
    text = "region,whole,sector,time,employees,latitude,longitude\nR1,Z,S,2020,10,48,16\nR2,Z,S,2020,20,49,17\n"
    found = read_regions([written(tmp_path, "r.csv", text)])
    assert found.frame["employees"].tolist() == [10, 20]
    with pytest.raises(DataError) as caught:
        read_regions([written(tmp_path, "r.csv", text + "R2,Z,S,2020,-5,99,200\nR2,Z,S,2020,abc,48,16\n")])
    problems = [(item.code, item.row, item.column) for item in caught.value.findings if item.level == "error"]
    assert (4, "employees") in [(row, column) for _, row, column in problems]
    assert (4, "latitude") in [(row, column) for _, row, column in problems]
    assert (4, "longitude") in [(row, column) for _, row, column in problems]
    assert (5, "employees") in [(row, column) for _, row, column in problems]
    assert sum(code == "duplicate-key" for code, _, _ in problems) == 2


@pytest.mark.parametrize(("name", "text", "expected"), [
    ("a.csv", "regio,sector,time\nA,B,C\n", "Rename 'regio' to 'region'"),
    ("a.tsv", "nace_r2,indic_sb,geo\\time\t2015\nC28,V16110,AT31\ttwelve\n", "row 2, column '2015': 'twelve' is not"),
    ("a.tsv", "nace_r2,indic_sb,geo\\time\t2015\nC28,V16110,AT31\t-4\n", "-4 cannot be"),
    ("a.tsv", "nace_r2,indic_sb,geo\\time\t2015\nC28,AT31\t4\n", "first column has 2 parts"),
    ("a.tsv", "nace_r2,indic_sb,geo\\time\t2015\nC28,V16110,AT31\t4\nC28,V16110,AT31\t5\n", "more than once"),
    ("a.tsv", "nace_r2,indic_sb,geo\\time\t2015\nC28,V13320,AT31\t4\n", "holds nothing that is used"),
    ("a.tsv", "nace_r2,indic_sb,geo\\time\nC28,V16110,AT31\n", "no column of a year"),
])
def test_broken_tables_are_refused_with_the_place(tmp_path: Path, name: str, text: str, expected: str) -> None:
    with pytest.raises(DataError) as caught:
        read_regions([written(tmp_path, name, text)])
    assert expected in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file"):
        read_regions([tmp_path / "nothing.tsv"])


def test_findings_of_all_files_at_once(tmp_path: Path) -> None:
    bad = "nace_r2,indic_sb,geo\\time\t2015\nC28,V16110,AT31\tx\n"
    with pytest.raises(DataError) as caught:
        read_regions([written(tmp_path, "a.tsv", bad), written(tmp_path, "b.tsv", bad)])
    assert {item.file for item in caught.value.findings if item.level == "error"} == {"a.tsv", "b.tsv"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=120), st.sampled_from([TSV, GDP, ""]), st.integers(0, 200))
def test_broken_bytes_give_findings_and_nothing_else(tmp_path: Path, noise: str, base: str, place: int) -> None:
    """Whatever is pushed into a table, the answer is a table or a list of findings."""
    path = tmp_path / "x.tsv"
    path.write_text(base[:place] + noise + base[place:], "utf-8", errors="replace")
    try:
        read_regions([path])
    except DataError as problem:
        assert problem.findings


@pytest.mark.data
@pytest.mark.slow
def test_the_real_tables(data_dir: Callable[[str], Path]) -> None:
    """Persons employed in machinery in Upper Austria, and product per head, as they stand in the two files."""
    folder = data_dir("eurostat_regional")
    found = read_regions([folder / "sbs_r_nuts06_r2.tsv.gz", folder / "GDPbyNUTS3.csv.gz"], sectors=["C28"])
    with gzip.open(folder / "sbs_r_nuts06_r2.tsv.gz", "rt") as file:
        head = next(file).split("\t")
        line = next(row for row in file if row.startswith("C28,V16110,AT31\t")).split("\t")
    year = [item.strip() for item in head].index("2014")
    assert cell(found, "AT31", "C28", "2014", "employees") == float(line[year].split()[0])
    assert cell(found, "AT31", "TOTAL", "2014", "gdp_head") > 30000
    assert sum(code == "unmatched-regions" for code in codes(found)) == 2


def test_structural_business_statistics_since_2021(tmp_path: Path) -> None:
    """Since 2021 the table sbs_r_nuts2021 has the indicators LOC_NR and EMP_LOC_NR, and a size class."""
    text = ("freq,size_emp,nace_r2,indic_sbs,geo\\TIME_PERIOD\t2021 \t2022 \n"
            "A,TOTAL,C28,EMP_LOC_NR,AT31\t25000 \t26000 p\nA,TOTAL,C28,LOC_NR,AT31\t410 \t: c\n"
            "A,0-9,C28,LOC_NR,AT31\t300 \t310 \nA,TOTAL,C28,WAGE_LOC_MEUR,AT31\t99.5 \t: \n")
    found = read_regions([written(tmp_path, "sbs.tsv", text)])
    assert cell(found, "AT31", "C28", "2022", "employees") == 26000
    assert cell(found, "AT31", "C28", "2021", "units") == 410
    assert {"total-used", "unused-indicator"} <= set(codes(found))


@pytest.mark.parametrize("text", [
    "freq,unit,wstatus,nace_r2,geo\\TIME_PERIOD\t2020 \t2021 \nA,THS,EMP,C,AT31\t150.5 \t151 \n"
    "A,THS,SAL,C,AT31\t140 \t141 \nA,THS,SELF,C,AT31\t10.5 \t10 \nA,THS,EMP,TOTAL,AT31\t800 \t810 \n",
    "DATAFLOW,freq,unit,wstatus,nace_r2,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG\n"
    "ESTAT:NAMA_10R_3EMPERS(1.0),A,THS,EMP,C,AT31,2020,150.5,\nESTAT:NAMA_10R_3EMPERS(1.0),A,THS,SAL,C,AT31,2020,140,\n"
    "ESTAT:NAMA_10R_3EMPERS(1.0),A,THS,EMP,TOTAL,AT31,2020,800,p\n",
    "freq,unit,nace_r2,na_item,geo\\TIME_PERIOD\t2020 \nA,THS_PER,C,EMP_DC,AT31\t150.5 \n"
    "A,THS_PER,C,SAL_DC,AT31\t140 \nA,THS_HW,C,EMP_DC,AT31\t9 \nA,THS_PER,TOTAL,EMP_DC,AT31\t800 \n"],
                         ids=["tsv", "sdmx", "by item"])
def test_employment_of_national_accounts(tmp_path: Path, text: str) -> None:
    """nama_10r_3empers by status, nama_10_a64_e by item: all employed persons, in thousands."""
    found = read_regions([written(tmp_path, "nama.tsv" if "\t" in text else "nama.csv", text)])
    assert cell(found, "AT31", "C", "2020", "employees") == 150500
    assert cell(found, "AT31", "TOTAL", "2020", "employees") == 800000
    assert "total-used" in codes(found)


def test_employees_alone_are_not_taken_for_all_employed(tmp_path: Path) -> None:
    text = "freq,unit,wstatus,nace_r2,geo\\TIME_PERIOD\t2020 \nA,THS,SAL,C,AT31\t140 \n"
    assert "part-of-employed" in codes(read_regions([written(tmp_path, "nama.tsv", text)]))
