"""How long the report takes to open in headless Chromium, left out with a word where there is none."""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.run import Row, timed_cold

ROOT = Path(__file__).resolve().parents[1]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
             "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
LOADED = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"


def rows() -> Iterator[Row]:
    browser = os.environ.get("INTERFIRM_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        print("No Chromium here (install the package 'chromium' or set INTERFIRM_CHROMIUM): left out.")
        return
    from playwright.sync_api import sync_playwright

    sys.path.insert(0, str(ROOT / "tests" / "report"))
    from fixtures import example_summary

    from interfirm.report.html import render

    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        chromium = playwright.chromium.launch(executable_path=browser, args=ARGUMENTS)
        for size, within in ((100, 1), (5_000, 3)):
            made, html = timed_cold(lambda size=size: render(example_summary(size=size, per_actor=3)), runs=1)
            yield Row("drawing the page", f"made up ({size:,} actors)", made)
            path = Path(folder) / f"{size}.html"
            path.write_text(html, "utf-8")
            page = chromium.new_page()
            took = []
            for _ in range(5):
                page.goto("about:blank")
                page.goto(path.as_uri())
                took.append(page.evaluate(LOADED) / 1000)
            yield Row("opening the page", f"made up ({size:,} actors)", statistics.median(took), within=within)
        chromium.close()
