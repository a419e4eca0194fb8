"""What a voice is given for a text: the same words, with numbers, units and symbols in words.

The order matters. First what only the context tells (dates, scores, codes, model names), with measures
read by wetext; then the plain numbers that are left; last the punctuation. Every Han character of the
text is in the spoken form, simplified, in its place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Any

from novelcast.hanzi import HAN, simplified
from novelcast.lexicon import NO_WORDS, Lexicon
from novelcast.script.english.spoken import english_form

Match = re.Match[str]
Rule = tuple[str, str | Callable[[Match], str]]


def spoken_form(text: str, language: str, lexicon: Lexicon = NO_WORDS) -> str:
    """`text` as it is said, for an engine of `language` (BCP 47). "" where there is nothing to say (……).

    The lexicon's `say` entries come first; what they put in is read by the same rules.

    Ends with one stop: without it, a voice trained on whole sentences babbles on after a short one.
    """
    if not language.lower().startswith("zh"):
        return english_form(lexicon.said(text, language))
    said = _plain(lexicon.said(simplified(text), language))
    if not _ONLY_WORDS.fullmatch(said):
        for pattern, result in _rules():
            said = pattern.sub(result, said)
    return _punctuated(said)


# Most sentences: no rule has anything to do in them.
_ONLY_WORDS = re.compile(r"(?!\s*第)(?:[\u4e00-\u9fff，。！？、；：“”‘’「」『』《》…\s]|——)*")


def _plain(text: str) -> str:
    """Full-width and other digits, letters and signs in their ASCII form; circled and Roman numerals spelled."""
    return "".join(_plain_character(c) for c in text)


def _plain_character(c: str) -> str:
    if c.isascii():
        return c
    if c.isdecimal():
        return str(unicodedata.decimal(c))
    if c in "∶﹕":
        return ":"
    if "！" <= c <= "～" or "㎀" <= c <= "㏟":  # full-width forms; squared units (㎏)
        return unicodedata.normalize("NFKC", c).replace("m2", "m²").replace("m3", "m³")
    if (
        unicodedata.category(c) in ("No", "Nl")
        and c not in _POWERS + "〇"
        and (value := unicodedata.numeric(c, 0))
    ):
        if value == int(value):
            return _number(str(int(value)))
        above, _, below = unicodedata.normalize("NFKC", c).partition("⁄")
        return f"{_number(below)}分之{_number(above)}" if below else c
    return c


# ---------------------------------------------------------------- numbers in Chinese

_POWERS = "⁰¹²³⁴⁵⁶⁷⁸⁹"

_DIGITS = "零一二三四五六七八九"


def _one_by_one(digits: str) -> str:
    return "".join(_DIGITS[int(d)] for d in digits if d.isdecimal())


def _on_the_phone(digits: str) -> str:
    """Digit by digit, 1 as 幺: telephone and emergency numbers (现代汉语词典, 幺)."""
    return _one_by_one(digits).replace("一", "幺")


def _whole(n: int) -> str:
    """A positive whole number, 10 as 一十."""
    for unit, power in (("亿", 10**8), ("万", 10**4), ("千", 1000), ("百", 100), ("十", 10)):
        head, rest = divmod(n, power)
        if head:
            said = _whole(head) + unit
            return said + ("零" if rest < power // 10 else "") + _whole(rest) if rest else said
    return _DIGITS[n]


def _number(n: str) -> str:
    """A non-negative number as a quantity; with a leading zero (007) digit by digit."""
    whole, _, fraction = n.partition(".")
    if (whole.startswith("0") and len(whole) > 1) or len(whole) > 16:
        said = _one_by_one(whole)
    else:
        # 两 before 百 千 万 亿, 二 before 十 and at the end (吕叔湘, 现代汉语八百词, 二 两).
        said = re.sub(r"二(?=[百千万亿])", "两", re.sub(r"^一十", "十", _whole(int(whole or "0"))))
    return said + ("点" + _one_by_one(fraction) if fraction else "")


def _quantity(n: str) -> str:
    return "两" if n == "2" else _number(n)


def _in_a_name(digits: str) -> str:
    """Digits of a model or version. One or two, and round hundreds, are a number (iPhone十五, H一百), longer
    ones are read singly (RTX五零九零): the usage of Chinese hardware reviews. After a point always singly."""
    first, *rest = digits.split(".")
    as_number = len(first) < 3 or re.fullmatch(r"[1-9]0{2,}", first)
    return "点".join([_number(first) if as_number else _one_by_one(first), *map(_one_by_one, rest)])


# What counts 两 things: measure words, without those that also number a row, where it is 二 (号 楼 层 级 月).
_MEASURES = (
    "个人位名条头匹张本台辆架艘座间家所天年周倍次遍下口步块元毛分秒米斤吨升丈种样份把件套颗粒根支枝片面段句行字页封杯碗瓶盒箱"
    "包袋桶锅盘串束朵棵株道扇顶双对副群批伙排堆场轮招拳脚刀剑枪发声圈岁趟届成只股团滴缕丝刻点半辈百千万亿"
)
_LONG_MEASURES = "小时|钟头|公里|公斤|公分|千克|厘米|毫米|毫升|平方|立方|星期|礼拜|英里|世纪"
_N = r"\d+(?:\.\d+)?"
_FREE = r"(?<![\d.])"
_TO = r"\s?[-~–—−]\s?"


def _two(m: Match) -> str:
    rest = m.string[m.end() :]
    of_a_row = rest.startswith(("年级", "次元", "分之", "人转")) or re.match(r"点\d+(?![\d分])", rest)
    return "二" if of_a_row else "两"


def _date(m: Match) -> str:
    year, month, day = m.groups()
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return m[0]
    return f"{_one_by_one(year)}年{_number(str(int(month)))}月{_number(str(int(day)))}日"


def _year(m: Match) -> str:
    """2024年 is a year's name, 3000年前 and 修炼了1500年 are a length."""
    rest, before = m.string[m.end() :], m.string[: m.start()]
    modern = m[1][:2] in ("19", "20") and m[1] != "2000"
    a_length = re.match(r"年(?:[前后来内间之多的]|\w?(?:道行|修为|寿))", rest) or before.endswith(
        tuple("了约近整过上足活")
    )
    return m[0] if a_length and not modern else _one_by_one(m[1])


