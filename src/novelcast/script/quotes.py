"""What a quotation is: speech, a thought, or words that nobody says (a title, a sign, a word under discussion)."""

from __future__ import annotations

import re

from novelcast.script.lexicon import MESSAGE, SAY, THINK, WRITE
from novelcast.script.marks import Quote, bare
from novelcast.script.pieces import PieceKind
from novelcast.script.thoughts import unsaid

_WORD = re.compile(r"\w")
_ENDS_SPOKEN = re.compile(r"[。！？!?…，,—～~；;：:、\-][”’」』\"]*$|[.][”’\"]*$")
_AT_BOUNDARY = re.compile(r"(?:^|[。！？!?…：:，,—～~；;”’」』\"】\]）)])\s*$")
_IN_SENTENCE = re.compile(r"^(?:[的之了地得字二两三四五六七八九十几个这那一是为]|[\u4e00-\u9fff]字)")
_ONE_SENTENCE = re.compile(r"(?<![这那每哪])[了过]?[一几两]?[声句]$")
# A verb of saying right before the mark, and a clause that ends behind it: 他说“你好”。
_SAYS = re.compile(r"(?:[说问答喊道骂吼叹嚷](?:了)?|应声|开口)$")
_NOT_SAYS = re.compile(r"(?:[听传据所小学没不胡]说|所[说问]|[疑学发设]问|知道|味道|一道|[好难怎可][说道])$")
_CLAUSE_ENDS = re.compile(r"^(?:[。！？!?…；;，,]|$|[，,]?(?:然后|就[走转跑]|便[走转跑]))")
# Another's voice, not a thought: 一个苍老的声音在他脑海中响起.
VOICE_IN_MIND = re.compile(
    r"(?:脑海|识海|神识|意识|心海|灵台|脑子)[^，。！？；]{0,10}，?[^，。！？；]{0,6}(?:响起|传来|传出|回荡|声音|嗓音|[男女童]声)|"
    r"(?:声音|嗓音|[男女童]声|系统)[^，。！？；]{0,8}(?:脑海|识海|神识|意识|脑子)|传音"
)
_WRITTEN = re.compile(r"[写刻印画题绣标][了着下出上]|手语|比划|口型")
_NEAR = 40  # characters on either side of a bracket that tell what it is
_BRACKETED_TAG = re.compile(r"系统|提示|面板|界面|广播|公告|屏幕|弹幕|机械音|电子音|播报")


def quote_kind(before: str, quote: Quote, text: str, after: str) -> PieceKind:
    """dialogue, thought or narration (not speech). `before` and `after` reach to the neighbouring quotations."""
    inside = bare(text[quote.start : quote.end])
    before, after = before.rstrip(), after.lstrip()
    lead = re.split(r"[。！？!?…；;]", before)[-1]
    tail = re.split(r"[。！？!?…；;]", after)[0]
    at_boundary = _AT_BOUNDARY.search(before) is not None
    ends_spoken = _ENDS_SPOKEN.search(inside) is not None or not _WORD.search(inside)
    if not inside.strip():
        return "narration"
    if WRITE.search(lead) and not MESSAGE.search(before):
        return "narration"
    if VOICE_IN_MIND.search(lead) or VOICE_IN_MIND.search(tag_of(after)):
        return "dialogue"
    if THINK.search(lead[-16:]) and re.search(r"[：:，,]$", lead):
        return "thought"
    if not before or at_boundary:
        spoken = ends_spoken or not quote.closed or _bare_speech(before, after, tail, lead)
    elif re.search(r"(?:念头|想法|想的)(?:就?是)?$", lead) and ends_spoken:
        return "thought"
    else:
        said = SAY.search(lead[-5:]) is not None or _ONE_SENTENCE.search(lead) is not None
        own_clause = _SAYS.search(lead) and not _NOT_SAYS.search(lead) and _CLAUSE_ENDS.match(after)
        spoken = bool(own_clause) or (
            ends_spoken
            and (said or not _IN_SENTENCE.match(after))
            and (said or _WORD.search(inside) is not None)
        )
    if not spoken:
        return "narration"
    if THINK.search(tag_of(after)) or unsaid(after):
        return "thought"
    return "dialogue"


def _bare_speech(before: str, after: str, tail: str, lead: str) -> bool:
    """A quotation without a closing stop, at a place where speech can stand: is it speech?"""
    if not before and not after:
        return True
    if re.search(r"[：:]$", before):
        clause = re.split("[，,]", lead)[-1]
        said = SAY.search(clause) or (SAY.search(lead) and not _WRITTEN.search(lead))
        return bool(said) or not after
    if _IN_SENTENCE.match(after):
        return False
    return not before and SAY.search(tail[:12]) is not None


def tag_of(after: str) -> str:
    """The clause behind a quotation, as far as it can be its tag: to the first stop, or comma and quotation."""
    return re.split(r"[。！？!?…；;：:“「『【]", after)[0][:24]


def bracket_kind(text: str, start: int, end: int) -> PieceKind:
    """A line of a system or a log in brackets, speech where somebody says it, narration for a name or a number."""
    inside = text[start + 1 : end - 1].strip()
    if not inside or inside.isdigit():
        return "narration"
    tag = tag_of(text[end : end + _NEAR].lstrip())
    alone = _AT_BOUNDARY.search(text[start - _NEAR : start] if start > _NEAR else text[:start]) is not None
    said = text[start] == "【" and SAY.search(tag[:12]) and not _BRACKETED_TAG.search(tag)
    if said and alone and _ENDS_SPOKEN.search(inside):
        return "dialogue"
    return "system" if alone or len(inside) >= 8 or re.search(r"[。！？!?…：:，,]", inside) else "narration"
