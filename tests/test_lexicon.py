from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novelcast.engines.phonemes import phonemes
from novelcast.errors import SettingsError
from novelcast.lexicon import BOOK_LEXICON, Lexicon, Word, lexicon_for, load_lexicon, surnames_of
from novelcast.readings import sounds_of, without_marks


def file(folder: Path, text: str) -> Path:
    path = folder / "words.toml"
    path.write_text(text, "utf-8")
    return path


def sound(text: str) -> str:
    """The phonemes; where words part is left out."""
    return phonemes(text, "zh").replace(" ", "")


SHAN_FEI = Word(text="单飞", reading="shan4 fei1")


def test_a_reading_reaches_an_engine_that_takes_pinyin_as_marks() -> None:
    said = Lexicon((SHAN_FEI,)).read("单飞来了。", "zh", pinyin=True)
    assert said == "单{shan4}飞{fei1}来了。"
    assert sound(said) == sound("善飞来了。") != sound("单飞来了。")


def test_a_reading_reaches_an_engine_that_takes_text_as_a_homophone() -> None:
    said = Lexicon((SHAN_FEI,)).read("单飞来了。", "zh", pinyin=False)
    assert len(said) == 5 and said[0] != "单" and said[1:] == "飞来了。"
    assert sound(said) == sound("单{shan4}飞来了。")


def test_a_mark_that_a_person_wrote_stands() -> None:
    lexicon = Lexicon((Word(text="单", reading="shan4"),))
    assert lexicon.read("单{dan1}飞", "zh", pinyin=True) == "单{dan1}飞"


def test_the_longer_entry_wins_then_the_earlier() -> None:
    lexicon = Lexicon((Word(text="猫", say="甲"), Word(text="猫", say="乙"), Word(text="猫塔", say="丙")))
    assert lexicon.said("猫塔的猫", "zh") == "丙的甲"


def test_an_entry_with_neighbours_counts_only_beside_one_of_them() -> None:
    lexicon = Lexicon((Word(text="单", reading="shan4", preceded_by=("我姓",), followed_by=("先生",)),))
    said = lexicon.read("我姓单，单先生不是单身，一单一双", "zh", pinyin=True)
    assert said == "我姓单{shan4}，单{shan4}先生不是单身，一单一双"


def test_a_latin_word_is_replaced_whole_only() -> None:
    lexicon = Lexicon((Word(text="Ka", say="卡"),))
    assert lexicon.said("Ka，Kai，OKa，Ka1", "zh") == "卡，Kai，OKa，Ka1"


def test_an_entry_may_be_for_one_language() -> None:
    lexicon = Lexicon((Word(text="GPU", say="显卡", language="zh"),))
    assert lexicon.said("GPU", "zh-CN") == "显卡"
    assert lexicon.said("GPU", "en-US") == "GPU"


def test_an_entry_may_be_written_in_either_script() -> None:
    assert (
        Lexicon((Word(text="長孫", reading="zhang3 sun1"),)).read("长孙", "zh", pinyin=True)
        == "长{zhang3}孙{sun1}"
    )


def test_u_umlaut_is_understood_in_both_spellings() -> None:
    for reading in ("lv4", "lü4", "LÜ4"):
        assert Lexicon((Word(text="律", reading=reading),)).read("律", "zh", pinyin=True) == "律{lv4}"


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ('text = "单"', "either reading or say"),
        ('text = "单"\nreading = "shan4"\nsay = "善"', "either reading or say"),
        ('text = "单飞"\nreading = "shan4"', "2 characters, but 1 syllables"),
        ('text = "单"\nreading = "shan"', "no syllable 'shan'"),
        ('text = "GPU"\nreading = "ji1"', "use say"),
        ('text = ""\nsay = "善"', "text"),
        ('text = "单"\nsay = "善"\ncolour = "red"', "colour"),
        ('text = "单"\nsay = "善"\nfollowed_by = [""]', "not the empty one"),
    ],
)
def test_a_wrong_entry_is_an_error_that_names_file_and_entry(tmp_path: Path, entry: str, why: str) -> None:
    path = file(tmp_path, f'[[word]]\ntext = "好"\nsay = "好"\n\n[[word]]\n{entry}\n')
    with pytest.raises(SettingsError, match=why) as error:
        load_lexicon([path])
    assert str(path) in str(error.value) and "number 2" in str(error.value)


