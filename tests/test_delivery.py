"""How a line is said follows what the text says of it, within limits."""

import pytest

from books import script_of, segment
from novelcast.catalog import load_delivery_rules
from novelcast.delivery import GAIN_DB, PITCH_ST, PLAIN, RATE, Delivery, deliveries_of
from novelcast.model import Segment

RULES = load_delivery_rules()


def parts(*texts: str, paragraph: int = 0) -> list[Segment]:
    """One paragraph: what begins with a quotation mark is said, the rest told."""
    out, at = [], 0
    for text in texts:
        kind = "dialogue" if text[0] in '“"' else "narration"
        out.append(
            segment(text, kind, paragraph=paragraph, start=at, speaker="甲" if kind == "dialogue" else None)
        )  # type: ignore[arg-type]
        at += len(text)
    return out


def said(*texts: str, language: str = "zh") -> Delivery:
    """How the first quotation of a paragraph is said."""
    script = script_of(parts(*texts), language=language)
    first = next(s for s in script.segments if s.kind == "dialogue")
    return deliveries_of(script, RULES).get(first.id, PLAIN)


@pytest.mark.parametrize(
    ("texts", "louder", "faster", "higher"),
    [
        (("“船要沉了”", "他吼道。"), 1, 1, 1),
        (("她压低声音说：", "“别回头。”"), -1, -1, -1),
        (("“灯怎么灭了”", "他声音发颤。"), -1, -1, 1),
        (("老钱冷笑道：", "“就凭你。”"), -1, -1, -1),
        (("他喘着气说：", "“他们追来了。”"), -1, 1, 1),
        (("“你敢！”",), 1, 1, 1),
        (("“我也许……不该来。”",), -1, -1, -1),
    ],
)
def test_a_line_follows_the_words_beside_it(
    texts: tuple[str, ...], louder: int, faster: int, higher: int
) -> None:
    how = said(*texts)
    assert how.gain_db * louder > 0 and (how.rate - 1) * faster > 0 and how.pitch_st * higher > 0


@pytest.mark.parametrize(
    ("texts", "louder"),
    [
        (('"The boat is going down,"', " he shouted."), 1),
        (("She said in a low voice, ", '"Don\'t look back."'), -1),
        (('"Run!"',), 1),
    ],
)
def test_english_too(texts: tuple[str, ...], louder: int) -> None:
    assert said(*texts, language="en").gain_db * louder > 0


@pytest.mark.parametrize(
    "texts",
    [
        ("“今天吃面。”", "他说。"),
        ("“今天吃面。”", "他没有大声说话。"),
        ("门外有人吼了一声。", "“今天吃面。”"),  # another sentence, another person
        ("“今天吃面。”", "他说。外面的狗在咆哮。"),
    ],
)
def test_what_is_said_of_others_or_denied_changes_nothing(texts: tuple[str, ...]) -> None:
    assert said(*texts) == PLAIN


def test_a_tag_of_another_paragraph_is_not_this_lines() -> None:
    script = script_of([*parts("“今天吃面。”"), *parts("他吼道：", "“滚！”", paragraph=1)])
    assert set(deliveries_of(script, RULES)) == {script.segments[2].id}


def test_narration_and_system_lines_are_told_plainly() -> None:
    loud = [segment("他吼了起来！"), segment("【警报！】", "system", paragraph=1)]
    assert deliveries_of(script_of(loud), RULES) == {}


def test_however_much_is_said_of_a_line_it_stays_within_limits() -> None:
    how = said("“快走！！”", "他急忙扯着嗓子大声喊道，喘着气，咬牙切齿，颤抖，兴奋，怒道")
    assert RATE[0] <= how.rate <= RATE[1] and PITCH_ST[0] <= how.pitch_st <= PITCH_ST[1]
    assert GAIN_DB[0] <= how.gain_db <= GAIN_DB[1] and how.gain_db == GAIN_DB[1]


@pytest.mark.parametrize(
    ("how", "why"), [("whisper", "whisper"), ("plain", ""), ("sneer, slow", "sneer, slow"), (None, "shout")]
)
def test_what_the_user_says_of_a_line_counts_and_nothing_else(how: str | None, why: str) -> None:
    said_so = [
        s.model_copy(update={"how": how if s.kind == "dialogue" else None})
        for s in parts("“走吧”", "他吼道。")
    ]
    assert deliveries_of(script_of(said_so), RULES).get(said_so[0].id, PLAIN).why == why


def test_the_reason_is_named() -> None:
    assert "whisper" in said("“别回头。”", "她低声说。").why
