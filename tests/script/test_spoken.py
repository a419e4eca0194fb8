"""The table says for each text what is spoken, and by which convention.

Sources in the notes: 八百词 = 吕叔湘《现代汉语八百词》; 词典 = 《现代汉语词典》; 15834, 15835 = GB/T 15834 (punctuation),
GB/T 15835 (numerals); usage = how it is said in Chinese broadcasts, shops and reviews; wetext = the normaliser's own rule;
ours = a choice of this project, explained in the note.
"""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novelcast.hanzi import HAN, simplified
from novelcast.script.spoken import spoken_form

TABLE = [
    # plain numbers
    ("他数到200", "他数到两百。", "两 before 百 (八百词)"),
    ("共2000字", "共两千字。", "两 before 千 (八百词)"),
    ("2万5千人", "两万五千人。", "两 before 万 (八百词)"),
    ("2亿", "两亿。", "两 before 亿 (八百词)"),
    ("22", "二十二。", "二 at the end (八百词)"),
    ("12个", "十二个。", "一十 is 十 at the start (15835)"),
    ("110个", "一百一十个。", "一十 inside a number (15835)"),
    ("10050", "一万零五十。", "one 零 for a gap (15835)"),
    ("105000", "十万五千。", "no 零 where no place is skipped"),
    ("100,000", "十万。", "grouped digits are one number (15835)"),
    ("1000000000", "十亿。", "round, however long"),
    ("0", "零。", "15835"),
    ("0.5", "零点五。", "decimals singly (15835)"),
    ("3.14", "三点一四。", "decimals singly (15835)"),
    ("5.20", "五点二零。", "a decimal, not a date: it has no year"),
    ("1.5万", "一点五万。", "15835"),
    ("１２３", "一百二十三。", "full-width digits are digits"),
    # 两 and 二
    ("2个人", "两个人。", "两 with a measure word (八百词)"),
    ("2小时", "两小时。", "八百词"),
    ("2倍", "两倍。", "八百词"),
    ("2两", "二两。", "二 before 两 (八百词)"),
    ("2号", "二号。", "a place in a row (八百词)"),
    ("2楼", "二楼。", "a place in a row (八百词)"),
    ("2年级", "二年级。", "a place in a row (八百词)"),
    ("第2次", "第二次。", "ordinals (八百词)"),
    ("2.5个", "二点五个。", "decimals (八百词)"),
    ("2、3个", "两三个。", "neighbouring numbers are said without a pause (15834, 顿号)"),
    # dates and times
    ("2024年5月1日", "二零二四年五月一日。", "years singly (15835)"),
    ("2024-05-01", "二零二四年五月一日。", "15835"),
    ("2月2日", "二月二日。", "months and days are places in a row"),
    ("1990年代", "一九九零年代。", "15835"),
    ("80年代", "八十年代。", "15835"),
    ("90后", "九零后。", "usage; wetext"),
    ("二〇二四年", "二零二四年。", "〇 is 零 (词典)"),
    ("3000年前", "三千年前。", "a length of time, not a year"),
    ("修炼了1500年", "修炼了一千五百年。", "a length of time"),
    ("2008年前", "二零零八年前。", "a year of our time"),
    ("12:30", "十二点三十分。", "wetext"),
    ("8:00", "八点。", "the full hour"),
    ("2:02", "两点零二分。", "usage: 两点"),
    ("22:30:15", "二十二点三十分十五秒。", "wetext"),
    ("8:00-10:00", "八点到十点。", "a range of times"),
    ("凌晨3点", "凌晨三点。", "15835"),
    ("2点半", "两点半。", "usage: 两点"),
    ("2点5分", "两点五分。", "usage: 两点"),
    # ratios, ranges, fractions, percent
    ("3:2", "三比二。", "one digit after the colon is no time"),
    ("16:9", "十六比九。", "usage"),
    ("比分1-0", "比分一比零。", "usage: scores"),
    ("3-5个", "三到五个。", "usage"),
    ("3~5天", "三到五天。", "浪纹线 is 到 (15834)"),
    ("1-2个", "一到两个。", "八百词"),
    ("1-2月", "一到二月。", "months"),
    ("3天-5天", "三天到五天。", "15834"),
    ("5月1日-5月7日", "五月一日到五月七日。", "15834"),
    ("1/2", "二分之一。", "15835"),
    ("½杯", "二分之一杯。", "15835"),
    ("24/7", "二十四杠七。", "more above than below: no fraction"),
    ("120%", "百分之一百二十。", "15835"),
    ("12.5%", "百分之十二点五。", "15835"),
    ("50%-60%", "百分之五十到百分之六十。", "usage"),
    ("3‰", "千分之三。", "15835"),
    # measures and money
    ("98℃", "九十八摄氏度。", "wetext"),
    ("37.5°C", "三十七点五摄氏度。", "wetext"),
    ("-5℃", "负五摄氏度。", "负 for a value below nought"),
    ("30°", "三十度。", "usage"),
    ("25m²", "二十五平方米。", "wetext"),
    ("5㎡", "五平方米。", "wetext"),
    ("60km/h", "每小时六十公里。", "wetext"),
    ("10kg", "十千克。", "wetext"),
    ("100ms", "一百毫秒。", "wetext"),
    ("2.4GHz", "二点四吉赫兹。", "GB 3100 names of units"),
    ("220V", "两百二十伏。", "GB 3100"),
    ("60dB", "六十分贝。", "GB 3100"),
    ("10w粉丝", "十万粉丝。", "usage: w for 万 on the web"),
    ("￥300", "三百元。", "wetext"),
    ("$5", "五美元。", "wetext"),
    ("$2亿", "两亿美元。", "the unit comes after 亿"),
    ("9.9元", "九点九元。", "wetext"),
    # telephone numbers and codes
    ("13800138000", "幺三八零零幺三八零零零。", "幺 on the telephone (词典)"),
    ("400-123-4567", "四零零幺二三四五六七。", "幺 on the telephone (词典)"),
    ("010-12345678", "零幺零幺二三四五六七八。", "幺 on the telephone (词典)"),
    ("他打了110", "他打了幺幺零。", "幺 on the telephone (词典)"),
    ("120急救", "幺二零急救。", "幺 on the telephone (词典)"),
    ("编号0073", "编号零零七三。", "codes singly (usage)"),
    ("密码是8848", "密码是八八四八。", "codes singly (usage)"),
    ("QQ号123456789", "QQ号一二三四五六七八九。", "codes singly (usage)"),
    ("007", "零零七。", "a leading nought makes a code"),
    ("房间302号", "房间三零二号。", "room numbers singly (usage)"),
    ("501室", "五零一室。", "room numbers singly (usage)"),
    ("302号", "三百零二号。", "a plain number in a row"),
    ("985大学", "九八五大学。", "usage"),
    ("404错误", "四零四错误。", "usage"),
    ("666", "六六六。", "usage: a cheer"),
    ("666个", "六百六十六个。", "with a measure word it counts"),
    # letters and digits
    ("RTX5090", "RTX五零九零。", "longer model numbers singly (usage)"),
    ("RTX 5090显卡", "RTX五零九零显卡。", "usage"),
    ("4090Ti", "四零九零Ti。", "usage"),
    ("H100", "H一百。", "round hundreds as a number (usage)"),
    ("T-800", "T八百。", "round hundreds; the hyphen is silent"),
    ("iPhone15", "iPhone十五。", "two digits as a number (usage)"),
    ("GPT-4", "GPT四。", "a hyphen in a name is no minus"),
    ("VIP8", "VIP八。", "usage"),
    ("LV150", "LV一百五十。", "levels are quantities"),
    ("Lv.3", "Lv三。", "levels are quantities"),
    ("C++", "C加加。", "usage"),
    ("S+级", "S加级。", "usage"),
    ("H2O", "H二O。", "usage"),
    ("Python3.11", "Python三点一一。", "versions: after the point singly"),
    ("v1.2.3", "v一点二点三。", "versions"),
    ("192.168.1.1", "一九二点一六八点一点一。", "usage: addresses"),
    ("1080p", "一零八零p。", "usage"),
    ("24GB", "二十四GB。", "an amount"),
    ("GPU 300块", "GPU三百块。", "with a measure word it counts"),
    ("NO.1", "第一。", "usage"),
    ("用 Python 写", "用Python写。", "ours: spaces only between Latin words"),
    ("Wi-Fi", "Wi-Fi。", "a Latin word stays as it is"),
    ("don’t说", "don't说。", "a Latin word stays as it is"),
    ("node.js", "node点js。", "usage"),
    ("J.K.罗琳", "J K罗琳。", "initials"),
    # signs
    ("第17章 重启", "第十七章，重启。", "ours: a pause before a chapter's title"),
    ("HP+50", "HP加五十。", "usage: games"),
    ("HP-50", "HP减五十。", "usage: games"),
    ("1+1=2", "一加一等于二。", "usage"),
    ("5-3=2", "五减三等于二。", "a sum, not a range"),
    ("3×4", "三乘四。", "wetext"),
    ("3*5", "三乘五。", "a star between numbers multiplies"),
    ("6÷2", "六除以二。", "usage"),
    ("10^5", "十的五次方。", "usage"),
    ("x²", "x的平方。", "usage"),
    ("Ⅳ", "四。", "Roman numerals as numbers"),
    ("①", "一。", "circled numerals as numbers"),
    ("@某人", "艾特某人。", "usage"),
    ("😀你好", "你好。", "ours: pictures are silent"),
    ("===★===", "", "ours: decoration is silent"),
    # masked words
    ("他真是个**", "他真是个。", "never 星号; at the end the stop is silence enough"),
    ("这**东西", "这，东西。", "never 星号; a light pause"),
    ("Tran**ormer", "Tran，ormer。", "never 星号; a light pause"),
    ("××市", "某某市。", "隐讳号 is read 某 (15834)"),
    # punctuation
    ("他说：“走吧。”", "他说：走吧。", "quotes are silent"),
    ("所谓“天才”不过如此", "所谓天才不过如此。", "quotes are silent"),
    ("《山海经》", "山海经。", "title marks are silent"),
    ("他（小声）说", "他，小声，说。", "brackets are a light pause"),
    ("【任务完成】", "任务完成。", "brackets at the ends are silent"),
    ("我……我——不知道", "我，我，不知道。", "a pause mark that every engine knows"),
    ("真的吗？！", "真的吗？", "one stop"),
    ("走！！！", "走！", "one stop"),
    ("好呀~", "好呀。", "a drawn-out end is silent"),
    ("他走了, 没有回来.", "他走了，没有回来。", "half-width marks"),
    ("约翰·史密斯", "约翰史密斯。", "间隔号 is silent (15834)"),
    ("……", "", "nothing to say"),
    ("？！", "", "nothing to say"),
    ("", "", "nothing to say"),
    # script
    ("機器長大了", "机器长大了。", "OpenCC t2s"),
]

