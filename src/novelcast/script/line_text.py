"""Text whose lines are sentences: a quotation stands in one line and its tag in another.

Scraped and corpus texts lose their paragraphs: every sentence is a "paragraph". Then nothing says any more which
sentence belongs to which quotation, so the whole chapter is read as one row of units, sentences and quotations.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from novelcast.hanzi import simplified
from novelcast.script import lexicon as lx
from novelcast.script.line_words import Names, Ref
from novelcast.script.pieces import Piece

_CLAUSE = re.compile(r"[^，,：:；;—]+[，,：:；;—]*")
_SENTENCE = re.compile(rf"[^{lx.SENTENCE_END}]*[{lx.SENTENCE_END}]*[”’」』]*")
_LEAD_IN = re.compile(
    r"^(?:这时候?|那时候?|此时|此刻|这阵儿|这会儿|现在|眼下|当时|当下|当天|今天|今晚|第二天|于是|然后|接着|随后|随即|后来|紧接着|但是?|可是?|不过|而且|而|并且|就|便|才|又|也|还|都|"
    r"只见|只听|就听|听见|忽然|突然|猛然|果然|竟然|显然|原来|倒是|倒|却|连|就连|还是|只有|只好|只是|当|等到?|直到|直等到|因为|由于|虽然|尽管|如果|既然|因此|所以|看来|结果|这样|其实|"
    r"过了?[一好半几][会阵久天][儿天]?|半天|良久|许久|片刻|立刻|马上|赶快|赶忙|首先|先|最后|一会儿?|一路上|路上|旁边的?|唉|哼|噢|啊|说完后?|说着|说罢|从此|今后|以前|平时|往常|通常|本来|毕竟|终究|[这那有][一两]?[个位名]?|一[个位名])[，,]?"
)
_OBJECT = re.compile(
    r"(?:对着?|[向朝冲跟给把被让叫替与和同将往从比劝问骂求等瞪望盯看瞧瞥找催请陪送接见着到住过了当管教喊唤哄逗帮抱拉扶碰撞遇像象]|[看盯望朝冲向对]着|看了|瞪了|回过|告诉|递给|交给|听见|看见|发现|知道|以为|觉得|想起|想到|提起|关于|对于|根据|按照|代表|属于|"
    r"指着|追上|跟着|领着|引着|带着|当着|守着|背着|趁着|照着|离开|围住|拉住|捉住|属于|希望|相信|说服|说是|就是|不是)$"
)
_WHERE = re.compile(
    r"(?:后|时|时候|里|上|下|前|中|外|间|边|旁|天|晚|夜|早晨|晚上|中午|下午|上午|年|月|之后|以后|以前|的话|刚一?|一边|一|刚刚|正|正在)$"
)
_MODIFIER_VERB = re.compile(
    r"看见|听见|发现|望见|瞧见|遇见|遇到|想起|想到|碰见|碰上|见到|看到|听到|认出|知道|对|给|向|把|让|叫|问|跟"
)
_UNDER = re.compile(
    r"^(?:[没不]?等|当|直到|直等到|自从|由于|因为|虽然|尽管|趁|如果|要是|既然|随着)|(?:的?时候?|以?后|之前|以前)[，,]?$"
)
_SEES = re.compile(r"(?:看见|听见|看到|听到|发现|知道|觉得|想|认为|以为|意识到|感到|明白|说)[，,：:]$")
_VOICE_FROM = re.compile(
    r"(?:传来|响起|传出|是|听见|听到)[^，。]{1,10}?的?[^，。]{0,8}(?:声音?|嗓门|嗓音|喊叫|呼唤|叫喊)[^，。]{0,3}[。：:！!]?$"
)
_HEARD = re.compile(r"(?:听见|听到|只听|听得|就听)[^：:]*[说喊叫问道声]")
_SILENT = re.compile(
    r"[没不][有再敢能]*(?:说|言传|言语|吭|应|作声|出声|回答|理)|说不[出上]|一言[不未]发|无言|张口结舌|哑口|难以.{0,6}[说答]|沉默|不知.{0,4}(?:说|回答|如何|怎)|闭.?嘴"
)
_HEARS = re.compile(
    r"听(?:完|罢|着|了)|听.{0,12}(?:说完|的话|汇报|叙说|介绍|叙述|这样说|这么说|此言)|^[^，]{0,6}(?:一听|听见这|听这)|被.{1,12}(?:[逗问说]|惹|激)"
)
_PLACE = re.compile(r"^(?:村|家|班|队|厂|院|学校|宿舍|单位)里?的")
# A noun before a name may say what somebody is (体育老师陈舟); a verb makes the name an object.
_VERBS = re.compile(
    r"[看见听说问叫让给把对向跟找请有是在到来去想知诉遇碰望喊骂打拉抱带领追等陪送接帮劝求催怕恨爱像象为被将和与同及从替指过用拿比往]"
)
_BODY = re.compile(
    r"^的?[^，。的]{0,4}?(?:脸|眼|目光|视线|眉|嘴|手|身|头|背|肩|腿|脚|心|喉|额|指|胡子|神情|神色|表情|脑|声音|嗓|口气|语气|鼻|泪|话)"
)
_THINK = re.compile(r"(?:心里|心中|心想|内心|想道?|思量|盘算|思谋|猜想|寻思|琢磨|心说)[^，]{0,6}[：:]$")
_FEW = 5  # quotations, and lines without one, by which a text's kind can be told
# What a damaged cut leaves at the start of a sentence: a closing mark, a chapter's number.
DEBRIS = re.compile(r"^(?:[”’」』]|第[0-9０-９一二三四五六七八九十百千]+[章回节])+")
CLOSERS = '”’」』"＂〞'
OPENERS = '“‘「『"＂〝'


@dataclass(frozen=True)
class Subject:
    """Somebody a clause is about. `owned`: something of theirs is (王磊的书); `clause`: which clause of the sentence."""

    ref: Ref
    clause: int
    owned: bool
    under: bool  # the clause stands under another one: 等他走了, 看她不说话


@dataclass
class Unit:
    """A sentence of narration or a quotation. `at`: its place in the chapter's row; `piece`: index into the pieces."""

    at: int
    quote: bool
    text: str
    piece: int
    line: int
    refs: list[Ref] = field(default_factory=list)
    subjects: list[Subject] = field(default_factory=list)
    objects: list[Subject] = field(default_factory=list)  # the other people in it
    speaker: Subject | None = None  # who speaks, if the sentence leads into a quotation
    main: Subject | None = None  # whom the sentence is about
    overheard: bool = False  # its subject hears what is said: 她听见有人说：
    bare: bool = False  # the first clause has no subject of its own
    colon: bool = False
    say: bool = False
    say_end: bool = False  # the sentence ends with a verb of saying: 他说。
    silent: bool = False
    hears: bool = False  # somebody listens or reacts
    think: bool = False


