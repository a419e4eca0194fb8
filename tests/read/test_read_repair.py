"""Damage is repaired, every repair is listed and reversible, and clean text is left alone."""

from __future__ import annotations

import random
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from novelcast.errors import InputError
from novelcast.model import Book, Repair
from novelcast.read import read_book, undo
from novelcast.read.text import split_paragraphs

SAMPLE = Path(__file__).parents[1] / "data" / "冷库夜班.txt"

# Enough of other damage that a book counts as scraped; none of it is what a test looks at.
SCRAPED = "走廊(láng)里很黑，据(jù)说灯坏(huài)了很久，没有人记(jì)得要修(xiū)它。\n"


def book_of(folder: Path, text: str, *, repair: bool = True, name: str = "长夜.txt") -> Book:
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return read_book(path, repair=repair)


def paragraphs(book: Book) -> list[str]:
    return [p.text for c in book.chapters for p in c.paragraphs]


def last(folder: Path, text: str, *, scraped: bool = False) -> str:
    return paragraphs(book_of(folder, (SCRAPED if scraped else "") + text))[-1]


def undone(book: Book) -> list[str]:
    by_place: dict[tuple[int, int], list[Repair]] = {}
    for repair in book.repairs:
        by_place.setdefault((repair.chapter, repair.paragraph), []).append(repair)
    return [
        undo(p.text, by_place.get((c, i), []))
        for c, chapter in enumerate(book.chapters)
        for i, p in enumerate(chapter.paragraphs)
    ]


# ---------------------------------------------------------------- pinyin notes


@pytest.mark.parametrize(
    ("damaged", "wanted"),
    [
        ("他打开机(jī)器，看了一眼。", "他打开机器，看了一眼。"),
        ("他打開機（jī）器，看了一眼。", "他打開機器，看了一眼。"),
        ("他打开机 ( jī ) 器，看了一眼。", "他打开机器，看了一眼。"),
        ("这是个(gè)问题(tí)。", "这是个问题。"),
        ("阿(ā)姨走了过来。", "阿姨走了过来。"),
        ("他喘(chuɑ\u030cn)着气。", "他喘着气。"),
        ("这个[gè]问题。", "这个问题。"),
    ],
)
def test_a_scrapers_pinyin_note_is_removed(tmp_path: Path, damaged: str, wanted: str) -> None:
    assert last(tmp_path, damaged) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "这块GPU(显卡)坏了。",
        "他姓王(wáng)，这个字的拼音很好记。",
        "“王(wáng)”字怎么写？",
        "机(ji)器坏了。",
        "机(qì)器坏了。",
        "此人姓仇（qiú），名远。",
        "少年名叫赵翀（chōng），字子羽。",
        "他喜欢喝(coffee)咖啡。",
        "你(nǐ)好(hǎo)，我(wǒ)是(shì)老(lǎo)师(shī)。",
    ],
)
def test_a_note_that_an_author_wrote_stays(tmp_path: Path, text: str) -> None:
    assert [r for r in book_of(tmp_path, text).repairs if "pinyin" in r.why] == []


@pytest.mark.parametrize(
    ("damaged", "wanted"),
    [
        ("機器（jī qì）轟的一聲停了。", "機器轟的一聲停了。"),
        ("甲板(jiǎbǎn)上全是水，缆绳(lǎn shéng)断了。", "甲板上全是水，缆绳断了。"),
        ("船头的人【rén】回过［guò］头来。", "船头的人回过头来。"),
        ("雾ㄨˋ越来越浓，灯ㄉㄥ也看不清了。", "雾越来越浓，灯也看不清了。"),
        ("雾(ㄨˋ)越来越浓。", "雾越来越浓。"),
        ("船从码(mǎ )头 ( tóu ) 出发。", "船从码头出发。"),
        ("他摸了摸口袋(kǒu dài)，掏出钥匙(yào shi)。", "他摸了摸口袋，掏出钥匙。"),
    ],
)
def test_notes_of_words_in_any_bracket_and_in_zhuyin_go_from_a_scraped_book(
    tmp_path: Path, damaged: str, wanted: str
) -> None:
    assert last(tmp_path, damaged, scraped=True) == wanted


def test_a_word_in_brackets_that_is_no_reading_stays(tmp_path: Path) -> None:
    text = "他喜欢咖啡(coffee)，住在北京(Beijing Road)，船名叫海鸥(Seagull)。"
    assert last(tmp_path, text, scraped=True).replace("（", "(").replace("）", ")") == text


