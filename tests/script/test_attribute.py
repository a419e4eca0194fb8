from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import pytest
from scripted import book_of, labelled, spoken

from novelcast.script.attribute import attribute
from novelcast.script.clues import Roster
from novelcast.script.decode import load_model
from novelcast.script.people import find_people
from novelcast.script.split import split_book
from novelcast.script.turns import Turn, read_turns

OPENING = (
    "梁文博推开门，看见苏婉清坐在窗边。",
    "梁文博摘下帽子，他笑了笑。苏婉清抬起头，她没有笑。",
)


def _turns(*texts: str) -> list[Turn]:
    pieces = split_book(book_of(*texts))
    return read_turns(pieces, range(len(pieces)), Roster.of(find_people(pieces)))


def speakers(*texts: str) -> list[str | None]:
    return [who for _, who in spoken(*OPENING, *texts)]


def test_a_tag_names_the_speaker_wherever_it_stands() -> None:
    assert speakers("“早。”梁文博说。") == ["梁文博"]
    assert speakers("苏婉清低声说道：“你来晚了。”") == ["苏婉清"]
    assert speakers("“车坏了，”梁文博叹了口气，“走了一路。”") == ["梁文博", "梁文博"]


def test_a_pronoun_in_the_tag_goes_to_the_person_of_that_gender() -> None:
    assert speakers("“坐吧。”她说。", "“不坐了。”他说。") == ["苏婉清", "梁文博"]


def test_an_action_beat_in_the_paragraph_names_the_speaker() -> None:
    assert speakers("“都凉了。”苏婉清把茶倒掉。") == ["苏婉清"]


def test_two_people_take_turns() -> None:
    assert speakers("“吃了吗？”梁文博问。", "“没有。”", "“那一起？”", "“好。”") == ["梁文博", "苏婉清"] * 2


def test_who_is_addressed_is_not_the_speaker() -> None:
    assert speakers("“梁文博，你的帽子湿了。”") == ["苏婉清"]
    assert speakers("梁文博对苏婉清说：“我要走了。”") == ["梁文博"]


def test_speech_that_goes_on_in_the_next_paragraph_keeps_its_speaker() -> None:
    assert speakers("梁文博说：“第一，我没有偷。", "“第二，我也没有跑。”") == ["梁文博", "梁文博"]


def test_several_quotations_glued_into_one_paragraph_keep_their_own_tags() -> None:
    assert speakers("“你去哪儿？”苏婉清问。“上班。”梁文博答道。") == ["苏婉清", "梁文博"]


def test_a_first_person_narrator_speaks_as_that_person() -> None:
    said = spoken(
        "我推开门，我看见老宋在擦桌子。",
        "“还开着吗？”我问。",
        "“打烊了。”老宋说。",
        "我叹了口气，我转身要走。",
    )
    assert said == [("还开着吗？", "我"), ("打烊了。", "老宋")]


def test_a_thought_has_its_thinker() -> None:
    thoughts = [
        x.speaker
        for _, x in labelled(*OPENING, "梁文博看了看表，心想：她怎么还不问我？")
        if x.kind == "thought"
    ]
    assert thoughts == ["梁文博"]


def test_every_piece_has_a_label_and_only_voices_have_speakers() -> None:
    for piece, label in labelled("# 第一章", *OPENING, "【系统启动】", "“早。”苏婉清说。", "他就是“天才”。"):
        if label.kind in ("dialogue", "thought"):
            assert 0 <= label.confidence <= 1 and label.evidence
        else:
            assert (label.kind, label.speaker, label.confidence) == (piece.kind, None, 1.0)


def test_evidence_quotes_the_words_that_decided() -> None:
    evidence = [x.evidence for _, x in labelled(*OPENING, "“早。”苏婉清轻声说。") if x.kind == "dialogue"]
    assert evidence == ["tag after: 苏婉清轻声说。"]


def test_an_explicit_tag_is_surer_than_turn_taking() -> None:
    story = labelled(*OPENING, "“吃了吗？”梁文博问。", "“没有。”")
    tagged, bare = (x.confidence for _, x in story if x.kind == "dialogue")
    assert 1 >= tagged > bare > 0.5


