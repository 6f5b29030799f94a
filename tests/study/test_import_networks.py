"""Matrices, lists of ties and attributes: what is recognised, and what becomes of every cell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from interfirm.errors import UnknownName
from interfirm.study.read.importing import ImportResult, import_files
from interfirm.study.read.plan import dump, parse
from interfirm.study.study import Study


def put(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        stem, _, suffix = name.rpartition("_")
        (folder / f"{stem}.{suffix}").write_text(text, encoding="utf-8")
    return folder


def made(result: ImportResult) -> Study:
    assert result.study is not None, [str(item) for item in result.findings.of("error")]
    return result.study


def pairs(study: Study, wave: str | None = None, relation: str | None = None) -> set[tuple[str, str]]:
    ties = study.ties
    if wave:
        ties = ties[ties["wave"] == wave]
    if relation:
        ties = ties[ties["relation"] == relation]
    return set(zip(ties["sender"], ties["receiver"], strict=True))


def codes(result: ImportResult) -> list[str]:
    return [item.code for item in result.findings]


def test_two_waves_of_a_matrix_with_attributes_and_proximity(tmp_path: Path) -> None:
    put(tmp_path,
        KNetwork1_csv=";A;B;C\nA;0;1;0\nB;0;0;1\nC;0;0;0\n",
        KNetwork2_csv=";A;B;C\rA;0;1;1\rB;0;0;0\rC;0;0;0",
        age_csv=";age\nA;12\nB;7,5\nC;30\n",
        geo_prox_matrix_csv=";A;B;C\nA;9;3;2\nB;3;9;1\nC;2;1;9\n")
    result = import_files([tmp_path])
    study = made(result)
    assert pairs(study, "1") == {("A", "B"), ("B", "C")}
    assert pairs(study, "2") == {("A", "B"), ("A", "C")}
    assert study.wave_order == ("1", "2")
    assert study.relations_of("knowledge") == ("knowledge",)
    assert study.covariate("age").tolist() == [12, 7.5, 30]
    proximity = study.dyadic("geographic_proximity")
    assert np.isnan(proximity.diagonal()).all()
    assert proximity[0, 1] == proximity[1, 0] == 3
    assert study.present("1").tolist() == [0, 1, 2]
    assert not study.adjacency(wave="1").has_missing
    assert any("bare carriage return" in line for line in result.guesses)
    assert any("decimal mark is a comma" in line for line in result.guesses)


def test_everything_on_the_diagonal_and_totals_is_listed(tmp_path: Path) -> None:
    put(tmp_path, advice_2012_csv="\tA\tB\tTotal\nA\t1\t2\t3\nB\t1\t0\t1\nSum\t2\t2\t4\n")
    result = import_files([tmp_path])
    study = made(result)
    assert study.wave_order == ("2012",)
    assert study.ties["weight"].tolist() == [2, 1]
    assert study.adjacency().directed
    reasons = [item.reason for item in result.dropped]
    assert "totals row" in reasons
    assert "totals column" in reasons
    assert "self-tie on the diagonal" in reasons


def test_a_symmetric_matrix_is_undirected_and_kept_once(tmp_path: Path) -> None:
    put(tmp_path, cooperation_csv=",A,B,C\nA,0,1,0\nB,1,0,1\nC,0,1,0\n")
    study = made(import_files([tmp_path]))
    assert not study.adjacency().directed
    assert len(study.ties) == 2
    assert study.adjacency().matrix.nnz == 4


def test_an_empty_row_among_zeros_did_not_answer(tmp_path: Path) -> None:
    put(tmp_path, advice_csv=";A;B;C\nA;0;1;0\nB;;;\nC;1;NA;0\n")
    result = import_files([tmp_path])
    view = made(result).adjacency()
    assert view.missing_rows.tolist() == [False, True, False]
    assert view.missing_pairs.tolist() == [[2, 1]]
    assert any("count as not answered" in line for line in result.guesses)


def test_blank_cells_are_absent_ties_where_no_zeros_are_written(tmp_path: Path) -> None:
    put(tmp_path, advice_csv=";A;B;C\nA;;x;\nB;;;\nC;x;;\n")
    view = made(import_files([tmp_path])).adjacency()
    assert not view.has_missing
    assert view.matrix.nnz == 2


def test_unreadable_and_negative_cells_are_unknown_ties_with_their_place(tmp_path: Path) -> None:
    put(tmp_path, advice_csv=";A;B;C\nA;0;often;1\nB;-2;0;0\nC;0;0;0\n")
    result = import_files([tmp_path])
    found = [(item.row, item.column) for item in result.findings if item.code in {"not-a-number", "out-of-range"}]
    assert found == [(2, "B"), (3, "A")]
    assert made(result).adjacency().missing_pairs.tolist() == [[0, 1], [1, 0]]


def test_labels_that_differ_and_stand_twice(tmp_path: Path) -> None:
    put(tmp_path, advice_csv=";A;B;C;D;E;X\nA;0;1;0;0;0;0\nB;0;0;1;0;0;0\nC;0;0;0;1;0;0\nD;0;0;0;0;1;0\nE;0;0;0;0;0;1\n"
        "F;1;0;0;0;0;0\nA;0;0;1;0;0;0\n")
    result = import_files([tmp_path])
    study = made(result)
    assert set(study.actors["actor"]) == set("ABCDEFX")
    assert codes(result).count("labels-differ") == 2
    assert study.actors["actor"][study.adjacency().missing_rows].tolist() == ["X"]
    assert "duplicate-label" in codes(result)
    assert any("second row 'A'" in item.what for item in result.dropped)


def test_a_square_without_labels_is_numbered(tmp_path: Path) -> None:
    put(tmp_path, s501_csv="0,1,0\n0,0,1\n0,0,0\n", s502_csv="0,0,0\n1,0,1\n0,0,0\n")
    study = made(import_files([tmp_path]))
    assert study.actors["actor"].tolist() == ["1", "2", "3"]
    assert pairs(study, "2") == {("2", "1"), ("2", "3")}
    assert pairs(study, "1") == {("1", "2"), ("2", "3")}


def test_bare_attributes_follow_the_order_of_bare_matrices(tmp_path: Path) -> None:
    put(tmp_path, w1_csv="0,1,0\n0,0,1\n0,0,0\n", w2_csv="0,0,0\n1,0,1\n0,0,0\n", smoke_csv="1,3\n1,2\n2,2\n",
        office_csv="7\n8\n9\n")
    result = import_files([tmp_path])
    study = made(result)
    assert study.covariate("smoke", "2").tolist() == [3, 2, 2]
    assert study.covariate("office").tolist() == [7, 8, 9]
    assert sum("(a guess)" in line for line in result.guesses) == 2


def test_a_table_about_something_else_is_not_taken_for_members(tmp_path: Path) -> None:
    put(tmp_path, advice_csv=";A;B;C\nA;0;1;0\nB;0;0;0\nC;0;0;0\n",
        gdp_csv="unit,geo,2012\nx1,DE,5\nx2,HU,6\nx3,AT,7\n")
    result = import_files([tmp_path])
    assert len(made(result).actors) == 3
    assert "not-recognised" in codes(result)
    assert [item.file for item in result.dropped] == ["gdp.csv"]


def test_edge_lists_of_several_programs(tmp_path: Path) -> None:
    put(tmp_path, gephi_csv="Source,Target,Type,Weight\nA,B,Undirected,2\nB,C,Undirected,1\n")
    study = made(import_files([tmp_path]))
    assert not study.adjacency().directed
    (tmp_path / "gephi.csv").unlink()
    put(tmp_path, kumu_csv="From,To,Type\nA,B,supplier\nA,C,advice\n")
    study = made(import_files([tmp_path]))
    assert pairs(study, relation="supplier") == {("A", "B")}
    assert pairs(study, relation="advice") == {("A", "C")}
    (tmp_path / "kumu.csv").unlink()
    put(tmp_path, contacts_csv="A;B\nB;C\nC;A\nA;C\n")
    assert pairs(made(import_files([tmp_path]))) == {("A", "B"), ("B", "C"), ("C", "A"), ("A", "C")}


def test_faults_of_an_edge_list_are_all_placed(tmp_path: Path) -> None:
    put(tmp_path, members_csv="id,name\nA,Alpha\nB,Beta\nC,Gamma\nD,Delta\n",
        advice_csv="from,to,weight\nA,B,1\nA,B,2\nB,B,1\nC,,1\nB,Z9,much\nA,C,-1\n")
    result = import_files([tmp_path])
    study = made(result)
    assert pairs(study) == {("A", "B"), ("B", "Z9"), ("A", "C")}
    assert study.ties.set_index(["sender", "receiver"])["weight"][("A", "B")] == 1
    assert study.covariate("position")["Z9"] == "external"
    assert study.covariate("position")["D"] == "member"
    placed = {item.code: item.row for item in result.findings if item.row}
    assert placed["duplicate-tie"] == 3
    assert placed["empty-cell"] == 5
    assert placed["not-a-number"] == 6
    assert placed["unknown-actor"] == 6
    assert placed["out-of-range"] == 7
    assert {(item.row, item.reason) for item in result.dropped} == {
        (3, "stands already in an earlier row"), (4, "self-tie"), (5, "one end is empty")}


def test_duplicates_can_be_added_and_relations_renamed_in_the_plan(tmp_path: Path) -> None:
    put(tmp_path, contacts_csv="from,to,weight\nA,B,1\nA,B,2\nB,C,1\n")
    first = import_files([tmp_path])
    text = dump(first.plan).replace('relation = "contacts"', 'relation = "advice"\nduplicates = "sum"') \
        .replace('layer = "exchange"', 'layer = "knowledge"').replace('wave = "1"', 'wave = "2020"').replace(
            'waves = ["1"]', 'waves = ["2020"]')
    (tmp_path / "import.toml").write_text(text, encoding="utf-8")
    study = made(import_files([], config=tmp_path / "import.toml"))
    assert study.relations_of("knowledge") == ("advice",)
    assert study.wave_order == ("2020",)
    assert study.ties["weight"].tolist() == [3, 1]


def test_ties_by_name_find_their_identifiers(tmp_path: Path) -> None:
    put(tmp_path, members_csv="id;name;Land\nF1;Alpha Kft.;HU\nF2;Beta Zrt.;HU\nF3;Gamma Bt.;HU\n",
        advice_csv="from;to\nAlpha Kft.;Beta Zrt.\nBeta Zrt.;Gamma\nBeta Zrt.;Alphaa\n")
    result = import_files([tmp_path])
    study = made(result)
    assert pairs(study) == {("F1", "F2"), ("F2", "F3"), ("F2", "Alphaa")}
    assert study.covariate("country").iloc[0] == "HU"
    assert {line.name: (line.actor, line.decision) for line in result.merges} == {
        "Gamma": ("F3", "merge"), "Alphaa": ("F1", "ask")}
    assert any("given by name" in line for line in result.guesses)


def test_attributes_of_two_files_that_differ_are_both_kept(tmp_path: Path) -> None:
    put(tmp_path, advice_csv=";A;B;C\nA;0;1;0\nB;1;0;0\nC;0;1;0\n", emp_csv=";size\nA;5\nB;6\nC;7\n",
        firms_csv="ID;size;spin off\nA;5;1\nB;60;0\n")
    result = import_files([tmp_path])
    study = made(result)
    assert study.covariate("size").tolist() == [5, 6, 7]
    assert study.covariate("size_firms").tolist()[:2] == [5, 60]
    assert "two-values" in codes(result)


def test_a_dated_list_says_who_was_there(tmp_path: Path) -> None:
    put(tmp_path, advice_2012_csv=";A;B;C;D\nA;0;1;0;0\nB;1;0;0;0\nC;0;1;0;0\nD;0;0;0;0\n",
        firms_csv="ID;age\nA;5\nB;6\n")
    first = import_files([tmp_path])
    assert made(first).present("2012").tolist() == [0, 1, 2, 3]
    text = dump(first.plan).replace('actor = "ID"', 'actor = "ID"\nwave = "2012"')
    (tmp_path / "import.toml").write_text(text, encoding="utf-8")
    result = import_files([], config=tmp_path)
    study = made(result)
    names = study.actors["actor"].to_numpy()[study.present("2012")]
    assert set(names) == {"A", "B", "C"}
    assert study.observations.set_index("actor")["age"]["B"] == 6
    assert any("count as not there" in line for line in result.guesses)


def test_absence_is_stated_in_the_plan(tmp_path: Path) -> None:
    put(tmp_path, advice_2012_csv=";A;B;C\nA;0;1;0\nB;1;0;0\nC;0;0;0\n",
        advice_2015_csv=";A;B;C\nA;0;1;1\nB;0;0;0\nC;0;0;0\n")
    text = dump(import_files([tmp_path]).plan).replace('wave = "2012"', 'wave = "2012"\nabsent = ["C"]')
    (tmp_path / "import.toml").write_text(text, encoding="utf-8")
    study = made(import_files([], config=tmp_path))
    assert study.present("2012").tolist() == [0, 1]
    assert study.present("2015").tolist() == [0, 1, 2]
    (tmp_path / "import.toml").write_text(text.replace('"C"', '"A"'), encoding="utf-8")
    result = import_files([], config=tmp_path)
    assert result.study is None
    assert "absent-actor" in codes(result)


def test_a_plan_repeats_the_import_exactly(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    put(tmp_path / "in", advice_2012_csv=";A;B;C\nA;0;1;0\nB;1;0;0\nC;0;0;0\n",
        firms_csv="ID;age;kind\nA;5;firm\nB;6;bank\n",
        notes_md="hello")
    first = import_files([tmp_path / "in"])
    first.write(tmp_path / "study")
    again = import_files([], config=tmp_path / "study" / "import.toml")
    assert made(again).equals(made(first))
    again.write(tmp_path / "study2")
    assert (tmp_path / "study2" / "import.toml").read_text() == (tmp_path / "study" / "import.toml").read_text()
    assert made(first).covariate("kind")["B"] == "financier"
    assert [item.file for item in first.dropped] == ["notes.md"]
    assert "notes.md" in (tmp_path / "study" / "dropped.csv").read_text()


def test_the_plan_refuses_what_it_does_not_know() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'relation'"):
        parse('[[source]]\nfile = "a.csv"\nkind = "matrix"\nrelatoin = "advice"\n')
    with pytest.raises(UnknownName, match="Did you mean 'matrix'"):
        parse('[[source]]\nfile = "a.csv"\nkind = "matrx"\n')


def test_waves_in_columns_go_to_observations(tmp_path: Path) -> None:
    put(tmp_path, advice_2012_csv=";A;B;C\nA;0;1;0\nB;1;0;0\nC;0;0;1\n",
        advice_2015_csv=";A;B;C\nA;0;1;1\nB;0;0;0\nC;0;0;0\n",
        size_csv=";emp2012;emp2015\nA;1;2\nB;3;4\nC;5;6\n")
    study = made(import_files([tmp_path]))
    assert study.covariate("employees", "2015").tolist() == [2, 4, 6]
    assert study.covariate("employees", "2012").tolist() == [1, 3, 5]


def test_a_kumu_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name, rows in (("Elements", [["Label", "Type", "Tags"], ["Alpha", "firm", "a|b"], ["Beta", "university", None],
                                     ["Gamma", "firm", None]]),
                       ("Connections", [["From", "To", "Type", "Direction"], ["Alpha", "Beta", "advice", "directed"],
                                        ["Beta", "Gamma", "supplier", "directed"]]),
                       ("Notes (ignore)", [["x"]])):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "map.xlsx")
    study = made(import_files([tmp_path]))
    assert study.actors["kind"].tolist() == ["firm", "university", "firm"]
    assert study.actors["tags"].tolist()[0] == "a|b"
    assert study.relations.set_index("relation")["layer"].to_dict() == {"advice": "knowledge", "supplier": "exchange"}


def test_a_workbook_in_our_own_layout_with_a_survey(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name, rows in (("actors", [["actor", "name", "position"], ["F1", "Alpha", "member"], ["F2", "Beta", "member"],
                                   ["F3", "Gamma", "member"], ["F4", "Bank", "external"]]),
                       ("relations", [["relation", "layer"]]), ("observations", [["wave", "actor"]]),
                       ("survey advice 2024", [["respondent", "answered", "F1", "F2", "F3"],
                                               ["F1", "yes", None, "x", None],
                                               ["F2", "yes", None, None, None], ["F3", "no", None, None, None]])):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "study.xlsx")
    study = made(import_files([tmp_path]))
    assert pairs(study, "2024", "advice") == {("F1", "F2")}
    assert study.responded("advice", "2024").tolist()[:3] == [True, True, False]
    assert study.relations_of("knowledge") == ("advice",)
    assert study.covariate("position").tolist() == ["member", "member", "member", "external"]


def test_a_wave_without_any_tie_is_a_wave(tmp_path: Path) -> None:
    put(tmp_path, advice_2012_csv=";A;B;C\nA;0;1;0\nB;0;0;0\nC;0;0;0\n",
        advice_2015_csv=";A;B;C\nA;0;0;0\nB;0;0;0\nC;0;0;0\n")
    study = made(import_files([tmp_path]))
    assert study.wave_order == ("2012", "2015")
    assert study.adjacency(wave="2015").matrix.nnz == 0


def test_ties_of_which_none_is_known_are_no_study(tmp_path: Path) -> None:
    put(tmp_path, advice_csv=";A;B;C\nA;0;NA;0\nB;0;0;0\nC;0;0;0\n")
    result = import_files([tmp_path])
    assert result.study is None
    assert "no-known-tie" in codes(result)


def test_a_network_file_with_its_partition(tmp_path: Path) -> None:
    put(tmp_path, advice_net='*Vertices 3\n1 "A"\n2 "B"\n3 "C"\n*Arcs\n1 2 1\n2 3 2\n',
        group_clu="*Vertices 3\n1\n2\n2\n", firms_csv="ID;size\nA;5\nB;6\nC;7\n")
    first = import_files([tmp_path])
    study = made(first)
    assert pairs(study) == {("A", "B"), ("B", "C")}
    assert study.covariate("size").tolist() == [5, 6, 7]
    assert study.covariate("group").tolist() == [1, 2, 2]
    first.write(tmp_path / "study")
    assert made(import_files([], config=tmp_path / "study")).equals(study)


def test_kecskemet(data_dir: Callable[[str], Path]) -> None:
    """Counts of Juhász & Lengyel's data: 223 ties in 2012 and 181 in 2015 among 28 firms."""
    result = import_files([data_dir("kecskemet")])
    study = made(result)
    assert study.ties.groupby("wave").size().tolist() == [223, 181]
    assert len(study.actors) == 28
    assert {"geographic_proximity", "cognitive_proximity"} <= set(study.dyads.columns)
    assert study.covariate("external links").notna().all()
    assert not result.findings.of("error")
    (one, two) = (study.adjacency(wave=wave).matrix for wave in ("1", "2"))
    assert int(one.multiply(two).sum()) == len(pairs(study, "1") & pairs(study, "2"))


