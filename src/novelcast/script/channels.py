"""What a voice comes through: a telephone, a radio, a loudspeaker, somebody's mind, a message, a recording.

The words beside a quotation say so (电话那头, 对讲机里传来, 脑海中响起). Whoever was heard that way goes on being heard
that way for a while, until the call ends, the scene does, or the narration shows them in the room. Who speaks into a
telephone in the room is not heard through it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from novelcast.hanzi import simplified
from novelcast.model import Channel
from novelcast.script.attribute import Label
from novelcast.script.pieces import SCENE_BREAK, Piece

_SENTENCE = re.compile(r"[^。！？!?…；;]*[。！？!?…；;]*")
_FROM = r"(?:里头|里面|里边|里|中|那头|那边|那端|另一头|另一端|彼端|对面)"
# The device opens its clause or stands behind one of these: 顾客从电话里说, not 他示意电话那头.
_AT = r"(?:^|(?<=[，,。：:、“”！？…])|(?<=[从在是])|(?<=透过)|(?<=通过)|(?<=隔着)|(?<=来自))(?:[他她我]的?|这时|忽然|突然|终于)?"
_HEARD = r"(?:传|响|飘|冒|蹦|炸|冲|说|问|道|喊|叫|嚷|报|声音|人声|女声|男声|嗓|[：:，,])"
_MIND = r"(?:脑海|识海|神识|意识|心海|灵台|脑子|脑中)"
_RADIO = r"(?:对讲机|步话机|报话机|无线电|耳麦|耳机|通讯器|通话器|通讯频道|通话频道|公共频道|频道|电台|车台)"
_SPEAKER = r"(?:广播|大?喇叭|高音喇叭|扩音器|扩音机|音箱|扬声器)"
_RECORDED = r"(?:录音|录像|录音笔|录像带|磁带|唱片|留言机|答录机|收音机|电视机?|视频|监控|全息影像)"
_WRITTEN = r"(?:(?:信|家书|遗书|[纸字便]条)[里上中]|短信|微信|私信|消息|邮件|弹幕|聊天框|对话框|群里|群聊)"
_CLUES: tuple[tuple[Channel, re.Pattern[str]], ...] = (
    (
        "telepathy",
        re.compile(
            rf"{_MIND}(?:深处|之中|里面|里头|里|中|内)?，?[^，。！？；]{{0,8}}(?:响起|传来|传出|回荡|出声|开口|冒出|[^，。]{{0,6}}声音)|"
            rf"(?:响|炸|回荡|钻|传|落)(?:在|进|入|到了?)[^，。！？]{{0,6}}{_MIND}|传音|密音|密语|心声传|意念[^，。]{{0,4}}[传说道]|"
            rf"声音[^，。！？；]{{0,8}}{_MIND}|心底[^，。]{{0,6}}(?:响起|传来)[^，。]{{0,8}}声音|心灵感应"
        ),
    ),
    (
        "radio",
        re.compile(
            rf"{_AT}{_RADIO}(?:{_FROM}[^，。！？；]{{0,12}}{_HEARD}|[^，。！？；]{{0,4}}(?:传来|响起|响了))"
        ),
    ),
    (
        "loudspeaker",
        re.compile(
            rf"{_SPEAKER}(?:{_FROM}[^，。！？；]{{0,12}}{_HEARD}|[^，。！？；]{{0,4}}(?:传来|响起|响了|响着))|"
            rf"[拿举提抓抄]着?[^，。]{{0,4}}(?:{_SPEAKER}|话筒)[^。]{{0,12}}[喊叫说道宣][^。]{{0,4}}[：:，,。]?$"
        ),
    ),
    (
        "phone",
        re.compile(
            rf"{_AT}(?:电话|手机|听筒|话筒|免提|座机){_FROM}|"
            r"(?:电话|听筒|手机)[^，。！？；]{0,4}(?:传来|传出|响起)[^，。！？；]{0,12}(?:声|嗓)"
        ),
    ),
    ("recording", re.compile(rf"{_RECORDED}{_FROM}[^，。！？；]{{0,12}}{_HEARD}")),
    (
        "message",
        re.compile(
            rf"{_WRITTEN}[^，。！？；]{{0,10}}(?:[：:]$|[说写发回跳弹道问])|发信人[^，。]{{0,8}}[：:]$|"
            r"(?:发来|发过来|发过去|打字|打[了出][^，。]{0,3}字)[^，。！？；]{0,12}[：:]$"
        ),
    ),
)
# The one who speaks is on this side.
_INTO = re.compile(
    r"(?:对着|冲着|朝着?|向|凑近|夹着|贴着)[^，。]{0,6}(?:电话|手机|听筒|话筒|对讲机|步话机|耳麦|麦克风|屏幕|镜头|那头|那边)|"
    r"(?:拿起|抓起|举起|接起|按下|按住|摁下|捂住|攥着|握着)[^，。]{0,4}(?:电话|手机|听筒|话筒|对讲机|步话机|通话键|耳麦)"
)
# 那头, 对面 mean the other end only while there is a call.
_OTHER_END = re.compile(
    r"(?:^|[，,。])(?:那头|那边|那端|对面|对方)[^，。]{0,10}(?:传|说|问|道|笑|叹|沉默|顿|静|喊|的人|的声音)"
)
_CALL = re.compile(r"电话|手机|听筒|拨[了通出]|来电|接通|通话")
_HUNG_UP = re.compile(
    r"挂(?:了|断|掉|上|机)|断了线|收了?线|忙音|通话(?:结束|断)|电话断|关(?:了|掉|上)(?:电话|手机|对讲机|广播|录音)|没信号|信号(?:断|没)"
)
_COMES_IN = re.compile(r"推[开门]|走[进到过出]|进[了来屋门]|站在|坐[在到下]|出现在|跑[来进过]|迎")

_AWAY = 14  # paragraphs after which a voice unheard is no longer taken for one from elsewhere
_CALL_LASTS = 30
_LASTING = ("phone", "radio", "telepathy")
_SURE = 0.75  # of who speaks, or somebody in the room would be taken for one on the line


@dataclass
class _Line:
    """A voice from elsewhere. `until`: the last paragraph in which it is taken for one if not heard again."""

    channel: Channel
    until: int


def channels(pieces: Sequence[Piece], labels: Sequence[Label]) -> list[Channel | None]:
    """The channel of each piece; `labels` say who speaks it."""
    out: list[Channel | None] = [None] * len(pieces)
    lines: dict[str, _Line] = {}
    call = -_CALL_LASTS - 1  # the paragraph that last spoke of a call
    number = 0
    for i, piece in enumerate(pieces):
        number += i > 0 and _place(piece) != _place(pieces[i - 1])
        if (i and piece.span.chapter != pieces[i - 1].span.chapter) or piece.reason == SCENE_BREAK:
            lines, call = {}, number - _CALL_LASTS - 1
        if piece.kind == "narration" and labels[i].kind == "dialogue":
            out[i] = "message"  # a letter
            continue
        if piece.kind == "narration":
            text = simplified(piece.text)
            call = number if _CALL.search(text) else call
            if _HUNG_UP.search(text):
                lines = {who: line for who, line in lines.items() if line.channel not in ("phone", "radio")}
                call = number - _CALL_LASTS - 1
            lines = {who: line for who, line in lines.items() if not _is_here(who, line, text)}
        if piece.kind != "dialogue":
            continue
        who = labels[i].speaker
        found = _beside(pieces, i, number - call <= _CALL_LASTS)
        if found == "here":
            lines.pop(who or "", None)
        elif found is not None:
            out[i] = found
            if who is not None and found in _LASTING and labels[i].confidence >= _SURE:
                lines[who] = _Line(found, number + _AWAY)
        elif who in lines and number <= lines[who].until:
            out[i] = lines[who].channel
            lines[who].until = number + _AWAY
    return _whole_turns(pieces, labels, out)


def _is_here(who: str, line: _Line, text: str) -> bool:
    """Whether the narration shows somebody in the room who was heard from elsewhere."""
    _, name, behind = text.partition(who)
    return bool(name) and line.channel != "telepathy" and _COMES_IN.search(behind[:8]) is not None


def _place(piece: Piece) -> tuple[int, int]:
    return piece.span.chapter, piece.span.paragraph


def _whole_turns(
    pieces: Sequence[Piece], labels: Sequence[Label], found: list[Channel | None]
) -> list[Channel | None]:
    """One speaker's quotations in one paragraph come through one channel, if any of them does."""
    through: dict[tuple[int, int, str | None], Channel] = {}
    for piece, label, channel in zip(pieces, labels, found, strict=True):
        if channel is not None:
            through.setdefault((*_place(piece), label.speaker), channel)
    return [
        through.get((*_place(p), x.speaker)) if x.kind == "dialogue" else None
        for p, x in zip(pieces, labels, strict=True)
    ]


