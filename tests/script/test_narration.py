from __future__ import annotations

from scripted import kinds

from novelcast.script.narration import Narration, letters, narrated

MINE = (
    "我推开门，屋里没有人。我在床边坐下，听见表在走。我想起昨天的事，我笑了。我把灯拧亮，又把灯拧暗。我饿了，可是我不想动。"
    "我听见楼下有人上楼，脚步很重，一步一步地近了。我站起来，走到门后头，把耳朵贴在门上。那人在我的门口停了停，又上楼去了。"
)
THEIRS = (
    "老周推开门，屋里没有人。他在床边坐下，听见表在走。老周想起昨天的事，他笑了。他把灯拧亮，又把灯拧暗。他饿了，可是他不想动。"
    "老周听见楼下有人上楼，脚步很重，一步一步地近了。他站起来，走到门后头，把耳朵贴在门上。那人在门口停了停，又上楼去了。"
)


def test_a_narrator_who_says_i_is_known_by_it() -> None:
    assert Narration([MINE]).first_person
    assert not Narration([THEIRS]).first_person
    assert not Narration([THEIRS, "我怎么没有想到？他看着那扇门。"]).first_person


def test_a_scene_has_a_narrator_of_its_own() -> None:
    def tellers(*scenes: str) -> list[bool]:
        texts = [text for scene in scenes for text in ("***", scene)][1:]
        told = narrated([t if t != "***" else "" for t in texts], [t == "***" for t in texts])
        return [n.first_person for t, n in zip(texts, told, strict=True) if t != "***"]

    assert tellers(THEIRS * 3, MINE * 2) == [False, True]
    assert tellers(MINE * 5, THEIRS * 3) == [True, False]
    # Too short to tell: as the chapter is.
    assert tellers(MINE * 3, "雨停了。") == [True, True]


def test_the_people_are_the_same_in_every_scene() -> None:
    texts = [THEIRS * 3, "", MINE * 3]
    assert all(n.tells_of("老周点了灯。") for n in narrated(texts, [False, True, False]))


LETTER = [
    "桌上只有一封信。老周拆开了信。",
    "老周：",
    "见字如面。我走了，你别来找我。我把钥匙放在老地方了。我怎么会不想你？可是我不能留下。",
    "你要好好吃饭。",
    "小禾字",
    "老周把信折起来，放回了信封里。",
]


def test_a_letter_runs_from_its_salutation_to_its_signature() -> None:
    assert letters(LETTER) == {1, 2, 3, 4}
    assert letters(["老周：", "来了？"]) == set()


def test_nobody_thinks_in_a_letter_and_its_i_tells_no_chapter() -> None:
    written = kinds(THEIRS, *LETTER)
    assert all(kind == "narration" for kind, text in written if text in "".join(LETTER[1:5]))
    marked = [
        THEIRS,
        *LETTER[:2],
        LETTER[2] + "我我我我我我我我我",
        *LETTER[3:],
        "我怎么没有想到？老周愣住了。",
    ]
    assert ("thought", "我怎么没有想到？") in kinds(*marked)