@pytest.mark.parametrize("tones", ["", "243412"])
def test_notes_without_tone_marks_go_where_there_are_many(tmp_path: Path, tones: str) -> None:
    notes = ["走廊({})里很黑，", "据({})说灯坏({})了很久，", "没有人记({})得要修({})它，", "门({})也关不上。"]
    readings = iter(("lang", "ju", "huai", "ji", "xiu", "men"))
    tone = iter(tones or [""] * 6)
    text = "".join(re.sub(r"\{\}", lambda _: next(readings) + next(tone), part) for part in notes)
    assert last(tmp_path, text) == "走廊里很黑，据说灯坏了很久，没有人记得要修它，门也关不上。"


def test_a_lesson_inside_a_scraped_book_stays(tmp_path: Path) -> None:
    assert (
        last(tmp_path, "老师在黑板上写下拼音：“王(wáng)”。", scraped=True)
        == "老师在黑板上写下拼音：“王(wáng)”。"
    )


# ---------------------------------------------------------------- leftovers of pages


@pytest.mark.parametrize(
    ("damaged", "wanted"),
    [
        ("她走了。<br>", "她走了。"),
        ("<p>她<b>真</b>的走了。</p>", "她真的走了。"),
        ("她&nbsp;走了。&#12288;&#12288;", "她 走了。"),
        ("她说：&ldquo;走吧。&rdquo;", "她说：“走吧。”"),
        ("她走了&lt;br&gt;", "她走了"),
        ("<script>var a=1;</script>她走了。", "她走了。"),
        ("<ruby>汉<rt>hàn</rt></ruby>字很美。", "汉字很美。"),
        ("“快走？。 ?br>", "“快走！”"),
        ("“快走?。　?br>", "“快走！”"),
        ("“算我输了？！?br>", "“算我输了。”"),
        ("“算我输了?！?br>", "“算我输了。”"),
        ("“你是谁？?br>", "“你是谁？”"),
        ("「算我输了?！?br>", "「算我输了。」"),
        ('"算我输了?！?br>', "“算我输了。”"),
        ("她走了。?br>", "她走了。"),
        ("“走。”她走了。?br/>", "“走。”她走了。"),
    ],
)
def test_what_a_page_left_is_gone_and_what_it_ate_is_back(tmp_path: Path, damaged: str, wanted: str) -> None:
    assert last(tmp_path, damaged) == wanted


def test_a_speech_cut_by_line_breaks_is_one_paragraph_again(tmp_path: Path) -> None:
    assert (
        last(tmp_path, "“快走！\n快走！\n再不走就来不及了？。 ?br>", scraped=True)
        == "“快走！快走！再不走就来不及了！”"
    )


def test_invisible_characters_are_removed_and_joined_emoji_stay(tmp_path: Path) -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert (
        last(tmp_path, f"她\u200b走\ufeff了\ue123，\x08不\ufffd回来{family}。") == f"她走了，不回来{family}。"
    )


def test_a_paragraph_of_nothing_but_leftovers_is_skipped(tmp_path: Path) -> None:
    book = book_of(tmp_path, "她走了。\n<hr>\n天黑了。")
    assert [s.text for s in book.skipped] == ["<hr>"]


# ---------------------------------------------------------------- punctuation


@pytest.mark.parametrize(
    ("damaged", "wanted"),
    [
        ("她走了,他没走;天黑了!", "她走了，他没走；天黑了！"),
        ("她问:你是谁?", "她问：你是谁？"),
        ("他拿着GPT-4,笑了。", "他拿着GPT-4，笑了。"),
        ("他走了.她没走.", "他走了。她没走。"),
        ("他(也就是哥哥)走了。", "他（也就是哥哥）走了。"),
        ('她说:"走吧,走吧。"他说:"好。"', "她说：“走吧，走吧。”他说：“好。”"),
        ("不要！！！！！！", "不要！！！"),
        ("“好。””他说。", "“好。”他说。"),
        ("气温升到92℃!", "气温升到92℃！"),
        ("外面下着雨(很大的雨).", "外面下着雨（很大的雨）。"),
        ("她。。。没说话。。。", "她……没说话……"),
        ("他…………走了，，，没回头。", "他……走了，没回头。"),
        ("真的吗？！？！？！", "真的吗？！？"),
        ("她笑道:'好啊.'", "她笑道：‘好啊。’"),
    ],
)
def test_punctuation_of_chinese_text_is_made_whole(tmp_path: Path, damaged: str, wanted: str) -> None:
    assert last(tmp_path, damaged) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "比分是3:2，他赢了。",
        "他付了1,200元。",
        "代码是print(a, b);这一行。"[:16],
        "他说Hello, world!这句话。"[:15],
        "时间是10:30，版本是v1.2.3。",
        "这块GPU(显卡)坏了。",
        "他……走了。不要！！！",
    ],
)
def test_numbers_code_and_english_keep_their_punctuation(tmp_path: Path, text: str) -> None:
    assert last(tmp_path, text) == text


