from __future__ import annotations

import pytest
from scripted import labelled
from test_narration import MINE

from novelcast.model import Book, Chapter, Paragraph
from novelcast.script.attribute import attribute
from novelcast.script.people import find_people
from novelcast.script.split import split_book

OPENING = (
    "梁文博推开门，看见苏婉清坐在窗边。",
    "梁文博摘下帽子，他笑了笑。苏婉清抬起头，她没有笑。",
    "梁文博拉开椅子坐下。苏婉清倒了一杯茶。",
)


def thoughts(*texts: str) -> list[tuple[str, str | None]]:
    return [(p.text, label.speaker) for p, label in labelled(*OPENING, *texts) if label.kind == "thought"]


@pytest.mark.parametrize(
    ("text", "thinker"),
    [
        ("苏婉清心想：这人怎么还不走？", "苏婉清"),
        ("梁文博看了看表，心想：她怎么还不问我？", "梁文博"),
        ("“这人怎么还不走？”苏婉清心想。", "苏婉清"),
        ("苏婉清愣了一下。这人怎么还不走？我还要出门呢！", "苏婉清"),
        ("我怎么忘了带钥匙？梁文博摸了摸口袋，心里一沉。", "梁文博"),
        ("她暗道：不好，我的信还在桌上！", "苏婉清"),
    ],
)
def test_whoever_the_words_beside_a_thought_tell_of_thinks_it(text: str, thinker: str) -> None:
    assert [who for _, who in thoughts(text)] == [thinker]


def test_two_thoughts_in_one_paragraph_may_be_two_peoples() -> None:
    text = "我怎么忘了带钥匙？梁文博心里一沉。苏婉清也愣住了，心想：他的钥匙不是在我这儿吗？"
    assert [who for _, who in thoughts(text)] == ["梁文博", "苏婉清"]


def test_a_thought_says_how_sure_and_why() -> None:
    (label,) = [x for _, x in labelled(*OPENING, "苏婉清心想：这人怎么还不走？") if x.kind == "thought"]
    assert 0.5 < label.confidence <= 1 and "苏婉清心想" in label.evidence


def test_a_narrators_thoughts_are_the_narrators_only_where_he_tells() -> None:
    mine = [MINE, "梁文博走进来，他看着我。", "“早。”我说。", "完了，我的钥匙呢？"]
    theirs = [*OPENING, "苏婉清心想：这人怎么还不走？我还要出门呢！"]
    chapters = tuple(
        Chapter(title=str(n), paragraphs=tuple(Paragraph(kind="body", text=t) for t in texts))
        for n, texts in enumerate((mine * 2, mine * 2, theirs))
    )
    book = Book(id="b", title="书", chapters=chapters, source="b.txt", source_sha256="0")
    pieces = split_book(book)
    people = find_people(pieces)
    labels = attribute(pieces, people)
    (narrator,) = [p.id for p in people if "我" in (p.name, *p.aliases)]
    found = {(p.span.chapter, x.speaker) for p, x in zip(pieces, labels, strict=True) if x.kind == "thought"}
    assert {who for n, who in found if n < 2} == {narrator}
    assert {who for n, who in found if n == 2} == {"苏婉清"}
