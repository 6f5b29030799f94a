"""Pajek: networks (.net), partitions (.clu), vectors (.vec) and projects (.paj)."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from interfirm.study.read.escapes import unescape
from interfirm.study.read.files import Blob, decode
from interfirm.study.read.graph_tables import Edge, Graph

MISSING = {"9999998", "99999998", "999999998"}
_TOKEN = re.compile(r'"([^"]*)"|(\[[^\]]*\])|(\S+)')
_HEAD = re.compile(r'^(?::\s*(\d+))?\s*(?:"([^"]*)"|(\S.*))?$')
_LEGEND = re.compile(r"^%?\s*(\d+)\s*[-=:]\s*(\S.*)$")
_LINES = ("arcs", "edges", "arcslist", "edgeslist", "matrix")
_VALUES = {"partition": "clu", "vector": "vec"}
_OTHERS = ("permutation", "cluster", "hierarchy")
MOST = 5_000_000


@dataclass
class _Network:
    title: str
    labels: list[str] = field(default_factory=list)
    rows: int = 0
    relations: dict[str, str] = field(default_factory=dict)


def parse(blob: Blob) -> Graph:
    """A Pajek file: one network, or a project of networks, partitions and vectors.

    Labels become actors; several relations in a network (``*Arcs :1 "advice"``) keep their names, several
    networks in a project become relations, or waves where they are called ``wave …``. Vertices of a
    two-mode network become actors and alliances. Partitions and vectors become attributes.

    Raises
    ------
    DataError
        If the file is not text.
    """
    return _Reader(blob).run()


class _Reader:
    """Walks through the lines; each section of the file has its own method."""

    def __init__(self, blob: Blob) -> None:
        name = Path(blob.name).name
        decoded = decode(blob.data, name=name)
        self.out = Graph(name, blob.stem)
        if not decoded.certain:
            self.out.guess(f"the text is read as {decoded.encoding}")
        self.lines = decoded.text.split("\n")
        self.at = 0
        self.suffix = blob.suffix
        self.network: _Network | None = None
        self.home: list[_Network] = []
        self.members: set[tuple[str, str]] = set()
        self.networks: list[_Network] = []
        self.drawing = False

    def run(self) -> Graph:
        title = ""
        section = _VALUES_BY_SUFFIX.get(self.suffix, "")
        for word, rest in self._sections():
            if word == "network":
                section, title = "network", rest
            elif word in _VALUES or word in _OTHERS:
                section, title = word, rest
            elif word == "vertices" and section in _VALUES:
                self._values(section, title or self.out.stem, rest)
            elif word == "vertices" and section in _OTHERS:
                self._skip(section)
            elif word == "vertices":
                self._vertices(title, rest)
            elif word in _LINES and self.network is not None:
                self._ties(word, rest)
            else:
                self.out.problem(f"'*{word}' cannot be read here", "unknown-section", row=self.at,
                                 expected="*Network, *Vertices, *Arcs, *Edges, *Arcslist, *Edgeslist, *Matrix, "
                                 "*Partition or *Vector", remedy="Correct the line")
                self._skip("")
        return self._finished()

    def _finished(self) -> Graph:
        if not self.networks and not self.out.findings.failed:
            self.out.problem("there is no network in the file", "no-actors", expected="a line '*Vertices n'",
                             remedy="Read .clu and .vec together with their .net")
        if self.drawing:
            self.out.guess("shapes and other drawing instructions are not kept")
        self._name_networks()
        return self.out

    def _sections(self) -> Iterator[tuple[str, str]]:
        """Each line that starts with a star: its first word in lower case, and the rest."""
        while self.at < len(self.lines):
            line = self.lines[self.at].strip().lstrip("\x1a")
            self.at += 1
            if line.startswith("*") and len(line) > 1:
                word, _, rest = line[1:].strip().partition(" ")
                word, _, tail = word.partition(":")
                yield word.lower(), (f":{tail} {rest}" if tail else rest).strip()
            elif line and not line.startswith("%"):
                self.out.problem(f"'{line[:40]}' stands outside any section", "unknown-line", row=self.at,
                                 expected="a line that starts with *Network or *Vertices",
                                 remedy="Check that this is a Pajek file")
                self._skip("")

    def _body(self) -> Iterator[tuple[int, str]]:
        """The lines up to the next star, without comments and empty ones, with their numbers."""
        while self.at < len(self.lines):
            line = self.lines[self.at].strip("\x1a \t\r")
            if line.startswith("*"):
                return
            self.at += 1
            if line and not line.startswith("%"):
                yield self.at, line

    def _skip(self, section: str) -> None:
        count = sum(1 for _ in self._body())
        if section:
            self.out.left_out(f"a {section} of {count} lines is not read", "not-read", row=self.at)

    def _count(self, text: str) -> int | None:
        if text.isascii() and text.isdigit() and int(text) <= MOST:
            return int(text)
        self.out.problem(f"'{text[:40]}' is not the number of vertices", "not-a-number", row=self.at,
                         expected=f"a whole number up to {MOST:,}")
        return None

    def _vertices(self, title: str, rest: str) -> None:
        words = rest.split()
        count = self._count(words[0] if words else "")
        rows = self._count(words[1]) if len(words) > 1 else count
        if count is None or rows is None or rows > count:
            self._skip("")
            return
        found: dict[int, tuple[str, dict[str, str]]] = {}
        for row, line in self._body():
            number, label, attributes = self._vertex(row, line, count)
            if number and number in found:
                self.out.problem(f"vertex {number} is there twice", "duplicate-key", row=row, expected="each once")
            elif number:
                found[number] = (label, attributes)
        if 0 < len(found) < count:
            self.out.left_out(f"{count} vertices are announced, {len(found)} are listed; the others are called "
                              "by their numbers", "wrong-count", row=self.at,
                              remedy="Complete the list if the file is cut off")
        labels = self._unique([found.get(number, (str(number), {}))[0] for number in range(1, count + 1)])
        self.network = _Network(title.strip('" '), labels, rows)
        self.networks.append(self.network)
        for number, label in enumerate(labels[:rows], start=1):
            self.out.nodes.setdefault(label, {}).update(found.get(number, ("", {}))[1])

    def _vertex(self, row: int, line: str, count: int) -> tuple[int, str, dict[str, str]]:
        tokens = _tokens(line)
        number = self._index(row, tokens[0], count)
        label = unescape(tokens[1]).strip() if len(tokens) > 1 else tokens[0]
        rest = tokens[2:]
        numbers = []
        while rest and _is_number(rest[0]):
            numbers.append(rest.pop(0))
        attributes = dict(zip(("x", "y"), numbers, strict=False))
        for key, value in itertools.pairwise(rest):
            if key.lower() == "ic":
                attributes["colour"] = value
        times = [token for token in rest if token.startswith("[")]
        if times:
            attributes["time"] = times[0].strip("[]")
        self.drawing |= len(rest) > len(times)
        return number, label or str(number), attributes

    def _unique(self, labels: list[str]) -> list[str]:
        seen: dict[str, int] = {}
        out = []
        for number, label in enumerate(labels, start=1):
            name = f"{label} ({number})" if label in seen else label
            if name != label:
                self.out.guess(f"two vertices are called '{label}'; the second is called '{name}'")
            seen[name] = number
            out.append(name)
        return out

    def _index(self, row: int, token: str, count: int) -> int:
        if token.isascii() and token.isdigit() and 1 <= int(token) <= count:
            return int(token)
        self.out.problem(f"'{token[:40]}' is not the number of a vertex", "unknown-actor", row=row,
                         expected=f"a whole number from 1 to {count}", remedy="Correct the line")
        return 0

    def _ties(self, word: str, rest: str) -> None:
        network = self.network
        assert network is not None
        match = _HEAD.match(rest)
        number, quoted, bare = match.groups() if match else (None, None, None)
        name = quoted if quoted is not None else bare
        if number is not None:
            network.relations.setdefault(number, unescape(name or f"relation {number}"))
            relation: str | None = network.relations[number]
        else:
            relation = unescape(quoted) if quoted else None
        if word == "matrix":
            self._matrix(network, relation)
        elif word in {"arcslist", "edgeslist"}:
            self._lists(network, word, relation)
        else:
            self._pairs(network, word, relation)

    def _pairs(self, network: _Network, word: str, relation: str | None) -> None:
        for row, line in self._body():
            prefix = re.match(r"(\d+)\s*:\s*", line)
            mine = relation
            if prefix:
                line = line[prefix.end():]
                mine = network.relations.get(prefix.group(1), f"relation {prefix.group(1)}")
            tokens = _tokens(line)
            if len(tokens) < 2:
                self.out.problem(f"'{line[:40]}' is not a pair of vertices", "short-row", row=row,
                                 expected="two vertex numbers and perhaps a weight")
                continue
            weight = tokens[2] if len(tokens) > 2 and not tokens[2].startswith("[") else "1"
            extra = self._line_extras(tokens[2:])
            self._add(network, row, (tokens[0], tokens[1]), weight, mine, word == "arcs", extra)

    def _line_extras(self, tokens: list[str]) -> dict[str, str]:
        extra = {}
        for key, value in itertools.pairwise(tokens):
            if key == "l":
                extra["label"] = unescape(value)
        times = [token for token in tokens if token.startswith("[")]
        if times:
            extra["time"] = times[0].strip("[]")
        self.drawing |= len(tokens) - 2 * ("label" in extra) - len(times) > 1
        return extra

    def _lists(self, network: _Network, word: str, relation: str | None) -> None:
        for row, line in self._body():
            first, *others = _tokens(line)
            if first.startswith("-"):
                first = first[1:]
            for other in others:
                self._add(network, row, (first, other), "1", relation, word == "arcslist", {})

    def _matrix(self, network: _Network, relation: str | None) -> None:
        two_mode = network.rows < len(network.labels)
        width = len(network.labels) - network.rows if two_mode else len(network.labels)
        cells = [(row, cell) for row, line in self._body() for cell in line.split()]
        expected = network.rows * width
        if len(cells) != expected:
            self.out.problem(f"the matrix has {len(cells)} cells", "wrong-count", row=self.at,
                             expected=f"{network.rows} rows of {width} numbers", remedy="Complete the matrix")
        for position, (row, cell) in enumerate(cells[:expected]):
            if not _is_number(cell):
                self.out.problem(f"'{cell[:40]}' is not a number", "not-a-number", row=row, expected="a number")
            elif float(cell) != 0:
                first, second = divmod(position, width)
                pair = (str(first + 1), str(second + 1 + (network.rows if two_mode else 0)))
                self._add(network, row, pair, cell, relation, True, {})

    def _add(self, network: _Network, row: int, pair: tuple[str, str], weight: str, relation: str | None,
             arrow: bool, extra: dict[str, str]) -> None:
        count = len(network.labels)
        first, second = (self._index(row, token, count) for token in pair)
        if not first or not second:
            return
        if network.rows < count:
            self._membership(network, row, first, second, weight)
            return
        self.out.edges.append(Edge(network.labels[first - 1], network.labels[second - 1], weight, arrow,
                                   relation, None, extra, row))
        self.home.append(network)

    def _membership(self, network: _Network, row: int, first: int, second: int, weight: str) -> None:
        actor, alliance = sorted((first, second))
        if actor > network.rows or alliance <= network.rows:
            self.out.problem("the line joins two vertices of the same kind in a two-mode network", "not-two-mode",
                             row=row, expected=f"one vertex up to {network.rows} and one above",
                             remedy="Correct the line, or the numbers after *Vertices")
            return
        key = (network.labels[alliance - 1], network.labels[actor - 1])
        entry = {"alliance": key[0], "actor": key[1]}
        if key in self.members:
            self.out.left_out(f"the membership of '{entry['actor']}' in '{entry['alliance']}' is there twice",
                              "duplicate-key", row=row)
            return
        self.members.add(key)
        self.out.memberships.append(entry if weight in {"1", "1.0"} else entry | {"weight": weight})

    def _values(self, kind: str, title: str, rest: str) -> None:
        """A partition or a vector for the vertices of the first network of that size."""
        count = self._count(rest)
        start = self.at
        cells = list(self._body())
        if count is None:
            return
        values = [line for _, line in cells[:count]]
        legend = {match[1]: match[2] for line in self.lines[start:self.at] if (match := _LEGEND.match(line.strip()))}
        stray = [row for row, line in cells[count:] if not _LEGEND.match(line)]
        if stray:
            self.out.left_out(f"{len(stray)} lines after the values of the {kind} '{title}' are not read", "not-read",
                              row=stray[0])
        network = next((item for item in self.networks if len(item.labels) == count), None)
        if network is None or len(values) < count:
            self.out.problem(f"the {kind} '{title}' has {len(values)} values for {count} vertices"
                             if network else f"no network has {count} vertices for the {kind} '{title}'",
                             "wrong-count", row=self.at, expected="one value for each vertex of a network")
            return
        wrong = next((row for row, line in cells[:count] if not _is_number(line)), None)
        if wrong is not None:
            self.out.problem(f"a value of the {kind} '{title}' is not a number", "not-a-number", row=wrong,
                             expected="one number per line")
            return
        name = unescape(Path(title.replace("\\", "/")).stem if title.endswith((".clu", ".vec")) else title).strip()
        for label, value in zip(network.labels[: network.rows], values, strict=False):
            if value not in MISSING:
                self.out.nodes[label][name or kind] = unescape(legend.get(value, value)).strip()

    def _name_networks(self) -> None:
        """Several networks are several waves where they are called so, otherwise several relations."""
        titles = [network.title for network in self.networks]
        for edge, network in zip(self.out.edges, self.home, strict=True):
            wave = re.match(r"wave\s+(.+)$", network.title, re.IGNORECASE)
            edge.wave = unescape(wave.group(1)).strip() if wave else None
            if edge.relation is None and wave is None and network.title and len(set(titles)) > 1:
                edge.relation = re.split(r"\s:\s|[\\/]", network.title)[-1].strip() or network.title
        if len(self.networks) > 1 and any(edge.relation for edge in self.out.edges):
            self.out.guess(f"the project has {len(self.networks)} networks; their titles name relations or waves")


_VALUES_BY_SUFFIX = {f".{suffix}": word for word, suffix in _VALUES.items()}


def _tokens(line: str) -> list[str]:
    return [match.group(1) if match.group(1) is not None else match.group(2) or match.group(3)
            for match in _TOKEN.finditer(line)]


def _is_number(text: str) -> bool:
    try:
        return float(text) == float(text) and "_" not in text
    except ValueError:
        return False
