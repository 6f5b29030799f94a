"""The dialects of graph formats, by hand-made files whose content is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from interfirm.errors import DataError, UsageError
from interfirm.study.read import graphs
from interfirm.study.read.files import Blob, load
from interfirm.study.read.graph_tables import GraphRead
from interfirm.study.study import Study


def blob(name: str, text: str) -> Blob:
    return Blob(name, text.encode("utf-8"), Path(name))


def read(name: str, text: str, **options: str) -> GraphRead:
    return graphs.read(blob(name, text), **options)


def arcs(part: GraphRead) -> list[tuple[str, str, float]]:
    table = part.tables["ties"]
    return [(a, b, float(w)) for a, b, w in zip(table["sender"], table["receiver"], table["weight"], strict=True)]


def directed(part: GraphRead) -> dict[str, str]:
    table = part.tables["relations"]
    return dict(zip(table["relation"], table["directed"], strict=True))


# ---- DL: the same three firms, a-b 1, b-a 1, b-c 2, in every layout --------------------------------------

EXPECTED = [("a", "b", 1.0), ("b", "a", 1.0), ("b", "c", 2.0)]
LABELS = "labels:\na,b\n c\n"
DIRECTED = {
    "full": f"dl n=3\nformat = fullmatrix\n{LABELS}data:\n0 1 0\n1 0 2\n0 0 0\n",
    "free line breaks and commas": f"DL N=3 {LABELS}DATA: 0,1,0 1,0\n2 0\n0,0",
    "default format": f"DL\nN = 3, {LABELS}DATA:\n0 1 0 1 0 2 0 0 0",
    "no diagonal": f"DL N=3 DIAGONAL ABSENT\n{LABELS}DATA:\n1 0\n1 2\n0 0\n",
    "row and column labels": "DL N=3 ROW LABELS:\na\nb\nc\nCOLUMN LABELS:\na b c\nDATA:\n0 1 0\n1 0 2\n0 0 0\n",
    "embedded": "dl n=3 format=fullmatrix labels embedded\ndata:\n  a b c\na 0 1 0\nb 1 0 2\nc 0 0 0\n",
    "row labels embedded": "dl n=3 row labels embedded data:\na 0 1 0\nb 1 0 2\nc 0 0 0\n",
    "edgelist1": f"DL N=3 FORMAT=EDGELIST1\n{LABELS}DATA:\n1 2\n2 1 1\n2,3,2\n",
    "edgelist1 embedded": "DL N=3 FORMAT=EDGELIST1\nLABELS EMBEDDED:\nDATA:\na b\nb a\nb c 2\n",
    "quotes": 'DL N=3 LABELS: "a" \'b\' "c" DATA: 0 1 0 1 0 2 0 0 0',
    "equal signs": "DL N=3 LABELS: a=b=c DATA: 0 1 0 1 0 2 0 0 0",
    "blockmatrix": f"DL N=3 FORMAT=BLOCKMATRIX {LABELS}DATA:\nROWS 1 to 3\nCOLS 1 to 3\nVALUE = 0\n"
                   "ROWS 1\nCOLS 2\nVALUE = 1\nROWS 2\nCOLS 1\nVALUE 1\nROWS: 2\nCOLS: 3\nVALUE: 2\n",
}


@pytest.mark.parametrize("layout", DIRECTED)
def test_dl_layouts_say_the_same(layout: str) -> None:
    part = read("advice.dl", DIRECTED[layout])
    assert sorted(arcs(part)) == EXPECTED
    assert list(part.tables["actors"]["actor"]) == ["a", "b", "c"]
    assert directed(part) == {"advice": "yes"}
    assert not len(part.findings)


@pytest.mark.parametrize("text", [
    f"DL N=3 FORMAT=NODELIST1 {LABELS}DATA:\n1 2\n2 1 3\n",
    "DL N=3 FORMAT=NODELIST1 LABELS EMBEDDED DATA:\na b\nb a c\n",
    f"DL N=3 FORMAT=NODELIST1B {LABELS}DATA:\n1 2\n2 1 3\n0\n",
])
def test_dl_nodelists_have_weight_one(text: str) -> None:
    part = read("advice.dl", text)
    assert sorted(arcs(part)) == [("a", "b", 1.0), ("b", "a", 1.0), ("b", "c", 1.0)]


@pytest.mark.parametrize("text", [
    f"DL N=3 FORMAT=LOWERHALF DIAGONAL PRESENT {LABELS}DATA:\n0\n1 0\n0 2 0\n",
    f"DL N=3 FORMAT=LOWERHALF DIAGONAL ABSENT {LABELS}DATA:\n1\n0 2\n",
    f"DL N=3 FORMAT=UPPERHALF DIAGONAL PRESENT {LABELS}DATA:\n0 1 0\n0 2\n0\n",
    f"DL N=3 FORMAT=UPPERHALF DIAGONAL ABSENT {LABELS}DATA:\n1 0\n2\n",
    f"DL N=3 {LABELS}DATA:\n0 1 0 1 0 2 0 2 0\n",
])
def test_dl_halves_and_symmetric_matrices_have_no_direction(text: str) -> None:
    part = read("peer.dl", text)
    assert {(*sorted(arc[:2]), arc[2]) for arc in arcs(part)} == {("a", "b", 1.0), ("b", "c", 2.0)}
    assert len(arcs(part)) == 2 and directed(part) == {"peer": "no"}


def test_dl_levels_are_relations() -> None:
    part = read("x.dl", "DL N=2 NM=2 LABELS: a b LEVEL LABELS: advice money DATA: 0 1 0 0\n 0 0 3 0")
    assert part.tables["ties"][["relation", "sender", "receiver", "weight"]].to_numpy().tolist() == [
        ["advice", "a", "b", "1"], ["money", "b", "a", "3"]]
    assert any("'money' is put in the layer 'exchange'" in line for line in part.guesses)
    again = read("x.dl", "DL N=2 NM=2 FORMAT=EDGELIST1 LEVEL LABELS: advice money LABELS: a b DATA:\n1 2\n!\n2 1 3\n")
    assert again.tables["ties"].equals(part.tables["ties"])


def test_dl_rectangles_are_alliances() -> None:
    text = "DL NR=2 NC=3 ROW LABELS: a b COLUMN LABELS: p q r DATA: 1 0 1\n0 0 2"
    part = read("x.dl", text)
    assert part.tables["alliances"].fillna("").to_numpy().tolist() == [["p", "a", ""], ["r", "a", ""], ["r", "b", "2"]]
    edges = "DL NR=2 NC=3 FORMAT=EDGELIST2 ROW LABELS: a b COLUMN LABELS: p q r DATA:\n1 1\n1 3\n2 3 2"
    assert read("x.dl", edges).tables["alliances"].equals(part.tables["alliances"])
    nodes = "DL NR=2 NC=3 FORMAT=NODELIST2 LABELS EMBEDDED DATA:\na p r\nb r"
    assert read("x.dl", nodes).tables["alliances"][["alliance", "actor"]].to_numpy().tolist() == [
        ["p", "a"], ["r", "a"], ["r", "b"]]
    assert Study.from_tables(part.tables).incidence().matrix.sum() == 3


@pytest.mark.parametrize(("text", "said"), [
    ("information\n4,10", "does not start with the word DL"),
    ("DL N=3 FORMAT=RANKEDLIST1 DATA: 1", "'rankedlist1' is not read"),
    ("DL N=3 DATA: 0 1", "end too early"),
    ("DL N=2 DATA: 0 1 1 0 1", "more than cells"),
    ("DL N=2 DATA: 0 x 1 0", "'x' is not a number"),
    ("DL N=3 LABELS: a b DATA: 0", "2 labels, not 3"),
    ("DL N=2 LABELS: a b", "no line 'DATA:'"),
    ("DL LABELS: a b DATA: 0", "before the number"),
    ("DL N=2 FORMAT=EDGELIST1 DATA:\n1 5", "neither a label nor a number"),
    ("DL N=2 DATAFILE = x.dat", "in another file"),
    ("DL N=2 NM=2 FORMAT=EDGELIST1 DATA:\n1 2", "1 lists for 2 matrices"),
    ("DL N=0 DATA:", "not possible"),
    ("DL N=2 COLOUR=blue DATA:", "not known in the header"),
])
def test_dl_refuses_clearly(text: str, said: str) -> None:
    with pytest.raises(DataError, match=said) as caught:
        read("x.dl", text)
    assert caught.value.findings[0].row is not None and caught.value.findings[0].remedy


# ---- Pajek -----------------------------------------------------------------------------------------------

NET = '*Vertices 3\n 1 "a b" 0.1 0.5 0.5 ellipse ic Blue\n 2 b 0.2 0.4\n 3 c\n'


def test_pajek_networks() -> None:
    lines = '*Arcs :1 "advice"\n1 2 2.5 c Red l "strong"\n2 1\n*Edges :2 "peer"\n1 3 4\n'
    part = read("x.net", "% comment\n" + NET + lines)
    assert arcs(part) == [("a b", "b", 2.5), ("b", "a b", 1.0), ("a b", "c", 4.0)]
    assert directed(part) == {"advice": "yes", "peer": "no"}
    assert part.tables["actors"].fillna("").to_numpy().tolist() == [
        ["a b", "0.1", "0.5", "Blue"], ["b", "0.2", "0.4", ""], ["c", "", "", ""]]
    assert part.tables["ties"]["label"].tolist()[0] == "strong"
    assert any("drawing" in line for line in part.guesses)


@pytest.mark.parametrize("lines", [
    "*Arcslist\n1 2 3\n2 1\n", "*Matrix\n0 1 1\n1 0 0\n0 0 0\n", "*Arcs\n1 2\n1 3 1\n2 1\n",
    "*arcs :1\n1 2\n1 3\n*ARCS :1\n2 1\n",
])
def test_pajek_lists_and_matrices(lines: str) -> None:
    part = read("advice.net", NET + lines)
    assert sorted(arcs(part)) == [("a b", "b", 1.0), ("a b", "c", 1.0), ("b", "a b", 1.0)]


def test_pajek_arcs_and_edges_in_one_relation_make_it_directed() -> None:
    part = read("advice.net", NET + "*Arcs\n1 2\n*Edges\n2 3\n")
    assert arcs(part) == [("a b", "b", 1.0), ("b", "c", 1.0), ("c", "b", 1.0)]
    assert directed(part) == {"advice": "yes"} and any("two ties" in line for line in part.guesses)


def test_pajek_two_modes_are_alliances() -> None:
    part = read("x.net", '*Vertices 4 2\n1 "a"\n2 "b"\n3 "P"\n4 "Q"\n*Edges\n1 3\n2 3\n2 4\n')
    assert part.tables["alliances"].to_numpy().tolist() == [["P", "a"], ["P", "b"], ["Q", "b"]]
    assert list(part.tables["actors"]["actor"]) == ["a", "b"]
    matrix = read("x.net", '*Vertices 4 2\n1 "a"\n2 "b"\n3 "P"\n4 "Q"\n*Matrix\n1 0\n1 1\n')
    assert matrix.tables["alliances"].to_numpy().tolist() == [["P", "a"], ["P", "b"], ["Q", "b"]]


def test_pajek_partitions_and_vectors() -> None:
    net = blob("x.net", NET + "*Arcs\n1 2\n")
    clu = blob("sector.clu", "*Vertices 3\n1\n2\n9999998\n1 - wood\n2 - steel\n")
    vec = blob("size.vec", "*Vertices 3\n1.5\n2\n999999998\n")
    table = graphs.read([net, clu, vec]).tables["actors"].fillna("")
    assert table["sector"].tolist() == ["wood", "steel", ""] and table["size"].tolist() == ["1.5", "2", ""]
    with pytest.raises(DataError, match=r"together with their \.net"):
        graphs.read(clu)
    short = graphs.read([net, blob("size.vec", "*Vertices 3\n1\n2\n")])
    assert short.findings.failed


@pytest.mark.parametrize(("text", "code"), [
    (NET + "*Arcs\n1 9\n", "unknown-actor"), (NET + "*Arcs\n1\n", "short-row"), ("*Vertices x\n", "not-a-number"),
    (NET + "*Matrix\n0 1\n", "wrong-count"), (NET + "*Tree\n1 2\n", "unknown-section"), ("hello\n", "unknown-line"),
    (NET + "*Arcs\n1 2 x\n", "not-a-number"), ('*Vertices 2\n1 "a"\n1 "b"\n', "duplicate-key"),
])
def test_pajek_mistakes_are_found_with_their_line(text: str, code: str) -> None:
    part = read("x.net", text)
    assert part.findings.failed and {item.code for item in part.findings} >= {code}
    assert all(item.row for item in part.findings.of("error") if item.code == code)


def test_pajek_escapes_are_read() -> None:
    assert read("x.net", '*Vertices 1\n1 "a &#34;b&#34;"\n').tables["actors"]["actor"].tolist() == ['a "b"']


# ---- GraphML ---------------------------------------------------------------------------------------------

ML = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">{}</graphml>'


def test_graphml_types_defaults_and_directions() -> None:
    part = read("advice_2012.graphml", ML.format(
        '<key id="k" for="node" attr.name="colour" attr.type="string"><default>grey</default></key>'
        '<key id="w" for="edge" attr.name="weight" attr.type="double"/>'
        '<graph edgedefault="undirected"><node id="a"/><node id="b"><data key="k"> red </data></node><node id="c"/>'
        '<edge source="a" target="b"><data key="w">2.5</data></edge>'
        '<edge source="b" target="c" directed="true"/></graph>'))
    assert part.tables["actors"]["colour"].tolist() == ["grey", "red", "grey"]
    assert arcs(part) == [("a", "b", 2.5), ("b", "a", 2.5), ("b", "c", 1.0)]
    assert part.tables["waves"]["wave"].tolist() == ["2012"] and directed(part) == {"advice": "yes"}


def test_graphml_of_yed_and_igraph_use_the_names() -> None:
    yed = ML.replace(">{", ' xmlns:y="http://www.yworks.com/xml/graphml">{').format(
        '<key id="d0" for="node" yfiles.type="nodegraphics"/><key id="d1" for="edge" yfiles.type="edgegraphics"/>'
        '<graph edgedefault="directed">'
        '<node id="n0"><data key="d0"><y:ShapeNode><y:Geometry x="1" y="2"/><y:NodeLabel>Alpha<y:X/></y:NodeLabel>'
        '</y:ShapeNode></data></node><node id="n1"><data key="d0"><y:ShapeNode><y:NodeLabel>Beta</y:NodeLabel>'
        '</y:ShapeNode></data></node><edge source="n0" target="n1"><data key="d1"><y:PolyLineEdge>'
        '<y:Arrows source="none" target="none"/></y:PolyLineEdge></data></edge></graph>')
    part = read("peer.graphml", yed)
    assert part.tables["actors"]["actor"].tolist() == ["Alpha", "Beta"]
    assert part.tables["actors"]["x"].tolist()[0] == "1" and directed(part) == {"peer": "no"}
    assert any("called by their names" in line for line in part.guesses)
    igraph = ML.format('<key id="v_name" for="node" attr.name="name" attr.type="string"/><graph edgedefault="directed">'
                       '<node id="n0"><data key="v_name">x</data></node>'
                       '<node id="n1"><data key="v_name">y</data></node>'
                       '<edge source="n1" target="n0"/></graph>')
    assert arcs(read("advice.graphml", igraph)) == [("y", "x", 1.0)]


def test_graphml_nesting_and_hyperedges() -> None:
    part = read("x.graphml", ML.format(
        '<graph edgedefault="directed"><node id="g"><graph edgedefault="directed"><node id="a"/><node id="b"/></graph>'
        '</node><hyperedge id="P"><endpoint node="a"/><endpoint node="b"/></hyperedge></graph>'))
    assert part.tables["actors"].fillna("").to_numpy().tolist() == [["g", ""], ["a", "g"], ["b", "g"]]
    assert part.tables["alliances"].to_numpy().tolist() == [["P", "a"], ["P", "b"]]


def test_what_is_left_out_is_said() -> None:
    part = read("advice.graphml", ML.format(
        '<graph edgedefault="directed"><node id="a"/><node id="b"/><edge source="a" target="a"/>'
        '<edge source="a" target="b"/><edge source="a" target="b"/><edge source="a" target="z"/></graph>'))
    assert [item.code for item in part.findings] == ["self-tie", "duplicate-tie", "unknown-actor"]
    assert arcs(part) == [("a", "b", 1.0)] and part.findings.failed


def test_attributes_that_do_not_fit_a_study_keep_their_values() -> None:
    part = read("x.graphml", ML.format(
        '<key id="k" for="node" attr.name="kind"/><graph edgedefault="directed"><node id="a"><data key="k">GOV</data>'
        '</node></graph>'))
    assert part.tables["actors"]["kind_in_file"].tolist() == ["GOV"] and any("kind_in_file" in x for x in part.guesses)
    assert Study.from_tables(part.tables).actors["kind"].tolist() == ["firm"]


@pytest.mark.parametrize(("text", "said"), [
    ('<!DOCTYPE g [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><graphml>&b;</graphml>', "document type"),
    ('<!DOCTYPE g SYSTEM "file:///etc/passwd"><graphml/>', "document type"),
    ("<graphml><graph>", "well-formed"), ("", "well-formed"), ("<a>" * 200 + "</a>" * 200, "nested too deeply"),
])
def test_hostile_or_broken_xml_is_refused(text: str, said: str) -> None:
    for suffix in ("graphml", "gexf"):
        with pytest.raises(DataError, match=said):
            read(f"x.{suffix}", text)


# ---- GEXF ------------------------------------------------------------------------------------------------

GEXF = ('<gexf xmlns="{ns}" xmlns:viz="{ns}/viz" version="{v}"><graph defaultedgetype="directed" timeformat="date">'
        '<attributes class="node"><attribute id="0" title="sector" type="string"><default>wood</default></attribute>'
        '<attribute id="1" title="tags" type="liststring"/></attributes><nodes><node id="0" label="Alpha"><attvalues>'
        '<attvalue {key}="0" value="steel"/><attvalue {key}="1" value="x|y"/></attvalues><viz:position x="1.5" y="2"/>'
        '<viz:color r="255" g="0" b="16"/><viz:size value="3"/></node><node id="1" label="Beta"/></nodes><edges>'
        '<edge id="0" source="0" target="1" weight="2" {time}</edge></edges></graph></gexf>')


@pytest.mark.parametrize(("version", "namespace", "key", "time"), [
    ("1.1", "http://www.gexf.net/1.1draft", "id", 'start="2010" end="2012">'),
    ("1.2", "http://www.gexf.net/1.2draft", "for", '><spells><spell start="2010"/><spell end="2012"/></spells>'),
    ("1.3", "http://gexf.net/1.3", "for", 'start="2010" end="2012">'),
])
def test_gexf_versions(version: str, namespace: str, key: str, time: str) -> None:
    part = read("advice.gexf", GEXF.format(ns=namespace, v=version, key=key, time=time))
    table = part.tables["actors"].fillna("")
    assert table.iloc[0].to_dict() == {"actor": "0", "sector": "steel", "tags": "x|y", "name": "Alpha", "x": "1.5",
                                       "y": "2", "colour": "#ff0010", "size": "3"}
    assert table.iloc[1]["sector"] == "wood"
    tie = part.tables["ties"].iloc[0]
    found = tuple(tie[name] for name in ("sender", "receiver", "weight", "since", "until"))
    assert found == ("0", "1", "2", "2010", "2012")


def test_gexf_mutual_edges_numbers_as_time_and_nested_nodes() -> None:
    part = read("x.gexf", '<gexf version="1.2"><graph defaultedgetype="directed"><nodes><node id="a"><nodes>'
                '<node id="b"/></nodes></node></nodes><edges><edge source="a" target="b" type="mutual" start="1.5"/>'
                "</edges></graph></gexf>")
    assert arcs(part) == [("a", "b", 1.0), ("b", "a", 1.0)]
    assert part.tables["ties"]["start"].tolist() == ["1.5", "1.5"]
    assert part.tables["actors"].fillna("").to_numpy().tolist() == [["a", ""], ["b", "a"]]


# ---- names, waves, recognition ---------------------------------------------------------------------------

def test_names_and_waves_can_be_given() -> None:
    text = "DL N=2 LABELS: a b DATA: 0 1 0 0"
    part = read("whatever.dl", text, relation="advice", wave="2020")
    assert part.tables["relations"].to_numpy().tolist() == [["advice", "knowledge", "yes"]] and not part.guesses
    assert part.tables["waves"]["wave"].tolist() == ["2020"]
    guessed = read("Network (2015).dl", text)
    assert guessed.tables["relations"]["relation"].tolist() == ["network"]
    assert guessed.tables["waves"]["wave"].tolist() == ["2015"]


def test_graph_files_are_recognised(tmp_path: Path) -> None:
    assert graphs.is_graph(blob("x.DAT", " dl n=3")) and not graphs.is_graph(blob("x.dat", "a;b"))
    assert graphs.is_graph(blob("x.gexf", "")) and not graphs.is_graph(Blob("x.txt", b"\0\1", Path("x.txt")))
    with pytest.raises(UsageError, match="not a graph file"):
        graphs.read(blob("x.doc", "dl"))
    with pytest.raises(UsageError, match="no file"):
        graphs.read(tmp_path / "none.net")
    with pytest.raises(UsageError, match="One graph file at a time"):
        graphs.read([blob("a.net", ""), blob("b.net", "")])


@pytest.mark.data
def test_the_ucinet_organisations(data_dir) -> None:
    """Knoke & Wood: 49 information and 22 money ties among 10 organisations; Stokman & Ziegler: 16 and 15 firms."""
    folder = data_dir("ucinet_organisations")
    knoke = Study.from_tables(graphs.read(folder / "Knok.dat").tables)
    assert [knoke.adjacency(name).matrix.nnz for name in ("KNOKI", "KNOKM")] == [49, 22]
    project = graphs.read([*load(folder / "KnokBur.paj"), *load(folder / "KnokRat.vec"), *load(folder / "KnokSec.clu")])
    same = Study.from_tables(project.tables)
    for name in ("KNOKI", "KNOKM"):
        assert (same.adjacency(name).matrix != knoke.adjacency(name).matrix).nnz == 0
    assert same.covariate("KnokSec").tolist()[:4] == ["GOV", "VOL", "GOV", "PVT"]
    assert same.covariate("KnokRat").tolist()[0] == 5.8
    for name, size, ties in (("SZCID.DAT", 16, 60), ("SZCIG.DAT", 15, 67)):
        study = Study.from_tables(graphs.read(folder / name).tables)
        assert (len(study.actors), len(study.ties)) == (size, ties)
    with pytest.raises(DataError, match="has to be converted into DL format"):
        graphs.read(folder / "KnokBur.DAT")