@pytest.mark.parametrize(
    ("damaged", "wanted"),
    [
        ("风越来越大，她转身就跑“站住！”", "风越来越大，她转身就跑。“站住！”"),
        ("“我不去。“她去。”", "“我不去。”“她去。”"),
        ("她笑了：“我不去。", "她笑了：“我不去。”"),
        ("“我不去。老人摇了摇头，把门关上了。", "“我不去。”老人摇了摇头，把门关上了。"),
        ("“我不去，他摇了摇头，“你去吧。”", "“我不去，”他摇了摇头，“你去吧。”"),
        ("“你怎么还不走？他低声问。", "“你怎么还不走？”他低声问。"),
        ("他低声问：你怎么还不走？”", "他低声问：“你怎么还不走？”"),
        ("你怎么还不走？”他低声问。", "“你怎么还不走？”他低声问。"),
        ("”你怎么还不走？”他低声问。", "“你怎么还不走？”他低声问。"),
        ("“你怎么还不走？“他低声问。", "“你怎么还不走？”他低声问。"),
        ('他低声问:"你怎么还不走?', "他低声问：“你怎么还不走？”"),
    ],
)
def test_lost_marks_beside_speech_are_put_back_in_a_scraped_book(
    tmp_path: Path, damaged: str, wanted: str
) -> None:
    assert last(tmp_path, damaged, scraped=True) == wanted


@pytest.mark.parametrize(
    ("damaged", "wanted"),
    [
        ("风吹灭了屋里最后一根蜡烛他抬起头来。", "风吹灭了屋里最后一根蜡烛。他抬起头来。"),
        ("他把信折好，慢慢放回了抽屉里她没有说话。", "他把信折好，慢慢放回了抽屉里。她没有说话。"),
        ("门外传来一阵急促的脚步声他连忙吹灭了灯。", "门外传来一阵急促的脚步声。他连忙吹灭了灯。"),
    ],
)
def test_a_stop_lost_between_sentences_is_put_back_in_a_scraped_book(
    tmp_path: Path, damaged: str, wanted: str
) -> None:
    assert last(tmp_path, damaged, scraped=True) == wanted


@pytest.mark.parametrize(
    "text",
    ["他把那本旧书放回了书架的最上面一层。", "“我看见他他也看见我了。”", "老人的话他一个字也没有听懂。"],
)
def test_no_stop_is_put_into_one_sentence_or_into_speech(tmp_path: Path, text: str) -> None:
    assert last(tmp_path, text, scraped=True) == text


def test_a_speech_over_two_paragraphs_is_not_closed_between_them(tmp_path: Path) -> None:
    book = book_of(tmp_path, SCRAPED + "“我先说第一件事。\n“再说第二件事。”")
    assert paragraphs(book)[1:] == ["“我先说第一件事。", "“再说第二件事。”"]


@pytest.mark.parametrize(
    ("damaged", "wanted"),
    [
        ("凌晨3的街上没有一个人。", "凌晨3点的街上没有一个人。"),
        ("他喜欢下午四的阳光。", "他喜欢下午四点的阳光。"),
        ("凌晨3点的街上没有一个人。", "凌晨3点的街上没有一个人。"),
    ],
)
def test_an_hour_that_lost_its_mark_gets_it_back(tmp_path: Path, damaged: str, wanted: str) -> None:
    assert last(tmp_path, damaged, scraped=True) == wanted


def test_a_clean_book_gets_no_stops(tmp_path: Path) -> None:
    assert book_of(tmp_path, "风吹灭了屋里最后一根蜡烛他抬起头来。").repairs == ()


