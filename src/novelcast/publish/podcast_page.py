"""index.html: the podcast on a page of its own, to play and to subscribe to; no script or font from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from string import Template
from urllib.parse import quote, urlsplit

from novelcast.publish.feed import COVER, FEED
from novelcast.publish.id3 import clean
from novelcast.publish.schedule import Episode
from novelcast.publish.view import ChapterView, EditionView

_PAGE = Template("""\
<!DOCTYPE html>
<html lang="$language">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<meta name="description" content="$description">
<link rel="alternate" type="application/rss+xml" title="$title" href="$feed">
<link rel="icon" href="$cover">
<style>
:root { color-scheme: light dark; --ink: #1d2733; --soft: #566373; --paper: #fbf9f5; --line: #ded8cc; --mark: #9c3d22; --on: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #ece7dd; --soft: #a9b1bb; --paper: #14181e; --line: #313943; --mark: #f0a27f; --on: #14181e; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.2rem 8rem; max-width: 46rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.6 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; overflow-wrap: anywhere; }
header { display: grid; grid-template-columns: minmax(8rem, 14rem) 1fr; gap: 1.6rem; align-items: center; }
header img { width: 100%; border-radius: .6rem; box-shadow: 0 .4rem 1.6rem #0004; }
h1 { margin: 0; font: 700 1.9rem/1.25 "Songti SC", "Noto Serif CJK SC", Georgia, serif; }
p { margin: .5rem 0; } .by, .about, time { color: var(--soft); }
.about { white-space: pre-line; }
a { color: var(--mark); } a.button { display: inline-block; margin: .3rem .6rem .3rem 0; padding: .45rem 1rem;
  border-radius: 2rem; background: var(--mark); color: var(--on); text-decoration: none; }
h2 { margin: 2.4rem 0 .4rem; font-size: 1.05rem; color: var(--soft); font-weight: 600; }
ol { list-style: none; margin: 1rem 0; padding: 0; border-top: 1px solid var(--line); }
li { border-bottom: 1px solid var(--line); }
li button { all: unset; box-sizing: border-box; display: grid; grid-template-columns: 1.6rem 1fr auto; gap: .6rem;
  width: 100%; padding: .8rem .2rem; cursor: pointer; }
li button::before { content: "▶"; color: var(--mark); }
li button[aria-current=true] { color: var(--mark); font-weight: 600; }
li button[aria-current=true].playing::before { content: "❚❚"; }
:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; border-radius: .2rem; }
footer { position: fixed; inset: auto 0 0; padding: .7rem 1rem; background: var(--paper); border-top: 1px solid var(--line); }
footer div { max-width: 46rem; margin: 0 auto; } footer p { margin: 0 0 .3rem; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
audio { width: 100%; }
@media (max-width: 34rem) { header { grid-template-columns: 1fr; } header img { max-width: 16rem; } }
</style>
</head>
<body>
<header>
<img src="$cover" alt="">
<div>
<h1>$title</h1>
<p class="by">$author</p>
<p class="about">$description</p>
<p><a class="button" href="$apps">$subscribe</a><a href="$feed">RSS</a></p>
</div>
</header>
<main>
$episodes
</main>
<footer hidden><div><p id="now" aria-live="polite"></p><audio id="player" controls preload="none"></audio></div></footer>
<script>
const player = document.getElementById("player"), now = document.getElementById("now");
const buttons = [...document.querySelectorAll("li button")];
let current = null;
function play(button) {
  if (current === button) { player.paused ? player.play() : player.pause(); return; }
  current = button;
  for (const b of buttons) { b.setAttribute("aria-current", b === button); }
  document.querySelector("footer").hidden = false;
  now.textContent = button.dataset.title;
  player.src = button.dataset.src;
  player.play().catch(() => {});
}
for (const button of buttons) button.addEventListener("click", () => play(button));
for (const name of ["play", "pause"]) player.addEventListener(name, () => {
  for (const b of buttons) b.classList.toggle("playing", b === current && !player.paused); });
player.addEventListener("ended", () => {
  const next = buttons[buttons.indexOf(current) + 1]; if (next) play(next); });
document.addEventListener("keydown", event => {
  if (!current || event.target.closest("button, a, audio")) return;
  if (event.key === " ") { event.preventDefault(); play(current); }
  if (event.key === "ArrowLeft") player.currentTime -= 10;
  if (event.key === "ArrowRight") player.currentTime += 30; });
</script>
</body>
</html>
""")


def podcast_page(view: EditionView, url: str, episodes: Sequence[tuple[ChapterView, Episode]]) -> str:
    """The page for these episodes; its links are relative, so that it plays wherever the folder lies."""
    about = view.about
    chinese = view.book.language.startswith(("zh", "yue"))
    return _PAGE.substitute(
        language=_text(view.book.language),
        title=_text(view.book.title),
        author=_text(about.author),
        description=_text(about.description),
        cover=COVER,
        feed=FEED,
        apps=_text(f"podcast://{urlsplit(url).netloc}{urlsplit(url).path}{FEED}"),
        subscribe="订阅" if chinese else "Subscribe",
        episodes=_lists(episodes) or f"<p>{'即将上线' if chinese else 'Coming soon'}</p>",
    )


def _lists(episodes: Sequence[tuple[ChapterView, Episode]]) -> str:
    """A list for each volume, under its title."""
    out: list[str] = []
    volume = None
    for chapter, _ in episodes:
        if chapter.shelved.volume != volume:
            out.append("</ol>" if volume is not None else "")
            volume = chapter.shelved.volume
            out.append(f"<h2>{_text(volume)}</h2>" if volume else "")
            out.append("<ol>")
        title = chapter.shelved.title if chapter.record.parts == 1 else chapter.record.name
        minutes, seconds = divmod(round(chapter.seconds), 60)
        out.append(
            f'<li><button type="button" aria-current="false" data-src="{_text(quote(chapter.record.file))}" '
            f'data-title="{_text(chapter.record.name)}"><span>{_text(title)}</span>'
            f"<time>{minutes}:{seconds:02}</time></button></li>"
        )
    return "\n".join(line for line in [*out, "</ol>" if episodes else ""] if line)


def _text(text: str) -> str:
    return escape(clean(text))
