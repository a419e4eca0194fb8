"""The transcript page in a real browser, with a real chapter beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browser import browser
from edition import Edition
from novelcast.publish.colours import LEAST_CONTRAST, contrast
from novelcast.publish.transcript import Transcript, transcript_of
from novelcast.publish.transcript_page import Link, contents_page, transcript_page
from novelcast.workspace import dump_model

NASTY = "“</script><b>&amp;" + "🙂𠮷\x00\x0b" + "长" * 300


def transcript(edition: Edition, chapter: int = 0, **changes: Any) -> Transcript:
    record, _, timeline, lines = edition.chapters[chapter]
    values = {
        "book": edition.book.title,
        "author": "、".join(edition.book.authors),
        "chapter": chapter,
        "title": record.title,
        "language": edition.book.language,
        "audio": Path(record.file).name,
        "rate_hz": timeline.rate_hz,
        "length": timeline.length,
        "speakers": edition.speakers,
        "breaks": edition.breaks(chapter),
    }
    return transcript_of(lines, **(values | changes))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    pytest.importorskip("playwright")
    from playwright.sync_api import Error

    try:
        with browser() as chromium:
            yield chromium
    except Error as error:
        pytest.skip(f"no Chromium here: {str(error).splitlines()[0]}")


@pytest.fixture(scope="module")
def address(edition: Edition) -> str:
    record = edition.chapters[0][0]
    path = (edition.root / record.file).with_suffix(".html")
    path.write_text(transcript_page(transcript(edition), next=Link("002.html", "第二章 晴天")), "utf-8")
    return path.as_uri()


@pytest.fixture
def page(chromium: Any, address: str) -> Iterator[Any]:
    """The open page; any word on its console, any error and any request but for the page and its audio is a fault."""
    faults: list[str] = []
    page = chromium.new_page(viewport={"width": 1000, "height": 800})
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda request: faults.append(request.url) if request.url.startswith("http") else None)
    page.goto(address)
    page.wait_for_function("audio.readyState > 0")
    yield page
    assert faults == []
    page.close()


def now(page: Any) -> float:
    return float(page.evaluate("audio.currentTime"))


def lit(page: Any) -> str:
    return str(page.evaluate("document.querySelector('[aria-current]')?.textContent ?? ''"))


def starts(edition: Edition) -> list[float]:
    return [part.start_s for line in transcript(edition).lines for part in line.parts]


def test_a_line_clicked_is_heard_and_lit(page: Any, edition: Edition) -> None:
    page.get_by_text("船舱里进了水").click()
    assert page.evaluate("!audio.paused")
    text = [part for line in transcript(edition).lines for part in line.parts if "船舱" in part.text]
    assert text[0].start_s <= now(page) < text[0].end_s
    assert lit(page) == text[0].text
    assert page.inner_text("#who") == "陆川"


def test_the_lit_line_goes_on_with_the_sound(page: Any, edition: Edition) -> None:
    lines = [part for line in transcript(edition).lines for part in line.parts]
    page.get_by_text("“你来晚了。”").click()
    page.evaluate("audio.playbackRate = 4")
    page.wait_for_function(
        "document.querySelector('[aria-current]').textContent === '苏棠说道。'", timeout=15_000
    )
    wanted = next(part for part in lines if part.text == "苏棠说道。")
    assert wanted.start_s - 0.1 <= now(page)


def test_space_plays_and_pauses_and_the_arrows_go_from_line_to_line(page: Any, edition: Edition) -> None:
    page.keyboard.press("Space")
    page.wait_for_function("!audio.paused")
    assert page.get_attribute("#play", "aria-label") == "暂停"
    page.keyboard.press("Space")
    page.wait_for_function("audio.paused")
    page.evaluate("audio.currentTime = 0")
    for start in starts(edition)[:3]:
        page.keyboard.press("ArrowRight")
        assert now(page) == pytest.approx(start, abs=0.001)
    page.keyboard.press("ArrowLeft")
    assert now(page) == pytest.approx(starts(edition)[1], abs=0.001)


def test_all_can_be_reached_by_tab_and_a_line_is_played_with_enter(page: Any, edition: Edition) -> None:
    seen = []
    for _ in range(9):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.id"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert seen[:3] == ["", "query", "l1"]  # the link to the text, the search, the first line
    assert {"seek", "back", "play", "on", "speed"} <= {*seen, "speed"}
    page.focus("#l1")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "l3"
    assert now(page) == pytest.approx(starts(edition)[2], abs=0.3)


def test_search_finds_lines_and_goes_from_one_to_the_next(page: Any) -> None:
    page.fill("#query", "苏棠")
    assert page.inner_text("#hits") == "1/4"
    page.press("#query", "Enter")
    assert page.inner_text("#hits") == "2/4"
    assert page.locator(".line.found").count() == 4
    page.press("#query", "Escape")
    assert page.locator(".line.found").count() == 0


def test_an_address_with_a_line_opens_there(chromium: Any, address: str, edition: Edition) -> None:
    page = chromium.new_page()
    page.goto(f"{address}#l4")
    page.wait_for_function("audio.readyState > 0 && audio.currentTime > 0")
    assert now(page) == pytest.approx(starts(edition)[3], abs=0.001)
    page.close()


@pytest.mark.parametrize("width", [320, 390, 768])
def test_nothing_is_wider_than_a_phone(chromium: Any, edition: Edition, tmp_path: Path, width: int) -> None:
    path = tmp_path / "wide.html"
    speakers = dict.fromkeys(edition.speakers, "W" * 300)
    path.write_text(
        transcript_page(transcript(edition, title="A" * 300, book=NASTY, speakers=speakers)), "utf-8"
    )
    page = chromium.new_page(viewport={"width": width, "height": 700})
    page.goto(path.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == width
    small = "[...document.querySelectorAll('button')].filter(b => b.offsetWidth && b.offsetWidth < 44).length"
    assert page.evaluate(small) == 0
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read_by_day_and_by_night(chromium: Any, address: str, scheme: str) -> None:
    page = chromium.new_page(color_scheme=scheme)
    page.goto(address)
    lit = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--lit')").strip()
    paper = _hex(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
    panel = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--panel')").strip()
    colours = page.evaluate("[...document.querySelectorAll('.line')].map(e => getComputedStyle(e).color)")
    assert len(set(colours)) >= 4  # the narrator, two speakers, a sound
    for colour in {_hex(c) for c in colours}:
        assert contrast(colour, paper) >= LEAST_CONTRAST and contrast(colour, lit) >= LEAST_CONTRAST
    for name in (".book", ".chapters a", ".cast h2", "#time", "#who"):
        colour = _hex(page.evaluate(f"getComputedStyle(document.querySelector('{name}')).color"))
        assert contrast(colour, paper) >= LEAST_CONTRAST and contrast(colour, panel) >= LEAST_CONTRAST
    page.close()


def _hex(rgb: str) -> str:
    return "#" + "".join(f"{int(n):02x}" for n in re.findall(r"\d+", rgb)[:3])


def test_a_missing_audio_file_is_said(chromium: Any, edition: Edition, tmp_path: Path) -> None:
    path = tmp_path / "alone.html"
    path.write_text(transcript_page(transcript(edition)), "utf-8")
    page = chromium.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector("#trouble:not([hidden])")
    assert "音频" in page.inner_text("#trouble")
    page.close()


def test_hostile_words_are_shown_as_they_are(chromium: Any, edition: Edition, tmp_path: Path) -> None:
    path = tmp_path / "nasty.html"
    speakers = dict.fromkeys(edition.speakers, NASTY)
    nasty = transcript(edition, title=NASTY, book=NASTY, author=NASTY, speakers=speakers)
    path.write_text(transcript_page(nasty, next=Link(f"{NASTY[2:20]}?#.html", NASTY)), "utf-8")
    (tmp_path / "toc.html").write_text(
        contents_page(NASTY, NASTY, "zh", [(NASTY, [(Link("a.html", NASTY), 61.0)])]), "utf-8"
    )
    shown = NASTY.replace("\x00", "").replace("\x0b", "")
    for name in ("nasty.html", "toc.html"):
        page = chromium.new_page()
        page.goto((tmp_path / name).as_uri())
        assert shown in page.inner_text("body") and shown in page.title()
        assert page.locator("b").count() == 0
        page.close()


def test_the_page_holds_the_whole_text_in_order(edition: Edition) -> None:
    for chapter in (0, 1):
        page = transcript_page(transcript(edition, chapter))
        body = re.sub(r"<[^>]*>|\s", "", page[page.index("<main") : page.index("<nav")])
        text = "".join(line.text for line in edition.chapters[chapter][3])
        assert body == re.sub(r"\s", "", text)


def test_the_data_file_reads_back_as_it_was(edition: Edition) -> None:
    made = transcript(edition, title=NASTY)
    read = json.loads(dump_model(made))
    assert read["title"] == NASTY
    assert Transcript.model_validate(read) == made
    assert [line["text"] for line in read["lines"]] == [line.text for line in edition.chapters[0][3]]
