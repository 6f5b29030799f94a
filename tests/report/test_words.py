"""Numbers, names and references in sentences."""

from __future__ import annotations

import pytest

from interfirm.errors import UnknownName
from interfirm.report import bibliography, words


@pytest.mark.parametrize(("value", "text"), [
    (0.408, "41\u00a0%"), (0.0, "0\u00a0%"), (1.0, "100\u00a0%"), (0.0042, "0.4\u00a0%"), (0.9951, "99.5\u00a0%"),
    (float("nan"), "unknown")])
def test_shares(value: float, text: str) -> None:
    assert words.share(value) == text


@pytest.mark.parametrize(("value", "text"), [
    (12.345, "12.3"), (0.012345, "0.0123"), (1234.5, "1,234"), (7, "7"), (2.50, "2.5"), (0.0, "0"),
    (0.00012, "0.00012"), (-3.14159, "\u22123.14")])
def test_three_significant_digits(value: float, text: str) -> None:
    assert words.number(value) == text


def test_lists_of_names() -> None:
    assert words.listing(["A"]) == "A"
    assert words.listing(["A", "B"]) == "A and B"
    assert words.listing(["A", "B", "C"]) == "A, B and C"
    assert words.listing(list("ABCDEF"), 4) == "A, B, C, D and 2 more"
    assert words.listing([]) == ""


def test_kinds_in_singular_and_plural() -> None:
    assert words.kind("agency") == "agencies"
    assert words.kind("agency", 1) == "an agency"
    assert words.kind("firm", 1) == "a firm"
    assert words.kind("other") == "of another kind"


def test_entries_of_bibtex() -> None:
    text = r"""@article{one, author = {Garlaschelli, Diego and L{\"o}ffredo, M. I.}, title = {A {Big} Title},
        journal = {Journal}, year = 2004, volume = {93}, number = {26}, pages = {1--2}, doi = {10.1/x}}
        @book{two, author = "Erd{\H o}s, P{\'a}l", title = {On \& On}, publisher = {Press}, year = {1959}}"""
    found = bibliography.parse(text)
    assert found["one"]["author"] == "Garlaschelli, Diego and Löffredo, M. I."
    assert found["one"]["title"] == "A Big Title"
    assert found["one"]["pages"] == "1–2"
    assert found["two"] == {"type": "book", "author": "Erdős, Pál", "title": "On & On", "publisher": "Press",
                            "year": "1959"}


def test_every_reference_of_the_package_is_readable() -> None:
    for key in bibliography.entries():
        text = bibliography.reference(key)
        assert "no year" not in text and "{" not in text and "\\" not in text, text
        assert not text.startswith("Anonymous"), key


def test_unknown_reference() -> None:
    with pytest.raises(UnknownName, match="burt1892"):
        bibliography.reference("burt1892")
