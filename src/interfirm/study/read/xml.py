"""XML that may come from anyone: no entities, no DTD, limits on depth and size."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from interfirm.errors import DataError, Finding

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOST_DEPTH = 100
MOST_BYTES = 1 << 30


def parse(data: bytes, name: str) -> Element:
    """The root element of an XML file.

    Raises
    ------
    DataError
        If the file is not well formed, cut off, too large or too deep, or declares entities or a DTD.
    """
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    if len(data) > MOST_BYTES:
        raise _refusal(name, f"the file has {len(data):,} bytes", f"at most {MOST_BYTES:,} bytes", "Split the file")
    root: Element | None = None
    depth = 0
    try:
        for event, element in iterparse(io.BytesIO(data), events=("start", "end"), forbid_dtd=True):
            root = element if root is None else root
            depth += 1 if event == "start" else -1
            if depth > MOST_DEPTH:
                raise _refusal(name, "the elements are nested too deeply", f"at most {MOST_DEPTH} levels",
                               "Export the file again without nested groups")
    except DefusedXmlException as problem:
        raise _refusal(name, "the file declares a document type or entities, which may hide an attack",
                       "plain XML without <!DOCTYPE", "Remove the declaration, or export the file again") from problem
    except (ParseError, ValueError, LookupError) as problem:
        raise _refusal(name, f"the file is not well-formed XML ({problem})", "a complete XML file",
                       "Export the file again; it may be cut off") from problem
    if root is None:
        raise _refusal(name, "the file is empty", "a complete XML file", "Export the file again")
    return root


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def children(element: Element | None, *names: str) -> Iterator[Element]:
    """The children with one of these names, whatever their namespace."""
    if element is not None:
        yield from (child for child in element if local(child) in names)


def child(element: Element | None, name: str) -> Element | None:
    """The first child of that name, or None."""
    return next(children(element, name), None)


def descendants(element: Element, name: str) -> Iterator[Element]:
    """Every element of that name below."""
    return (item for item in element.iter() if local(item) == name)


def _refusal(name: str, problem: str, expected: str, remedy: str) -> DataError:
    return DataError(Finding("error", problem, "xml", file=name, expected=expected, remedy=remedy))
