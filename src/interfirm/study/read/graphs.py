"""Graph files of every known format become tables of a study."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from interfirm.errors import DataError, UsageError
from interfirm.study.read import dl, gexf, graphml, pajek
from interfirm.study.read.files import Blob, decode, load
from interfirm.study.read.graph_tables import Graph, GraphRead, assemble

_PARSERS: dict[str, Callable[[Blob], Graph]] = {
    ".graphml": graphml.parse, ".gexf": gexf.parse, ".net": pajek.parse, ".paj": pajek.parse, ".dl": dl.parse,
}
_COMPANIONS = (".clu", ".vec")
_PERHAPS_DL = (".dat", ".txt")

SUFFIXES = (*_PARSERS, *_COMPANIONS)


def is_graph(blob: Blob) -> bool:
    """Whether a file is a graph: by its extension, or a ``.dat`` or ``.txt`` that starts with the word DL."""
    if blob.suffix in SUFFIXES:
        return True
    if blob.suffix not in _PERHAPS_DL:
        return False
    try:
        return dl.is_dl(decode(blob.data[:4096], name=blob.name).text)
    except DataError:
        return False


def read(source: str | Path | Blob | Sequence[Blob], *, relation: str | None = None,
         wave: str | None = None) -> GraphRead:
    """Read a graph file: GraphML, GEXF, Pajek or UCINET DL.

    Every relation (level, named set of arcs) of the file is a relation of its own. One that
    interfirm does not know by name is put in the layer "exchange", and this is said. Self-ties
    and repeated ties are left out with a finding each.

    Parameters
    ----------
    source
        A path, an opened file, or a Pajek network together with its partitions and vectors.
    relation, wave
        Names to use where the file names none, or only one.

    Returns
    -------
    GraphRead
        Raw tables (``actors``, ``waves``, ``relations``, ``ties``, ``alliances``), guesses, and findings.
        Give the tables to ``Study.from_tables``.

    Raises
    ------
    UsageError
        If there is nothing at the path, or the format is not known.
    DataError
        If the file cannot be read at all.

    Examples
    --------
    >>> read("advice.graphml", wave="2024").tables["ties"]      # doctest: +SKIP
    """
    if isinstance(source, (str, Path)):
        blobs: Sequence[Blob] = load(source)
    else:
        blobs = [source] if isinstance(source, Blob) else source
    main = [blob for blob in blobs if blob.suffix not in _COMPANIONS]
    if len(main) > 1:
        names = ", ".join(blob.name for blob in main[:5])
        raise UsageError(f"One graph file at a time; here are {len(main)}: {names}.")
    if not main:
        names = ", ".join(blob.name for blob in blobs) or str(source)
        raise DataError(f"{names}: partitions and vectors have no names of actors; read them together with their .net")
    graph = _parser(main[0])(_with_companions(main[0], [blob for blob in blobs if blob is not main[0]]))
    return assemble(graph, relation=relation, wave=None if wave is None else str(wave))


def _parser(blob: Blob) -> Callable[[Blob], Graph]:
    if blob.suffix in _PARSERS:
        return _PARSERS[blob.suffix]
    if blob.suffix in _PERHAPS_DL:
        return dl.parse
    raise UsageError(f"'{blob.name}' is not a graph file. Known: {', '.join(SUFFIXES)}.")


def _with_companions(main: Blob, companions: Sequence[Blob]) -> Blob:
    """A network with its partitions and vectors, as one project."""
    if not companions:
        return main
    texts = [decode(main.data, name=main.name).text]
    for blob in companions:
        word = "Partition" if blob.suffix == ".clu" else "Vector"
        texts.append(f"*{word} {blob.stem}\n" + decode(blob.data, name=blob.name).text)
    return Blob(main.name, "\n".join(texts).encode("utf-8"), main.path)
