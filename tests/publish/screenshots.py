"""Makes docs/pictures/transcript-*.png: `python tests/publish/screenshots.py`, with Chromium and a Chinese font."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from browser import browser  # noqa: E402
from edition import edition_in  # noqa: E402
from novelcast.publish.transcript import transcript_of  # noqa: E402
from novelcast.publish.transcript_page import Link, transcript_page  # noqa: E402

PICTURES = HERE.parents[1] / "docs" / "pictures"
VIEWS = {"desk": ("light", 1000, 720), "phone": ("dark", 390, 720)}


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        edition = edition_in(Path(folder))
        record, _, timeline, lines = edition.chapters[0]
        transcript = transcript_of(
            lines, book=edition.book.title, author="、".join(edition.book.authors), chapter=0, title=record.title,
            language=edition.book.language, audio=Path(record.file).name, rate_hz=timeline.rate_hz,
            length=timeline.length, speakers=edition.speakers, breaks=edition.breaks(0),
        )  # fmt: skip
        path = (edition.root / record.file).with_suffix(".html")
        path.write_text(
            transcript_page(transcript, next=Link("2.html", edition.chapters[1][0].title)), "utf-8"
        )
        with browser() as chromium:
            for name, (scheme, width, height) in VIEWS.items():
                page = chromium.new_page(color_scheme=scheme, viewport={"width": width, "height": height})
                page.goto(path.as_uri())
                page.wait_for_function("audio.readyState > 0")
                page.get_by_text("“东西呢？”").click()
                page.wait_for_timeout(400)
                page.mouse.move(0, 0)
                page.screenshot(path=PICTURES / f"transcript-{name}.png")
                page.close()


if __name__ == "__main__":
    main()
