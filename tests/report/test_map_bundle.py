"""The scripts that are checked in were built from the sources that are checked in."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FRONTEND = ROOT / "frontend"
STATIC = ROOT / "src" / "interfirm" / "report" / "static"
BUILT = ("page.js", "map.js", "page.css")


def hash_of_sources() -> str:
    """The same as ``hashOfSources`` in frontend/build.mjs."""
    names = ["build.mjs", "package-lock.json", "package.json", "tsconfig.json"]
    names += sorted(path.relative_to(FRONTEND).as_posix() for path in (FRONTEND / "src").rglob("*") if path.is_file())
    out = hashlib.sha256()
    for name in names:
        out.update(name.encode() + b"\0" + (FRONTEND / name).read_text("utf-8").encode() + b"\0")
    return out.hexdigest()


@pytest.mark.parametrize("name", BUILT)
def test_the_bundle_is_current(name: str) -> None:
    head = (STATIC / name).read_text("utf-8")[:400]
    found = re.search(r"sources sha256:([0-9a-f]{64})", head)
    assert found, f"{name} does not say what it was built from"
    assert found.group(1) == hash_of_sources(), f"{name} is older than frontend/: run 'npm run build' there"


@pytest.mark.parametrize("name", BUILT)
def test_the_bundle_can_stand_in_a_page(name: str) -> None:
    text = (STATIC / name).read_text("utf-8")
    assert "</script" not in text.lower()
    assert "</style" not in text.lower() or name.endswith(".js")
    assert "<!--" not in text
    assert "sourceMappingURL" not in text
    assert not re.search(r"\beval\(|new Function\(", text)
    assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|EventSource|sendBeacon|importScripts)\(", text)


def test_the_map_carries_the_licences_of_what_it_contains() -> None:
    head = (STATIC / "map.js").read_text("utf-8")[:9000]
    for name in ("sigma 3", "graphology 0", "events 3"):
        assert name in head
    assert head.count("Permission is hereby granted") == 4


def test_no_registry_stands_in_the_lock_file() -> None:
    lock = json.loads((FRONTEND / "package-lock.json").read_text("utf-8"))
    assert not [name for name, item in lock["packages"].items() if "resolved" in item]
    assert all("integrity" in item for name, item in lock["packages"].items() if name)


@pytest.mark.slow
def test_building_again_gives_the_same_bytes(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None or not (FRONTEND / "node_modules" / "esbuild").exists():
        pytest.skip("node or frontend/node_modules is not here (run 'npm ci' in frontend/)")
    subprocess.run([node, "build.mjs", str(tmp_path)], cwd=FRONTEND, check=True, timeout=120)
    for name in BUILT:
        assert (tmp_path / name).read_bytes() == (STATIC / name).read_bytes(), name
