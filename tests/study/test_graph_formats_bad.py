"""Damaged files: only findings, DataError or UsageError ever come out, and no line is lost in silence."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_graph_formats_roundtrip import cluster

from interfirm.errors import DataError, InterfirmError
from interfirm.study.read import graphs
from interfirm.study.read.files import Blob
from interfirm.study.study import Study
from interfirm.study.write.export import export

SUFFIXES = (".graphml", ".gexf", ".net", ".paj", ".dl")
WORDS = ["dl", "DL", "n=3", "nm=2", "data:", "labels:", "labels embedded", "format=edgelist1", "format=lowerhalf",
         "*Vertices", "*Vertices 3", "*Vertices 3 2", "*Arcs", "*Arcs :1 \"x\"", "*Edges", "*Matrix", "*Arcslist",
         "*Partition p", "*Vector v", "*Network n", "1", "2", "3", "0", "-1", "1.5", "nan", "1e999", '"a"', '"',
         "!", "\n", "rows 1 to 2", "cols 1", "value 1", "format=blockmatrix", "[1-2]", "%", ":", "diagonal absent",
         "na", "٣", "1_0"]


def survives(blob: Blob) -> None:
    try:
        part = graphs.read(blob)
        if not part.findings.failed:
            Study.from_tables(part.tables)
    except InterfirmError:
        pass


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(max_examples=60, deadline=None)
@given(words=st.lists(st.sampled_from(WORDS) | st.text(max_size=4), max_size=25))
def test_any_words(suffix: str, words: list[str]) -> None:
    text = ("DL N=3 " if suffix == ".dl" else "*Vertices 3\n") + " ".join(words)
    survives(Blob(f"x{suffix}", text.encode("utf-8", "replace"), Path("x")))


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A good file of each format."""
    folder = tmp_path_factory.mktemp("good")
    out = {}
    for to, suffix in (("graphml", ".graphml"), ("gexf", ".gexf"), ("pajek", ".net"), ("pajek", ".paj"), ("dl", ".dl")):
        out[suffix] = export(cluster(), to, folder / f"s{suffix}").paths[0].read_bytes()
    return out


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_mutated_files(suffix: str, good: dict[str, bytes]) -> None:
    draw = random.Random(7)
    for _ in range(60):
        data = bytearray(good[suffix])
        kind = draw.randrange(4)
        if kind == 0:
            del data[draw.randrange(len(data)):]
        elif kind == 1:
            for _ in range(draw.randint(1, 6)):
                data[draw.randrange(len(data))] = draw.randrange(256)
        elif kind == 2:
            start = draw.randrange(len(data))
            del data[start:start + draw.randint(1, 40)]
        else:
            lines = bytes(data).split(b"\n")
            draw.shuffle(lines)
            data = bytearray(b"\n".join(lines))
        survives(Blob(f"x{suffix}", bytes(data), Path("x")))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_line_of_a_cut_file_is_read_or_complained_about(suffix: str, good: dict[str, bytes]) -> None:
    """Cutting a file anywhere loses ties only with an error, except at the end of a complete Pajek line."""
    whole = len(graphs.read(Blob(f"x{suffix}", good[suffix], Path("x"))).tables["ties"])
    data = good[suffix].rstrip()
    for cut in range(1, len(data), 7):
        try:
            part = graphs.read(Blob(f"x{suffix}", data[:cut], Path("x")))
        except DataError:
            continue
        if suffix in {".graphml", ".gexf", ".dl"} and not part.findings.failed:
            assert len(part.tables.get("ties", ())) == whole


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("data", [b"", b"\0\0\0", b"PK\x03\x04xx", b"\xff\xfe\x00", b"\x89PNG\r\n", b"   \n\n"])
def test_empty_and_binary_files(suffix: str, data: bytes) -> None:
    blob = Blob(f"x{suffix}", data, Path("x"))
    try:
        assert graphs.read(blob).findings.failed
    except DataError as problem:
        assert problem.findings[0].file == f"x{suffix}"
