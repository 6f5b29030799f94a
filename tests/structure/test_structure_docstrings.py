"""The examples in the docstrings run."""

from __future__ import annotations

import doctest
from importlib import import_module

import pytest

import interfirm.structure as structure


@pytest.mark.parametrize("name", [name for name in structure.__all__ if callable(getattr(structure, name))])
def test_examples(name: str) -> None:
    thing = getattr(structure, name)
    finder, runner = doctest.DocTestFinder(recurse=False), doctest.DocTestRunner()
    for test in finder.find(thing, name, globs=vars(import_module(thing.__module__)).copy()):
        assert runner.run(test).failed == 0


def test_the_public_face() -> None:
    assert set(structure.__all__) == {
        "IDEAL_TYPES", "KINDS", "IdealType", "Generated", "generate", "Classification", "classify", "classify_network",
        "Blockmodel", "blockmodel", "Loss", "without", "Roles", "roles", "AllianceStructure", "alliance_table",
        "classify_alliances"}
    with pytest.raises(AttributeError, match="clasify"):
        _ = structure.clasify
