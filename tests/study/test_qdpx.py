"""Coded interviews: lenient reading, strict writing, the schema of the exchange format, hostile archives."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

import interfirm
from interfirm import Study
from interfirm.errors import DataError, UsageError
from interfirm.study.read.qdpx import read_qdpx
from interfirm.study.write.qdpx import check_project, qdpx_bytes, write_qdpx

USER, CODE, OTHER, SOURCE, CASE, VARIABLE, NOTE = (f"{k}" * 8 + "-0000-0000-0000-000000000000" for k in "abcdef1")
ACTORS = pd.DataFrame({"actor": ["F1"], "kind": ["firm"]})
TEXT = "Grüße 😀 from the mill.\r\nWe trust them."


def project(*, selections: str = "", source: str = 'plainTextPath="internal://T.TXT"', content: str = "",
            more: str = "") -> str:
    return f"""<?xml version="1.0" encoding="utf-8"?>
<Project xmlns="urn:QDA-XML:project:1.0" name="p" origin="test 1"><Users><User guid="{USER}" name="Ada"/></Users>
<CodeBook><Codes><Code guid="{CODE}" name="trust" isCodable="true"><Description>relying on others</Description>
<Code guid="{OTHER}" name="early" isCodable="true"/></Code></Codes></CodeBook>{more}
<Sources><TextSource guid="{SOURCE}" name="mill" {source}>{content}{selections}</TextSource></Sources></Project>"""


def selection(start: object, end: object, code: str = CODE, *, guid: str = "9", user: str = USER, inner: str = "",
              name: str = "") -> str:
    return (f'<PlainTextSelection guid="{guid * 8}-1111-0000-0000-000000000000" name="{name}" startPosition="{start}" '
            f'endPosition="{end}" creatingUser="{user}">{inner}<Coding guid="{guid * 8}-2222-0000-0000-000000000000">'
            f'<CodeRef targetGUID="{{{code.upper()}}}"/></Coding></PlainTextSelection>')


def archive(path: Path, members: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return path


def codes(found) -> set[str]:
    return {item.code for item in found.findings}


def test_positions_count_code_points_and_names_any_case(tmp_path):
    file = archive(tmp_path / "a.qdpx", {"Project.QDE": project(selections=selection(0, 7)),
                                         "Sources/t.txt": TEXT.encode("utf-8-sig")})
    found = read_qdpx(file)
    row = found.codings.iloc[0]
    assert row[["case", "source", "segment", "coder", "code", "text"]].tolist() == [
        "mill", "mill", "0-7", "Ada", "trust", "Grüße 😀"]
    assert (row["start"], row["end"]) == (0, 7)
    assert found.codes["parent"].tolist()[1] == "trust"
    assert found.codes["description"].iloc[0] == "relying on others"
    assert not found.findings


def test_line_ends_count_as_they_are(tmp_path):
    start = TEXT.index("We")
    file = archive(tmp_path / "a.qdpx", {"project.qde": project(selections=selection(start, start + 8)),
                                         "sources/T.txt": TEXT.encode()})
    assert read_qdpx(file).codings["text"].tolist() == ["We trust"]


def test_text_inside_the_project_and_a_bare_project_file(tmp_path):
    body = project(selections=selection(0, 2), source="", content="<PlainTextContent>We agree</PlainTextContent>")
    (tmp_path / "p.qde").write_text(body, "utf-8")
    assert read_qdpx(tmp_path / "p.qde").codings["text"].tolist() == ["We"]


def test_a_source_that_is_not_there_keeps_its_codings(tmp_path):
    file = archive(tmp_path / "a.qdpx", {"project.qde": project(selections=selection(3, 9, name="we said"))})
    found = read_qdpx(file)
    assert found.codings["text"].tolist() == ["we said"]
    assert codes(found) == {"dangling-source"}
    assert "1 coded sources is not in the archive (mill)" in str(found.findings[0])


def test_nothing_is_lost_by_bad_positions_or_unknown_codes(tmp_path):
    parts = (selection(5, 2) + selection("x", 3, guid="8") + selection(0, 999, guid="7")
             + selection(0, 2, "0" * 8 + CODE[8:], guid="6"))
    file = archive(tmp_path / "a.qdpx", {"project.qde": project(selections=parts), "t.txt": TEXT})
    found = read_qdpx(file)
    assert len(found.codings) == 4
    assert codes(found) == {"bad-position", "position-outside", "unknown-code"}
    assert found.codings["code"].iloc[3].startswith("unknown code 00000000")
    assert found.codings["start"].isna().tolist() == [True, True, False, False]


def test_cases_actors_and_memos(tmp_path):
    more = (f'<Variables><Variable guid="{VARIABLE}" name="Actor" typeOfVariable="Text"/></Variables><Cases>'
            f'<Case guid="{CASE}" name="case 1"><VariableValue><VariableRef targetGUID="{VARIABLE}"/>'
            f'<TextValue>F07</TextValue></VariableValue><SourceRef targetGUID="{SOURCE}"/></Case></Cases>')
    body = project(selections=selection(0, 5, inner='<Description>see above</Description>'), more=more)
    body = body.replace("</Coding>", f'<NoteRef targetGUID="{NOTE}"/></Coding>').replace(
        "</Project>",
        f'<Notes><Note guid="{NOTE}"><PlainTextContent>strong</PlainTextContent></Note></Notes></Project>')
    found = read_qdpx(archive(tmp_path / "a.qdpx", {"project.qde": body, "t.txt": TEXT}))
    row = found.codings.iloc[0]
    assert (row["case"], row["actor"], row["memo"]) == ("case 1", "F07", "see above\nstrong")


def test_codes_and_sources_that_share_a_name_are_told_apart(tmp_path):
    twin = f'<Code guid="{CASE}" name="early" isCodable="true"/>'
    second = (f'<TextSource guid="{NOTE}" name="mill"><PlainTextContent>ab</PlainTextContent>{selection(0, 2)}'
              '</TextSource>')
    body = project(selections=selection(0, 2, OTHER)).replace("</Codes>", twin + "</Codes>").replace(
        "</Sources>", second + "</Sources>")
    found = read_qdpx(archive(tmp_path / "a.qdpx", {"project.qde": body, "t.txt": TEXT}))
    assert found.codings["code"].tolist() == ["trust / early", "trust"]
    assert found.codings["source"].nunique() == 2


def test_the_same_coding_twice_counts_once_and_is_said(tmp_path):
    body = project(selections=selection(0, 5) + selection(0, 5, guid="8"))
    found = read_qdpx(archive(tmp_path / "a.qdpx", {"project.qde": body, "t.txt": TEXT}))
    assert len(found.codings) == 1 and codes(found) == {"coded-twice"}


@pytest.mark.parametrize(("members", "code"), [
    ({}, "no-project"), ({"a.qde": project(), "b.qde": project()}, "no-project"),
    ({"a.qde": "<CodeBook/>"}, "no-project"),
    ({"a.qde": "<Project"}, "xml"), ({"a.qde": b"\xff\xfe\x00"}, "xml"),
    ({"a.qde": '<!DOCTYPE p [<!ENTITY x "y">]><Project>&x;</Project>'}, "xml"),
    ({"a.qde": project(), "../t.txt": "x"}, "path-traversal"),
    ({"a.qde": project(), "/etc/t.txt": "x"}, "path-traversal"),
    ({"a.qde": project(), "C:/t.txt": "x"}, "path-traversal"), ({"a.qde": project(), "in.zip": "x"}, "nested-archive"),
    ({"a.qde": project(), "t.txt": b"\0" * 30_000_000}, "decompression-bomb"),
])
def test_broken_foreign_and_hostile_archives(tmp_path, members, code):
    with pytest.raises(DataError) as caught:
        read_qdpx(archive(tmp_path / "a.qdpx", members))
    assert code in {item.code for item in caught.value.findings}


def test_no_archive_at_all(tmp_path):
    (tmp_path / "a.qdpx").write_bytes(b"not a zip")
    with pytest.raises(DataError, match="damaged"):
        read_qdpx(tmp_path / "a.qdpx")
    with pytest.raises(UsageError, match="no file"):
        read_qdpx(tmp_path / "b.qdpx")


def study_with(rows: list[dict]) -> Study:
    base = {"case": "c", "source": "s", "segment": "1", "coder": "A", "code": "k"}
    return Study.from_tables({"actors": ACTORS, "codings": pd.DataFrame([base | row for row in rows])})


def test_the_example_comes_back(tmp_path):
    study = interfirm.example()
    write_qdpx(study, tmp_path / "a.qdpx")
    found = read_qdpx(tmp_path / "a.qdpx")
    assert not found.findings
    columns = ["case", "source", "coder", "code", "start", "end", "text", "memo", "actor"]
    mine = study.codings[columns].astype({"start": "Int64", "end": "Int64"}).astype("object").fillna("")
    pd.testing.assert_frame_equal(found.codings[columns].astype("object").fillna(""), mine, check_dtype=False)
    again = Study.from_tables({"actors": study.actors, "codings": found.codings})
    assert len(again.codings) == len(study.codings)


def test_the_same_study_gives_the_same_bytes():
    assert qdpx_bytes(interfirm.example()) == qdpx_bytes(interfirm.example())


def test_segments_without_positions_and_characters_that_xml_cannot_hold(tmp_path):
    study = study_with([{"text": "first"}, {"segment": "2", "text": "A & B <c> 😀"}, {"segment": "3", "text": None},
                        {"segment": "4", "text": "longer than its place", "start": 0, "end": 3}])
    write_qdpx(study, tmp_path / "a.qdpx")
    assert read_qdpx(tmp_path / "a.qdpx").codings["text"].tolist() == [
        "first", "A & B <c> 😀", "3", "longer than its place"]


def test_a_source_of_two_cases(tmp_path):
    study = study_with([{"text": "ab", "start": 0, "end": 2}, {"case": "d", "text": "cd", "start": 5, "end": 7}])
    write_qdpx(study, tmp_path / "a.qdpx")
    assert read_qdpx(tmp_path / "a.qdpx").codings[["case", "text"]].to_numpy().tolist() == [["c", "ab"], ["d", "cd"]]


def test_writing_refuses_what_cannot_be_right(tmp_path):
    with pytest.raises(DataError, match="no codings"):
        qdpx_bytes(Study.from_tables({"actors": ACTORS}))
    with pytest.raises(UsageError, match=r"\.qdpx"):
        write_qdpx(interfirm.example(), tmp_path / "a.zip")
    with pytest.raises(DataError, match="its words differ"):
        qdpx_bytes(study_with([{"text": "ab", "start": 0, "end": 2},
                               {"segment": "2", "text": "xb", "start": 0, "end": 2}]))


def test_broken_references_are_found():
    body = project(selections=selection(5, 2, "0" * 8 + CODE[8:]) + selection(0, 1))
    assert {item.code for item in check_project(body.encode())} == {"guid-twice", "guid-unknown", "bad-position"}


XSD = "{http://www.w3.org/2001/XMLSchema}"
PLAIN = {"xsd:integer": r"[+-]?\d+", "xsd:boolean": "true|false|0|1", "xsd:string": r"(?s:.*)", "xsd:decimal": r".+",
         "xsd:dateTime": r"\d{4}-.*", "xsd:date": r"\d{4}-.*"}


def breaches(schema: Path, data: bytes) -> list[str]:
    """What in a project breaks the schema: names, order and number of elements, attributes and their patterns."""
    top = ElementTree.parse(schema).getroot()
    complex_types = {item.get("name"): item for item in top.iter(f"{XSD}complexType")}
    patterns = dict(PLAIN)
    for item in top.iter(f"{XSD}simpleType"):
        parts = [part.get("value") for part in item.iter() if part.tag in {f"{XSD}pattern", f"{XSD}enumeration"}]
        patterns[item.get("name")] = "|".join(parts)
    found: list[str] = []

    def content(declared) -> str:
        if declared.tag == f"{XSD}element":
            body = f"(?:{declared.get('name')},)"
        else:
            join = "|" if declared.tag == f"{XSD}choice" else ""
            body = "(?:" + join.join(content(part) for part in declared if part.tag != f"{XSD}annotation") + ")"
        most = declared.get("maxOccurs", "1").replace("unbounded", "")
        return f"{body}{{{declared.get('minOccurs', '1')},{most}}}"

    def check(element, kind: str) -> None:
        name = element.tag.rpartition("}")[2]
        if kind not in complex_types:
            if not re.fullmatch(patterns[kind], element.text or ""):
                found.append(f"{name}: {element.text!r}")
            return
        declared = complex_types[kind]
        groups = [part for part in declared if part.tag in {f"{XSD}sequence", f"{XSD}choice"}]
        inside = "".join(part.tag.rpartition("}")[2] + "," for part in element)
        if not re.fullmatch("".join(content(part) for part in groups), inside):
            found.append(f"{name}: {inside}")
        known = {item.get("name"): item for item in declared.iter(f"{XSD}attribute")}
        found.extend(f"{name}: no {key}" for key, item in known.items()
                     if item.get("use") == "required" and key not in element.attrib)
        found.extend(f"{name}: {key}={value!r}" for key, value in element.attrib.items()
                     if key not in known or not re.fullmatch(patterns[known[key].get("type")], value))
        kinds = {item.get("name"): item.get("type") for group in groups for item in group.iter(f"{XSD}element")}
        for part in element:
            check(part, kinds[part.tag.rpartition("}")[2]])

    root = ElementTree.fromstring(data)
    if root.tag != "{urn:QDA-XML:project:1.0}Project":
        found.append(root.tag)
    check(root, "ProjectType")
    return found


@pytest.mark.data
def test_what_is_written_follows_the_schema(data_dir):
    schema = data_dir("refi_qda") / "Project-mrt2019.xsd"
    study = study_with([{"text": "ab", "memo": "m", "start": 3, "end": 5}, {"case": "d", "segment": "2"}])
    for written in (interfirm.example(), study):
        with zipfile.ZipFile(io.BytesIO(qdpx_bytes(written))) as file:
            data = file.read("project.qde")
            assert breaches(schema, data) == []
            names = {name.lower() for name in file.namelist()}
        paths = re.findall(rb'plainTextPath="internal://([^"]+)"', data)
        assert paths and {f"sources/{name.decode().lower()}" for name in paths} <= names
    broken = data.replace(b"<Users>", b"<Sets/><Users>").replace(b'isCodable="true"', b"")
    assert len(breaches(schema, broken)) >= 2


@pytest.mark.data
@pytest.mark.parametrize(("name", "known", "coded"), [
    ("skyloom_TestProject", 14, 16), ("nvivo_project", 262, 0), ("qualitative_coding_demo", 262, 205),
    ("atlas_blank", 0, 0), ("atlas_target", 3, 0)])
def test_projects_of_other_programs(data_dir, name, known, coded):
    found = read_qdpx(data_dir("refi_qda") / f"{name}.qdpx")
    assert (len(found.codes), len(found.codings)) == (known, coded)
    assert found.codes["code"].is_unique
    Study.from_tables({"actors": ACTORS, "codings": found.codings})
