"""A study as a Pajek project: a network per wave, partitions and vectors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from interfirm.errors import Findings
from interfirm.study.read.escapes import escape
from interfirm.study.write import graph_rows
from interfirm.study.write.atomic import write_text
from interfirm.study.write.cells import number_text
from interfirm.study.write.graph_rows import Exported, Looks

if TYPE_CHECKING:
    from interfirm.study.study import Study

_UNKNOWN_CLASS, _UNKNOWN_VALUE = 9999998, 999999998
_MOST_CLASSES = 200


def write_pajek(study: Study, path: str | Path, looks: Looks | None = None) -> Exported:
    """Write a project (.paj): one network per wave, its relations numbered and named, attributes as
    partitions and vectors, alliances as a two-mode network.

    Labels are the actors' identifiers in quotes; a quote or line break in one is written as ``&#34;``
    or ``&#10;``. Words become numbered classes, with the words as comments. An unknown class is
    9999998, an unknown value 999999998.

    Parameters
    ----------
    study
        The study.
    path
        The file. If its extension is ``.net``, only the networks are written, one file per wave.
    looks
        Positions by actor; Pajek wants them between 0 and 1, so they are scaled. Colours are not written.

    Returns
    -------
    Exported
        The files, and what they cannot hold.
    """
    target, notes = Path(path), Findings()
    ties = graph_rows.known_edges(graph_rows.edges(study, notes), notes)
    vertices = _vertices(study, looks)
    waves: list[str | None] = [wave for wave in study.wave_order if wave in set(ties["wave"])]
    plain = target.suffix.lower() == ".net" and ties["relation"].nunique() < 2
    networks = [(wave, _network(study, vertices, ties, wave, plain)) for wave in waves or [None]]
    graph_rows.lost_columns(study.waves, {"wave"}, "waves", notes)
    graph_rows.lost_columns(study.relations, {"relation", "layer", "directed"}, "relations", notes)
    graph_rows.lost_columns(study.ties, {*graph_rows.KEY, "weight"}, "ties", notes)
    graph_rows.lost_layers(study, notes)
    kept = {"actors", "ties", "relations", "waves"}
    if target.suffix.lower() == ".net":
        graph_rows.lost_tables(study, kept, notes)
        graph_rows.lost_columns(study.actors, {"actor"}, "actors", notes)
        if plain and len(ties):
            notes.add("note", f"the file does not say that its ties are '{ties['relation'].iloc[0]}'", "not-held")
        return _separate(target, networks, notes)
    target = target if target.suffix.lower() == ".paj" else target.with_suffix(".paj")
    parts = [text for _, text in networks] + list(_attributes(study, notes))
    if len(study.alliances):
        parts.append(_two_mode(study))
        kept.add("alliances")
        graph_rows.lost_columns(study.alliances, {"alliance", "actor"}, "alliances", notes)
    graph_rows.lost_tables(study, kept | {"observations"}, notes)
    write_text(target, "\n".join(parts))
    return Exported([target], notes.sorted())


def _separate(target: Path, networks: list[tuple[str | None, str]], notes: Findings) -> Exported:
    paths = []
    for number, (wave, text) in enumerate(networks, start=1):
        name = target if len(networks) == 1 else target.with_name(f"{target.stem}-{number}{target.suffix}")
        if len(networks) > 1:
            notes.add("note", f"wave '{wave}' stands in {name.name}", "one-file-per-wave")
        write_text(name, text.split("\n", 1)[1])
        paths.append(name)
    return Exported(paths, notes.sorted())


def _vertices(study: Study, looks: Looks | None) -> list[str]:
    places = _scaled(looks.layout) if looks is not None else {}
    lines = [f"*Vertices {len(study.actors)}"]
    for number, actor in enumerate(study.actors["actor"], start=1):
        place = " {:.6f} {:.6f} 0.5".format(*places[actor]) if actor in places else ""
        lines.append(f'{number} "{escape(actor)}"{place}')
    return lines


def _scaled(places: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Positions between 0.05 and 0.95, proportions kept; Pajek's y grows downwards."""
    if not places:
        return {}
    xs, ys = zip(*places.values(), strict=True)
    span = max(max(xs) - min(xs), max(ys) - min(ys)) or 1.0
    return {actor: (0.05 + 0.9 * (x - min(xs)) / span, 0.05 + 0.9 * (max(ys) - y) / span)
            for actor, (x, y) in places.items()}


def _network(study: Study, vertices: list[str], ties: pd.DataFrame, wave: str | None,
             plain: bool) -> str:
    """One network; ``plain`` leaves out the number and name of its only relation, which some programs cannot read."""
    title = f"wave {escape(wave)}" if wave is not None else escape(study.name)
    lines = [f"*Network {title}", *vertices]
    position = {actor: number for number, actor in enumerate(study.actors["actor"], start=1)}
    mine = ties.loc[ties["wave"] == wave] if wave is not None else ties
    for number, relation in enumerate(study.relation_names, start=1):
        rows = mine.loc[mine["relation"] == relation]
        if len(rows):
            word = "Arcs" if rows["directed"].iloc[0] else "Edges"
            lines.append(f"*{word}" if plain else f'*{word} :{number} "{escape(relation)}"')
            ends = zip(rows["sender"].map(position), rows["receiver"].map(position), rows["weight"], strict=True)
            lines += [f"{sender} {receiver} {number_text(float(weight))}" for sender, receiver, weight in ends]
    return "\n".join(lines)


def _attributes(study: Study, notes: Findings) -> Iterator[str]:
    frame = graph_rows.nodes(study).dropna(axis=1, how="all")
    many = []
    for name in frame.columns:
        values = frame[name]
        if graph_rows.kind(values) in {"int", "float"}:
            yield _vector(str(name), values)
        elif values.nunique() <= _MOST_CLASSES and (values.nunique() < len(values) or len(values) < 3):
            yield _partition(str(name), graph_rows.texts(values.to_frame())[str(name)])
        else:
            many.append(str(name))
    if many:
        notes.add("note", f"texts that differ for every actor are not in the file: {', '.join(many)}", "not-held")


def _vector(name: str, values: pd.Series) -> str:
    cells = [number_text(float(value)) for value in values.fillna(_UNKNOWN_VALUE)]
    return "\n".join([f"*Vector {escape(name)}", f"*Vertices {len(values)}", *cells])


def _partition(name: str, texts: list[str]) -> str:
    words = list(dict.fromkeys(text for text in texts if text))
    number = {word: position for position, word in enumerate(words, start=1)}
    legend = [f"% {position} - {escape(word)}" for word, position in number.items()]
    cells = [str(number.get(text, _UNKNOWN_CLASS)) for text in texts]
    return "\n".join([f"*Partition {escape(name)}", f"*Vertices {len(texts)}", *cells, *legend])


def _two_mode(study: Study) -> str:
    actors = {actor: number for number, actor in enumerate(study.actors["actor"], start=1)}
    names = list(dict.fromkeys(study.alliances["alliance"]))
    alliances = {name: number for number, name in enumerate(names, start=len(actors) + 1)}
    lines = ["*Network alliances", f"*Vertices {len(actors) + len(alliances)} {len(actors)}"]
    lines += [f'{number} "{escape(name)}"' for group in (actors, alliances) for name, number in group.items()]
    lines.append("*Edges")
    lines += [f"{actors[actor]} {alliances[alliance]} 1"
              for alliance, actor in zip(study.alliances["alliance"], study.alliances["actor"], strict=True)]
    return "\n".join(lines)
