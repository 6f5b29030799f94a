"""Every graph format gives back actors, their order, ties, weights and directions; other software reads the files."""

from __future__ import annotations

from pathlib import Path

import igraph
import networkx as nx
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from study_strategies import studies

from interfirm.errors import UnknownName
from interfirm.study.read import graphs
from interfirm.study.study import Study
from interfirm.study.write.export import FORMATS, export

GRAPHS = ("graphml", "gexf", "pajek", "dl")
QUICK = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def cluster() -> Study:
    """Four firms and a university, two waves, a directed and an undirected relation, one isolate."""
    return Study.from_tables({
        "waves": pd.DataFrame({"wave": ["2021", "2024"]}),
        "relations": pd.DataFrame({"relation": ["advice", "peer"], "layer": ["knowledge", "exchange"],
                                   "directed": ["yes", "no"]}),
        "actors": pd.DataFrame({
            "actor": ["F1", "F2", "Ödön & Co", 'say "hi"', "U1"], "name": ["One", "Two", None, "Hi <b>", "Uni"],
            "kind": ["firm", "firm", "firm", "firm", "university"], "founded": [1990, None, 2001, 2010, 1888],
            "sme": ["yes", "no", None, "yes", None], "latitude": [46.9, 46.91, None, None, 46.92],
            "longitude": [19.7, 19.71, None, None, 19.72],
        }),
        "ties": pd.DataFrame(
            [("2021", "advice", "F1", "F2", 1), ("2021", "advice", "F2", "F1", 2.5),
             ("2021", "advice", "F1", "U1", 0.1), ("2021", "peer", "F2", "Ödön & Co", 3),
             ("2024", "advice", "Ödön & Co", "F1", 1), ("2024", "peer", "F1", "F2", 1)],
            columns=["wave", "relation", "sender", "receiver", "weight"]),
    })


def ties(study: Study) -> dict[tuple[str, ...], float]:
    """Weight by wave, relation and pair; an undirected pair in one order, the larger weight counts."""
    way = study.relations.set_index("relation")["directed"]
    out: dict[tuple[str, ...], float] = {}
    for row in study.ties.itertuples():
        pair = (row.sender, row.receiver) if way[row.relation] else tuple(sorted((row.sender, row.receiver)))
        key = (row.wave, row.relation, *pair)
        weight = -1.0 if pd.isna(row.weight) else float(row.weight)
        out[key] = max(weight, out.get(key, -1.0))
    return out


def back(paths: list[Path]) -> list[Study]:
    read = [graphs.read(path) for path in paths]
    assert not [str(item) for part in read for item in part.findings]
    return [Study.from_tables(part.tables) for part in read]


@pytest.mark.parametrize("to", GRAPHS)
@QUICK
@given(study=studies())
def test_read_after_write_keeps_actors_ties_weights_and_directions(to: str, study: Study, tmp_path: Path) -> None:
    expected = ties(study)
    way = study.relations.set_index("relation")["directed"]
    for directed in (True, False):  # a file without any weight means weight 1, so that case is not an identity
        weights = [weight for key, weight in expected.items() if way[key[1]] == directed]
        assume(not weights or max(weights) >= 0)
    if to in {"pajek", "dl"}:
        expected = {key: weight for key, weight in expected.items() if weight > 0}
    if to == "dl" and not expected:
        return
    written = export(study, to, tmp_path / f"study.{to}")
    parts = back(written.paths)
    found: dict[tuple[str, ...], float] = {}
    for part in parts:
        assert list(part.actors["actor"]) == list(study.actors["actor"])
        found |= ties(part)
        stated = part.relations.set_index("relation")["directed"].to_dict()
        assert stated == {name: study.relations.set_index("relation")["directed"][name] for name in stated}
    assert found == expected


@pytest.mark.parametrize("to", ["graphml", "gexf"])
def test_attributes_and_layers_come_back(to: str, tmp_path: Path) -> None:
    study = cluster()
    parts = back(export(study, to, tmp_path / f"study.{to}").paths)
    for part in parts:
        if to == "graphml":
            pd.testing.assert_frame_equal(part.actors[list(study.actors.columns)], study.actors, check_exact=True)
        assert part.actors["founded"].equals(study.actors["founded"])
        assert part.actors["sme"].equals(study.actors["sme"])
    layers = {row.relation: row.layer for part in parts for row in part.relations.itertuples()}
    assert layers == {"advice": "knowledge", "peer": "exchange"}


def test_waves_keep_their_order(tmp_path: Path) -> None:
    study = cluster()
    for to in GRAPHS:
        for part in back(export(study, to, tmp_path / f"study.{to}").paths):
            assert part.wave_order == ("2021", "2024")