ENGLISH = [
    (
        "He paid $5.50 for 3 books in 1999.",
        "He paid five point five dollars for three books in nineteen ninety nine.",
    ),
    ("“Mr. Smith—” said Dr. Who", "Mister Smith, said Doctor Who."),
    ("The RTX5090 is 120% faster", "The RTX fifty ninety is one hundred and twenty percent faster."),
    ("In the 1990s, I had 2 dogs", "In the nineteen nineties, I had two dogs."),
    ("don’t… go", "don't... go."),
    ("He left.", "He left."),
    ("…", ""),
]


@pytest.mark.parametrize(("text", "spoken", "source"), TABLE, ids=[row[0] or "empty" for row in TABLE])
def test_chinese_is_spoken_as_the_convention_says(text: str, spoken: str, source: str) -> None:
    assert spoken_form(text, "zh-CN") == spoken, source


@pytest.mark.parametrize(("text", "spoken"), ENGLISH)
def test_english_is_left_alone_but_for_numbers_and_marks(text: str, spoken: str) -> None:
    assert spoken_form(text, "en-US") == spoken


CHARACTERS = "他說機器一二三两第年月日号个点分之百打电话房间编比负零〇〥章节 　0123456789０９.,:：-—~～/%％℃°$￥+*×=^²³①Ⅳ½ABcdvPRTX后岁人了室😀…。，！？“”《》·、\n'"


@given(st.text(CHARACTERS) | st.text())
def test_every_han_character_is_spoken_in_order(text: str) -> None:
    said = iter(spoken_form(text, "zh"))
    missing = [c for c in HAN.findall(simplified(text)) if c not in said]
    assert not missing


@given(st.text(CHARACTERS) | st.text())
def test_what_is_spoken_has_one_stop_at_its_end_and_never_two_marks_in_a_row(text: str) -> None:
    said = spoken_form(text, "zh")
    marks = "。！？，、；："
    assert not said or said[-1] in "。！？"
    assert not any(a in marks and b in marks for a, b in pairwise(said))
    assert not said or said[0] not in marks


@given(st.text(CHARACTERS))
def test_no_arabic_digit_is_left_to_the_engine(text: str) -> None:
    assert not any(c.isdecimal() for c in spoken_form(text, "zh"))


@given(st.text())
def test_english_of_any_kind_is_spoken_without_an_error(text: str) -> None:
    assert "“" not in spoken_form(text, "en")
