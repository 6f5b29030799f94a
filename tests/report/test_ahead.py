"""Figures drawn in a second process are those drawn here, and a process that dies costs nothing but time."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import pytest
from small_studies import star

from interfirm.report import ahead as drawing
from interfirm.report.ahead import Pencil
from interfirm.report.figures import figure
from interfirm.report.page import make


class Broken(Executor):
    """Takes work and dies over it; after ``most`` takings it takes none."""

    def __init__(self, most: int) -> None:
        self.left = most

    def submit(self, *args: Any, **kwargs: Any) -> Future[Any]:  # type: ignore[override]
        if not self.left:
            raise BrokenProcessPool
        self.left -= 1
        out: Future[Any] = Future()
        out.set_exception(BrokenProcessPool())
        return out


@pytest.fixture(scope="module")
def plain() -> tuple[dict[str, Any], str]:
    return make(star())


def blocks(summary: dict[str, Any]) -> list[dict[str, Any]]:
    return [block for chapter in summary["chapters"] for block in chapter["blocks"] if block["type"] == "figure"]


def test_a_second_process_draws_every_figure_and_the_page_is_the_same(
        plain: tuple[dict[str, Any], str], monkeypatch: pytest.MonkeyPatch) -> None:
    here: list[str] = []
    monkeypatch.setattr(drawing, "figure", Counting(here))
    assert make(star(), processes=True) == plain
    assert len(blocks(plain[0])) > 3
    assert here == []


class Counting:
    """Draws as ever, and notes what it drew in the process where it was made."""

    def __init__(self, here: list[str]) -> None:
        self.here = here

    def __call__(self, block: dict[str, Any]) -> dict[str, Any]:
        self.here.append(str(block["id"]))
        return figure(block)


@pytest.mark.parametrize("most", [0, 1, 100])
def test_a_process_that_dies_leaves_the_drawing_to_us(plain: tuple[dict[str, Any], str], most: int) -> None:
    pencil = Pencil(Broken(most))
    for chapter in plain[0]["chapters"]:
        pencil.begin(chapter)
    for block in blocks(plain[0])[:3]:
        assert pencil.figure(block) == figure(block)


def test_a_figure_that_was_not_begun_is_drawn_when_asked(plain: tuple[dict[str, Any], str]) -> None:
    block = blocks(plain[0])[0]
    assert Pencil().figure(block) == figure(block)
    with drawing.ahead(False) as pencil:
        pencil.begin(plain[0]["chapters"][0])
        assert pencil.figure(block) == figure(block)