def test_networkx_reads_graphml_and_gexf(tmp_path: Path) -> None:
    """networkx 3.6 gives the same nodes, arcs and weights."""
    study = cluster()
    for to, reader in (("graphml", nx.read_graphml), ("gexf", nx.read_gexf)):
        directed, undirected = (reader(path) for path in export(study, to, tmp_path / f"s.{to}").paths)
        assert list(directed) == list(study.actors["actor"])
        assert directed.is_directed() and not undirected.is_directed()
        arcs = sorted((a, b, d["wave"], d["weight"]) for a, b, d in directed.edges(data=True))
        mine = study.ties.loc[study.ties["relation"] == "advice"]
        assert arcs == sorted(zip(mine["sender"], mine["receiver"], mine["wave"], mine["weight"], strict=True))
        assert undirected.number_of_edges() == 2
        assert directed.nodes["U1"]["founded"] == 1888


def test_igraph_reads_graphml(tmp_path: Path) -> None:
    """igraph 1.0 gives the same ids, arcs and weights (it shows ``&`` in an id as ``&#38;``)."""
    study = cluster()
    path = export(study.select(relations=["advice"]), "graphml", tmp_path / "s.graphml").paths[0]
    graph = igraph.Graph.Read_GraphML(str(path))
    assert graph.is_directed()
    assert [name.replace("&#38;", "&") for name in graph.vs["id"]] == list(study.actors["actor"])
    assert sorted(graph.es["weight"]) == [0.1, 1.0, 1.0, 2.5]
    assert set(graph.es["wave"]) == {"2021", "2024"}


def test_networkx_and_igraph_read_a_pajek_network(tmp_path: Path) -> None:
    study = cluster().select(relations=["advice"], waves=["2021"])
    path = export(study, "pajek", tmp_path / "s.net").paths[0]
    arcs = {("F1", "F2"): 1.0, ("F2", "F1"): 2.5, ("F1", "U1"): 0.1}
    graph = nx.read_pajek(path)
    assert {(a, b): d["weight"] for a, b, d in graph.edges(data=True)} == arcs
    other = igraph.Graph.Read_Pajek(str(path))
    assert other.is_directed() and other.ecount() == 3 and sorted(other.es["weight"]) == [0.1, 1.0, 2.5]


def test_positions_and_colours_are_written(tmp_path: Path) -> None:
    study = cluster()
    layout = {actor: (float(k), 2.0 * k) for k, actor in enumerate(study.actors["actor"])}
    colours = {"F1": "#d55e00", "U1": "no colour"}
    for to in ("gexf", "graphml"):
        for path in export(study, to, tmp_path / f"s.{to}", layout=layout, colours=colours).paths:
            read = graphs.read(path).tables["actors"].set_index("actor")
            assert [float(x) for x in read["x"]] == [0, 1, 2, 3, 4]
            assert read.loc["F1", "colour"] == "#d55e00"
    gexf = nx.read_gexf(tmp_path / "s-directed.gexf")
    assert gexf.nodes["F1"]["viz"]["color"] == {"r": 213, "g": 94, "b": 0, "a": 1.0}
    path = export(study, "pajek", tmp_path / "s.paj", layout=layout).paths[0]
    places = graphs.read(path).tables["actors"]
    assert places["x"].astype(float).between(0, 1).all() and places["y"].astype(float).is_monotonic_decreasing


def test_what_a_format_cannot_hold_is_said(tmp_path: Path) -> None:
    study = Study.from_tables({**cluster().tables(), "about": pd.DataFrame({"key": ["name"], "value": ["x"]}),
                               "ties": cluster().ties.assign(trust=4.0, weight=[1, None, 0, 1, 1, 1])})
    notes = {to: " ".join(str(item) for item in export(study, to, tmp_path / f"s.{to}").notes) for to in GRAPHS}
    assert all("about (1 rows)" in text for text in notes.values())
    assert all("two files" in notes[to] for to in ("graphml", "gexf"))
    for to in ("pajek", "dl"):
        assert "1 ties of unknown weight" in notes[to] and "weight 0" in notes[to] and "trust" in notes[to]
    assert "trust" not in notes["graphml"]


def test_both_reports_of_an_undirected_tie_are_written_once(tmp_path: Path) -> None:
    base = cluster()
    double = pd.concat([base.ties, base.ties.loc[base.ties["relation"] == "peer"].rename(
        columns={"sender": "receiver", "receiver": "sender"}).assign(weight=9)], ignore_index=True)
    study = Study.from_tables({**base.tables(), "ties": double})
    for to in GRAPHS:
        written = export(study, to, tmp_path / f"s.{to}")
        assert any("both sides" in str(item) for item in written.notes)
        weights = [weight for part in back(written.paths) for key, weight in ties(part).items() if key[1] == "peer"]
        assert weights == [9.0, 9.0]


def test_alliances_travel_in_a_pajek_project(tmp_path: Path) -> None:
    base = cluster()
    study = Study.from_tables({**base.tables(), "alliances": pd.DataFrame(
        {"alliance": ["A", "A", "B"], "actor": ["F1", "U1", "F1"]})})
    read = graphs.read(export(study, "pajek", tmp_path / "s.paj").paths[0])
    found = read.tables["alliances"][["alliance", "actor"]]
    assert found.to_numpy().tolist() == [["A", "F1"], ["A", "U1"], ["B", "F1"]]


def test_unknown_formats_list_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="graphml"):
        export(cluster(), "graphm", tmp_path / "x")
    assert set(FORMATS) == {"xlsx", "csv", *GRAPHS}