def test_lazega(data_dir: Callable[[str], Path]) -> None:
    """Published sizes of Lazega's three networks: 892, 1104 and 575 ties among 71 lawyers."""
    study = made(import_files([data_dir("lazega_lawyers")]))
    assert study.ties.groupby("relation").size().to_dict() == {"advice": 892, "cowork": 1104, "friends": 575}
    assert len(study.actors) == 71
    assert study.covariate("seniority").iloc[0] == 31


def test_the_study_is_called_after_its_folder_until_the_plan_says_otherwise(tmp_path: Path) -> None:
    folder = tmp_path / "Velm printers"
    folder.mkdir()
    (folder / "advice_2020.csv").write_text(";A;B\nA;0;1\nB;0;0\n", "utf-8")
    found = import_files([folder])
    assert found.study is not None and found.study.name == "Velm printers"
    assert any("called 'Velm printers'" in line for line in found.guesses)
    found.write(tmp_path / "study")
    plan = tmp_path / "study" / "import.toml"
    plan.write_text(plan.read_text("utf-8").replace('name = "Velm printers"', 'name = "Printers of Velm"'), "utf-8")
    again = import_files([], config=plan)
    assert again.study is not None and again.study.name == "Printers of Velm"


def test_waves_of_network_files_date_the_columns_of_a_members_list(tmp_path: Path) -> None:
    for year in (2019, 2022):
        (tmp_path / f"advice{year}.net").write_text('*Vertices 2\n1 "A"\n2 "B"\n*Arcs\n1 2\n', encoding="utf-8")
    (tmp_path / "firms.csv").write_text("firm,emp2019,emp2022\nA,3,4\nB,5,6\n", encoding="utf-8")
    study = import_files([tmp_path]).study
    assert study is not None
    rows = study.observations.set_index(["wave", "actor"])["employees"]
    assert rows.to_dict() == {("2019", "A"): 3, ("2019", "B"): 5, ("2022", "A"): 4, ("2022", "B"): 6}