def is_line_text(pieces: Sequence[Piece]) -> bool:
    """Whether the book's quotations and their tags stand in separate lines, as sentences do.

    A text with paragraphs has quotations with their tags in one line, and paragraphs of several sentences.
    """
    lines: dict[tuple[int, int], list[Piece]] = {}
    for piece in pieces:
        if piece.kind in ("narration", "dialogue"):
            lines.setdefault((piece.span.chapter, piece.span.paragraph), []).append(piece)
    quoted = told = mixed = long = tags = 0
    behind = False  # whether the line before is a quotation
    for found in lines.values():
        if any(p.kind == "dialogue" for p in found):
            quoted += 1
            mixed += any(p.kind == "narration" and len(p.text.strip()) > 1 for p in found)
            behind = True
            continue
        text = simplified(found[0].text).rstrip()
        alone = len(_sentences(text)) <= 1
        told += 1
        long += not alone
        tags += text[-1:] in ("：", ":") or (behind and alone and _says_last(text))
        behind = False
    if quoted < _FEW or told < _FEW:
        return False
    return mixed < 0.2 * quoted and long < 0.1 * told and tags > 0.1 * quoted


def _sentences(text: str) -> list[str]:
    return [m.group() for m in _SENTENCE.finditer(text) if m.group().strip("”’」』 　")]


def read_units(pieces: Sequence[Piece], chapter: range, names: Names) -> list[Unit]:
    """The chapter as sentences and quotations in reading order."""
    units: list[Unit] = []
    for i in chapter:
        piece = pieces[i]
        text = simplified(piece.text)
        if piece.kind == "dialogue" or (piece.kind == "thought" and text[:1] in OPENERS):
            units.append(Unit(len(units), True, text, i, piece.span.paragraph))
        elif piece.kind in ("narration", "thought", "cue"):
            for sentence in _sentences(text):
                unit = Unit(len(units), False, sentence.strip(), i, piece.span.paragraph)
                _analyse(unit, names)
                units.append(unit)
    for unit in units:
        if unit.quote:
            unit.refs = sorted([*names.refs(unit.text), *names.calls(unit.text)], key=lambda r: r.start)
    return units


