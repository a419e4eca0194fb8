import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novelcast.engines.phonemes import phonemes, tokens, vocabulary


def mandarin(*syllables: str) -> str:
    """Pinyin with tone digits as the engine's symbols, unspaced and without the marks it doesn't know."""
    from misaki.zh import ZHG2P

    return "".join(c for s in syllables for c in ZHG2P.py2ipa(s) if c in vocabulary())


@pytest.mark.parametrize(
    ("text", "pinyin"),
    [
        ("从头重来", "cong2 tou2 chong2 lai2"),
        ("银行", "yin2 hang2"),
        ("一行人", "yi4 xing2 ren2"),
        ("一行红字", "yi4 hang2 hong2 zi4"),
        ("孩子长大了", "hai2 zi5 zhang3 da4 le5"),
        ("头发变长了", "tou2 fa4 bian4 chang2 le5"),
        ("把钱还给我", "ba3 qian2 huan2 gei3 wo3"),
        ("他还没来", "ta1 hai2 mei2 lai2"),
        ("慢慢地走", "man4 man4 de5 zou3"),
        ("在地上", "zai4 di4 shang4"),
        ("跑得快", "pao3 de5 kuai4"),
        ("他得走了", "ta1 dei3 zou3 le5"),
        ("得到", "de2 dao4"),
        ("两只猫", "liang3 zhi1 mao1"),
        ("只有他", "zhi3 you3 ta1"),
        ("睡着了", "shui4 zhao2 le5"),
        ("看着我", "kan4 zhe5 wo3"),
        ("倒是", "dao4 shi4"),
        ("〇", "ling2"),
    ],
)
def test_a_character_of_several_readings_is_read_by_its_context(text: str, pinyin: str) -> None:
    assert phonemes(text, "zh").replace(" ", "") == mandarin(*pinyin.split())


@pytest.mark.parametrize(
    ("text", "pinyin"),
    [
        ("一个", "yi2 ge4"),
        ("一天", "yi4 tian1"),
        ("一起", "yi4 qi3"),
        ("第一次", "di4 yi1 ci4"),
        ("十一", "shi2 yi1"),
        ("一月", "yi1 yue4"),
        ("二零一一年", "er4 ling2 yi1 yi1 nian2"),
        ("一百一十", "yi4 bai3 yi1 shi2"),
        ("不是", "bu2 shi4"),
        ("不行", "bu4 xing2"),
    ],
)
def test_yi_and_bu_take_the_tone_that_the_next_syllable_asks_for(text: str, pinyin: str) -> None:
    assert phonemes(text, "zh").replace(" ", "") == mandarin(*pinyin.split())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_reading_written_into_the_text_stands(language: str) -> None:
    said = phonemes("好，姓单{shan4}的人，单{dan1}人。", language)
    assert said.replace(" ", "").count(mandarin("shan4")) == 1
    assert said.replace(" ", "").count(mandarin("dan1")) == 1
    assert "{" not in said


def test_a_reading_is_never_spoken_itself() -> None:
    assert phonemes("行{hang2}", "zh") == mandarin("hang2")
    assert phonemes("率{lü4}", "zh") == phonemes("率{lv4}", "en") == mandarin("lv4")
    assert phonemes("一{yi4}行{hang2}人", "zh").replace(" ", "") == mandarin("yi4", "hang2", "ren2")


def test_full_width_marks_become_the_models_marks() -> None:
    assert phonemes("好，好。好！好？", "zh") == "xau↓, xau↓. xau↓! xau↓?"


def test_text_may_start_with_a_mark_or_with_latin_letters() -> None:
    assert phonemes("……好。", "zh").endswith("xau↓.")
    assert phonemes("RTX，好。", "zh") == "ˈɑɹ tʰi→ ˈɛks, xau↓."


def test_capitals_without_an_entry_are_spelled() -> None:
    assert phonemes("RTX", "en") == "ˌɑɹtˌiˈɛks"
    assert phonemes("cpu", "en") == phonemes("CPU", "en")
    assert phonemes("CPUs", "en") == phonemes("CPU", "en") + "z"


def test_a_compound_of_capitals_is_said_part_by_part() -> None:
    assert phonemes("ChatGPT", "zh") == f"{phonemes('chat', 'zh')} {phonemes('GPT', 'zh')}"


def test_a_lone_a_is_a_letter_in_chinese_and_the_article_in_english() -> None:
    assert phonemes("A组", "zh").startswith("ei→ ")
    assert phonemes("a cat", "en").startswith("ɐ ")


def test_an_english_word_in_chinese_has_the_breath_that_tells_p_from_b_in_mandarin() -> None:
    assert phonemes("Tom", "en") == "tˈɑm"
    assert phonemes("Tom", "zh") == "tʰˈɑm"
    assert phonemes("rose", "zh") == "ɹˈouz"


@pytest.mark.parametrize(
    ("word", "stem", "ending"),
    [
        ("tokens", "token", "z"),
        ("laptops", "laptop", "s"),
        ("hashes", "hash", "ᵻz"),
        ("debugged", "debug", "d"),
        ("dragon's", "dragon", "z"),
        ("unplugging", "unplug", "ɪŋ"),
    ],
)
def test_a_regular_form_is_its_stem_and_an_ending(word: str, stem: str, ending: str) -> None:
    assert phonemes(word, "en") == phonemes(stem, "en") + ending


def test_an_unknown_word_is_read_by_rule_with_a_stress() -> None:
    said = phonemes("glorpish", "en")
    assert said.startswith("ɡl") and said.endswith("ʃ") and said.count("ˈ") == 1


def test_what_cannot_be_said_is_dropped() -> None:
    assert phonemes("💥", "zh") == ""
    assert phonemes("好💥12好", "zh").replace(" ", "") == "xau↓xau↓"


@given(st.text() | st.text("一不得地重行了A'b-z……，。“ ", max_size=20), st.sampled_from(["zh", "en"]))
def test_any_text_gives_symbols_of_the_vocabulary_only(text: str, language: str) -> None:
    said = phonemes(text, language)
    assert set(said) <= set(vocabulary())
    assert len(tokens(said)) == len(said)


def test_the_vocabulary_is_the_models() -> None:
    assert len(vocabulary()) == 114
    assert tokens("a↓ ?☃") == [43, 169, 16, 6]


def test_importing_the_module_loads_no_dictionary() -> None:
    code = "import sys, novelcast.engines.phonemes; sys.exit(bool({'jieba', 'pypinyin', 'misaki'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