def _clock(m: Match) -> str:
    before, hour, minute, second, after = m.groups()
    if int(hour) > 24 or int(minute) > 59 or int(second or 0) > 59:
        return m[0]  # a ratio, which a later rule reads
    half = {"a": "上午", "p": "下午"}.get((before or after or "")[:1].lower(), "")
    said = half + _quantity(str(int(hour))) + "点"
    if int(minute) or second:
        said += f"{_number(minute) if int(minute) else '零'}分"
    return said + (f"{_number(second)}秒" if second else "")


def _span(m: Match) -> str:
    """23:59:59 of a countdown is a length of time."""
    mark, hours, minutes, seconds = m.groups()
    said = f"{_quantity(str(int(hours)))}小时" if hours else ""
    return f"{mark}{said}{_number(str(int(minutes)))}分{_number(str(int(seconds)))}秒"


def _ratio(m: Match) -> str:
    return "比".join(_number(n) for n in m.groups() if n)


def _percent(m: Match) -> str:
    sign, first, second, mark = m.groups()
    base = "百分之" if mark == "%" else "千分之"
    said = ("负" if sign else "") + base + _number(first)
    return said + (f"到{base}{_number(second)}" if second else "")


def _degrees(m: Match) -> str:
    """-10~5℃: the sign of either, and the first one's unit where it has one of its own."""
    below, first, unit, second_below = m.groups()
    said = {"℃": "摄氏度", "°": "度", "度": "度"}.get(unit, "")
    return f"{'负' if below else ''}{_number(first)}{said}到{'负' if second_below else ''}"


def _from_to(m: Match) -> str:
    """3-5个 is a range; falling numbers (3-1) are a place in a row of places."""
    first, second = m.groups()
    if float(first) >= float(second):
        return f"{_number(first)}杠{_number(second)}"
    return f"{_number(first) if m.string[m.end() :][:1] in '月日号楼层级章回节页' else _quantity(first)}到{second}"


def _address(m: Match) -> str:
    """A link or e-mail: digits singly, 点 and 斜杠, the protocol and every other sign silent."""
    text = re.sub(r"^[a-z]+://", "", m[0]).rstrip("/.,;:!?")
    named = text.replace(".", "点").replace("/", "斜杠").replace("@", "艾特").replace("_", "下划线")
    return re.sub(r"\d", lambda d: _one_by_one(d[0]), named.replace("-", "杠"))


def _roman(letters: str) -> str:
    """The number that letters of I, V and X make, in words; 0 where they make none."""
    values = [{"I": 1, "V": 5, "X": 10}[c] for c in letters]
    total = sum(-v if v < max(values[at:]) else v for at, v in enumerate(values))
    return _number(str(total))


def _power(m: Match) -> str:
    return f"的{_number(''.join(str(_POWERS.index(c)) for c in m[0]))}次方"


def _scientific(m: Match) -> str:
    sign = "负" if m[2] == "-" else ""
    return f"{_number(m[1])}乘十的{sign}{_number(m[3])}次方"


def _chain(m: Match) -> str:
    """3-2-501: parts of an address or a code; those of three digits and more are read singly."""
    return "杠".join(_one_by_one(part) if len(part) > 2 else _number(part) for part in m[0].split("-"))


def _per(m: Match) -> str:
    """9.8m/s²: unit 每 unit, as GB 3101 names compound units (米每二次方秒, 克每立方厘米)."""
    number, above, above_power, below, power = m.groups()
    if above_power:
        above = _SUPERSCRIPT[above_power] + _UNITS_PER[above]
    below_power = (_SUPERSCRIPT[power] if below.endswith("m") else f"{_TIMES[power]}次方") if power else ""
    return f"{number}{_UNITS_PER.get(above, above)}每{below_power}{_UNITS_PER[below]}"


def _fraction(m: Match) -> str:
    above, below = m.groups()
    if float(above) > int(below):
        return f"{_number(above)}杠{_number(below)}"
    return f"{_number(below)}分之{_number(above)}"


