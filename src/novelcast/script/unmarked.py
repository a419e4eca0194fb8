"""Speech without quotation marks: after a colon (他说：……), after a dash (——你来了？), in the style of a play or a
chat (甲：……). Only paragraphs without quotations are read; what is not plainly speech stays narration."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from novelcast.script.lexicon import MESSAGE, SAY, SENTENCE_END, THINK, WRITE
from novelcast.script.narration import Narration
from novelcast.script.pieces import Region
from novelcast.script.thought_features import YOU, I

_SENTENCE = re.compile(rf"[^{SENTENCE_END}]*[{SENTENCE_END}]*")
_LEAD = re.compile(r"^\s*([^。！？!?…；：:“”「」『』]{1,40}?)[：:]\s*(?=\S)")
_SAYS = re.compile(
    r"(?:[说问答喊叫道骂吼叹嚷劝应念唱]|开口|吩咐|命令|宣布|宣告|解释|补充|回应|回话|嘱咐|叮嘱|提醒|警告|招呼|嘟囔|嘀咕)(?:了|着|过)?(?:[一两几]?[句声遍]|话)?$"
)
_NOT_SAYS = re.compile(
    r"[听传据所小学胡会想要该敢可能]说$|知道$|如果|要是|假如|俗话|常言|老话|古人|古语|谚语|书[上中里]|诗[云曰中里]|歌词|经[上文]|条款|公告|告示|通知|规定|报告|新闻|资料|说明|[这那]就是说|也就是说|可以说|换句话说|比如说|一般来说|名叫|叫做|叫作"
)
_DASH = re.compile(r"^\s*(?:—{1,2}|–|―{1,2}|--)\s*(?=[\w“])")
_INNER_DASH = re.compile(r"(?:—{1,2}|–|―{1,2}|--)")
_CLOCK = r"(?:[\[【（(]?\d{1,2}[:：]\d{2}(?:[:：]\d{2})?[\]】）)]?\s*)?"
_LINE = re.compile(
    rf"^\s*{_CLOCK}(?P<name>【[^【】]{{1,8}}】|\[[^\[\]]{{1,8}}\]|[^\W\d][\w·]{{0,7}})"
    r"\s*(?:[（(][^（）()]{1,20}[）)])?\s*[：:]\s*(?=\S)"
)
_SENDER = re.compile(r"[“「『\"]\s*([^\W\d][\w·]{1,5})[：:]\s*(?=\S[^”」』\"]*\S)")
_STOPPED = re.compile(r"[。！？!?…～~—][”’」』）)]*$")
# What stands before a colon in a list, a form or a heading.
_FIELD = re.compile(
    r"姓名|性别|年龄|等级|职业|种族|称号|技能|天赋|属性|体力|力量|敏捷|智力|精神|耐力|生命|状态|时间|地点|人物|目标|任务|奖励|惩罚|备注|注|附|题目|摘要|标题|关键词|地址|电话|内容|主题|"
    r"发件人|收件人|日期|来源|结论|结果|规则|原因|方法|条件|要求|提示|警告|系统|第?[一二三四五六七八九十]|其[一二三四]|首先|其次|再次|最后|另外|例如|比如|作者|编辑|声明|简介|求|后来|如下|以下|说明"
)
_FEWEST_LINES = 2
_NEAR = 2  # paragraphs between two lines of one exchange


def unmarked_speech(
    texts: Sequence[str], given: Sequence[list[Region]], narration: Narration, written: set[int]
) -> list[list[Region]]:
    """The regions of a chapter, speech without marks found in its paragraphs of mere narration. `written`:
    paragraphs of letters and verses, which nobody says."""
    regions = [[] if i in written else found for i, found in enumerate(given)]
    plain = [all(kind == "narration" for _, _, kind in found) and bool(found) for found in regions]
    out = [list(found) for found in given]
    for i, spoken in (_lines(texts, regions, narration) | _dashes(texts, plain, narration)).items():
        out[i] = spoken
        plain[i] = False
    for i, text in enumerate(texts):
        if plain[i]:
            out[i] = _after_colon(text, narration) or out[i]
        elif MESSAGE.search("".join(texts[max(0, i - _NEAR) : i + 1])):
            out[i] = [part for region in out[i] for part in _sender(text, region, narration)]
    return out


def _sender(text: str, region: Region, narration: Narration) -> list[Region]:
    """“NAME：…” where messages are told of: the name is the sender's, and is not said by them."""
    start, end, kind = region
    m = _SENDER.match(text, start, end)
    if kind != "dialogue" or m is None or not narration.names(m[1]) or _SAYS.search(m[1]):
        return [region]
    return [(start, m.end(), "narration"), (m.end(), end, "dialogue")]


