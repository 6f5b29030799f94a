"""The page in a browser: offline, safe, sortable, readable by everyone, good on paper."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fixtures import HOSTILE, example_summary

from interfirm.report.html import shown

AXE = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
pytestmark = pytest.mark.browser
Open = Callable[..., Any]
Pages = Callable[..., Path]


def table(page: Any, name: str = "positions-table") -> Any:
    return page.locator(f"[data-table={name}]").first


def column(page: Any, index: int, name: str = "positions-table") -> list[str]:
    return table(page, name).locator(f"tbody tr > :nth-child({index})").all_inner_texts()


def test_it_opens_without_a_word(open_page: Open, pages: Pages) -> None:
    seen = open_page(pages())
    seen.page.locator("[data-map]").scroll_into_view_if_needed()
    seen.page.locator(".map-stage canvas").first.wait_for(state="attached")
    seen.page.wait_for_timeout(300)
    seen.clean()
    assert seen.page.title() == "Vale of Tools – cooperation report"


def test_the_policy_forbids_what_is_not_in_the_page(open_page: Open, pages: Pages) -> None:
    page = open_page(pages()).page
    ran = page.evaluate("""() => {
        const script = document.createElement('script');
        script.textContent = 'window.injected = 1';
        document.body.append(script);
        const text = '<b id=styled style="color:red" onclick="window.clicked=1">x</b>';
        document.body.insertAdjacentHTML('beforeend', text);
        document.getElementById('styled').click();
        const colour = getComputedStyle(document.getElementById('styled')).color;
        return new Promise((done) => setTimeout(() => { // later: what the test itself runs may evaluate
            let evaluated = true;
            try { (0, eval)('1'); } catch { evaluated = false; }
            done([window.injected, window.clicked, evaluated, colour]);
        }, 50));
    }""")
    assert ran[:3] == [None, None, False]
    assert ran[3] != "rgb(255, 0, 0)"


def test_hostile_names_stay_text(open_page: Open, pages: Pages) -> None:
    seen = open_page(pages(hostile=True))
    page = seen.page
    page.locator("[data-map]").scroll_into_view_if_needed()
    page.locator(".map-stage canvas").first.wait_for(state="attached")
    box = page.get_by_role("combobox", name="Find")
    for name in HOSTILE[:3]:
        box.fill(name[:20])
        page.keyboard.press("Enter")
        assert page.locator(".map-card h4").inner_text() == name
    assert page.evaluate("window.hacked") is None
    assert page.locator("h1").inner_text() == HOSTILE[0]
    assert page.locator("main img, main script").count() == 0
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    seen.clean()


def test_a_column_sorts_by_its_values(open_page: Open, pages: Pages) -> None:
    page = open_page(pages()).page
    box = table(page)
    box.locator("[data-more]").click()
    head = box.locator("thead th").nth(2)
    assert head.get_attribute("aria-sort") == "none"
    head.locator(".sort").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    ties = [int(text) for text in column(page, 3)]
    assert len(ties) == 70 and ties == sorted(ties, reverse=True)
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert [int(text) for text in column(page, 3)] == sorted(ties)
    box.locator("thead th").nth(4).locator(".sort").click()
    assert head.get_attribute("aria-sort") == "none"
    constraint = column(page, 5)
    known = [float(text) for text in constraint if text != "–"]
    assert known == sorted(known, reverse=True)
    assert constraint[len(known):] == ["–"] * (70 - len(known)) and len(known) < 70  # not known comes last


def test_a_long_table_shows_its_beginning_and_its_length(open_page: Open, pages: Pages) -> None:
    page = open_page(pages()).page
    box = table(page)
    rows = box.locator("tbody tr")
    assert rows.count() == 70
    assert rows.nth(11).is_visible() and not rows.nth(12).is_visible()
    assert box.locator("[data-more]").inner_text() == "Show all 70 rows"
    box.locator("[data-more]").click()
    assert rows.nth(69).is_visible()


def test_downloads_hold_the_values(open_page: Open, pages: Pages) -> None:
    import openpyxl

    seen = open_page(pages(hostile=True))
    nodes = example_summary(hostile=True)["map"]["nodes"]
    got = {}
    for kind in ("csv", "xlsx"):
        with seen.page.expect_download() as waiting:
            table(seen.page).locator(f"[data-save={kind}]").click()
        assert waiting.value.suggested_filename == f"positions-table.{kind}"
        got[kind] = Path(waiting.value.path()).read_bytes()
    assert got["csv"].startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(got["csv"].decode("utf-8-sig"), newline="")))
    assert rows[0] == ["Actor", "Kind", "Ties", "Betweenness", "Constraint"]
    assert len(rows) == 71
    last = nodes[12]["measures"]["2024"]
    assert float(rows[13][3]) == last["betweenness"]  # all digits, not the three that are shown
    assert rows[6][0] == "'" + HOSTILE[5]  # a formula is disarmed
    assert rows[1][0] == HOSTILE[0] and rows[5][0] == HOSTILE[4]
    assert [row[4] for row in rows].count("") == sum(n["measures"]["2024"]["constraint"] is None for n in nodes)
    assert zipfile.ZipFile(io.BytesIO(got["xlsx"])).testzip() is None
    book = openpyxl.load_workbook(io.BytesIO(got["xlsx"]))
    assert book.sheetnames == ["Table", "About"]
    cells = list(book["Table"].values)
    assert cells[0] == tuple(rows[0]) and len(cells) == 71
    assert cells[13][3] == last["betweenness"] and isinstance(cells[13][2], int)
    assert cells[6][0] == "'" + HOSTILE[5] and book["Table"]["A7"].data_type == "s"
    assert book["About"]["B2"].value == "Every actor's position"
    seen.clean()


def test_what_is_this_opens_by_keyboard(open_page: Open, pages: Pages) -> None:
    page = open_page(pages()).page
    button = page.get_by_role("button", name="What is this? (Density)").first
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Density")
    assert dialog.is_visible()
    assert "The share of possible ties" in dialog.inner_text() and "Burt, R. S. (1992)" in dialog.inner_text()
    page.keyboard.press("Escape")
    assert not dialog.is_visible()


def test_a_finding_leads_to_its_evidence(open_page: Open, pages: Pages) -> None:
    page = open_page(pages()).page
    page.locator("#findings a", has_text="See the evidence").first.click()
    assert page.evaluate("location.hash") == "#fig-dots"
    box = page.locator("#fig-dots").bounding_box()
    assert box is not None and -5 <= box["y"] < 200
    assert page.locator(".chapters a[aria-current]").inner_text() == "Who is central, who brokers, who is alone?"


def test_every_figure_has_its_numbers_beside_it(open_page: Open, pages: Pages) -> None:
    from fixtures import example_summary

    page = open_page(pages()).page
    figures = page.locator("main figure")
    blocks = [block for chapter in example_summary()["chapters"] for block in chapter["blocks"]]
    assert figures.count() == sum(block["type"] in {"figure", "map"} for block in blocks) >= 10
    for i in range(figures.count()):
        figure = figures.nth(i)
        figure.locator("details.twin > summary").click()
        assert figure.locator("details.twin table").is_visible()


def test_paper_has_no_buttons(open_page: Open, pages: Pages) -> None:
    page = open_page(pages()).page
    page.locator("[data-map]").scroll_into_view_if_needed()
    page.locator(".map-stage canvas").first.wait_for(state="attached")
    page.emulate_media(media="print", color_scheme="dark")
    for hidden in (".chapters", ".tools", ".map-controls", ".map-stage", ".what", "details.twin"):
        assert not any(page.locator(hidden).nth(i).is_visible() for i in range(page.locator(hidden).count())), hidden
    assert page.locator(".map-static svg").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_it_works_without_scripts(open_page: Open, pages: Pages) -> None:
    seen = open_page(pages(), script=False)
    page = seen.page
    assert page.locator(".map-static svg").is_visible()
    assert not page.locator(".tools").first.is_visible()
    assert page.locator("[data-table=positions-table] tbody tr").nth(69).is_visible()
    page.locator("main figure details.twin > summary").first.click()
    assert page.locator("main figure details.twin table").first.is_visible()
    assert page.locator(".chapters a").first.is_visible()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1440, 900, 390])
def test_everyone_can_read_it(open_page: Open, pages: Pages, width: int, dark: bool) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not here (run 'npm ci' in frontend/)")
    page = open_page(pages(), width=width, dark=dark).page
    page.locator("[data-map]").scroll_into_view_if_needed()
    page.locator(".map-stage canvas").first.wait_for(state="attached")
    page.get_by_role("combobox", name="Find").fill("noric plastics")
    page.keyboard.press("Enter")
    page.evaluate("document.querySelectorAll('main details').forEach((item) => { item.open = true; })")
    found = _axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert found == []


def _axe(page: Any) -> list[str]:
    """Violations of WCAG 2.2 A and AA and of best practice, as axe-core sees them."""
    session = page.context.new_cdp_session(page)
    session.send("Runtime.evaluate", {"expression": AXE.read_text("utf-8")})
    result = page.evaluate("""() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',
                                                               'best-practice']})""")
    return [f"{item['id']}: {item['help']} – {node['html'][:160]} {node.get('failureSummary', '')[:300]}"
            for item in result["violations"] for node in item["nodes"][:3]]


def test_numbers_are_written_as_in_the_tables(open_page: Open, pages: Pages) -> None:
    page = open_page(pages()).page
    values = [0.0471, 1234.5, 12.0, 0.99951, 41.26]
    page.locator("[data-map]").scroll_into_view_if_needed()
    nodes = example_summary()["map"]["nodes"]
    page.get_by_role("combobox", name="Find").fill(nodes[0]["label"])
    page.keyboard.press("Enter")
    card = page.locator(".map-card dd").all_inner_texts()[:3]
    last = nodes[0]["measures"]["2024"]
    assert card == [shown(last[key], "number") for key in ("degree", "betweenness", "constraint")]
    assert [shown(value, "number") for value in values] == ["0.0471", "1,234", "12", "1", "41.3"]