_CURRENCIES = {"$": "美元", "€": "欧元", "£": "英镑", "¥": "元", "￥": "元"}
_UNITS = {
    "GHz": "吉赫兹", "MHz": "兆赫兹", "kHz": "千赫兹", "KHz": "千赫兹", "Hz": "赫兹", "dB": "分贝", "kW": "千瓦", "KW": "千瓦",
    "W": "瓦", "Kw": "千瓦", "kw": "千瓦", "mW": "毫瓦", "MW": "兆瓦", "kV": "千伏", "V": "伏", "mAh": "毫安时", "kWh": "千瓦时", "MPa": "兆帕", "kPa": "千帕", "Pa": "帕", "w": "万",
    "mA": "毫安", "kΩ": "千欧", "Ω": "欧", "μm": "微米", "µm": "微米", "nm": "纳米", "fps": "帧", "FPS": "帧", "Mbps": "兆比特每秒",
    "Gbps": "吉比特每秒", "rpm": "转每分", "kcal": "千卡", "kJ": "千焦", "mmHg": "毫米汞柱", "RMB": "元", "USD": "美元",
}  # fmt: skip


# Units that stand in a quotient; those of data keep their letters.
_UNITS_PER = {
    "km": "千米", "m": "米", "cm": "厘米", "mm": "毫米", "kg": "千克", "g": "克", "mg": "毫克", "t": "吨", "L": "升", "mL": "毫升",
    "ml": "毫升", "mol": "摩尔", "J": "焦", "N": "牛", "W": "瓦", "kWh": "千瓦时", "s": "秒", "min": "分", "h": "小时", "d": "天",
    "KB": "KB", "MB": "MB", "GB": "GB", "TB": "TB", "Mb": "Mb", "M": "M", "K": "K", "元": "元", "块": "块",
}  # fmt: skip
_TIMES = {"²": "二", "³": "三"}
_GREEK = {
    "α": "阿尔法", "β": "贝塔", "γ": "伽马", "δ": "德尔塔", "ε": "艾普西隆", "ζ": "泽塔", "η": "伊塔", "θ": "西塔", "ι": "约塔",
    "κ": "卡帕", "λ": "拉姆达", "μ": "缪", "ν": "纽", "ξ": "克西", "ο": "奥密克戎", "π": "派", "ρ": "柔", "σ": "西格马",
    "τ": "陶", "υ": "宇普西隆", "φ": "斐", "χ": "希", "ψ": "普西", "ω": "奥米伽", "Δ": "德尔塔", "Σ": "西格马", "Ω": "奥米伽",
}  # fmt: skip


@cache
def _normalizer() -> Any:
    from wetext import Normalizer

    return Normalizer(lang="zh", operator="tn", remove_erhua=False)


def _measure(m: Match) -> str:
    """A number and its unit, by wetext (60km/h: 每小时六十公里)."""
    return str(_normalizer().normalize(m[0].replace(" ", "")))


def _model(m: Match) -> str:
    letters, gap, digits = m.groups()
    rest = m.string[m.end() :]
    if gap == " " and rest[:1] and rest[0] in _MEASURES:
        return m[0]  # "GPU 300块" counts, "RTX 5090" names
    if letters.upper() in ("LV", "LEVEL", "HP", "MP", "SP", "XP", "EXP", "TOP"):
        return letters + _number(digits)
    return letters + _in_a_name(digits)


_CODES = (
    "编号|代号|工号|学号|序号|密码|口令|验证码|账号|卡号|警号|车牌|尾号|邮编|代码|错误码|QQ号?|qq号?|ID|id"
)
_ROOMS = "房间|房|室|寝室|宿舍|包厢|包间|病房|教室|办公室|会议室"
_SERVICES = "报警|急救|指挥|接线|电话|热线|客服"
_WEAPONS = "[歼轰运直]|东风|长征|神舟|嫦娥|天宫|红旗|巨浪|鹰击"
# Multi-letter numerals up to 18; XX and XXX are masks.
_ROMAN = "XV?I{1,3}|XI?V|XIX|IX|IV|V?I{2,3}|VI"
_HAN = r"\u4e00-\u9fff"
_SAID = "零一二三四五六七八九十百千万亿"
_STATS = "值力验血感分度御击敏捷智体精魔气蓝耐防命速抗伤暴魅望币神量石率寿点"
_SUPERSCRIPT = {"²": "平方", "³": "立方"}

_PER_UNITS = "|".join(sorted(_UNITS_PER, key=len, reverse=True))
_COUNTED = "元|块|角|毛|公里|千米|米|公斤|千克|克|吨|升|次|人|件|字|圈|下|个|张|章"
_PER = "千字|小时|分钟|平方米|公斤|千克|平米|平方|月|天|日|年|时|分|秒|斤|人|次|平|吨|升|晚|间|位|个|张|件|份|章|层|局|场"

_SINGLY = "中学|小学|医院|国道|省道|高地|工程|研究所|寝室|宿舍|教室|不锈钢|路(?![人面口上边过途灯程])"


def _feet_or_minutes(m: Match) -> str:
    """5'11" is a height, 3'20" a time."""
    first, second = int(m[1]), int(m[2])
    units = ("英尺", "英寸") if 4 <= first <= 7 and second <= 11 else ("分", "秒")
    return f"{_quantity(m[1])}{units[0]}{_number(str(second))}{units[1]}"


