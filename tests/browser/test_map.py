"""The interactive map: search, card, filters and keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fixtures import example_summary

pytestmark = pytest.mark.browser
Open = Callable[..., Any]
Pages = Callable[..., Path]


@pytest.fixture
def seen(open_page: Open, pages: Pages) -> Any:
    out = open_page(pages())
    out.page.locator("[data-map]").scroll_into_view_if_needed()
    out.page.locator(".map-stage canvas").first.wait_for(state="attached")
    return out


def partners(label: str, relation: str = "advice", wave: str = "2024") -> set[str]:
    data = example_summary()["map"]
    names = [node["label"] for node in data["nodes"]]
    out = set()
    for edge in data["edges"]:
        if edge["relation"] == relation and edge["wave"] == wave:
            pair = names[edge["source"]], names[edge["target"]]
            if label in pair:
                out |= set(pair) - {label}
    return out


def control(page: Any, name: str) -> Any:
    return page.locator(".map-controls label", has_text=name).locator("select")


def choose(page: Any, text: str) -> None:
    page.get_by_role("combobox", name="Find").fill(text)
    page.keyboard.press("Enter")


def test_search_and_card_by_keyboard_alone(seen: Any) -> None:
    page = seen.page
    box = page.get_by_role("combobox", name="Find")
    box.focus()
    page.keyboard.type("plast")
    options = page.locator("#map-found [role=option]")
    assert options.count() == 14 and box.get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    active = box.get_attribute("aria-activedescendant")
    name = page.locator(f"#{active} bdi").inner_text()
    page.keyboard.press("Enter")
    assert page.locator(".map-card h4").inner_text() == name
    assert set(page.locator(".map-card li bdi").all_inner_texts()) == partners(name)
    assert page.evaluate("document.activeElement.className") == "map-stage"
    page.keyboard.press("Escape")
    assert page.locator(".map-card h4").inner_text() == "Choose an actor"
    seen.clean()


def test_escape_closes_the_list_and_nothing_is_found_is_said(seen: Any) -> None:
    page = seen.page
    box = page.get_by_role("combobox", name="Find")
    box.fill("zzz")
    assert page.locator(".map-search [role=status]").inner_text() == "No actor of that name"
    box.fill("tools")
    page.keyboard.press("Escape")
    assert box.get_attribute("aria-expanded") == "false"


def test_arrows_walk_over_the_map(seen: Any) -> None:
    page = seen.page
    page.locator(".map-stage").focus()
    page.keyboard.press("ArrowRight")
    data = example_summary()["map"]
    first = data["nodes"][data["labelled"][0]]["label"]
    says = page.locator("figure > [role=status]")
    assert says.inner_text().startswith(first)
    page.keyboard.press("ArrowLeft")
    second = says.inner_text().split(",")[0]
    assert second != first
    page.keyboard.press("Enter")
    assert page.locator(".map-card h4").inner_text() == second
    x = {node["label"]: node["x"] for node in data["nodes"]}
    assert x[second] < x[first]


def test_partners_are_links(seen: Any) -> None:
    page = seen.page
    choose(page, "noric plastics")
    other = page.locator(".map-card li button").first
    name = other.inner_text()
    other.click()
    assert page.locator(".map-card h4").inner_text() == name
    assert "Noric Plastics" in page.locator(".map-card li bdi").all_inner_texts()


def test_filters_change_what_the_card_shows(seen: Any) -> None:
    page = seen.page
    choose(page, "noric plastics")
    page.get_by_role("radio", name="2021").check()
    assert set(page.locator(".map-card li bdi").all_inner_texts()) == partners("Noric Plastics", wave="2021")
    control(page, "Relation").select_option("customer")
    assert set(page.locator(".map-card li bdi").all_inner_texts()) == partners("Noric Plastics", "customer", "2021")
    control(page, "Relation").select_option("")
    union = set().union(*(partners("Noric Plastics", name, "2021") for name in ("advice", "customer", "peer")))
    assert set(page.locator(".map-card li bdi").all_inner_texts()) == union
    control(page, "Tie strength").select_option("5")
    strong = page.locator(".map-card li bdi").all_inner_texts()
    assert 0 < len(strong) < len(union)
    for choice in ("sector", "community", "kind"):
        control(page, "Colour").select_option(choice)
    assert "Toolmaking" not in page.locator(".map-legend").inner_text()
    control(page, "Size").select_option("constraint")
    assert "Constraint:" in page.locator(".map-legend").inner_text()
    seen.clean()


def test_an_actor_who_was_not_there_is_said(seen: Any) -> None:
    page = seen.page
    gone = example_summary()["map"]["nodes"][3]["label"]
    choose(page, gone)
    assert "Not there in 2024." in page.locator(".map-card").inner_text()


def test_names_in_tables_lead_to_the_map(seen: Any) -> None:
    page = seen.page
    link = page.locator("[data-table=positions-table] a[data-actor]").nth(2)
    name = link.inner_text()
    link.click()
    assert page.locator(".map-card h4").inner_text() == name
    assert page.locator(".map-stage").evaluate("(item) => item === document.activeElement")


def test_the_pointer_shows_one_actors_world(seen: Any) -> None:
    page = seen.page
    stage = page.locator(".map-stage")
    stage.scroll_into_view_if_needed()
    before = stage.screenshot()
    choose(page, "noric plastics")
    page.wait_for_timeout(200)
    assert stage.screenshot() != before
    page.keyboard.press("Escape")
    page.wait_for_timeout(200)
    data = example_summary()["map"]
    page.mouse.move(*spot(page, data, data["labelled"][0]))
    page.wait_for_timeout(200)
    assert stage.evaluate("(item) => item.style.cursor") == "pointer"
    assert stage.screenshot() != before
    page.mouse.down()
    page.mouse.up()
    assert page.locator(".map-card h4").inner_text() == data["nodes"][data["labelled"][0]]["label"]


def spot(page: Any, data: Any, i: int) -> tuple[float, float]:
    """Where an actor stands on the screen: the whole map fits in the stage with 40 pixels to spare."""
    box = page.locator(".map-stage canvas").first.bounding_box()
    xs, ys = [n["x"] for n in data["nodes"]], [n["y"] for n in data["nodes"]]
    span = max(max(xs) - min(xs), max(ys) - min(ys))
    scale = (min(box["width"], box["height"]) - 80) / span
    return (box["x"] + box["width"] / 2 + (data["nodes"][i]["x"] - (max(xs) + min(xs)) / 2) * scale,
            box["y"] + box["height"] / 2 + (data["nodes"][i]["y"] - (max(ys) + min(ys)) / 2) * scale)


def test_the_wheel_scrolls_the_page_unless_asked(seen: Any) -> None:
    page = seen.page
    page.locator(".map-stage").scroll_into_view_if_needed()
    box = page.locator(".map-stage").bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    before = page.evaluate("scrollY")
    page.mouse.wheel(0, 200)
    page.wait_for_timeout(200)
    assert page.evaluate("scrollY") > before


def test_a_large_network_opens_with_its_groups(open_page: Open, pages: Pages) -> None:
    seen = open_page(pages("aggregated"))
    page = seen.page
    page.locator("[data-map]").scroll_into_view_if_needed()
    page.locator(".map-stage canvas").first.wait_for(state="attached")
    assert page.locator(".map-card h4").inner_text() == "Choose a group"
    assert "311 smaller groups with 940 actors" in page.locator("[data-map] figcaption").inner_text()
    choose(page, "around alder tools")
    assert "4,002" in page.locator(".map-card dd").all_inner_texts()
    page.get_by_role("radio", name="The 70 most connected").check()
    assert page.locator(".map-stage").count() == 1
    choose(page, "noric plastics")
    assert set(page.locator(".map-card li bdi").all_inner_texts()) == partners("Noric Plastics")
    seen.clean()


def test_without_webgl_the_still_picture_stays(browser: Any, pages: Pages) -> None:
    context = browser.new_context()
    context.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page = context.new_page()
    page.goto(pages().as_uri())
    page.locator("[data-map]").scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    assert page.locator(".map-static svg").is_visible() and page.locator(".map-stage").count() == 0
    context.close()