def test_a_book_with_nobody_in_it_has_no_speakers() -> None:
    assert [x.speaker for _, x in labelled("“……”", "雨停了。")] == [None, None]


def test_an_empty_book_is_fine() -> None:
    assert attribute(split_book(book_of()), find_people([])) == []


def test_who_says_his_name_is_the_speaker() -> None:
    assert speakers("“你好，我是苏婉清。”")[-1] == "苏婉清"


def test_who_is_explained_by_a_name_is_not_addressed() -> None:
    assert (
        speakers("“都在。”梁文博说。", "“她是谁？”苏婉清问。", "“我师妹，林初雪。昨天刚到。”")[-1] == "梁文博"
    )


def test_a_name_in_answer_to_who_calls_nobody() -> None:
    turns = _turns(*OPENING, "“是谁拿走的？”苏婉清问。", "“梁文博。”", "“梁文博！”苏婉清喊。")
    assert [bool(t.addressed) for t in turns] == [False, False, True]


def test_confidence_rises_with_probability_and_never_leaves_the_unit_interval() -> None:
    model = load_model()
    sure = [model.confidence(k / 100) for k in range(101)]
    assert sure == sorted(sure) and sure[0] >= 0 and sure[-1] <= 1


# ---------------------------------------------------------------- labelled chapters, where they are at hand

WEBNOVEL = Path(__file__).parents[3] / "shared" / "data" / "webnovel"


@pytest.mark.skipif(not WEBNOVEL.is_dir(), reason="the labelled chapters are not here")
def test_the_development_chapters_are_attributed_at_least_as_well_as_before() -> None:
    sys.path.insert(0, str(WEBNOVEL))
    import labels as gold

    count: Counter[str] = Counter()
    for path in sorted(WEBNOVEL.glob("[0-9][48].txt")):
        chapter = gold.load(path)
        head, *body = chapter["paragraphs"]
        pieces = split_book(book_of(f"# {head}", *body))
        people = find_people(pieces)
        names = {p.id: {p.name, *p.aliases} for p in people}
        roster = {r["name"]: {r["name"], *r["aliases"]} for r in chapter["roster"]}
        if chapter["pov"]:
            roster[chapter["pov"]].add("我")
        cells = {
            (p.span.paragraph, i): label
            for p, label in zip(pieces, attribute(pieces, people), strict=True)
            for i in range(p.span.start, p.span.end)
        }
        for s in chapter["spans"]:
            label = cells[s["paragraph"], (s["start"] + s["end"]) // 2]
            count[s["tag"]] += 1
            if s["tag"] == "D":
                count["D right"] += label.kind == "dialogue"
                count["speaker right"] += bool(names.get(label.speaker or "", set()) & roster[s["value"]])
            elif s["tag"] in "TSQ":
                count[s["tag"] + " right"] += (
                    label.kind == {"T": "thought", "S": "system", "Q": "narration"}[s["tag"]]
                )
    share = {k: round(count[f"{k} right"] / count[k], 3) for k in "DTSQ"}
    share["speaker"] = round(count["speaker right"] / count["D"], 3)
    floor = {"D": 0.99, "T": 0.6, "S": 1.0, "Q": 0.95, "speaker": 0.65}
    assert all(share[k] >= floor[k] for k in floor), json.dumps(share)


def test_a_voice_that_somebody_raises_is_their_own() -> None:
    assert speakers("梁文博跑在前头，头一回扯开嗓门喊：“都让开！”") == ["梁文博"]


def test_who_is_held_back_before_a_colon_does_not_speak() -> None:
    told = speakers(
        "两个保安守在门边。保安看了看他们。",
        "苏婉清抬起一只手，拦住了冲进来的保安：“让他说完。”",
    )
    assert told == ["苏婉清"]


def test_a_pronoun_before_a_colon_is_whom_its_sentence_names() -> None:
    assert speakers("梁文博放下帽子，茶洒了一桌，他抹了抹，朝外头喊道：“来人！”") == ["梁文博"]