# What later rules would take apart: pairs and rows of numbers, and numbers with a sign of their own.
_FIRST: list[Rule] = [
    (r"(?<![\d.:：])(\d{1,2})['′’](\d{1,2})[\"″”](?!\w)", _feet_or_minutes),
    (rf"({_N})[\"″](?=$|[，。！？、的])", lambda m: _number(m[1]) + "英寸"),
    (r"(?<![A-Za-z\d.])\.(\d{2})(?=口径)", lambda m: "点" + _one_by_one(m[1])),
    (r"(?<![\d.])(\d{1,2})[(（](\d{1,2})[)）](?=班)", lambda m: _number(m[1]) + _number(m[2])),
    (r"(?<=《)((?:19|20)\d{2})(?=[\u4e00-\u9fff])", lambda m: _one_by_one(m[1])),
    (r"(?<!\d)(?<!\d )0\d{2,3}[- ]\d{3,4}[- ]?\d{4}(?!\d)", lambda m: _on_the_phone(m[0])),
    (r"(?<!\d)(?<!\d )\d{4}(?: \d{4}){1,4}(?: \d{1,4})?(?!\d)", lambda m: _one_by_one(m[0])),
    (r"(?<![\d.])(5201314|1314520)(?!\d)", lambda m: _one_by_one(m[1])),
    (rf"(?<![\d.A-Za-z第共])(\d{{3}})(?={_SINGLY})", lambda m: _one_by_one(m[1])),
    (r"(?<![\d.A-Za-z第])(\d{2}|19\d{2})(?=式(?![样子各]))", lambda m: _one_by_one(m[1])),
    (r"(?<![\d.])([1-9])·(\d{1,2})(?!\d)", lambda m: _one_by_one(m[1] + m[2])),
    (r"US\$(?=\s?\d)", "$"),
    (rf"(?<![$€£¥￥\d.])({_N})\s?[¥￥]", r"\1元"),
    (r"(?<![A-Za-z\d])(\d{1,2})(?:st|nd|rd|th)(?![A-Za-z])", lambda m: "第" + _number(m[1])),
    (
        r"(?<![A-Za-z\d])S(\d{1,2})E(\d{1,3})(?!\d)",
        lambda m: f"第{_number(str(int(m[1])))}季第{_number(str(int(m[2])))}集",
    ),
    (r"(?<![\d.])\d{1,3}(?:/\d{1,3}){2,}(?![\d./])", lambda m: "，".join(map(_number, m[0].split("/")))),
    (r"(?<![A-Za-z\d])([A-Za-z]{1,2})(\d{1,3})\s?[-~～–—]\s?(?=\1\d)", r"\1\2到"),
    (r"(?<![A-Za-z])([aA])-([zZ])(?![A-Za-z])", r"\1到\2"),
    (r"(?<=\d)([楼层栋排区座级])[-~～–—](?=\d)", r"\1到"),
    (rf"(?<![\d.])([-−]?)({_N})\s?([℃°度]?)[~～]\s?([-−]?)(?={_N}\s?[℃°度])", _degrees),
    (r"(?<![\d.第初周])2(?=到[3-9](?!\d)个?)", "两"),
    (r"(?<![\d.])([1-9]\d*)/([1-9]\d*)s(?![A-Za-z])", lambda m: f"{_number(m[2])}分之{_number(m[1])}秒"),
    (r"(\d)\s?\^\s?([-−]?)(\d+)", lambda m: f"{m[1]}的{'负' if m[2] else ''}{_number(m[3])}次方"),
    (
        rf"(?<=\d)⁻([{_POWERS}]+)",
        lambda m: f"的负{_number(''.join(str(_POWERS.index(c)) for c in m[1]))}次方",
    ),
    (r"(?<![\d.第])2(?=里(?![面边头]))", "两"),
    (r"^([<>])(?=\d)", lambda m: {"<": "小于", ">": "大于"}[m[1]]),
    (r"(?<![\d.])([12])m(\d{2})(?![\d.])(?=$|[^A-Za-z])", lambda m: f"{_number(m[1])}米{_one_by_one(m[2])}"),
    (rf"(?<![\d.A-Za-z])({_N})g(?![A-Za-z\d/])(?![网信手号])", r"\1克"),
]

