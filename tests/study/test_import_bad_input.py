"""Whatever the bytes are: findings or refusals, never a traceback, and no row lost without a word."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from interfirm.errors import DataError, InterfirmError
from interfirm.study.read import importing, merge, plan
from interfirm.study.read.importing import ImportResult, import_files
from interfirm.study.read.plan import SourcePlan

QUICK = settings(max_examples=25, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate),
                 suppress_health_check=[HealthCheck.function_scoped_fixture])
MATRIX = ";A;B;C\nA;0;1;0\nB;1;0;0\nC;0;2;0\n"
EDGES = "from,to,weight,type\nA,B,1,directed\nB,C,2,directed\nC,A,1,directed\n"
ACTORS = ("id;name;Land;employees;lat;lon;sme;founded\n"
          "A;Alpha Kft.;HU;1,5;47.1;19.0;yes;1990\nB;Béta;DE;20;48;20;no;2001\nC;C;;;;;;\n")
SURVEY = "Respondent;A;B;C;note\nA;0;x;1;hi\nB;yes;0;;\n"
RECALL = "Company,Partner 1,Partner 2\nAlpha,Beta Kft,gamma\nbeta kft.,,\nGamma,Alfa,Delta;Omega\n"
LIME = "id,submitdate,Firm,Q3[SQ001],Q3[SQ002],Q3[SQ002][comment]\n1,2020-01-01,A,Y,,\n2,,B,,Y,hm\n"
CORDIS = ("projectID;organisationID;name;SME;activityType;country;geolocation;role;ecContribution\n"
          "1;91;ACME;true;PRC;UK;\"5.1,4.2\";coordinator;1,5\n1;92;UNI;false;HES;BE;;participant;2\n")
SAMPLES = {"advice_2012.csv": MATRIX, "edges.csv": EDGES, "members.csv": ACTORS, "advice.csv": SURVEY,
           "recall.csv": RECALL, "lime.csv": LIME, "organization.csv": CORDIS}


def workbook() -> bytes:
    out, buffer = openpyxl.Workbook(), io.BytesIO()
    for name, text in (("advice", MATRIX), ("members", ACTORS)):
        sheet = out.create_sheet(name)
        for line in text.splitlines():
            sheet.append([float(cell) if cell.isdigit() else cell for cell in line.split(";")])
    out.save(buffer)
    return buffer.getvalue()


BOOK = workbook()


def attempt(folder: Path, *, write: bool = True) -> ImportResult | None:
    """Import a folder; only refusals may come out. What comes out can be planned and repeated."""
    try:
        result = import_files([folder])
    except InterfirmError:
        return None
    text = plan.dump(result.plan)
    assert plan.dump(plan.parse(text)) == text
    if result.study is not None and write:
        result.companions(folder)
        (folder / "import.toml").write_text(text, encoding="utf-8")
        again = import_files([folder], config=folder / "import.toml")
        (folder / "import.toml").unlink()
        assert again.study is not None
        assert again.study.equals(result.study)
    return result


def fresh(folder: Path, **files: bytes) -> Path:
    for old in folder.iterdir():
        old.unlink()
    for name, data in files.items():
        (folder / name.replace("__", ".")).write_bytes(data)
    return folder


@pytest.mark.parametrize("name", SAMPLES)
def test_the_samples_are_sound(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(SAMPLES[name], encoding="utf-8")
    result = attempt(tmp_path)
    assert result is not None
    assert result.study is not None
    assert not [item for item in result.plan.sources if item.kind == "skip"]


@QUICK
@given(st.data())
def test_changed_bytes(tmp_path: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(SAMPLES)))
    encoding = data.draw(st.sampled_from(["utf-8", "utf-16", "cp1252", "utf-8-sig"]))
    raw = bytearray(SAMPLES[name].encode(encoding))
    for _ in range(data.draw(st.integers(0, 6))):
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place] = data.draw(st.one_of(st.integers(0, 255), st.sampled_from(list(b';,"\n\r\t|-0 9xA.'))))
    cut = data.draw(st.integers(1, len(raw)))
    raw = raw[:cut] if data.draw(st.booleans()) else raw
    attempt(fresh(tmp_path, **{name.replace(".", "__"): bytes(raw)}))


@pytest.mark.slow
@QUICK
@given(st.data())
def test_changed_lines_and_cells(tmp_path: Path, data: st.DataObject) -> None:
    """Lines and cells exchanged, doubled and left out; two files of different kinds side by side."""
    files = {}
    for name in data.draw(st.lists(st.sampled_from(sorted(SAMPLES)), min_size=1, max_size=2, unique=True)):
        lines = SAMPLES[name].splitlines()
        for _ in range(data.draw(st.integers(0, 4))):
            place = data.draw(st.integers(0, len(lines) - 1))
            action = data.draw(st.sampled_from(["double", "drop", "swap", "cell"]))
            if action == "double":
                lines.insert(place, lines[place])
            elif action == "drop" and len(lines) > 1:
                lines.pop(place)
            elif action == "swap":
                lines[place], lines[-1] = lines[-1], lines[place]
            else:
                mark = ";" if ";" in lines[place] else ","
                cells = lines[place].split(mark)
                cells[data.draw(st.integers(0, len(cells) - 1))] = data.draw(st.sampled_from(
                    ["", "A", "1", "-1", "NA", "1,5", "inf", "nan", "x" * 9, "=1+1", "Total", "é", "1e400", "2020-13"]))
                lines[place] = mark.join(cells)
        files[name.replace(".", "__")] = "\n".join(lines).encode()
    attempt(fresh(tmp_path, **files))


@QUICK
@given(st.data())
def test_changed_workbooks(tmp_path: Path, data: st.DataObject) -> None:
    raw = bytearray(BOOK)
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    attempt(fresh(tmp_path, b__xlsx=bytes(raw[: data.draw(st.integers(len(raw) // 2, len(raw)))])), write=False)


@QUICK
@given(st.lists(st.lists(st.text(max_size=8), min_size=1, max_size=5), min_size=1, max_size=7))
@example([["a", "b"], ["a", "b"]])
@example([["id"], [""]])
@example([["0"], ["0"]])
def test_any_cells(tmp_path: Path, rows: list[list[str]]) -> None:
    import csv

    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";").writerows(rows)
    data = buffer.getvalue().encode("utf-8", "replace")
    attempt(fresh(tmp_path, **{"any__csv": data}))


@QUICK
@given(st.lists(st.tuples(st.sampled_from("ABCDE") | st.just(""), st.sampled_from("ABCDE") | st.just(""),
                          st.sampled_from(["1", "2", "", "x", "much", "-3", "0,5"])), min_size=3, max_size=14))
def test_every_row_of_a_list_is_a_tie_or_listed(tmp_path: Path, rows: list[tuple[str, str, str]]) -> None:
    text = "from;to;weight\n" + "".join(f"{a};{b};{w}\n" for a, b, w in rows if a or b or w)
    count = text.count("\n") - 1
    result = attempt(fresh(tmp_path, advice__csv=text.encode()))
    assert result is not None
    if result.study is None or result.plan.sources[0].kind != "edges":
        assert len(result.findings)
        return
    listed = [item for item in result.dropped if item.row is not None]
    assert len(result.study.ties) + len(listed) == count
    assert len({item.row for item in listed}) == len(listed)


@pytest.mark.slow
@QUICK
@given(st.data())
def test_every_cell_of_a_matrix_is_a_tie_or_listed(tmp_path: Path, data: st.DataObject) -> None:
    names = "ABCD"
    cells = {(a, b): data.draw(st.sampled_from(["0", "1", "2", "", "NA", "odd", "-1"])) for a in names for b in names}
    text = ";" + ";".join(names) + "\n" + "".join(f"{a};" + ";".join(cells[a, b] for b in names) + "\n" for a in names)
    result = attempt(fresh(tmp_path, advice__csv=text.encode()))
    assert result is not None
    if result.study is None or result.plan.sources[0].kind != "matrix":
        return
    view = result.study.adjacency()
    for (a, b), cell in cells.items():
        i, j = view.actors.tolist().index(a), view.actors.tolist().index(b)
        if a != b and cell in {"1", "2"}:
            assert view.matrix[i, j] == float(cell) or (not view.directed and view.matrix[i, j] > 0)
        if a != b and cell in {"odd", "-1", "NA"} and view.directed:
            assert not view.observed()[i, j]


@QUICK
@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")))
@example("[[source]]\nfile=1\nkind=2\n")
@example("source = 3")
@example("[[source]]\nfile='a'\nkind='matrix'\ncolumns=3\nabsent='x'\nheader_row='1'\ndirected=1")
def test_any_plan_text(text: str) -> None:
    with contextlib.suppress(InterfirmError):
        plan.parse(text)


@QUICK
@given(st.text(max_size=200))
def test_any_merge_list(text: str) -> None:
    with contextlib.suppress(DataError):
        merge.parse("name,actor,score,decision,reason\n" + text)


@QUICK
@given(st.builds(SourcePlan, file=st.text(min_size=1), kind=st.sampled_from(sorted(plan.KINDS)), why=st.text(),
                 relation=st.none() | st.text(min_size=1), directed=st.none() | st.booleans(),
                 header_row=st.none() | st.integers(0, 9), absent=st.lists(st.text()).map(tuple),
                 columns=st.dictionaries(st.text(), st.text())))
def test_plans_are_read_as_written(source: SourcePlan) -> None:
    made = plan.Plan((source,), paths=("a", "b"), name="x", waves=("1",))
    assert plan.parse(plan.dump(made)) == made


@pytest.mark.parametrize(("key", "value"), [("actor", "nobody"), ("sender", "nobody"), ("alliance", "nobody")])
def test_a_plan_that_names_a_column_that_is_not_there(tmp_path: Path, key: str, value: str) -> None:
    kind = {"actor": "actors", "sender": "edges", "alliance": "memberships"}[key]
    (tmp_path / "a.csv").write_text(EDGES, encoding="utf-8")
    (tmp_path / "import.toml").write_text(f'[[source]]\nfile = "a.csv"\nkind = "{kind}"\n{key} = "{value}"\n')
    with pytest.raises(InterfirmError, match="nobody"):
        import_files([tmp_path / "a.csv"], config=tmp_path / "import.toml")


def test_files_that_come_and_go(tmp_path: Path) -> None:
    (tmp_path / "advice.csv").write_text(MATRIX, encoding="utf-8")
    result = import_files([tmp_path])
    (tmp_path / "import.toml").write_text(plan.dump(result.plan), encoding="utf-8")
    (tmp_path / "more.csv").write_text(ACTORS, encoding="utf-8")
    more = import_files([], config=tmp_path)
    assert more.study is not None
    assert [item.code for item in more.findings if item.level == "warning"] == ["new-source"]
    (tmp_path / "advice.csv").unlink()
    assert [item.code for item in import_files([], config=tmp_path).findings.of("error")] == ["missing-source"]


def test_every_faulty_file_is_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"")
    (tmp_path / "b.csv").write_bytes(b"PK\x03\x04")
    (tmp_path / "c.xlsx").write_bytes(b"junk")
    (tmp_path / "d.csv.gz").write_bytes(b"\x1f\x8b\x08")
    (tmp_path / "e.csv").write_text(MATRIX, encoding="utf-8")
    (tmp_path / "f.zip").write_bytes(b"PK")
    result = import_files([tmp_path])
    assert result.study is None
    assert sorted(str(item.file) for item in result.findings.of("error")) == [
        "a.csv", "b.csv", "c.xlsx", "d.csv.gz", "f.zip"]


def test_the_list_of_what_was_left_out_is_no_formula(tmp_path: Path) -> None:
    (tmp_path / "advice.csv").write_text("from;to\n=cmd();=cmd()\nA;B\nB;C\n", encoding="utf-8")
    text = import_files([tmp_path]).companions(tmp_path)[importing.DROPPED_FILE]
    assert not any(line.split(",")[4].startswith("=") for line in text.splitlines())
