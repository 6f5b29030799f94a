"""The documentation says what the code does: every command, measure and output shown."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from interfirm import cli, vocabulary
from interfirm.network import catalogue
from interfirm.study import schema

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md") if not {"_build", "generated"} & set(path.parts))
TEXTS = [*PAGES, ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
COMMANDS = ("import", "check", "report", "export", "measure", "structure", "capability", "cases", "partners", "cluster",
            "entry", "template", "example", "describe", "dynamics", "knowledge", "performance")

pytest.importorskip("sphinx", reason="the documentation tools are not installed (extra 'docs')")


@pytest.fixture(scope="module")
def tools() -> Iterator[dict[str, ModuleType]]:
    """The modules that write the reference pages."""
    import importlib

    sys.path.insert(0, str(DOCS / "_ext"))
    names = ("command_line", "reference_pages", "tutorial_outputs")
    try:
        yield {name: importlib.import_module(name) for name in names}
    finally:
        sys.path.remove(str(DOCS / "_ext"))


def test_every_command_is_documented(tools: dict[str, ModuleType]) -> None:
    page = tools["command_line"].page()
    commands = tools["command_line"].commands()
    assert set(COMMANDS) <= set(commands)
    for name, call in commands.items():
        assert f"## interfirm {name}\n" in page
        assert (call.__doc__ or "").strip() in page
        for item in tools["command_line"].parameters(call):
            assert item.help, f"{name} {item.label} has no help"
            assert item.label.split()[0] in page


def test_documented_options_are_those_of_the_help(tools: dict[str, ModuleType],
                                                  capsys: pytest.CaptureFixture[str]) -> None:
    for name, call in tools["command_line"].commands().items():
        assert cli.run([name, "--help"]) == 0
        shown = set(re.findall(r"--[a-z][a-z-]+", capsys.readouterr().out)) - {"--help"}
        shown = {item for item in shown if not item.startswith("--no-")}
        documented = {text for item in tools["command_line"].parameters(call)
                      for text in re.findall(r"--[a-z][a-z-]+", item.label)}
        assert documented <= shown, name


def test_every_measure_is_documented(tools: dict[str, ModuleType]) -> None:
    page, api = tools["reference_pages"].measures(), tools["reference_pages"].python_api()
    assert catalogue.names()
    for name in catalogue.names():
        assert f"`interfirm.network.{name}`" in page
        assert f".. autofunction:: interfirm.network.{name}\n" in api
        assert (catalogue.find(name).__doc__ or "").strip(), name
    for name in tools["reference_pages"].public_face():
        assert f":: interfirm.{name}\n" in api


def test_every_effect_is_documented(tools: dict[str, ModuleType]) -> None:
    from interfirm import dynamics

    page, api = tools["reference_pages"].effects(), tools["reference_pages"].python_api()
    known = tools["reference_pages"].known_keys()
    for name, effect in dynamics.catalogue().items():
        assert f"`{name}" in page
        assert effect.title in page
        assert set(tools["reference_pages"].keys(effect.reference)) <= known, name
    assert all(f":: interfirm.dynamics.{name}\n" in api for name in dynamics.__all__)


def test_every_effect_of_one_wave_is_documented(tools: dict[str, ModuleType]) -> None:
    from interfirm import dynamics

    page, known = tools["reference_pages"].single_wave_effects(), tools["reference_pages"].known_keys()
    for row in dynamics.ergm_terms().itertuples():
        assert f"`{row.effect}" in page
        assert set(tools["reference_pages"].keys(row.reference)) <= known, row.effect


def test_every_source_is_in_the_bibliography(tools: dict[str, ModuleType]) -> None:
    known = tools["reference_pages"].known_keys()
    for name, row in catalogue.texts().items():
        assert set(tools["reference_pages"].keys(row["source"])) <= known, name
    for table in schema.tables().values():
        for column in table.columns.values():
            assert column.source == "ours" or column.source in known


def test_every_column_and_word_is_documented(tools: dict[str, ModuleType]) -> None:
    page = tools["reference_pages"].data_format()
    for table in schema.tables().values():
        section = page.split(f"## {table.name}\n")[1].split("\n## ")[0]
        for column in table.columns.values():
            assert f"`{column.name}`" in section
            assert column.description.replace("|", "\\|") in section
    for words in vocabulary.LISTS.values():
        assert all(f"`{item.word}`" in page for item in words)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_and_measures_shown_exist(path: Path, tools: dict[str, ModuleType]) -> None:
    """Whatever a page tells the reader to type is a command, an option or a measure that there is."""
    text = path.read_text("utf-8")
    commands = tools["command_line"].commands()
    for name, rest in re.findall(r"interfirm ([a-z]+)((?: +[^\n`|#]*)?)", _typed(text)):
        assert name in commands, f"interfirm {name}"
        known = " ".join(item.label for item in tools["command_line"].parameters(commands[name]))
        for option in re.findall(r"(?<!\S)--[a-z][a-z-]+", rest):
            assert option in known or option == "--help", f"interfirm {name} {option}"
    for name in re.findall(r"interfirm\.network\.([a-z_]+)\(", text):
        assert name in catalogue.names()


def _typed(text: str) -> str:
    """What stands in code, where it is something to type."""
    blocks = re.findall(r"^ *```(?:console|text)\n(.*?)^ *```", text, flags=re.MULTILINE | re.DOTALL)
    lines = [line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines()]
    prose = re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL)
    return "\n".join([*(line for line in lines if line.startswith("interfirm ")),
                      *re.findall(r"`(interfirm [a-z]+[^`]*)`", prose)])


def test_decisions_shown_are_those_of_an_import() -> None:
    from interfirm.study.read import plan

    known = {item.name for item in dataclasses.fields(plan.SourcePlan)}
    text = "".join((DOCS / "howto" / name).read_text("utf-8") for name in ("correct-import.md", "matrices.md"))
    shown = dict(re.findall(r"`([a-z_]+) = ([^`]+)`", text))
    assert len(shown) >= 6
    assert set(shown) <= known
    assert shown["duplicates"].strip('"') in plan.DUPLICATES
    assert shown["blank"].strip('"') in plan.BLANK
    assert shown["kind"].strip('"') in plan.KINDS


def test_certainty_words_are_those_of_the_code() -> None:
    text = (DOCS / "explanation" / "certainty.md").read_text("utf-8")
    for word, least in vocabulary.CERTAINTIES:
        assert f"| {word} | " + (f"at least {least:.2f} |" if least else "below |") in text


def test_make_targets_named_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z-]+)(?: +#|`)", (ROOT / "CONTRIBUTING.md").read_text("utf-8")))
    assert {"report", "test", "quick", "lint", "docs", "bench", "bundle"} <= named
    assert named <= targets


def test_floors_shown_are_the_floors_tested() -> None:
    shown = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    for folder in ("study", "network", "report"):
        assert re.search(rf"^\d  .*\b{folder}\b", shown, flags=re.MULTILINE)


def test_citation_names_the_version_and_nobody() -> None:
    from interfirm import __version__

    text = (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"version: {__version__}\n" in text
    assert text.count("- name: The interfirm contributors") == 1
    assert "given-names" not in text


def test_readme_has_the_chapters_of_the_index() -> None:
    pattern = r"^\| `([a-z]+)` \| ([^|]+\S) +\|"
    index = re.findall(pattern, (DOCS / "index.md").read_text("utf-8"), flags=re.MULTILINE)
    readme = re.findall(pattern, (ROOT / "README.md").read_text("utf-8"), flags=re.MULTILINE)
    assert index
    assert [row for row in readme if row[0] in dict(index)] == index


@pytest.mark.slow
def test_tutorial_output_is_real(tools: dict[str, ModuleType]) -> None:
    """Renew it with ``python docs/_ext/tutorial_outputs.py docs/tutorial.md``. The size of the page may differ."""
    page = DOCS / "tutorial.md"
    now, then = (re.sub(r"\d+\.\d MB", "… MB", text)
                 for text in (tools["tutorial_outputs"].renewed(page), page.read_text("utf-8")))
    assert now == then


def test_tutorial_excerpts_are_from_its_files() -> None:
    text = (DOCS / "tutorial.md").read_text("utf-8")
    files = "".join(path.read_text("utf-8") for path in sorted((DOCS / "tutorial").glob("*.csv")))
    excerpts = re.findall(r"```text\n(.*?)```", text, flags=re.DOTALL)
    assert len(excerpts) >= 2
    assert all(excerpt in files for excerpt in excerpts)


@pytest.mark.slow
def test_builds_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-E", "-b", "html",
               "-d", str(tmp_path / "doctrees"), str(DOCS), str(tmp_path / "html")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert "Python" in (tmp_path / "html" / "reference" / "python-api.html").read_text("utf-8")
