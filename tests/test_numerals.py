"""Numbers are said in one way: "41 %", with a space that does not break."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from interfirm import cli
from interfirm.numerals import glued, number, per_cent

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "src" / "interfirm").rglob("*.py"))
TEXTS = sorted([*(ROOT / "docs").rglob("*.md"), *(ROOT / "src" / "interfirm").rglob("*.csv"),
                *(ROOT / "src" / "interfirm").rglob("*.toml"), ROOT / "README.md", ROOT / "CHANGELOG.md"])
STYLE = re.compile(r"[a-z-]+:[^;{}]*%(?=[;}])")  # in a style sheet
TIGHT = re.compile(r"[\d}]%(?![\w%(])")


@pytest.mark.parametrize(("value", "said"), [
    (0.0, "0 %"), (0.00004, "under 0.01 %"), (0.004, "0.4 %"), (0.005, "0.5 %"), (0.408, "41 %"), (0.9951, "99.5 %"),
    (0.9997, "99.97 %"),
    (0.99996, "over 99.99 %"), (1.0, "100 %"), (1.5, "150 %"), (-0.031, "\u22123 %"), (float("nan"), "unknown"),
    (float("inf"), "unknown")])
def test_shares(value: float, said: str) -> None:
    assert per_cent(value) == said.replace(" %", "\u00a0%")


@pytest.mark.parametrize(("value", "digits", "said"), [
    (0.031, 1, "+3.1 %"), (-0.031, 1, "\u22123.1 %"), (0.0, None, "0 %"), (0.2, None, "+20 %")])
def test_changes(value: float, digits: int | None, said: str) -> None:
    assert per_cent(value, digits, signed=True) == said.replace(" %", "\u00a0%")


def test_a_number_and_its_sign_stay_together() -> None:
    assert glued("95 % of 3 % %d") == "95\u00a0% of 3\u00a0% %d"
    assert number(-1234.5) == "\u22121,234"


def strings(path: Path) -> list[tuple[int, str]]:
    """Texts of a module with their lines; a formatted value is written ``{}``, its format after a colon."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "{}" if part.format_spec is None else
                     "{:" + ast.unparse(part.format_spec)[2:-1] + "}" for part in node.values]
            found.append((node.lineno, "".join(map(str, parts))))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.append((node.lineno, node.value))
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_writes_per_cent_by_itself(path: Path) -> None:
    if path.name == "numerals.py":
        return
    plain = [(line, STYLE.sub("", text)) for line, text in strings(path)]
    wrong = [(line, text) for line, text in plain if "%}" in text or TIGHT.search(text)]
    assert not wrong, "use interfirm.numerals.per_cent, or write '95 %' with a space"


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_text_writes_per_cent_without_a_space(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert not [line for line in lines if TIGHT.search(re.sub(r"`[^`]*`|https?://\S+", "", line))]


@pytest.mark.slow
def test_the_whole_report_of_the_example(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, numbers = tmp_path / "report.html", tmp_path / "summary.json"
    assert cli.run(["example", str(tmp_path / "demo")]) == 0
    assert cli.run(["report", str(tmp_path / "demo"), "-o", str(page), "--json", str(numbers)]) == 0
    assert not TIGHT.search(capsys.readouterr().out)
    assert not TIGHT.search(json.dumps(json.loads(numbers.read_text("utf-8")), ensure_ascii=False))
    text = re.sub(r"<(script|style)\b.*?</\1>", "", page.read_text("utf-8"), flags=re.DOTALL)
    text = re.sub(r"<[^>]*>", " ", text)
    assert text.count("\u00a0%") > 100
    assert not TIGHT.search(text) and not re.search(r"\d %", text)
