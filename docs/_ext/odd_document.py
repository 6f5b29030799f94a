"""Rewrite the generated part of the description of the cluster model: python docs/_ext/odd_document.py."""

from __future__ import annotations

from pathlib import Path

from interfirm.simulation.odd import document

PAGE = Path(__file__).resolve().parents[1] / "reference" / "cluster-model.md"
BEGIN, END = "<!-- generated: begin -->\n", "<!-- generated: end -->\n"


def renewed(text: str) -> str:
    """The page with its generated part made anew."""
    before, rest = text.split(BEGIN)
    return before + BEGIN + "\n" + document() + "\n" + END + rest.split(END)[1]


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text("utf-8")), encoding="utf-8")
