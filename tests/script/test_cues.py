"""Which words become sounds, which are replaced, and which stay words."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from novelcast.catalog import CueSound, load_cue_sounds
from novelcast.model import Cue, CueAmount, Span
from novelcast.script.cues import find_cues
from novelcast.script.pieces import Piece, PieceKind

LIBRARY = load_cue_sounds()


def pieces_of(*paragraphs: str) -> list[Piece]:
    """Paragraphs to pieces: “…” is dialogue, 【…】 system, *…* thought, the rest narration."""
    out = []
    for p, text in enumerate(paragraphs):
        for m in re.finditer(r"“[^”]*”|【[^】]*】|\*[^*]*\*|[^“【*]+", text):
            kind: PieceKind = {"“": "dialogue", "【": "system", "*": "thought"}.get(m[0][0], "narration")  # type: ignore[assignment]
            out.append(Piece(Span(chapter=0, paragraph=p, start=m.start(), end=m.end()), m[0], kind))
    return out


def cues(*paragraphs: str, amount: CueAmount = "few") -> list[Cue]:
    return find_cues(pieces_of(*paragraphs), LIBRARY, amount=amount)[1]


def one(*paragraphs: str) -> Cue:
    found = cues(*paragraphs)
    assert len(found) == 1, found
    return found[0]


# ---------------------------------------------------------------- words that a sound replaces


@pytest.mark.parametrize(
    ("paragraphs", "words", "sound", "count"),
    [
        (("机房里的警报灯变红了。", "“滴滴滴——”", "值班的人都站了起来。"), "“滴滴滴——”", "alarm", 3),
        (("他合上电闸。", "“啪！”", "一声爆响，灯泡烧了。"), "“啪！”", "pop", 1),
        (("他抬手敲门。", "咚、咚、咚。"), "咚、咚、咚。", "knock", 3),
        (("炮口闪出火光。", "轰——！"), "轰——！", "explosion", 1),
        (("他扣下扳机。", "砰！", "子弹打在墙上。"), "砰！", "gunshot", 1),
        (("山门在望。", "当——当——", "钟声传得很远。"), "当——当——", "bell", 2),
        (("桌上的座机响了。", "叮铃铃——"), "叮铃铃——", "phone", 1),
        (("她屏住呼吸。", "滴答，滴答。", "墙上的挂钟还在走。"), "滴答，滴答。", "clock", 2),
    ],
)
def test_a_sound_standing_alone_replaces_its_words(
    paragraphs: Sequence[str], words: str, sound: str, count: int
) -> None:
    cue = one(*paragraphs)
    assert (cue.mode, cue.text, cue.sound, cue.count) == ("replace", words, sound, count)


def test_a_sentence_of_its_own_is_replaced_inside_a_paragraph() -> None:
    out, found = find_cues(pieces_of("他松开手。砰！门关上了。"), LIBRARY)
    assert [(p.kind, p.text) for p in out] == [
        ("narration", "他松开手。"),
        ("cue", "砰！"),
        ("narration", "门关上了。"),
    ]
    assert (found[0].sound, found[0].span.start, found[0].span.end) == ("door", 5, 7)


def test_two_sounds_in_one_quotation_are_two_cues() -> None:
    found = cues("“砰！哗啦！”", "玻璃碎了一地。")
    assert [(c.text, c.mode) for c in found] == [("“砰！", "replace"), ("哗啦！”", "replace")]
    assert found[1].sound == "glass"


def test_a_quoted_sound_glued_to_its_sentence_is_replaced_all_the_same() -> None:
    cue = one("他刚坐下“滴滴滴——”刺耳的警报声响了起来")
    assert (cue.mode, cue.text, cue.sound) == ("replace", "“滴滴滴——”", "alarm")


@pytest.mark.parametrize(
    "text",
    [
        "“砰！”他说。",
        "孩子学着闹钟叫：“滴滴滴——”",
        "“咚咚咚！”弟弟嘴里喊着。",
        "“当？”",
        "“嗡嗡嗡什么呀，吵死了。”",
    ],
)
def test_what_somebody_says_stays_speech(text: str) -> None:
    before = pieces_of(text)
    assert find_cues(before, LIBRARY) == (before, [])


def test_a_quoted_word_of_a_sentence_goes_back_into_it() -> None:
    out, found = find_cues(pieces_of("木门“砰”的一声关上了。"), LIBRARY)
    assert [(p.kind, p.text) for p in out] == [("narration", "木门“砰”的一声关上了。")]
    assert [(c.mode, c.text, c.sound) for c in found] == [("under", "“砰”", "door")]


# ---------------------------------------------------------------- words inside a sentence


@pytest.mark.parametrize(
    ("text", "word", "sound", "count"),
    [
        ("门铃叮咚响了两声。", "叮咚", "bell", 2),
        ("咔嚓一声，树枝断成两截。", "咔嚓", "crack", 1),
        ("他把文件啪的一声拍在桌上。", "啪", "slap", 1),
        ("口袋里的手机嗡嗡震了三下。", "嗡嗡", "buzz", 3),
        ("远处轰隆隆滚过一阵闷雷。", "轰隆隆", "thunder", 1),
        ("窗外的雨哗哗地下。", "哗哗", "rain", 1),
        ("风在屋檐下呜呜地吹。", "呜呜", "wind", 1),
        ("她的高跟鞋嗒嗒嗒敲着地砖。", "嗒嗒嗒", "footsteps", 3),
        ("他在键盘上噼里啪啦地打字。", "噼里啪啦", "keyboard", 1),
        ("巷口的野狗汪汪叫了两声。", "汪汪", "dog", 2),
        ("墙头的猫喵地叫了一声。", "喵", "cat", 1),
        ("他扑通一声跳进水里。", "扑通", "splash", 1),
        ("城楼上的号角呜——地响了。", "呜——", "horn", 1),
        ("拖拉机突突突地开进院子。", "突突突", "engine", 1),
        ("她的心怦怦直跳。", "怦怦", "heartbeat", 2),
        ("裁判的哨子哔地响了。", "哔", "whistle", 1),
        ("屋檐下的铁片叮当叮当地响。", "叮当叮当", "bell", 2),
        ("老旧的木门吱呀一声开了。", "吱呀", "door", 1),
    ],
)
def test_a_sound_inside_a_sentence_is_heard_under_it(text: str, word: str, sound: str, count: int) -> None:
    before = pieces_of(text)
    out, found = find_cues(before, LIBRARY)
    assert out == before
    assert [(c.mode, c.text, c.sound, c.count) for c in found] == [("under", word, sound, count)]
    assert text[found[0].span.start : found[0].span.end] == word


@pytest.mark.parametrize(
    "text",
    [
        "她用滴滴打车叫了一辆车。",
        "这一下真是啪啪打脸。",
        "见到她的那一刻，他砰然心动。",
        "邻座的人嗡嗡嗡说个不停。",
        "他心里咚咚打鼓，脸上还在笑。",
        "大楼轰然倒塌。",
        "他的腿抖得像一台哐当哐当响的旧机器。",
        "她脑子里轰的一声，一片空白。",
        "那只鹦鹉名叫嘎嘎。",
        "生活的点点滴滴都在这里。",
        "众人齐刷刷地站了起来。",
        "他名气响当当的。",
        "要是绳子咔嚓一声断了，谁也救不了你。",
        "她呜呜地哭了起来。",
        "他应当的，当然要来。",
        "这件事办得妥妥当当。",
        "家里穷得叮当响。",
        "会议室轰地一下炸开了锅。",
        "太阳穴突突地跳。",
        "他给老板打了个招呼一声不吭地走了。",
        "汪汪队的动画片又开始了。",
        "东北的冬天嘎嘎冷。",
        "大家哐哐点赞。",
        "咔咔一顿操作，系统就好了。",
        "两个人叮叮当当地吵了一路。",
        "他叽叽歪歪个没完。",
        "别啪啪啪地拍桌子！",
        "他的话像炸雷一样轰隆隆滚过每个人心头。",
        "全场哗然，此事轰动一时。",
        "啪嗒啪嗒掉眼泪。",
        "这首歌的前奏咚咚咚的，很抓人。",
        "弟弟嘴里嘟嘟嘟地开着玩具车。",
        "他啪啪啪一连发了十几条消息。",
        "一个念头砰地炸开。",
        "他想象着门砰地关上的样子。",
        "嘀嗒网约车停在路口。",
        "时间滴答滴答过去，眼看要到期了。",
        "工资刷刷刷地花光了。",
    ],
)
def test_a_word_that_nobody_hears_makes_no_sound(text: str) -> None:
    assert cues(text) == []


def test_a_name_stays_a_name_until_it_is_heard_again() -> None:
    assert cues("那只鹅名叫嘎嘎。", "嘎嘎把头一歪。") == []
    assert [c.sound for c in cues("那只鹅名叫嘎嘎。", "鹅伸长脖子，嘎嘎叫了两声。")] == ["bird"]


def test_only_narration_and_dialogue_are_searched() -> None:
    before = pieces_of("*砰！*", "【警报：滴滴滴】")
    assert find_cues(before, LIBRARY) == (before, [])


# ---------------------------------------------------------------- sounds that are only named


@pytest.mark.parametrize(
    ("text", "words", "sound", "count"),
    [
        ("她刚坐下，手机响了。", "手机响了", "phone", 1),
        ("电话响了两声，没人接。", "电话响了", "phone", 2),
        ("远处传来一声枪响。", "一声枪响", "gunshot", 1),
        ("山谷里传来三声枪响。", "三声枪响", "gunshot", 3),
        ("警报声大作。", "警报声大作", "alarm", 1),
        ("村口传来狗叫声。", "狗叫声", "dog", 1),
        ("The phone rang twice.", "phone rang", "phone", 2),
        ("Far away thunder rumbled.", "thunder rumbled", "thunder", 1),
    ],
)
def test_a_sound_that_is_only_named_is_heard_where_all_are_asked_for(
    text: str, words: str, sound: str, count: int
) -> None:
    assert cues(text) == []
    found = cues(text, amount="all")
    assert [(c.mode, c.text, c.sound, c.count) for c in found] == [("under", words, sound, count)]


@pytest.mark.parametrize(
    "text",
    [
        "他的手机没响。",
        "如果电话响了，别接。",
        "那消息像一声惊雷。",
        "这是爆炸性的新闻。",
        "The phone never rang.",
    ],
)
def test_a_sound_that_is_named_and_not_there_is_not_heard(text: str) -> None:
    assert cues(text, amount="all") == []


def test_a_sound_that_is_named_and_written_out_is_heard_once() -> None:
    assert [c.text for c in cues("门铃叮咚响了两声。", amount="all")] == ["叮咚"]
    assert [c.text for c in cues("一声枪响。砰！", amount="all")] == ["砰！"]


def test_none_is_none() -> None:
    before = pieces_of("砰！", "手机响了。")
    assert find_cues(before, LIBRARY, amount="none") == (before, [])


# ---------------------------------------------------------------- English


def test_an_english_sound_of_its_own_replaces_its_words() -> None:
    (bang,) = cues("He let go. Baaang! The lid had closed.")
    assert (bang.text.strip(), bang.mode, bang.sound) == ("Baaang!", "replace", "door")
    (knock,) = cues("She sat up. Knock, knock. Somebody was at the door.")
    assert (knock.sound, knock.count) == ("knock", 2)


def test_an_english_sound_inside_a_sentence_is_heard_under_it() -> None:
    found = cues("There was a loud crash in the kitchen.", "The stone fell with a soft splash.")
    assert [(c.text, c.sound, c.mode) for c in found] == [
        ("crash", "crash", "under"),
        ("splash", "splash", "under"),
    ]
    assert found[1].gain_db < found[0].gain_db


@pytest.mark.parametrize(
    "text",
    [
        "The season ended with a bang.",
        "The stock market crash ruined him.",
        "He banged on about his rights.",
        "Snap out of it, she thought.",
        "If there was a crash they would hear it.",
        "She gave the children a drum and a whistle.",
        "“Bang!”",
    ],
)
def test_an_english_word_that_nobody_hears_makes_no_sound(text: str) -> None:
    assert cues(text) == []


# ---------------------------------------------------------------- how it is heard


def test_a_dash_draws_a_sound_out_and_a_mark_makes_it_louder() -> None:
    plain, drawn, loud = one("咚。"), one("咚——"), one("咚！")
    assert plain.length_ms is None and drawn.length_ms is not None and drawn.length_ms > 1000
    assert loud.gain_db > plain.gain_db == drawn.gain_db == 0.0


def test_what_is_faint_or_far_is_softer() -> None:
    assert one("远处传来砰的一声。").gain_db < one("传来砰的一声。").gain_db
    assert one("远处传来砰的一声。").far and not one("轻轻砰的一声。").far
    assert one("远处有人开枪。", "砰！").far
    assert not cues("咚、咚、咚。", "有人敲门，远处轰隆一声闷雷。")[0].far


def test_traditional_characters_make_the_same_sounds() -> None:
    cue = one("門鈴叮咚響了兩聲。")
    assert (cue.text, cue.sound, cue.count) == ("叮咚", "bell", 2)
    assert one("“轟——”", "火光沖天。").text == "“轟——”"


def test_a_library_of_ones_own_decides_words_hints_and_mode() -> None:
    plain = CueSound(name="tick", words=("铮", "噌?"), patterns=("灯芯",), make="click", mode="before")
    found = find_cues(pieces_of("铮的一声。", "灯芯噌地亮了。"), [plain])[1]
    assert [(c.text, c.sound, c.mode) for c in found] == [
        ("铮", "tick", "before"),
        ("噌", "tick", "before"),
    ]
    assert find_cues(pieces_of("他噌地站起。"), [plain])[1] == []
    assert find_cues(pieces_of("铮的一声。"), []) == (pieces_of("铮的一声。"), [])


def test_cues_come_in_reading_order() -> None:
    found = cues("砰的一声，门开了。咔哒！", "雨哗哗地下。")
    places = [(c.span.paragraph, c.span.start) for c in found]
    assert len(places) == 3 and places == sorted(places)


# ---------------------------------------------------------------- nothing is lost


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.lists(
            st.tuples(
                st.sampled_from(["narration", "dialogue", "thought", "system", "heading", "skip"]),
                st.text(
                    alphabet="砰啪滴答咚嗡轰隆呜叮铃噼里像叫的地一声响两下，。！？——～…“”‘’【】\n 他门心里abc",
                    min_size=1,
                )
                | st.text(min_size=1),
            ),
            min_size=1,
            max_size=4,
        ),
        max_size=5,
    )
)
def test_pieces_out_hold_every_character_in(book: list[list[tuple[PieceKind, str]]]) -> None:
    before = []
    for p, paragraph in enumerate(book):
        at = 0
        for kind, text in paragraph:
            before.append(Piece(Span(chapter=0, paragraph=p, start=at, end=at + len(text)), text, kind))
            at += len(text)
    out, found = find_cues(before, LIBRARY)
    for p, paragraph in enumerate(book):
        here = [x for x in out if x.span.paragraph == p]
        assert "".join(x.text for x in here) == "".join(text for _, text in paragraph)
        assert [x.span.start for x in here] == [0, *(x.span.end for x in here[:-1])]
    replaced = [(c.span, c.text) for c in found if c.mode == "replace"]
    assert replaced == [(x.span, x.text) for x in out if x.kind == "cue"]
    whole = {p: "".join(t for _, t in paragraph) for p, paragraph in enumerate(book)}
    assert all(c.text == whole[c.span.paragraph][c.span.start : c.span.end] for c in found)