def _beside(pieces: Sequence[Piece], i: int, in_call: bool) -> Channel | Literal["here"] | None:
    """The channel that the words beside a quotation name; "here" where its speaker speaks into a device."""
    for words in (_lead(pieces, i), _tag(pieces, i)):
        if not words:
            continue
        if _INTO.search(words) and not re.search(r"(?:喇叭|扩音器)", words):
            return "here"
        for channel, clue in _CLUES:
            if clue.search(words):
                return channel
        if in_call and _OTHER_END.search(words):
            return "phone"
    return None


def _lead(pieces: Sequence[Piece], i: int) -> str:
    """The last sentence before a quotation: in its paragraph, or, where it ends in a colon or tells of a voice, above."""
    if not i or pieces[i - 1].kind != "narration":
        return ""
    before, own = pieces[i - 1], pieces[i]
    words = [m.group() for m in _SENTENCE.finditer(simplified(before.text)) if m.group().strip()]
    if not words:
        return ""
    last = words[-1].strip()
    if _place(before) == _place(own):
        # Behind another quotation, a whole sentence is that one's tag.
        return last if last[-1:] in "：:，," or before.span.start == 0 else ""
    return last if last[-1:] in "：:" or re.search(r"(?:声音?|嗓音|[一]句|[几两]个字)[。…—]*$", last) else ""


def _tag(pieces: Sequence[Piece], i: int) -> str:
    """The first sentence behind a quotation, in its paragraph."""
    behind = pieces[i + 1] if i + 1 < len(pieces) else None
    if behind is None or behind.kind != "narration" or _place(behind) != _place(pieces[i]):
        return ""
    first = _SENTENCE.match(simplified(behind.text))
    words = first.group().strip() if first else ""
    return "" if words[-1:] in ("：", ":") else words