def _analyse(unit: Unit, names: Names) -> None:
    text = DEBRIS.sub("", unit.text)
    unit.text = text
    unit.refs = names.refs(text)
    unit.colon = text[-1:] in ("：", ":")
    clauses = list(_CLAUSE.finditer(text))
    for k, m in enumerate(clauses):
        inside = [r for r in unit.refs if m.start() <= r.start and r.end <= m.end()]
        found = _clause_subject(m.group(), m.start(), inside)
        if found is not None:
            ref, owned = found
            embedded = k > 0 and _SEES.search(clauses[k - 1].group()) is not None
            under = embedded or _UNDER.search(m.group()) is not None
            unit.subjects.append(Subject(ref, k, owned, under))
        unit.objects.extend(Subject(r, k, False, False) for r in inside if found is None or r is not found[0])
    main = [s for s in unit.subjects if not s.under and not s.owned] or unit.subjects
    unit.main = main[0] if main else None
    unit.speaker = main[-1] if main else None
    voice = _VOICE_FROM.search(text)
    if voice is not None:
        owner = next((r for r in unit.refs if voice.start() < r.start and r.end <= voice.end()), None)
        if owner is not None:
            unit.main = unit.speaker = Subject(owner, len(clauses) - 1, False, False)
            unit.subjects, unit.say_end = [unit.speaker], True
    heard = _HEARD.search(text) if unit.colon and voice is None else None
    if heard is not None:
        unit.overheard = True
        behind = [r for r in unit.refs if r.start >= heard.end() - 1]
        unit.speaker = Subject(behind[0], len(clauses) - 1, False, False) if behind else None
    first = clauses[0].group() if clauses else ""
    adverbial = len(first) <= 5 or _WHERE.search(first.rstrip("，,")) is not None
    unit.bare = not unit.subjects or (unit.subjects[0].clause > 0 and not adverbial)
    unit.say = lx.SAY.search(text) is not None
    unit.silent = _SILENT.search(text) is not None
    unit.hears = _HEARS.search(text) is not None
    unit.say_end = not unit.silent and _says_last(text)
    unit.think = _THINK.search(text) is not None


def _says_last(text: str) -> bool:
    """Whether a sentence ends with saying something, or with whom it is said to: 他说。 他反问王磊。"""
    found = list(lx.SAY.finditer(text))
    if not found:
        return False
    verb = found[-1]
    behind = text[verb.end() :].rstrip("。！!？?…：:，, ”")
    return (
        len(behind) <= 5
        and not behind.startswith(("完", "不", "得", "话"))
        and text[verb.start() - 1 : verb.start()] not in tuple("听没不想能会敢")
    )


def _clause_subject(clause: str, offset: int, refs: Sequence[Ref]) -> tuple[Ref, bool] | None:
    """The subject of one clause, and whether it only owns what the clause is about."""
    for k, ref in enumerate(refs):
        before = clause[: ref.start - offset].strip("“”‘’（( 　")
        behind = clause[ref.end - offset :]
        if not _may_start(before):
            continue
        if ref.kind == "pronoun" and _PLACE.match(behind):
            continue  # 他们村的王磊, 他家的门
        owned = behind.startswith("的") and _BODY.match(behind) is None
        if owned and k + 1 < len(refs):
            between = clause[ref.end - offset : refs[k + 1].start - offset]
            if between == "的" or (between.startswith("的") and len(between) <= 7):
                continue  # 王磊的朋友陈舟: what follows is the subject
        return ref, owned
    return None


def _may_start(before: str) -> bool:
    """Whether a subject can follow these words in its clause."""
    rest = before
    while (m := _LEAD_IN.match(rest)) is not None and m.end():
        rest = rest[m.end() :]
    if not rest or rest.endswith(("使", "令", "使得")):
        return True
    if rest.endswith("的"):
        return _MODIFIER_VERB.search(rest) is None or rest[0] in "在站坐蹲躺正刚"
    if _OBJECT.search(rest):
        return False
    if _WHERE.search(rest) is not None:
        return True
    return (
        len(rest.rpartition("的")[2]) <= 6
        and len(rest) <= 12
        and _VERBS.search(rest.rpartition("的")[2]) is None
    )
