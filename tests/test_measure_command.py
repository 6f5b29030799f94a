"""One command reaches the measures of every chapter that take a study."""

from __future__ import annotations

import inspect
from pathlib import Path

import pandas as pd
import pytest

from interfirm.cli import run
from interfirm.commands import measuring
from interfirm.errors import DataError, UnknownName, UsageError
from interfirm.network import catalogue
from interfirm.study.example import example

WAVES = ["first=2021", "second=2024"]
NEEDED = {"bonacich_power": ["beta=0.1"], "commitment_scope": ["on=2024"],
          "qap_correlation": ["first=advice", "second=peer"], "readiness": ["type=r&d", "purpose=develop product"],
          "recommend": ["actor=F07"], "downscaling": WAVES, "turnover": WAVES, "evaluate": ["until=2021", "after=2022"],
          "seci_simulation": ["draws=20"], "lag_analysis": ["relation=advice", "method=ml", "contextual=no"]}
ABSTAINS = {"exit_hazard": UsageError, "knowledge_types": DataError,  # the example has one exit, one kind of knowledge
            "evaluate": UsageError}  # and four actors with partners to learn from
EVERY = measuring.every()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("measures") / "demo"
    assert run(["example", str(folder)]) == 0
    return folder


def options(item: measuring.Measure) -> tuple[list[str] | None, str | None]:
    known = inspect.signature(item.function).parameters
    relation = ["advice"] if "relation" in known and known["relation"].default is None else None
    return relation, "2024" if "wave" in known else None


def test_every_chapter_with_texts_is_reached() -> None:
    assert {item.room for item in EVERY} == set(measuring.ROOMS)
    assert len({item.name for item in EVERY}) == len(EVERY) > 80
    assert all(item.texts["title"] and item.texts["definition"] for item in EVERY)


@pytest.mark.slow
@pytest.mark.parametrize("item", EVERY, ids=lambda item: f"{item.room}.{item.name}")
def test_every_measure_becomes_a_table(item: measuring.Measure) -> None:
    relation, wave = options(item)
    study = example()
    if item.name in ABSTAINS:
        with pytest.raises(ABSTAINS[item.name]):
            catalogue.apply(item.function, item.name, study, relation=relation, wave=wave,
                            options=NEEDED.get(item.name, []))
        return
    result = catalogue.apply(item.function, item.name, study, relation=relation, wave=wave,
                             options=NEEDED.get(item.name, []))
    frame = catalogue.as_table(result, item.name, study)
    assert isinstance(frame, pd.DataFrame) and len(frame.columns)
    assert not frame.to_csv(index=False).count(" object at 0x")


@pytest.mark.parametrize(("arguments", "words"), [
    (["disparities", "DEMO", "--wave", "2024"], "share_between"),
    (["profiles", "DEMO", "--wave", "2024"], "C1"),
    (["relations.trust", "DEMO", "--wave", "2024"], "asymmetry"),
    (["over_externalisation", "DEMO", "--wave", "2024", "--set", "given=employees,founded"], "over_externalisation"),
    (["list"], "introduction_plan"), (["dependence", "--describe"], "relation=customer"),
])
def test_it_prints_measures_of_other_chapters(arguments: list[str], words: str, demo: Path,
                                              capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["measure", *(item.replace("DEMO", str(demo)) for item in arguments)]) == 0
    assert words in capsys.readouterr().out


@pytest.mark.parametrize(("arguments", "words"), [
    (["heckman", "DEMO"], "interfirm performance"), (["location_quotient"], "interfirm cluster"),
    (["classify", "DEMO"], "interfirm structure"), (["entry_value"], "interfirm entry"),
    (["network.trust", "DEMO"], "Unknown measure"), (["dependense", "DEMO"], "Did you mean 'dependence'"),
    (["trust", "DEMO"], "say which: --wave NAME"),
    (["constraint", "DEMO", "--wave", "2024"], "say which: --relation NAME"),
    (["readiness", "DEMO"], "--set type=…, --set purpose=…"),
])
def test_what_needs_more_is_said(arguments: list[str], words: str, demo: Path,
                                 capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["measure", *(item.replace("DEMO", str(demo)) for item in arguments)]) == 2
    assert words in capsys.readouterr().err


def test_the_list_can_be_saved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["measure", "list", "--csv", str(tmp_path / "all.csv")]) == 0
    saved = pd.read_csv(tmp_path / "all.csv")
    assert list(saved["measure"]) == [item.name for item in EVERY]
    capsys.readouterr()


def test_a_name_of_no_chapter() -> None:
    with pytest.raises(UnknownName):
        measuring.find("nothing.constraint")