@pytest.mark.parametrize("text", ["[[word]\n", "[[words]]\ntext = 1\n", 'word = "x"\n', "\x00"])
def test_a_file_that_is_no_lexicon_is_an_error_that_names_it(tmp_path: Path, text: str) -> None:
    path = file(tmp_path, text)
    with pytest.raises(SettingsError) as error:
        load_lexicon([path])
    assert str(path) in str(error.value)


def test_a_book_has_words_of_its_own_and_they_win(tmp_path: Path) -> None:
    (tmp_path / BOOK_LEXICON).write_text('[[word]]\ntext = "尉迟"\nreading = "wei4 chi2"\n', "utf-8")
    assert lexicon_for(tmp_path).read("尉迟", "zh", pinyin=True) == "尉{wei4}迟{chi2}"
    assert lexicon_for(tmp_path / "none").read("尉迟", "zh", pinyin=True) == "尉{yu4}迟{chi2}"


@pytest.mark.parametrize(
    "text", ["老百姓单独来", "也姓王", "我姓名单上有", "报仇先走", "万一俟机", "今天7-11日开会"]
)
def test_the_shipped_words_leave_other_words_alone(text: str) -> None:
    lexicon = lexicon_for()
    assert lexicon.said(text, "zh") == text
    assert lexicon.read(text, "zh", pinyin=True) == text


def test_the_shipped_words_read_what_they_are_for() -> None:
    lexicon = lexicon_for()
    assert lexicon.read("我姓仇", "zh", pinyin=True) == "我姓仇{qiu2}"
    assert lexicon.read("万俟家", "zh", pinyin=True) == "万{mo4}俟{qi2}家"
    assert lexicon.said("街角的7-11便利店", "zh") == "街角的七幺幺便利店"


def test_a_books_people_are_called_by_their_surnames_sound() -> None:
    lexicon = surnames_of(["任天放", "单身汉", "王五"], pinyin=True)
    assert lexicon.read("任天放不任性", "zh", pinyin=True) == "任{ren2}天放不任性"


@given(st.text("单飞我姓先生长孙{shan4}，。aB1"), st.booleans())
def test_the_words_of_a_text_stay_whatever_the_lexicon_reads(text: str, pinyin: bool) -> None:
    lexicon = Lexicon(
        (
            SHAN_FEI,
            Word(text="单", reading="shan4", preceded_by=("姓",)),
            Word(text="长孙", reading="zhang3 sun1"),
        )
    )
    plain, _ = without_marks(text)
    said = lexicon.read(text, "zh", pinyin=pinyin)
    if pinyin:
        assert without_marks(said)[0] == plain
    else:
        assert len(said) == len(plain)


@pytest.mark.parametrize(
    ("text", "place", "reading"),
    [
        ("他想从头重来。", 4, "chong2"),
        ("我们去重庆看看。", 3, "chong2"),
        ("一行人走进店里。", 1, "xing2"),
        ("乐队还在演奏。", 0, "yue4"),
        ("他扇了他一巴掌。", 1, "shan1"),
        ("她系着围裙出来。", 1, "ji4"),
        ("他给她倒了杯水。", 3, "dao4"),
        ("他没入黑暗之中。", 1, "mo4"),
        ("三更半夜的敲门。", 1, "geng1"),
    ],
)
def test_what_a_voice_without_readings_is_likely_to_misread_becomes_a_homophone(
    text: str, place: int, reading: str
) -> None:
    said = lexicon_for().read(text, "zh", pinyin=False)
    assert len(said) == len(text)
    assert sounds_of(said[place]) == (reading,)
    assert lexicon_for().read(text, "zh", pinyin=True) == text  # the engine's own readings know better


@pytest.mark.parametrize(
    "text",
    [
        "他去银行取了钱，回头还给她。",
        "孩子长大了，睡着了。",
        "还有人没来，还是等等吧。",
        "他没入睡，也没说话。",
        "这件行李很重，来得正好。",
        "他应该知道，应当回答。",
        "倒是你，反倒不着急。",
        "他慢慢地走，得走很久。",
        "更何况三个人更热闹。",
    ],
)
def test_what_such_voices_read_right_stays_as_it_is(text: str) -> None:
    assert lexicon_for().read(text, "zh", pinyin=False) == text


def test_a_surname_that_voices_know_reaches_only_engines_that_take_readings() -> None:
    names = ["任天放", "仇天放"]
    assert [w.text for w in surnames_of(names, pinyin=True).words] == ["任", "仇"]
    assert [w.text for w in surnames_of(names, pinyin=False).words] == ["仇"]
