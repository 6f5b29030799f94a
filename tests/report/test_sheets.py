"""One page per firm: medians of the others by hand, never of fewer than five, and nothing of another firm's answers."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from interfirm import Study, cli, example
from interfirm.capability import profiles
from interfirm.errors import UnknownName, UsageError
from interfirm.report.sheets import file_name, render_sheets, sheets
from interfirm.study.write.folder import write_study


def cluster(values: list[float], sectors: str | None = None) -> Study:
    """One firm per value, which it gives to every item of C2."""
    firms = [f"F{k}" for k in range(len(values))]
    rows = [(firm, f"C2_{k}", str(int(value))) for firm, value in zip(firms, values, strict=True) if value == value
            for k in range(1, 7)]
    return Study.from_tables({
        "waves": pd.DataFrame({"wave": ["2024"]}),
        "answers": pd.DataFrame(rows, columns=["actor", "item", "value"]).assign(wave="2024"),
        "actors": pd.DataFrame({"actor": firms, "name": [f"Firm {firm}" for firm in firms], "kind": "firm",
                                "sector": list(sectors) if sectors else "tools"})})


def test_the_median_is_that_of_the_others() -> None:
    page = sheets(cluster([1, 2, 3, 4, 5, 7]), firms=["F5"])[0]
    line = page.profile[0]
    assert (line.own, line.median) == (7, 3)  # of 1 to 5, without its own 7
    assert line.low is None  # quartiles of fewer than ten would be single firms
    assert page.group == "5 other firms of the sector tools"
    page = sheets(cluster([1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4]), firms=["F0"])[0]
    others = [2, 3, 4, 5, 6, 7, 1, 2, 3, 4]
    assert (page.profile[0].low, page.profile[0].high) == tuple(np.quantile(others, (0.25, 0.75)))


def test_fewer_than_five_others_have_no_median() -> None:
    page = sheets(cluster([1, 2, 3, 4, 5]), firms=["F0"])[0]
    assert page.profile[0].own == 1
    assert page.profile[0].median is None
    assert all(line.median is None for line in page.ready)


def test_a_small_sector_is_compared_with_all_and_a_gap_widens_the_group() -> None:
    page = sheets(cluster([1, 2, 3, 4, 5, 6, 7], "aabbbbb"), firms=["F0"])[0]
    assert page.group == "6 other firms of the cluster"
    assert page.profile[0].median == 4.5
    # six of the sector, but two did not answer: four are too few, so all firms stand in
    page = sheets(cluster([1, 2, 3, 4, 5, np.nan, np.nan, 7, 7], "aaaaaaabb"), firms=["F0"])[0]
    assert page.profile[0].median == np.median([2, 3, 4, 5, 7, 7])


def test_own_values_and_medians_of_the_example() -> None:
    study = example()
    table = profiles(study, "2024").scores
    firms = study.actors.loc[study.actors["kind"] == "firm", "actor"]
    for page in sheets(study)[:6]:
        sector = study.actors.set_index("actor")["sector"]
        peers = [actor for actor in firms if actor != page.actor and sector[actor] == sector[page.actor]
                 and actor in table.index and not np.isnan(table.loc[actor, "C1"])]
        if page.actor not in table.index or len(peers) < 5:
            continue
        assert page.profile[0].own == pytest.approx(table.loc[page.actor, "C1"])
        inside = [actor for actor in peers if actor in set(study.actors["actor"].iloc[study.present("2024")])]
        assert page.profile[0].median == pytest.approx(table.loc[inside, "C1"].median())


def test_no_number_of_another_firm_and_nobody_but_the_suggested() -> None:
    study = example()
    page = sheets(study, firms=["F01"], purpose="develop product")[0]
    text = render_sheets([page], study, purpose="develop product", wave="2024", date="2026-01-01")
    suggested = {item.name for item in page.partners} | {page.name}
    named = {name for name in study.actors["name"].dropna() if name in text}
    assert named == suggested
    for item in page.partners:
        assert not re.search(r"\d", " ".join(item.reasons) + item.mind)


def test_left_out_and_unknown() -> None:
    study = example()
    first = sheets(study, firms=["F01"])[0].partners[0].name
    page = sheets(study, firms=["F01"], leave_out=[first])[0]
    assert first not in {item.name for item in page.partners}
    assert len(page.partners) == 5
    with pytest.raises(UnknownName):
        sheets(study, firms=["Nobody"])
    with pytest.raises(UnknownName):
        sheets(study, leave_out=["Nobody"])
    with pytest.raises(UsageError, match="no firm"):
        sheets(Study.from_tables({"actors": pd.DataFrame({"actor": ["U"], "kind": ["university"]})}))


def test_a_firm_that_did_not_answer_is_told_so() -> None:
    page = sheets(cluster([1, 2, 3, 4, 5, 6, np.nan]), firms=["F6"])[0]
    assert page.profile[0].own is None
    assert any("You did not answer the questions" in note for note in page.notes)
    bare = sheets(Study.from_tables({"waves": pd.DataFrame({"wave": ["1"]}), "actors": pd.DataFrame({"actor": ["a"]})}))
    assert bare[0].profile == ()
    assert "Nobody is left" in render_sheets(bare, example())


def test_a_page_without_any_answer_has_words_and_no_rows_of_dashes() -> None:
    study = cluster([1, 2, np.nan])
    page = sheets(study, firms=["F2"])[0]
    text = render_sheets([page], study)
    assert "too few others did to compare" in text
    assert "What joint work would ask" not in text
    bare = Study.from_tables({"waves": pd.DataFrame({"wave": ["1"]}), "actors": pd.DataFrame({"actor": list("abc")})})
    assert sheets(bare)[0].alike
    assert "their order says little" in render_sheets(sheets(bare), bare)
    assert "their order says little" not in text
    assert "What joint work would ask" in render_sheets(sheets(study, firms=["F0"]), study)


def test_a_file_name_keeps_letters_with_accents_as_plain_ones() -> None:
    page = sheets(cluster([1, 2]), firms=["F0"])[0]
    assert file_name(dataclasses.replace(page, actor="Öko-Größe s.r.o."), set()) == "oko-grosse-s-r-o.html"


def test_the_page_is_escaped_and_loads_nothing() -> None:
    study = cluster([1, 2, 3, 4, 5, 6])
    wild = study.tables()
    wild["actors"].loc[0, "name"] = "<script>alert(1)</script>"
    study = Study.from_tables(wild)
    text = render_sheets(sheets(study), study)
    assert "<script" not in text
    assert "default-src &#39;none&#39;" in text
    assert not re.search(r'(?:src|href)="', text)


def test_file_names_do_not_clash() -> None:
    pages = sheets(cluster([1, 2, 3, 4, 5, 6]))
    taken = {"all"}
    assert file_name(pages[0], taken) == "f0.html"
    assert file_name(pages[0], taken) == "f0-2.html"


@pytest.mark.slow
def test_the_command_writes_one_file_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_study(example(), tmp_path / "study")
    assert cli.run(["partners", str(tmp_path / "study"), "--sheets", str(tmp_path / "sheets"),
                    "--purpose", "develop-product", "--leave-out", "F02"]) == 0
    out = capsys.readouterr().out
    count = int(re.search(r"Wrote (\d+) sheets", out).group(1))  # type: ignore[union-attr]
    files = list((tmp_path / "sheets").glob("*.html"))
    assert len(files) == count + 1
    whole = (tmp_path / "sheets" / "all.html").read_text("utf-8")
    assert whole.count("<article") == count
    assert "Reuthingau Sensors GmbH</b>" not in whole  # F02, left out as a suggestion
