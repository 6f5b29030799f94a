"""Headless Chromium with the example page in it; skipped with a reason where it is not installed."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "report"))

ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
        "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    path = os.environ.get("INTERFIRM_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium here (install the package 'chromium' or set INTERFIRM_CHROMIUM)")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=ARGS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """``pages(hostile=True)`` is the file of a rendered example summary."""
    from fixtures import aggregated_summary, example_summary

    from interfirm.report.html import render

    folder, made = tmp_path_factory.mktemp("pages"), {}

    def make(kind: str = "plain", **options: Any) -> Path:
        key = (kind, *sorted(options.items()))
        if key not in made:
            summary = aggregated_summary() if kind == "aggregated" else example_summary(**options)
            made[key] = folder / f"page{len(made)}.html"
            made[key].write_text(render(summary), encoding="utf-8")
        return made[key]

    return make


class Watched:
    """A page and everything that it complained about or asked for."""

    def __init__(self, page: Any, path: Path) -> None:
        self.page, self.errors, self.requests = page, [], []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(path.as_uri())

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "warning") and "GPU stall" not in message.text:
            self.errors.append(message.text)

    def clean(self) -> None:
        """No error, no violation of the policy, nothing asked for but the file (and what it made itself)."""
        assert self.errors == []
        outside = [url for url in self.requests[1:] if not url.startswith(("blob:file", "blob:null", "data:"))]
        assert outside == []


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Watched]]:
    contexts = []

    def make(path: Path, *, width: int = 1440, height: int = 900, dark: bool = False, script: bool = True) -> Watched:
        context = browser.new_context(viewport={"width": width, "height": height}, java_script_enabled=script,
                                      color_scheme="dark" if dark else "light", reduced_motion="reduce",
                                      accept_downloads=True)
        context.set_default_timeout(10_000)
        contexts.append(context)
        return Watched(context.new_page(), path)

    yield make
    for context in contexts:
        context.close()
