"""script.md says all that a person can set, and reads back as it was written."""

from hypothesis import given, settings
from hypothesis import strategies as st
from pages import SOUNDS, edited, page, script, speaker, taken

from novelcast.characters import NOBODY
from novelcast.editing.edits import read_edits
from novelcast.editing.lines import script_lines, with_lines
from novelcast.editing.markdown import write_page
from novelcast.model import Cue, Gone, Guess, Script, Segment, Skipped, Span, Speaker

TALK = script(
    [("heading", "第一章 夜班")],
    [("周航", "“有人吗？”"), ("narration", "周航问道。")],
    [("sound alarm", "“滴滴滴——”")],
    [("林晚*", "“我在这儿。”")],
    [("skipped", "请收藏本站")],
    speakers=[speaker("周航", "小周", gender="male", age="adult"), speaker("林晚", gender="female")],
)


def test_chapters_are_headings_and_paragraphs_are_set_apart() -> None:
    text = page(TALK)
    assert "\n## 1. 一\n\n- heading: 第一章 夜班 ^" in text
    assert "\n\n- 周航: “有人吗？” ^" in text
    assert "\n- narration: 周航问道。 ^" in text and "\n\n- narration: 周航问道。" not in text


def test_speakers_stand_at_the_top_with_all_that_is_known_of_them() -> None:
    assert "- 周航 = 小周 (male, adult; 1 line) ^周航\n- 林晚 (female; 1 line) ^林晚\n" in page(TALK)


def test_a_doubtful_quote_is_marked_with_the_evidence_and_who_else_it_may_be() -> None:
    guess = (Guess(speaker="周航", confidence=0.35),)
    segments = tuple(
        s.model_copy(update={"others": guess}) if s.speaker == "林晚" else s for s in TALK.segments
    )
    text = page(TALK.model_copy(update={"segments": segments}))
    assert "- ? 林晚: “我在这儿。” ^" in text
    assert "\n  > ? 0.40, or 周航 0.35: turn-taking\n" in text


def test_what_is_not_spoken_is_there_too() -> None:
    assert "- sound: [sfx:alarm]“滴滴滴——”\n" in page(TALK)
    assert "- skipped (a blurb): 请收藏本站\n" in page(TALK)


def test_each_segment_stands_on_the_line_that_is_told() -> None:
    made = write_page(TALK, ["一"], 0.7)
    lines = made.text.split("\n")
    for segment in TALK.segments:
        assert segment.text in lines[made.line_numbers[segment.id] - 1]


def test_a_page_that_nobody_touched_changes_nothing() -> None:
    found = edited(TALK)
    assert (found.script, found.lines, found.speakers, found.faults) == (TALK, 0, 0, [])


def test_editors_may_change_white_space_line_ends_and_bullets() -> None:
    text = "\ufeff" + page(TALK).replace("\n- ", "\n* ").replace("\n\n", "\n\n\n").replace("\n", "  \r\n")
    found = read_edits(text, TALK, SOUNDS, NOBODY, 0.7, str)
    assert (found.script, found.faults) == (TALK, [])


def test_a_line_that_an_editor_broke_is_one_line() -> None:
    text = page(TALK).replace("- narration: 周航问道。", "- narration: 周航\n  问道。")
    found = read_edits(text, TALK, SOUNDS, NOBODY, 0.7, str)
    assert (found.script, found.faults) == (TALK, [])


def test_text_that_looks_like_our_marks_is_text() -> None:
    strange = "他写下[sfx:bang]和\\[pause:5]，又写 - 周航: “好” ^abcd"
    made = script([("narration", strange), ("周航", "[say:x]：“？”")])
    assert taken(made) == made


def test_names_that_look_like_our_marks_are_names() -> None:
    names = ["narration", "sound", "A: B", "甲 (thought)", "小=大", "？？？", "?", "Mr. White, Jr."]
    made = script(
        *([(name, f"“{n}”")] for n, name in enumerate(names) if name not in ("narration", "sound", "?"))
    )
    people = tuple(Speaker(id=n, name=n) for n in names)
    segments = tuple(
        s.model_copy(update={"speaker": names[int(s.text.strip("“”"))], "kind": "dialogue"})
        for s in made.segments
    )
    made = made.model_copy(update={"speakers": people, "segments": segments})
    assert taken(made) == made


# ---------------------------------------------------------------- any script at all