@pytest.mark.parametrize("text", ["他大喊“站住！”", "这就是他所谓的“天才”。", "她只说了一句“好吧。”"])
def test_words_that_lead_into_a_quote_get_no_stop(tmp_path: Path, text: str) -> None:
    assert last(tmp_path, text, scraped=True) == text


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("damaged", "wanted"),
    [
        ("他己经走了。", "他已经走了。"),
        ("天色己晚，她还没回来。", "天色已晚，她还没回来。"),
        ("首到天亮，她才睡着。", "直到天亮，她才睡着。"),
        ("她一首没有说话。", "她一直没有说话。"),
        ("他首接走了进去。", "他直接走了进去。"),
        ("人们来自五湖西海。", "人们来自五湖四海。"),
        ("凌晨西点，电话响了。", "凌晨四点，电话响了。"),
        ("他数到十西就停了。", "他数到十四就停了。"),
        ("他对自已说不要怕。", "他对自己说不要怕。"),
    ],
)
def test_a_lookalike_is_put_right_where_the_words_decide(tmp_path: Path, damaged: str, wanted: str) -> None:
    assert last(tmp_path, damaged) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "他对自己说，知己难求。",
        "她唱了一首老歌。",
        "他又写了一首，念给她听。",
        "点心店的西点很好吃。",
        "他从东西两边看过去，西边更亮。",
        "江西个别地方下了雨。",
        "西壁挂着一幅画，西楼亮着灯，西角门开着。",
        "她难以自已，哭了出来。",
        "人不为己，天诛地灭。",
        "首先要找到首领。",
        "西周的青铜器摆在首位。",
        "皇帝坐在上首，群臣首肯。",
    ],
)
def test_the_right_character_stays(tmp_path: Path, text: str) -> None:
    assert book_of(tmp_path, text).repairs == ()


@pytest.mark.parametrize(
    ("damaged", "wanted"),
    [
        ("这台Pyth**环境坏了。", "这台Python环境坏了。"),
        ("机箱里RG*灯光闪个不停。", "机箱里RGB灯光闪个不停。"),
        ("焦黑的PC*板。", "焦黑的PCB板。"),
        ("把甲交给A队长，乙交给*队长，丙交给C队长。", "把甲交给A队长，乙交给B队长，丙交给C队长。"),
    ],
)
def test_a_masked_word_comes_back_where_only_one_fits(tmp_path: Path, damaged: str, wanted: str) -> None:
    assert last(tmp_path, damaged) == wanted


@pytest.mark.parametrize(
    "text", ["像一颗**在人群里炸开。", "我**真是服了。", "他开着那辆***走了。", "X*门开了。"]
)
def test_a_masked_word_with_many_answers_stays(tmp_path: Path, text: str) -> None:
    assert last(tmp_path, text) == text


# ---------------------------------------------------------------- the whole


def test_our_sample_reads_clean() -> None:
    book = read_book(SAMPLE)
    spoken = "".join(paragraphs(book)[: -len(book.skipped)])
    assert book.chapters[0].title == "第十二章 三号冷库的门"
    assert not re.search(r"[<>a-zāáǎàēéěèīíǐìōóǒòūúǔù]|br|[,?!:;]|己经|一首", spoken)
    assert spoken.count("“") == spoken.count("”")
    assert {s.reason for s in book.skipped} == {"a blurb", "a site's name or address"}
    assert undone(book) == split_paragraphs(SAMPLE.read_text(encoding="utf-8"))


def test_without_repair_the_text_is_as_it_came() -> None:
    book = read_book(SAMPLE, repair=False)
    assert book.repairs == ()
    assert paragraphs(book) == split_paragraphs(SAMPLE.read_text(encoding="utf-8"))
    assert book.skipped


def test_a_repaired_book_has_nothing_left_to_repair(tmp_path: Path) -> None:
    once = read_book(SAMPLE)
    again = book_of(tmp_path, "\n".join(paragraphs(once)))
    assert again.repairs == ()
    assert paragraphs(again) == paragraphs(once)


# fmt: off
PIECES = st.sampled_from(
    [
        "第一章 路\n",
        "\n",
        "\r\n",
        "\u2028",
        "　　",
        " ",
        "“",
        "”",
        "””",
        "。",
        "，",
        ",",
        "!",
        "?",
        '"',
        "(",
        ")",
        "！！！！！",
        "机(jī)",
        "個（gè）",
        "题(tí)",
        "记(jì)",
        "<br>",
        "<p>",
        "</p>",
        "?br>",
        "？。 ?br>",
        "?！?br>",
        "&nbsp;",
        "&lt;",
        "br&gt;",
        "<script>",
        "</script>",
        "己经",
        "一首没有",
        "五湖西海",
        "自已",
        "首到",
        "RG*",
        "灯",
        "**",
        "*",
        "PC*板",
        "A队长",
        "C队长",
        "\u200b",
        "\ufeff",
        "\ue000",
        "\ufffd",
        "\x07",
        "e\u0301",
        "⼀",
        "她走了",
        "他说",
        "小说简介",
        "PS：",
        "求月票",
        "www.a.com",
        "目录\n",
        "*****\n",
        "# ",
        "字",
        "Word",
        "12",
        "℃",
    ]
)
# fmt: on
DAMAGED = st.lists(PIECES, max_size=60).map("".join)


