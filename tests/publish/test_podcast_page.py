"""The podcast's own page in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browser import browser
from novelcast.podcasting import Rhythm, feed
from whole_book import folder_in, render_book, settings_in


@pytest.fixture(scope="session")
def podcast(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A session's, so that it is rendered before the browser's event loop runs."""
    root = tmp_path_factory.mktemp("podcast")
    render_book(root)
    feed(folder_in(root), "https://example.org/night/", Rhythm(), settings_in(root))
    return folder_in(root)


@pytest.fixture(scope="module")
def chromium(podcast: Path) -> Iterator[Any]:
    pytest.importorskip("playwright")
    from playwright.sync_api import Error

    try:
        with browser() as chromium:
            yield chromium
    except Error as error:
        pytest.skip(f"no Chromium here: {str(error).splitlines()[0]}")


@pytest.fixture(params=[(390, "dark"), (1100, "light")], ids=["phone", "desk"])
def page(chromium: Any, podcast: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    width, scheme = request.param
    faults: list[str] = []
    page = chromium.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto((podcast / "index.html").as_uri())
    yield page
    assert faults == []
    page.close()


def test_the_page_is_no_wider_than_its_window(page: Any) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") == page.viewport_size["width"]


def test_an_episode_clicked_is_heard(page: Any) -> None:
    page.locator("li button").nth(1).click()
    page.wait_for_function("player.currentTime > 0")
    assert page.locator("li button").nth(1).get_attribute("aria-current") == "true"
    assert "002" in page.evaluate("decodeURI(player.currentSrc)")


def test_an_episode_is_heard_by_keyboard(page: Any) -> None:
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('li button')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_function("player.currentTime > 0")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