# In these, a number is Arabic; what a rule puts out has no Arabic digits, unless a later rule shall read them.
_RULES: list[Rule] = [
    ("〇", "零"),
    # Masked words: a short silence (GB/T 15834, 虚缺号). ×× is read 某某 (the same, 隐讳号).
    (r"×{2,}", lambda m: "某" * min(len(m[0]), 3)),
    (rf"(?<![A-Za-z\d])[Xx]{{2,3}}(?=[{_HAN}])(?!xx染|XX染)", lambda m: "某" * len(m[0])),
    (r"(?:https?|ftp)://[!-~]+|(?<![!-~])www\.[!-~]+", _address),
    (r"(?<![A-Za-z\d._+-])[A-Za-z\d._+-]+@[A-Za-z\d-]+(?:\.[A-Za-z\d-]+)+", _address),
    (r"(?<=\d)(ml|mL|kg|g|cm|mm|m|L|瓶|盒|包|片)\s?[*×xX]\s?(?=\d)", r"\1乘"),
    (r"(?<![A-Za-z])A\*(?=算法|搜[索寻]|寻路)", "A星"),
    (r"\*{2,}|[■□█▇]+|(?<!\d)\*|\*(?!\d)", "，"),
    (r"^(\s*第[\d零一二三四五六七八九十百千万两]+[章节回卷集部篇话幕])[\s:：]+", r"\1，"),
    (r"(?<=\d),(?=\d{3}(?!\d))", ""),
    *_FIRST,
    (rf"(?:^|(?<=\s))(\d{{1,2}})\.\s?(?=[{_HAN}])", r"\1，"),
    (r"[（(](\d{1,2})[)）](?=班)", r"\1"),
    (r"#(\d+)(?![\d#])|(?<![\d.])(\d+)#(?!\d)", lambda m: _number(m[1] or m[2]) + "号"),
    (r"(?<=[\w%）)】])\s?(?:→|⇒|➔|->|=>)\s?(?=[\w（(【+-])", "到"),
    # Roman numerals where nothing else is possible: 第III代, III型, 三体II, GTA IV.
    (rf"(?<=第)({_ROMAN}|[IVX])(?=[{_HAN}])", lambda m: _roman(m[1])),
    (rf"(?<![A-Za-z\d])({_ROMAN}|I)(?=[型级类期度阶代号部季])", lambda m: _roman(m[1])),
    (rf"(?<=[{_HAN}])(VII|VIII|III|II|IV)(?![A-Za-z\d])", lambda m: _roman(m[1])),
    (rf"(?<=[a-z] |[A-Z] )({_ROMAN})(?![A-Za-z\d])", lambda m: _roman(m[1])),
    # Dates and times (GB/T 15835: years digit by digit). 12:30 is a time, 3:2 a score, 16:9 a ratio.
    (r"(?<!\d)([12]\d{3})[-/.](\d{1,2})[-/.](\d{1,2})(?![\d./-])", _date),
    (rf"(?<!\d)([12]\d{{3}}){_TO}([12]\d{{3}})(?=年)", lambda m: f"{_one_by_one(m[1])}到{_one_by_one(m[2])}"),
    (r"(?<=公元|元前)(\d{1,4})(?=年)", lambda m: _one_by_one(m[1])),
    (r"(?<!\d)([12]\d{3})(?=年)", _year),
    (r"(?<!\d)((?:19|20)\d{2})(?=赛季|级|届|款|版|》)", lambda m: _one_by_one(m[1])),
    (r"(?<!\d)((?:19|20)\d0)s(?![A-Za-z])", lambda m: _one_by_one(m[1]) + "年代"),
    (
        rf"(?<!\d)((?:19|20)\d{{2}})(?:{_TO}|/)((?:19|20)\d{{2}})(?![\d.{_MEASURES}])",
        lambda m: f"{_one_by_one(m[1])}到{_one_by_one(m[2])}",
    ),
    (
        r"(?<![\d.])((?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?![\d.])",
        lambda m: _one_by_one(m[1]),
    ),
    (r"(?<![\d.])([06-9]\d)(?=年(?:[春夏秋冬初底末生]|出生|毕业|\d{1,2}月))", lambda m: _one_by_one(m[1])),
    (
        r"(?<![\d-])((?:19|20)\d{2})-(0[1-9]|1[0-2])(?![\d-])",
        lambda m: f"{_one_by_one(m[1])}年{_number(str(int(m[2])))}月",
    ),
    (r"(?<=周[一二三四五六日]|期[一二三四五六日])\s?[-~～–—]\s?(?=[周星])", "到"),
    (r"(?<![A-Za-z][A-Z])(?<=[A-Z])\s?[~～]\s?(?=[A-Z](?![A-Za-z]))", "到"),
    (
        r"(?<!\d)([0-9]0|[5-9]5)(?=后(?:[，。！？、]|$|们|的?(?:人|年轻|女|男|小|大|孩|青|员|程)))",
        lambda m: _one_by_one(m[1]),
    ),
    (r"(?<=比分)([为是:：]?)(\d+)[-:：](\d+)", lambda m: f"{m[1]}{_number(m[2])}比{_number(m[3])}"),
    (r"(?<=[以胜负赢输])(\d+)[-:：](\d+)", _ratio),
    (
        r"(?:(?<=余时间)|(?<=剩余|还剩|计时|用时|耗时|时长|冷却))([\s为是:：]{0,2})(?:(\d{1,2})[:：])?(\d{1,2})[:：](\d{2})(?![\d:：])",
        _span,
    ),
    (
        r"(?:\b([AaPp][Mm])\s?)?(?<![\d.])(?<!\d[:：])(\d{1,2})[:：](\d{2})(?:[:：](\d{2}))?(?![\d:：万亿])"
        r"(?:\s?([AaPp]\.?[Mm](?![A-Za-z])))?",
        _clock,
    ),
    (rf"{_FREE}({_N})\s?[:：]\s?({_N})(?:[:：]({_N}))?", _ratio),
    # Telephone numbers, and codes, which are read singly.
    (r"(?<![\d.])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)", lambda m: _on_the_phone(m[0])),
    (r"(?<![\d.])(?:0\d{2,3}-\d{7,8}|[48]00-?\d{3}-?\d{4})(?!\d)", lambda m: _on_the_phone(m[0])),
    (
        rf"(?:(?<=[打拨])|(?<=电话)|(?<=热线))([了过通的是:：]*)(\d{{3,8}})(?![\d.{_MEASURES}])",
        lambda m: m[1] + _on_the_phone(m[2]),
    ),
    (rf"(?<!\d)(1(?:10|19|20|22)|1\d{{4}}|95\d{{3}})(?={_SERVICES})", lambda m: _on_the_phone(m[1])),
    (rf"(?<=[报叫])(1(?:10|19|20|22))(?![\d.{_MEASURES}])", lambda m: _on_the_phone(m[1])),
    (
        rf"(?<![\d.:：])(1008[56]|10010|123(?:06|15|33|48))(?![\d.%{_MEASURES}])",
        lambda m: _on_the_phone(m[1]),
    ),
    (rf"({_CODES})([为是:：\s]*)(\d{{2,}}(?:-\d+)*)(?![\d.])", lambda m: m[1] + m[2] + _one_by_one(m[3])),
    (rf"({_ROOMS})(\d{{3,4}})(?![\d.{_MEASURES}])", lambda m: m[1] + _one_by_one(m[2])),
    (rf"(?<!\d)(\d{{3,4}})(?=号?(?:{_ROOMS}))", lambda m: _one_by_one(m[1])),
    (rf"(?<=单元)(\d{{3,4}})(?![\d.{_MEASURES}])", lambda m: _one_by_one(m[1])),
    (r"(?<![\d.])\d(?:-\d){2,3}(?=的?阵型)", lambda m: _one_by_one(m[0])),
    (r"(?<![\d.A-Za-z])(?<![A-Za-z\d]-)\d{1,4}(?:-\d{1,4}){2,}(?![\d.-])", _chain),
    (r"(?<!\d)(\d{3})(?=路(?:公交|车|电车|巴士|末班|首班))", lambda m: _one_by_one(m[1])),
    # Aircraft and arms: 波音737-800 is 七三七杠八百, 歼-20 is 歼二十.
    (r"(?<=波音|空客)(\d{3})(?!\d)|(?<!\d)(7[0-8]7)(?=客机|飞机|航班)", lambda m: _one_by_one(m[0])),
    (rf"(?<=[{_SAID}])-(?=\d00(?!\d))", "杠"),
    (rf"({_WEAPONS})-(?=\d)", r"\1"),
    # Numbers that are names or exclamations by themselves.
    (
        rf"(?<![\d.A-Za-z第共])(985|211|996|404|502|520|1314|886|555+|666+|233+)(?![\d.%‰A-Za-z℃°/\-~–—−]|[{_MEASURES}号章回节])",
        lambda m: _one_by_one(m[1]),
    ),
    (r"(?<![\d.A-Za-z])(\d{9,})(?![\d.])(?<!0000)", lambda m: _one_by_one(m[1])),
    # Percent, temperature, money, measures.
    (rf"(?<![\w%])([-−])?({_N})[%‰]?{_TO}({_N})([%‰])", _percent),
    (rf"{_FREE}()({_N})[%‰]?{_TO}({_N})([%‰])", _percent),
    (rf"(?:(?<![\dA-Za-z%])([-−]))?({_N})()([%‰])", _percent),
    (
        rf"([$€£¥￥])\s?({_N}){_TO}[$€£¥￥]?({_N})([百千万亿]*)",
        lambda m: f"{_quantity(m[2])}到{_quantity(m[3])}{m[4]}{_CURRENCIES[m[1]]}",
    ),
    (rf"([$€£¥￥])\s?({_N})([百千万亿]*)", lambda m: _quantity(m[2]) + m[3] + _CURRENCIES[m[1]]),
    (r"°C", "℃"),
    (r"°F", "℉"),
    (rf"(?<=[A-Za-z\u4e00-\u9fff(])(?<!\d度)[-−](?={_N}\s?[℃℉度])|^[-−](?=\d)", "负"),
    # Products and powers, before their factors are taken for measures; screens are read singly.
    (rf"{_FREE}({_N})[eE]([-+]?)(\d+)(?![A-Za-z\d])", _scientific),
    (
        r"(?<![\d.A-Za-z])(\d{4})\s?[×*xX]\s?(\d{3,4})(?![\d.])",
        lambda m: f"{_one_by_one(m[1])}乘{_one_by_one(m[2])}",
    ),
    (r"(?<=\d)\s?[×*xX]\s?(?=\d)", "乘"),
    (rf"(?<=[{_HAN}\s】」』）)])[×xX*]\s?(?=\d+(?![A-Za-z\d]))|^×(?=\d)", "乘"),
    (r"√(?=\d)", "根号"),
    (rf"(?<![A-Za-z])({_N})[hH](\d{{1,2}})(?:min|m)(?![A-Za-z\d])", r"\1小时\2分钟"),
    (rf"(?<![\d.])([12])米([1-9]\d)(?![\d{_MEASURES}])", lambda m: f"{m[1]}米{_one_by_one(m[2])}"),
    (rf"(?<=\d块)([1-9]\d)(?![\d{_MEASURES}])", lambda m: _one_by_one(m[1])),
    (
        rf"(?<![\d.A-Za-z])(?<![A-Za-z][-. ])({_N}){_TO}({_N})(?=\s?(?:[℃℉°]|[A-Za-z]{{1,3}}))",
        lambda m: f"{_number(m[1])}到{m[2]}",
    ),
    (rf"({_N})\s?[℃℉]", lambda m: _number(m[1]) + ("摄氏度" if "℃" in m[0] else "华氏度")),
    (r"(\d)\s?[wW]\s?(?=[块元人粉字多月])", r"\1万"),
    (
        rf"({_N}|(?<![A-Za-z\d.]))\s?(?!(?:km/h|m/s)(?![²³]))({_PER_UNITS})([²³]?)/({_PER_UNITS})([²³]?)(?![A-Za-z\d])",
        _per,
    ),
    (
        r"(?<![A-Za-z\d.])(?<!\d\s)(km/h|m/s)(?![A-Za-z])",
        lambda m: "千米每小时" if m[0] == "km/h" else "米每秒",
    ),
    (
        rf"{_FREE}{_N}\s?(?:km/h|m/s|km²|cm²|mm²|m²|km³|cm³|m³|km|cm|mm|m|kg|mg|g|ml|mL|L|h|min|ms|s)(?![A-Za-z\d²³])",
        _measure,
    ),
    (rf"({_N})\s?({'|'.join(_UNITS)})(?![A-Za-z\d])", lambda m: _quantity(m[1]) + _UNITS[m[2]]),
    (rf"({_COUNTED}|[{_SAID}])/(?=\s?(?:{_PER}))", r"\1每"),
    # Names of letters and digits.
    (r"C\+\+", "C加加"),
    (r"(?<![A-Za-z\d])([CF])#(?![\w#])", r"\1 sharp"),
    (r"(?<![A-Za-z\d])\.(?=NET(?![A-Za-z]))", "点"),
    (r"\.(?=(?:txt|exe|zip|rar|jpg|png|pdf|docx?|mp[34]|com|cn|net|org)(?![A-Za-z]))", "点"),
    (r"(?<![A-Za-z])([Ll][Vv]|[Vv]ol|[Ee]p|[Cc]h)\.\s?(?=\w)", r"\1 "),
    (
        rf"(?<=[{_HAN}A-Za-z\d）)])\s?(?:VS|Vs|vs)\.?\s?(?=[{_HAN}\d（(])|(?<=[{_HAN}A-Za-z\d）)])\s(?:VS|Vs|vs)\.?\s(?=\w)",
        "对",
    ),
    (r"(?<![A-Za-z\d])([Nn]9[05]|[xX](?:86|64))(?!\d)", lambda m: m[0][0] + _one_by_one(m[0][1:])),
    (r"(?<![A-Za-z\d.])98(?=[kK](?![A-Za-z]))", "九八"),
    (
        r"(?<![A-Za-z])((?i:lv|level|top|day|ep|vol)\.?\s?\d+)\s?[-~–—]\s?(?=(?:(?i:lv|level|day|ep|vol)\.?)?\s?\d)",
        r"\1到",
    ),
    (
        r"(?<![A-Za-z\d])([A-Za-z]+)[- ]?(\d+)-(\d+)(?!\d)(?=[A-Za-z]|(?<=\d{3}))",
        lambda m: m[1] + _in_a_name(m[2]) + _in_a_name(m[3]),
    ),
    (r"(?<![A-Za-z])(HP|MP|SP|XP|EXP)\s(?=\d+\s?/)", r"\1，"),
    (r"\b(?:NO|No|no|№)\.?\s?(?=\d)|№\s?", "第"),
    (rf"(HP|MP|SP|XP|EXP|(?<!\d)[{_STATS}])[-−](?=\d)(?!\d+[楼层])", r"\1减"),
    (r"(?<![A-Za-z\d])([A-Za-z]+)([-. _]?)(\d+(?:\.\d+)*)(?!\d)", _model),
    (r"(?<=[A-Za-z])(\d+)(?=[A-Za-z])", lambda m: _in_a_name(m[1])),
    (r"(?<![\d.])(\d{3,4})(?=[pP](?![A-Za-z]))", lambda m: _one_by_one(m[1])),
    (r"(?<![\d.])(\d{4,})(?=[A-Za-z])(?!\d*(?:[KMGT]?B|[GMKTk])(?![A-Za-z]))", lambda m: _in_a_name(m[1])),
    (r"\d+(?:\.\d+){2,}", lambda m: _in_a_name(m[0])),
    # Sums, ranges, fractions, signs.
    (rf"({_N})\s?-\s?(?={_N}\s?=)", r"\1减"),
    (rf"{_FREE}({_N}){_TO}({_N})(?![\d.])", _from_to),
    (rf"(?<=\d)([{_MEASURES}月日号章岁度]|{_LONG_MEASURES})[-~–—](?=\d)", r"\1到"),
    (r"(?<=[点分秒年月日])[-~–—](?=[零一二两三四五六七八九十])", "到"),
    (r"(?<![\d.])\d+(?:/\d+){2,}(?![\d.])", lambda m: m[0].replace("/", "，")),
    (rf"{_FREE}({_N})\s?/\s?([1-9]\d*)(?![\d.])", _fraction),
    (r"(\d+)\^(\d+)", lambda m: f"{_number(m[1])}的{_number(m[2])}次方"),
    (r"(?<![A-Za-z])m([²³])", lambda m: _SUPERSCRIPT[m[1]] + "米"),
    (r"(?<=[A-Za-z\d])([²³])(?![⁰-⁹])", lambda m: "的" + _SUPERSCRIPT[m[1]]),
    (rf"(?<=[A-Za-z\d])[{_POWERS}]+", _power),
    (rf"[{_POWERS}]", lambda m: _number(str(_POWERS.index(m[0])))),
    (rf"(?<=[{_SAID}])[-−](?=\d)", "杠"),
    (r"(?<![A-Za-z\d])[-−](?=\d)", "负"),
    (rf"(?<=[A-Z{_SAID}\d])\+(?!\d)|\+(?=\d)|(?<=[A-Za-z\u4e00-\u9fff])\+(?=[A-Za-z\u4e00-\u9fff])", "加"),
    (r"÷", "除以"),
    (r"(?<=\w)\s?=\s?(?=\w)", "等于"),
    (r"(?<=\d)\s?>\s?(?=[\dA-Za-z])|(?<=[A-Za-z])\s?>\s?(?=\d)", "大于"),
    (r"(?<=\d)\s?<\s?(?=[\dA-Za-z])|(?<=[A-Za-z])\s?<\s?(?=\d)", "小于"),
    (r"≠", "不等于"),
    (r"≥", "大于等于"),
    (r"≤", "小于等于"),
    (r"≈", "约等于"),
    (r"±", "正负"),
    (r"∞", "无穷大"),
    (r"℃", "摄氏度"),
    (rf"(?<=[\d{_SAID}])\s?[°º](?:\s?(\d+)\s?[′'’])?", lambda m: f"度{_number(m[1])}分" if m[1] else "度"),
    (rf"[{''.join(_GREEK)}]", lambda m: _GREEK[m[0]]),
    (rf"(?<=[{_HAN}A-Za-z])/(?=[{_HAN}A-Za-z\d])(?<!和/)(?<!与/)|(?<=\d)/(?=[{_HAN}A-Za-z])", "，"),
    (r"(?<=\w)\s?&\s?(?=\w)", "和"),
    (r"(?<![A-Za-z\d])@(?=\w)", "艾特"),
    (r"(?<=[A-Za-z]{2})[.@](?=[A-Za-z]{2})", lambda m: "点" if m[0] == "." else "艾特"),
    (r"(?<![A-Za-z])([A-Za-z])\.(?=\w)", r"\1 "),
    # Plain numbers. 2、3个 is 两三个.
    (
        rf"(?<![\d.])([1-9])[、,](?=[1-9](?:[{_MEASURES}]|{_LONG_MEASURES}))",
        lambda m: _quantity(m[1]) if _next_one(m) else m[0],
    ),
    (rf"(?<![\d.第初周])2(?=\s?(?:[{_MEASURES}]|{_LONG_MEASURES}))", _two),
    (_N, lambda m: _number(m[0])),
]