@settings(max_examples=200, deadline=None)
@given(st.one_of(DAMAGED, st.text(max_size=200)), st.booleans(), st.sampled_from(["a.txt", "a.md"]))
def test_undoing_the_repairs_gives_back_every_character(
    tmp_path_factory: pytest.TempPathFactory, text: str, repair: bool, name: str
) -> None:
    text = text.replace("\0", "").encode("utf-8", "ignore").decode()
    path = tmp_path_factory.mktemp("any") / name
    path.write_bytes(text.encode())
    try:
        book = read_book(path, repair=repair)
    except InputError:
        return
    source = unicodedata.normalize("NFC", text.removeprefix("\ufeff"))
    back = "\n".join(undone(book))
    assert "".join(back.split()) == "".join(source.split())
    if name == "a.txt":
        assert back.split("\n") == split_paragraphs(source)
    for s in book.skipped:
        paragraph = book.chapters[s.span.chapter].paragraphs[s.span.paragraph]
        assert paragraph.text[s.span.start : s.span.end] == s.text


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["a.txt", "a.md"]))
def test_bytes_are_a_book_or_an_error_that_says_what_to_do(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str
) -> None:
    path = tmp_path_factory.mktemp("any") / name
    path.write_bytes(data)
    try:
        assert read_book(path).chapters
    except InputError as error:
        assert error.hint


@settings(max_examples=100, deadline=None)
@given(DAMAGED)
def test_repaired_text_has_no_tag_and_no_invisible_character(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.mktemp("any") / "a.txt"
    path.write_bytes(text.encode())
    try:
        book = read_book(path)
    except InputError:
        return
    skipped = {(s.span.chapter, s.span.paragraph) for s in book.skipped}
    for c, chapter in enumerate(book.chapters):
        for p, paragraph in enumerate(chapter.paragraphs):
            if (c, p) not in skipped:
                assert not re.search("<br>|</?p>|[\u200b\ufeff\ue000\ufffd\x07]", paragraph.text)
                assert paragraph.text == paragraph.text.strip()


# ---------------------------------------------------------------- labelled text, where it is at hand

SHARED = Path(__file__).parents[3] / "shared" / "data"
TAG = re.compile(r"\[/?[DTQSCX](?::[^\[\]]*)?\]")


def clean_chapters() -> list[list[str]]:
    files = sorted((SHARED / "webnovel").glob("[0-9]*.txt"))
    return [[TAG.sub("", line) for line in f.read_text(encoding="utf-8").splitlines()[1:]] for f in files]


needs_shared = pytest.mark.skipif(
    not (SHARED / "webnovel").is_dir(), reason="the labelled chapters aren't here"
)


@needs_shared
def test_clean_chapters_come_out_unchanged(tmp_path: Path) -> None:
    lines = [line for chapter in clean_chapters() for line in chapter]
    book = book_of(tmp_path, "\n".join(lines))
    assert book.repairs == ()
    assert book.skipped == ()
    assert paragraphs(book) == lines


@needs_shared
def test_lookalikes_made_by_program_come_back(tmp_path: Path) -> None:
    swap, back = str.maketrans("直已四", "首己西"), 0
    swapped = 0
    for chapter in clean_chapters():
        book = book_of(tmp_path, "\n".join(line.translate(swap) for line in chapter))
        for line, read in zip(chapter, paragraphs(book), strict=True):
            for a, b in zip(line, read, strict=True):
                swapped += a in "直已四"
                back += a in "直已四" and a == b
    assert back >= 0.9 * swapped


def pinyin_damage(line: str, rng: random.Random) -> str:
    from pypinyin import Style, pinyin

    han = re.compile("[\u4e00-\u9fff]")
    return "".join(
        f"{c}({pinyin(c, style=Style.TONE)[0][0]})" if han.match(c) and rng.random() < 0.05 else c
        for c in line
    )


@needs_shared
def test_pinyin_notes_made_by_program_all_go(tmp_path: Path) -> None:
    rng = random.Random(5)
    for chapter in clean_chapters()[:6]:
        book = book_of(tmp_path, "\n".join([chapter[0], *(pinyin_damage(line, rng) for line in chapter[1:])]))
        assert paragraphs(book) == chapter