def _after_colon(text: str, narration: Narration) -> list[Region]:
    """LEAD：SPEECH, where the lead says that somebody says it; to where narration plainly goes on."""
    m = _LEAD.match(text)
    if (
        m is None
        or not _SAYS.search(m[1])
        or _NOT_SAYS.search(m[1])
        or WRITE.search(m[1])
        or THINK.search(m[1])
    ):
        return []
    end = _spoken_to(text, m.end(), narration)
    return _three(m.end(), end, len(text)) if end > m.end() else []


def _spoken_to(text: str, start: int, narration: Narration) -> int:
    """Where speech that begins at `start` ends: before the first sentence that tells of somebody."""
    end = start
    for m in _SENTENCE.finditer(text, start):
        if m.group().strip() and m.start() > start and _tells(m.group().strip(), narration):
            break
        end = m.end()
    return end


def _tells(sentence: str, narration: Narration) -> bool:
    if YOU.search(sentence) or (I.search(sentence) and not narration.first_person):
        return False
    return (
        narration.tells_of(sentence)
        or re.match(r"说[完着罢到]|话音|然后[他她]|于是[他她]", sentence) is not None
    )


def _three(start: int, end: int, size: int) -> list[Region]:
    parts: list[Region] = [(0, start, "narration"), (start, end, "dialogue"), (end, size, "narration")]
    return [part for part in parts if part[0] < part[1]]


# ---------------------------------------------------------------- dashes


def _dashes(texts: Sequence[str], plain: Sequence[bool], narration: Narration) -> dict[int, list[Region]]:
    """Paragraphs that open with a dash and are spoken: two or more near each other, or one with its tag."""
    places = [i for i, text in enumerate(texts) if plain[i] and _DASH.match(text)]
    found: dict[int, list[Region]] = {}
    for i in places:
        parts = _by_dashes(texts[i], narration)
        spoken = any(kind == "dialogue" for _, _, kind in parts)
        tagged = spoken and any(kind == "narration" and SAY.search(texts[i][a:b]) for a, b, kind in parts)
        if spoken and (tagged or any(0 < abs(i - k) <= _NEAR for k in places)):
            found[i] = parts
    return found


def _by_dashes(text: str, narration: Narration) -> list[Region]:
    """A paragraph that opens with a dash: what is said, and the tags between dashes or behind a stop."""
    marks = [m.start() for m in _INNER_DASH.finditer(text)]
    out: list[Region] = []
    for start, end in zip(marks, [*marks[1:], len(text)], strict=True):
        words = _INNER_DASH.sub("", text[start:end]).strip()
        is_tag = bool(out) and _tells(words, narration) and SAY.search(words[:12]) is not None
        stop = start if is_tag else _spoken_to(text[:end], start, narration)
        first = _SENTENCE.match(words)
        if not out and first is not None and _tells(first.group(), narration):
            return [(0, len(text), "narration")]
        parts: list[Region] = [(start, stop, "dialogue"), (stop, end, "narration")]
        out += [part for part in parts if part[0] < part[1]]
    if out and out[0][0]:
        out[0] = (0, out[0][1], out[0][2])
    return _merged(out)


def _merged(regions: Sequence[Region]) -> list[Region]:
    out: list[Region] = []
    for region in regions:
        if out and out[-1][2] == region[2]:
            out[-1] = (out[-1][0], region[1], region[2])
        else:
            out.append(region)
    return out


# ---------------------------------------------------------------- plays and chats


def _lines(
    texts: Sequence[str], regions: Sequence[Sequence[Region]], narration: Narration
) -> dict[int, list[Region]]:
    """NAME：SPEECH in paragraphs near each other, one name again or names that the narration knows."""
    lines = {
        i: m
        for i, text in enumerate(texts)
        if regions[i]
        and all(kind in ("narration", "system") for _, _, kind in regions[i])
        and (m := _LINE.match(text)) is not None
        and not _FIELD.fullmatch(_name(m))
        and not _SAYS.search(_name(m))
    }
    found: dict[int, list[Region]] = {}
    for run in _runs(sorted(lines)):
        names = Counter(_name(lines[i]) for i in run)
        known = all(narration.names(name) for name in names)
        stopped = sum(_STOPPED.search(texts[i].rstrip()) is not None for i in run)
        if len(run) < _FEWEST_LINES or 2 * stopped < len(run) or not (known or max(names.values()) > 1):
            continue
        for i in run:
            found[i] = _three(lines[i].end(), len(texts[i]), len(texts[i]))
    return found


def line_name(lead: str) -> str:
    """The name in what stands before a line of a play or a chat (甲：, 21:03 夜猫子：); "" where it is no name."""
    line = _LINE.match(lead.rstrip() + "…")
    if line is None or line.end() != len(lead.rstrip()):
        return ""
    name = _name(line)
    return "" if _FIELD.fullmatch(name) or _SAYS.search(name) else name


def _name(line: re.Match[str]) -> str:
    return line["name"].strip("【】[]")


def _runs(places: Sequence[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for i in places:
        if runs and i - runs[-1][-1] <= _NEAR:
            runs[-1].append(i)
        else:
            runs.append([i])
    return runs
