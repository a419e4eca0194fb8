"""How Chinese characters are read: a tone-numbered pinyin syllable for each, by its context.

jieba cuts the words and pypinyin has their readings; ours are the characters whose sound the neighbours decide.
A text may carry readings of its own, as marks: 他姓单{shan4}. An engine that takes phonemes follows them; for one that
takes text only, `homophones` puts a character in the place of the marked one that has that sound and no other.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

_SYLLABLE = r"[a-zêü]+[1-5]"
_MARK = re.compile(rf"(?<=[\u3400-\u9fff\U00020000-\U0003134f〇])\{{({_SYLLABLE})\}}")

# ---------------------------------------------------------------- marks


def marked(text: str, readings: list[str]) -> str:
    """`text` with a reading at each of its characters: 银行, [yin2, hang2] -> 银{yin2}行{hang2}."""
    return "".join(f"{c}{{{r}}}" for c, r in zip(text, readings, strict=True))


def without_marks(text: str) -> tuple[str, dict[int, str]]:
    """The plain text, and the marked readings by the position of their character in it."""
    marks, parts, at, length = {}, [], 0, 0
    for mark in _MARK.finditer(text):
        parts.append(text[at : mark.start()])
        length += len(parts[-1])
        marks[length - 1] = mark[1].replace("ü", "v")
        at = mark.end()
    return "".join([*parts, text[at:]]), marks


def homophones(text: str) -> str:
    """A marked text as plain text for an engine that takes no readings.

    A marked character of several readings becomes the commonest one that has only the marked sound (他姓单{shan4}:
    他姓善); one that can be read in no other way stays, and so does one whose sound no such character has.
    """
    plain, marks = without_marks(text)
    out = list(plain)
    for at, reading in marks.items():
        if sounds_of(plain[at]) != (reading,):
            out[at] = _homophones().get(reading, plain[at])
    return "".join(out)


@cache
def sounds_of(character: str) -> tuple[str, ...]:
    """Every reading that pypinyin knows of a character."""
    from pypinyin.constants import PINYIN_DICT

    return tuple(_numbered(sound) for sound in PINYIN_DICT.get(ord(character), "").split(",") if sound)


def is_syllable(reading: str) -> bool:
    """Whether some character is read so ("hang2"; "lv4" for lǜ)."""
    return reading in _syllables()


@cache
def _syllables() -> frozenset[str]:
    from pypinyin.constants import PINYIN_DICT

    sounds = {sound for entry in PINYIN_DICT.values() for sound in entry.split(",")}
    toned = {_numbered(sound) for sound in sounds}
    return frozenset(toned | {sound[:-1] + "5" for sound in toned})  # any syllable may lose its tone


@cache
def _homophones() -> dict[str, str]:
    """Reading -> the commonest character of GB 2312 with that reading and no other.

    Common: in its first level, then in most of pypinyin's phrases.
    """
    from collections import Counter

    from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

    used = Counter(character for phrase in PHRASES_DICT for character in phrase)
    best: dict[str, tuple[bool, int, str]] = {}
    for code, sounds in PINYIN_DICT.items():
        character = chr(code)
        encoded = character.encode("gb2312", "ignore")
        if encoded and "," not in sounds and used[character]:
            rank = (encoded[0] <= 0xD7, used[character], character)
            best[_numbered(sounds)] = max(rank, best.get(_numbered(sounds), rank))
    return {reading: character for reading, (_, _, character) in best.items()} | {"de5": "的"}


@cache
def _numbered(sound: str) -> str:
    """háng -> hang2."""
    from pypinyin.contrib.tone_convert import to_tone3

    return str(to_tone3(sound, v_to_u=False, neutral_tone_with_five=True))


# ---------------------------------------------------------------- contexts

# Readings after 现代汉语词典 and 普通话异读词审音表. A pattern starts with its characters, or has them in a group; it gives
# one reading for each of them. The last wins.
_NUMERAL = "一二两三四五六七八九十百千零几数多每第"
_TITLES = (
    "先生|女士|小姐|太太|老师|师傅|同学|同志|医生|教授|经理|主任|局长|队长|处长|科长|院长|警官|法官|律师|总监"
)
# Surnames with a reading of their own; those of the second group are too often another word before a title
# (查老师, 了解老师), those of the third before a given name too (应龙, 种地的).
_SURNAMES = {
    "单": "shan4", "仇": "qiu2", "任": "ren2", "盖": "ge3", "华": "hua4", "翟": "zhai2", "朴": "piao2", "缪": "miao4", "曾": "zeng1", "尉": "wei4", "燕": "yan1",
    "区": "ou1", "解": "xie4", "查": "zha1",
    "员": "yun4", "种": "chong2", "折": "she2", "秘": "bi4", "过": "guo1", "乐": "yue4", "应": "ying1",
}  # fmt: skip
_BEFORE_TITLES = "单仇任盖华翟朴缪曾尉燕"
_BEFORE_NAMES = _BEFORE_TITLES + "区解查"
_CONTEXT = [
    ("得", "de5"),
    (r"(?<=[获取难所心赢夺求博])得|(?<![觉记懂值显晓听看轮做想找见等])得(?=[到意知罪失逞手胜救体])", "de2"),
    (r"(?<=[^舍怪恨巴由看信顾怨见记认]不)得|(?<=^不)得|得(?=不偿)", "de2"),
    (r"(?<=[你我他她它您们就也还总必都可又先非])得(?![了到意知罪])", "dei3"),
    (r"(.)\1(地)|一(?:.)一.(地)|(?<=[猛砰啪轰唰嗖嗡腾咚哗噌咣嘭哐咔噗嘶霍快])地(?![上下面])", "de5"),
    (r"(?<![睡找猜够得不点])着(?=[一了我你他她它眼手头脸嘴])", "zhe5"),
    (r"(?<=[睡])着|(?<=够[得不])着|着(?=[火凉急慌迷魔])", "zhao2"),
    (
        r"(?<![严沉贵体厚慎尊郑注看比轻双多凝])重(?=[来新写做修组练算跑启建置连试走开播复演回生塑逢录说打审拍])",
        "chong2",
    ),
    (
        rf"(?<=[{_NUMERAL}])行(?=$|[字代文小大红白黑金血诗泪数话提信命日注])|(?<=[这那])行(?=[字代文小大])|(?<=[换逐])行",
        "hang2",
    ),
    (r"还(?=[给钱债款]|清(?![楚醒晰]))|(?<=[归偿奉])还", "huan2"),
    (rf"(?<=[{_NUMERAL}这那])只(?=[^有能是要会在好])", "zhi1"),
    (r"(?<![很太特最更不])长(?=[大出得着满成高])|(?<=[生成])长", "zhang3"),
    (r"(?<=[变加延拉])长", "chang2"),
    (r"(?<=因)为|(?<![以认成称视作难行])为(?=[你我他她它您了什何])", "wei4"),
    (r"倒(?=[是也不没要像])", "dao4"),
    (r"(?<=[跌摔晕绊撞打推坐跪笑栽昏病放击])倒", "dao3"),
    (r"弹(?=[出开了起射琴回跳指])", "tan2"),
    (r"背(?=[着起])", "bei1"),
    (r"(?<![一亲密迫急热恳关确真心贴殷深])切(?![记勿莫身实合])", "qie1"),
    (r"落(?=[下在到])", "luo4"),
    (r"种(?=[花菜树])", "zhong4"),
    (r"(?<=[猜打击射命刺砍选])(?:不|得)?(中)(?![间午的])", "zhong4"),
    (r"教(?=[你我他她您会了过])", "jiao1"),
    (r"(?<![人参岁指总函系有])数(?=[到着了得出过]|不[清完胜])", "shu3"),
    (r"应(?=[道声了着和允])", "ying4"),
    (r"(?<=[发擦晒烘吹烤])干", "gan1"),
    ("嗯", "en4"),  # as n2, the dictionary reading, one voice in four babbles
    ("呐", "na5"),
    ("喽", "lou5"),
    ("〇", "ling2"),
    # What pypinyin's phrases and jieba's words leave wrong, found by comparing with other readers.
    (
        r"(?<=[^天大土田工场草基领阵陆平各此原当外本遍满空内异产驻营墓福圣坟某两随就落着倒扫坐站跪趴躺伏坠席的])地(?=[说问道笑喊叫答应])",
        "de5",
    ),
    (r"^得(?=[走去来回赶让把给用])", "dei3"),
    (r"(?<=[声步句个天层代年])长(?=过)|长(?=一[声段条截些点])", "chang2"),
    (
        r"为(?=证|伍|首(?!都)|主(?![人公要张动])|止|期(?!待)|生(?![活命存意日病死产])|害|敌(?!人)|人[师父]|非作|所欲)"
        r"|(?<=[颇甚极最更尤较稍略广深大])为(?![你我他她了])",
        "wei2",
    ),
    (r"倒(?=[进出掉水茶酒车退立影映贴挂计数悬扣转置])|(?<=[反颠])倒(?![下在地])", "dao4"),
    (r"(?<=[跌摔晕绊撞打跪栽病射砸推拉扶吓压踢撂轰扑踹吹掀卧瘫累饿醉])倒(?![是也还不])", "dao3"),
    (r"还(?=了(?![得不解结]))|(?<=[没要来])还(?=[上清完])", "huan2"),
    (r"重重(?=[地一摔砸打磕拍叹落顿踢撞点哼])", "zhong4 zhong4"),
    (r"(?<=[莫别没不敢要])应(?=$|[我你他她呀啊声])", "ying4"),
    (r"(?<!咀)嚼", "jiao2"),
    (r"(?<=[那这个种])调(?=$|[调的儿子])|调(?=调)", "diao4"),
    (r"挨(?=[了过打骂揍饿冻罚批训整宰刀])", "ai2"),
    (r"咱(?=家)", "zan2"),
    (r"脏(?=[水衣话东数手乱兮了的活字脸污钱])(?<![心肝内五肾脾]脏)", "zang1"),
    (r"(?<!图)钉(?=[着在上死住进入满了])", "ding4"),
    (r"夹(?=克)", "jia1"),
    (r"(?<=[散耗用穷花吃断竭费杀历说除受想看])尽(?![快早量可管])|尽(?=[碎毁失散灭去出数头])", "jin4"),
    (r"蒙(?=[着住上面头蔽受])", "meng2"),
    (r"肋(?!脦)", "lei4"),
    (r"(?<=[试考答案问])卷|(?<=发)卷(?=子)|卷(?=[宗])", "juan4"),
    (r"(?<=咆)哮|哮(?=喘)", "xiao4"),
    ("颇", "po1"),
    (r"呛(?=[人鼻嗓])", "qiang4"),
    ("嗑", "ke4"),
    (r"骨(?![碌朵])", "gu3"),
    (r"(?<=[猪羊牛鸡马])圈|圈(?=养)", "juan4"),
    (r"(?<=流)血", "xue4"),
    (r"(?<=[直投各])奔|奔(?=[着头])", "ben4"),
    (r"(?<=褪)色", "se4"),
    (r"挣(?!扎)", "zheng4"),
    ("嬷", "mo2"),
    (r"(?<![瓜纠])葛(?![藤根布粉麻])", "ge3"),
    (r"拧(?=[开紧松动上反小大下断到过亮瓶螺盖了])", "ning3"),
    (r"(?<=[照相唱卡名影])片(?![子儿])|(?<=丫头)片", "pian4"),
    (r"(?<![猪羊牛爆])肚", "du4"),
    (r"晃(?=[着了动荡悠来得晃])|(?<=[摇直乱])晃|(?<=晃了)晃", "huang4"),
    ("拽", "zhuai4"),
    (r"没(?=过(?!头|膝|脚|腰|胸|肩|小腿|大腿))", "mei2"),
    (r"(?<=还)没", "mei2"),
    (r"(?:^|[开先后已就便即将来要])(着)(?=手(?![里中上电机腕指臂掌套帕杖枪心]))", "zhuo2"),
    (r"^了(?=[断结却])|(?<=[来去做作])了(?=[断结])", "liao3"),
    (r"(?<![总人次分指函多少])数(?=钱|一数)|(?<=数一)数", "shu3"),
    (r"(?<=[^出开])发(?=[丝髻梢簪])|^发(?=[丝髻梢簪])", "fa4"),
    (r"(?<=[一二三四五半])更(?=[天鼓时半]|$)|(?<=打)更", "geng1"),
    (r"量(?=一量)|(?<=量一)量|(?<![数质重产力能容分气胆大流含当剂酒])量(?=[了着]|体温|尺寸)", "liang2"),
    (r"(?<![强茂旺兴繁鼎昌丰隆炽全])盛(?=[满了着饭汤菜出水上起])", "cheng2"),
    (r"(?<=[大厉怒暴沉冷断低娇])喝(?!特|口|了?[一两几半][口杯碗瓶])|喝(?=[道问斥令止住退])", "he4"),
    (r"(?<![一两三四五几那这每半风电折团蒲羽门窗])扇(?=[了耳他她你我自过巴风动])", "shan1"),
    (r"炸(?=[鸡薯鱼酱虾油糕串])(?<![爆轰]炸)|(?<=油)炸", "zha2"),
    (r"背(?=着手|[过对]|靠|后|影|叛|景|诵)", "bei4"),
    (r"大(?=夫(?![人妻]))", "dai4"),
    (r"(?<=[一二两三四五六七八九十百几])斗(?=[米粮谷酒])", "dou3"),
    (r"琢(?=磨)", "zuo2"),
    (r"(?<![严沉贵体厚慎尊郑注])重(?=[温起归申组拾返燃])", "chong2"),
    (r"倒(?=在)", "dao3"),
    (r"(?<=[吸拎提拿背抱拖带笑看听走躺坐站哭喊叫说念])着(?![急火凉迷魔了])", "zhe5"),
    (r"更(?=深[地的刻入])", "geng4"),
    (r"(?<=[魂晨序插名舞夜歌乐组奏])曲", "qu3"),
    ("掺", "chan1"),
    (r"(?:^|[你我他她它也就还都才又刚])(得)(?=了(?![得解]))|得(?=[病奖令](?!得))", "de2"),
    (r"转(?=了?[一两三几半好]?个?圈|[着了]?悠)|转(?=来转去)|(?<=转来)转(?=去)", "zhuan4"),
    (r"(?<=一)行行", "hang2 hang2"),
    (r"^着(?=了)", "zhao2"),
    (r"^为(?![首伍止期难时人非所主害敌证师父母兄娘奴])|为(?=主[人公])", "wei4"),
    (r"为(?=.{1,6}(?:效力|效劳|着想|难过|担心|报仇|服务|奋斗|牺牲|而战|而来|骄傲|出头|作证|卖命))", "wei4"),
    # Surnames, where a title or 姓 says that they are one (现代汉语词典).
    *((rf"(?<=姓)(?<!百姓){c}", said) for c, said in _SURNAMES.items()),
    *(
        (rf"(?:^|[和跟与对向找给叫请问让把被是说这那])({c})(?={_TITLES})", _SURNAMES[c])
        for c in _BEFORE_TITLES
    ),
]
# 一 keeps its first tone in a number read digit by digit, as an ordinal, and at the end of these words.
_FIRST_BEFORE = set("零一二三四五六七八九十百第初周期统唯之专单万")
_FIRST_AFTER = set("零一二三四五六七八九十点月号楼")


@cache
def _segmenter() -> Any:
    import logging

    import jieba

    jieba.setLogLevel(logging.WARNING)
    return jieba.Tokenizer()


@cache
def _contexts() -> list[tuple[re.Pattern[str], list[str]]]:
    return [(re.compile(pattern), said.split()) for pattern, said in _CONTEXT]


def words_of(run: str) -> list[str]:
    """A run of Han characters cut into words."""
    return list(_segmenter().cut(run))


def readings_of(run: str, words: list[str], marks: dict[int, str]) -> list[str]:
    """One pinyin syllable with its tone's digit (5: neutral) for each character of a Han run; "" where none is
    known. `marks` are readings that stand, by position."""
    return _sandhi(run, _by_context(run, words), marks)


def _by_context(run: str, words: list[str]) -> list[str]:
    from pypinyin import Style, lazy_pinyin

    readings: list[str] = []
    for at, word in enumerate(words):
        if word == "地" and 0 < at < len(words) - 1 and len(before := words[at - 1]) > 1:
            readings.append("di4" if before[-1] in "块片处亩" else "de5")
            continue
        said = lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True)
        # A character without a reading joins its neighbours; then the word's length is not that of `said`.
        readings += said if len(said) == len(word) else ["" for _ in word]
    for pattern, said in _contexts():
        for match in pattern.finditer(run):
            start = match.start(match.lastindex or 0)
            readings[start : start + len(said)] = said
    return readings


def _sandhi(run: str, readings: list[str], marks: dict[int, str]) -> list[str]:
    """The tones of 一 and 不 before the syllable that follows (现代汉语词典, 凡例)."""
    out = [marks.get(at, reading) for at, reading in enumerate(readings)]
    for at, character in enumerate(run):
        tone = out[at + 1][-1:] if at + 1 < len(run) else ""
        if at in marks:
            continue
        if character == "不":
            out[at] = "bu2" if tone == "4" else "bu4"
        elif character == "一":
            before, after = run[max(at - 1, 0) : at], run[at + 1 : at + 2]
            counted = (before in _FIRST_BEFORE and after not in set("百千万亿")) or after in _FIRST_AFTER
            out[at] = "yi1" if counted or tone in ("", "5") else "yi2" if tone == "4" else "yi4"
    return out


def surname_reading(name: str) -> str | None:
    """The reading of a person's surname, where it is another than the common word's (任天放: ren2); None where it is
    not, or where the name may be no name (任何人, 查房医生)."""
    if not name or name[0] not in _BEFORE_NAMES or not 2 <= len(name) <= 3 or _segmenter_knows(name[:2]):
        return None
    return _SURNAMES[name[0]]


def _segmenter_knows(word: str) -> bool:
    segmenter = _segmenter()
    segmenter.initialize()
    return bool(segmenter.FREQ.get(word))