def _next_one(m: Match) -> bool:
    return int(m.string[m.end()]) == int(m[1]) + 1


@cache
def _rules() -> list[tuple[re.Pattern[str], str | Callable[[Match], str]]]:
    return [(re.compile(pattern), result) for pattern, result in _RULES]


# ---------------------------------------------------------------- punctuation

_STOPS = "？！。"
_PAUSES = "；：，、"
_MARKS = dict(zip(".,!?;:", "。，！？；：", strict=True)) | dict.fromkeys("()（）[]【】〔〕{}|—…⋯→\n", "，")


def _punctuated(text: str) -> str:
    """Marks of speech only, one at a time, the strongest of each run; spaces only between Latin words."""
    text = re.sub(r"[.。]{2,}", "…", text)
    text = re.sub(r"-{2,}|~+(?=.*\w)", "，", text)
    text = re.sub(r"(?<=[A-Za-z])’(?=[A-Za-z])", "'", text)
    said = re.sub(r"(?<![A-Za-z](?=['-][A-Za-z]))[\W\d_]", lambda m: _mark(m[0]), text)
    said = re.sub(rf"[{_STOPS}{_PAUSES}\s]*[{_STOPS}{_PAUSES}][{_STOPS}{_PAUSES}\s]*", _strongest, said)
    said = re.sub(r"(?<![A-Za-z]) | (?![A-Za-z])", "", re.sub(r"\s+", " ", said))
    said = said.strip(_PAUSES).lstrip(_STOPS + _PAUSES)
    if not said or said[-1] in _STOPS:
        return said
    return said + "。"


def _mark(c: str) -> str:
    # HAN: the newest characters are no letters yet to this Python's Unicode.
    if c in _STOPS or c in _PAUSES or (c.isspace() and c != "\n") or HAN.match(c):
        return c
    return _MARKS.get(c, "")


def _strongest(m: Match) -> str:
    return min((c for c in m[0] if not c.isspace()), key=(_STOPS + _PAUSES).index)