_TEXT = st.text(
    st.sampled_from('甲乙“”：:，。 \u3000\n\u2028[]()^>#-*?!=\\"a1') | st.sampled_from(["说"]),
    min_size=1,
    max_size=12,
)
_PIECES = _TEXT | st.sampled_from(
    ["[sfx:bang]", "\\[pause:9]", " ^abcd", "[/sfx]", "- 甲: ", "> ? 是", "## 2. 二"]
)
_NAMES = ("甲", "王 二", "narration", "A: B", "？")


@st.composite
def scripts(draw: st.DrawFn) -> Script:
    segments: list[Segment] = []
    cues: list[Cue] = []
    skipped: list[Skipped] = []
    for p in range(draw(st.integers(1, 4))):
        at = 0
        for _ in range(draw(st.integers(1, 4))):
            text = draw(_PIECES)
            span = Span(chapter=p // 2, paragraph=p % 2, start=at, end=at + len(text))
            at += len(text)
            sort = draw(st.sampled_from(["segment", "segment", "segment", "cue", "skipped"]))
            mine = draw(st.sampled_from([(), ("label",)]))
            if sort == "cue" and text.strip():
                cues.append(
                    Cue(
                        sound="bang",
                        mode="replace",
                        span=span,
                        text=text,
                        count=draw(st.integers(1, 3)),
                        by_user=mine,
                    )
                )
            elif sort == "skipped" and text.strip():
                skipped.append(
                    Skipped(span=span, text=text, reason=draw(st.sampled_from(["", "a blurb"])), by_user=mine)
                )
            else:
                segments.append(draw(_segments(span, text, f"s{len(segments):03}", mine)))
                inside = [i for i, c in enumerate(text) if not c.isspace()]
                if inside and draw(st.booleans()):
                    start = draw(st.sampled_from(inside))
                    where = span.model_copy(
                        update={"start": span.start + start, "end": span.start + start + 1}
                    )
                    cues.append(Cue(sound="knock", mode=draw(st.sampled_from(["under", "before"])), span=where,
                                    text=text[start], segment=segments[-1].id, gain_db=draw(st.sampled_from([0.0, -6.5]))))  # fmt: skip
    people = tuple(Speaker(id=n, name=n, aliases=(f"{n}哥",)) for n in _NAMES)
    made = Script(title="书", language="zh", speakers=people, segments=tuple(segments), cues=tuple(cues), skipped=tuple(skipped))  # fmt: skip
    return with_lines(made, script_lines(made))


@st.composite
def _segments(draw: st.DrawFn, span: Span, text: str, name: str, mine: tuple[str, ...]) -> Segment:
    kind = draw(st.sampled_from(["narration", "system", "dialogue", "thought"]))
    who = draw(st.sampled_from([None, *_NAMES])) if kind in ("dialogue", "thought") else None
    blank = not text.strip()
    said = draw(st.booleans()) and not blank
    by_user = (() if blank else mine) + (("spoken",) if said else ())
    return Segment(
        id=name, span=span, kind=kind, speaker=who, text=text, confidence=draw(st.sampled_from([0.3, 1.0])),  # type: ignore[arg-type]
        channel=draw(st.sampled_from([None, "phone", "radio"])) if kind == "dialogue" else None,
        spoken="念]作\\" if said else f"说{text}", by_user=by_user,
        pause_after_ms=None if blank else draw(st.sampled_from([None, 0, 800])),
        note="" if blank else draw(st.sampled_from(["", "记下", "一\n二"])),
    )  # fmt: skip


@given(scripts())
@settings(max_examples=300, deadline=None)
def test_any_script_reads_back_as_it_was_written(made: Script) -> None:
    mine = tuple(
        s.model_copy(update={"by_user": (*s.by_user, *(("pause",) if s.pause_after_ms is not None else ()))})
        for s in made.segments
    )
    sure = tuple(
        s.model_copy(update={"confidence": 1.0, "evidence": "set by you"}) if "label" in s.by_user else s
        for s in mine
    )
    made = made.model_copy(update={"segments": sure, "gone": Gone(segments=sure[:1])})
    found = read_edits(page(made), made, SOUNDS, NOBODY, 0.7, lambda t: f"说{t}")
    assert found.faults == []
    back = found.script.model_copy(
        update={
            "segments": tuple(s.model_copy(update={"by_user": _sorted(s)}) for s in found.script.segments)
        }
    )
    assert back == made.model_copy(
        update={"segments": tuple(s.model_copy(update={"by_user": _sorted(s)}) for s in made.segments)}
    )


def _sorted(segment: Segment) -> tuple[str, ...]:
    return tuple(sorted(segment.by_user))
