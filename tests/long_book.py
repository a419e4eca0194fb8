"""A long book for tests: labelled chapters, one after another, played by one cast.

Chapters are those of tests/data/labelled (a JSON header line, then text with [D:NAME]…[/D] around what NAME says), or
a few of our own where there are none. In each, people get other names: the book's heroes, by gender.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from novelcast.model import Book, Chapter, Paragraph
from novelcast.script.lexicon import COMPOUND_SURNAMES

LABELLED = Path(__file__).parent / "data" / "labelled"
MEN = ("石敬亭", "方少游", "陆伯年", "严子川", "谭海生", "梁东岳")
WOMEN = ("白若兰", "宋晓月", "姜秋萍", "何雨晴")
_TAG = re.compile(r"\[(/?)([DTQSCX])(?::([^\[\]]*))?\]")

SCENE = """# {"title": "渡口", "roster": [{"name": "周大河", "aliases": ["大河", "老周"], "gender": "male", "age": "adult"}, {"name": "秦小雨", "aliases": ["小雨"], "gender": "female", "age": "young"}, {"name": "冯二爷", "aliases": ["二爷"], "gender": "male", "age": "elderly"}]}
第一章 渡口
天刚蒙蒙亮，周大河就把船推下了水。
[D:秦小雨]“大河叔，等等我！”[/D]秦小雨提着篮子跑过来，鞋都跑掉了一只。
[D:周大河]“慢点跑，船又不会飞。”[/D]周大河笑着说。
秦小雨喘了半天才说：[D:秦小雨]“二爷让我问你，今天过不过江？”[/D]
[D:周大河]“过。”[/D]
[D:秦小雨]“起这么大的风也过？”[/D]
周大河看了看天，摇了摇头：[D:周大河]“等到晌午，风就停了。”[/D]
岸上走来一个拄拐杖的人，正是冯二爷。
[D:冯二爷]“老周，你可别拿小雨的命开玩笑。”[/D]冯二爷沉着脸说。
[D:周大河]“二爷，我在这条江上走了三十年了。”[/D]周大河低声说，[D:周大河]“哪一回出过岔子？”[/D]
冯二爷哼了一声：[D:冯二爷]“上回是谁把船撞到石头上的？”[/D]
秦小雨扑哧一声笑了。
[D:秦小雨]“二爷，那回是我撑的船。”[/D]秦小雨小声说。
"""


@dataclass(frozen=True)
class Scene:
    """One chapter: who is in it, its paragraphs, and who says the quotations of each, in order."""

    roster: tuple[tuple[str, tuple[str, ...], str], ...]
    paragraphs: tuple[str, ...]
    said: tuple[tuple[str, ...], ...]


def scenes() -> list[Scene]:
    texts = [p.read_text("utf-8") for p in sorted(LABELLED.glob("*.txt"))] if LABELLED.is_dir() else []
    found = [_scene(text) for text in texts or [SCENE]]
    return [scene for scene in found if scene is not None] or [s for s in [_scene(SCENE)] if s]


def _scene(text: str) -> Scene | None:
    head, *lines = text.rstrip("\n").split("\n")
    about = json.loads(head.lstrip("# "))
    if about.get("pov"):
        return None  # the same narrator in one chapter only makes no book
    roster = tuple((r["name"], tuple(r["aliases"]), r["gender"]) for r in about["roster"])
    said = tuple(tuple(m[3] for m in _TAG.finditer(line) if m[2] == "D" and not m[1]) for line in lines)
    return Scene(roster, tuple(_TAG.sub("", line) for line in lines), said)


def renamed(scene: Scene, turn: int) -> tuple[list[str], list[tuple[str, ...]]]:
    """The paragraphs and speakers of a scene with the heroes in it; `turn` decides who plays whom."""
    heroes, names = _casting(scene, turn)
    words = re.compile("|".join(sorted(map(re.escape, names), key=len, reverse=True)) or r"\0")
    paragraphs = [words.sub(lambda m: names[m[0]], p) for p in scene.paragraphs]
    return paragraphs, [tuple(heroes[n] for n in said) for said in scene.said]


def everybody(chapters: int) -> set[str]:
    """All names and other words for the people of a long book."""
    found = scenes()
    out: set[str] = set()
    for c in range(chapters):
        scene = found[c % len(found)]
        _, names = _casting(scene, c // len(found))
        out |= {names.get(w, w) for name, aliases, _ in scene.roster for w in (name, *aliases)}
    return out


def _casting(scene: Scene, turn: int) -> tuple[dict[str, str], dict[str, str]]:
    """(who plays each person, what stands for each of the words for them)."""
    names: dict[str, str] = {}
    heroes: dict[str, str] = {}
    free = {"male": _from(MEN, turn), "female": _from(WOMEN, turn)}
    for name, aliases, gender in scene.roster:
        # One character of a hero's name stands for one of theirs, in nicknames too.
        plain = len(name) == len(set(name)) == 3 and name[:2] not in COMPOUND_SURNAMES
        hero = next(free.get(gender, iter(())), None) if plain else None
        heroes[name] = hero or name
        if hero is not None:
            swap = dict(zip(name, hero, strict=True))
            names |= {
                w: "".join(swap.get(c, c) for c in w) for w in (name, *aliases) if any(c in swap for c in w)
            }
    return heroes, names


def _from(names: Sequence[str], turn: int) -> Iterator[str]:
    start = turn % len(names)
    return iter((*names[start:], *names[:start]))


def long_book(chapters: int) -> tuple[Book, dict[tuple[int, int], tuple[str, ...]]]:
    """A book of so many chapters, and who says the quotations of each paragraph (chapter, paragraph)."""
    found = scenes()
    made = []
    said: dict[tuple[int, int], tuple[str, ...]] = {}
    for c in range(chapters):
        paragraphs, speakers = renamed(found[c % len(found)], c // len(found))
        title = f"第{c + 1}章"
        made.append(
            Chapter(
                title=title,
                paragraphs=(
                    Paragraph(kind="heading", text=title),
                    *(Paragraph(kind="body", text=p) for p in paragraphs[1:]),
                ),
            )
        )
        said |= {(c, p): who for p, who in enumerate(speakers) if who}
    return Book(
        id="long", title="长篇", chapters=tuple(made), source="/long.txt", source_sha256="0" * 64
    ), said
