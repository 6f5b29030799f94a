"""Opening files: plain, packed, hostile; and text in every encoding."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interfirm.errors import DataError, UsageError
from interfirm.study.read import files, limits
from interfirm.study.read.files import decode, load


def codes(problem: pytest.ExceptionInfo[DataError]) -> list[str]:
    return [item.code for item in problem.value.findings]


def archive(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in members.items():
            out.writestr(name, data)
    return path


def test_plain_gz_and_zip_give_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"x;y\n")
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(b"x;") + gzip.compress(b"y\n"))
    archive(tmp_path / "c.zip", {"one.csv": b"x;y\n", "in/two.csv": b"x;y\n", "__MACOSX/._one.csv": b"?"})
    (tmp_path / ".hidden").write_bytes(b"?")
    (tmp_path / "sub").mkdir()
    blobs = load(tmp_path)
    assert [blob.name for blob in blobs] == ["a.csv", "b.csv.gz", "c.zip/one.csv", "c.zip/in/two.csv"]
    assert {blob.data for blob in blobs} == {b"x;y\n"}
    assert [blob.stem for blob in blobs] == ["a", "b", "one", "two"]
    assert {blob.suffix for blob in blobs} == {".csv"}


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file or folder"):
        load(tmp_path / "missing.csv")


@pytest.mark.parametrize("name", ["../evil.csv", "/etc/evil.csv", "C:/evil.csv", "a/../../evil.csv", "..\\evil.csv"])
def test_a_member_that_points_outside_is_refused(tmp_path: Path, name: str) -> None:
    path = archive(tmp_path / "x.zip", {"fine.csv": b"a", name: b"a"})
    with pytest.raises(DataError) as problem:
        load(path)
    assert codes(problem) == ["path-traversal"]


def test_nested_and_encrypted_and_double_members_are_all_named(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.zip", {"inner.zip": b"a", "locked.csv": b"a"})
    raw = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        raw[raw.rfind(signature) + offset] |= 1
    path.write_bytes(bytes(raw))
    with pytest.raises(DataError) as problem:
        load(path)
    assert sorted(codes(problem)) == ["encrypted", "nested-archive"]


@pytest.mark.parametrize("cut", [0, 1, 10, 30, -30, -1])
def test_a_truncated_archive_is_said(tmp_path: Path, cut: int) -> None:
    body = bytes(range(256)) * 40
    packed = gzip.compress(body)
    (tmp_path / "a.csv.gz").write_bytes(packed[:cut])
    zipped = archive(tmp_path / "b.zip", {"a.csv": body}).read_bytes()
    (tmp_path / "b.zip").write_bytes(zipped[:cut])
    with pytest.raises(DataError) as problem:
        load(tmp_path)
    assert codes(problem) == ["damaged-archive", "damaged-archive"]


@pytest.mark.parametrize("kind", ["gz", "zip"])
def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, kind: str) -> None:
    body = b"\0" * (limits.whole("archive_ratio_from") * 2)
    if kind == "gz":
        path = tmp_path / "a.gz"
        path.write_bytes(gzip.compress(body))
    else:
        path = archive(tmp_path / "a.zip", {"a.csv": body})
    with pytest.raises(DataError) as problem:
        load(path)
    assert codes(problem) == ["decompression-bomb"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_encoding_and_line_end(encoding: str, newline: str) -> None:
    text = "name;place\nMüller & Söhne;Köln\nSociété;Ångström\n" * 3
    got = decode(text.replace("\n", newline).encode(encoding))
    assert got.text == text
    assert got.newline == {"\n": "LF", "\r\n": "CRLF", "\r": "CR"}[newline]
    assert got.encoding == encoding
    assert got.certain == (encoding not in {"cp1252", "utf-16-le", "utf-16-be"})


def test_central_european_text_that_cp1252_cannot_hold() -> None:
    assert decode("Ťažký priemysel".encode("cp1250")).encoding == "cp1250"


def test_an_encoding_can_be_given() -> None:
    assert decode("Győr".encode("cp1250"), encoding="cp1250").text == "Győr"
    with pytest.raises(DataError, match="no encoding 'klingon'"):
        decode(b"x", encoding="klingon", name="a.csv")
    with pytest.raises(DataError, match=r"a\.csv"):
        decode("é".encode("cp1252"), encoding="utf-8", name="a.csv")


def test_text_cut_within_a_letter_is_not_read_as_another_encoding() -> None:
    with pytest.raises(DataError, match="cut off"):
        decode("Győr, Kőszeg".encode()[:-4] + "ő".encode()[:1])


@pytest.mark.parametrize("data", [b"PK\x03\x04rest", b"%PDF-1.4", b"a;b\n\0\0\0\0x;y", bytes(range(256)) * 10])
def test_binary_named_csv_is_refused(data: bytes) -> None:
    with pytest.raises(DataError) as problem:
        decode(data, name="junk.csv")
    assert codes(problem) == ["not-text"]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_a_finding(data: bytes) -> None:
    try:
        got = decode(data, name="x")
    except DataError:
        return
    assert "\r" not in got.text
    assert "\0" not in got.text


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_changed_archive_is_read_or_a_finding(tmp_path: Path, data: st.DataObject) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("a.csv", "a;b\n1;2\n" * 20)
        out.writestr("b.csv", "a;b\n")
    kind = data.draw(st.sampled_from(["x.zip", "x.csv.gz"]))
    raw = bytearray(buffer.getvalue() if kind == "x.zip" else gzip.compress(b"a;b\n1;2\n" * 20))
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / kind
    path.write_bytes(bytes(raw[: data.draw(st.integers(1, len(raw)))]))
    try:
        for blob in files.load(path):
            assert isinstance(blob.data, bytes)
    except DataError:
        pass
