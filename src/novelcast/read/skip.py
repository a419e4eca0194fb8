"""What stands in the file but isn't the book: a site's lines, appeals for votes, the author's notes, blurbs.

Such text stays where it is; its span is listed with a reason, and nobody speaks it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

REASON_SITE = "a site's name or address"
REASON_APPEAL = "an appeal to readers, or a page's own text"
REASON_NOTE = "the author's note"
REASON_BLURB = "a blurb"
REASON_FRONT = "title page"
REASON_CONTENTS = "table of contents"
REASON_MARKUP = "nothing but leftovers of a page"

_ADDRESS = re.compile(
    r"https?://[^\s\u3000-\u9fff\uff00-\uffef]+"
    r"|(?:[wWｗＷ]{3}|[mM])\s?[.．。]\s?[A-Za-z0-9-]+(?:\s?[.．。]\s?[A-Za-z]{2,6}){1,3}"
    r"|(?<![A-Za-z0-9@.])[A-Za-z0-9-]{2,30}[.．](?:com|net|org|cc|la|info|xyz|top|tw|cn|me|io|vip|club|site)(?![A-Za-z0-9])(?:/\S*)?",
    re.IGNORECASE,
)
_SITE_WORDS = re.compile(
    r"本站|[网網]址|域名|地址|[记記]住|收藏|[阅閱][读讀]|最新|更新|首[发發]|手[机機](?:版|[端阅閱用])|txt|下[载載]|[请請]到|"
    r"[来來]自|小[说說][网網]|[书書][网網库庫吧]|文[学學][网網]|[访訪][问問]|[笔筆]趣|全文|免[费費]|永久|[浏瀏][览覽]",
    re.IGNORECASE,
)
_SITE_LINE = re.compile(
    r"(?:天才)?(?:一秒|1秒|秒速)[记記]住|最新章[节節](?:[请請]|尽在|盡在|前往|阅|閱)|手[机機]用[户戶][请請]|[请請](?:收藏|[记記]住)本站|本[书書]首[发發]|"
    r"(?:本[书書]|本文|本章|小[说說])(?:由|来自|來自|首[发發]于).{0,20}(?:[网網]|[书書]|整理|提供|上[传傳]|[发發]布)|"
    r"(?:更多|最快|[无無][错錯]|[无無][弹彈]窗).{0,12}(?:小[说說]|[阅閱][读讀]|更新|章[节節])|[笔筆]趣[阁閣]"
)
_APPEAL = re.compile(
    r"求(?:[个個点點些]|一[波下些])?(?:(?:推[荐薦]|月|[评評])?票|收藏|[订訂][阅閱]|打[赏賞]|追[读讀更]|推[荐薦]|[点點][赞贊]|[好五][评評星]|[评評][论論]|支持|催更)|"
    r"(?:投|[砸丢])(?:[个個]|一?[张張])?(?:推[荐薦]|月)票|加入[书書][签簽架]|本章未完|[点點][击擊擊]?下一[页頁]|[点點][击擊][继繼][续續]|未完待[续續]|"
    r"[（(【]?(?:本章完|全[书書]完|全文完|完本?|待[续續])[）)】]|^(?:上一[章页頁]|下一[章页頁]|(?:返回)?目[录錄]|章[节節]目[录錄]|[书書]架|加入[书書][签簽]|投推[荐薦]票|[报報][错錯]|[设設]置|[\s|←→·]){2,}。?$|"
    r"喜[欢歡].{1,20}[请請]大家收藏|更新速度.{0,4}最快|[热熱][门門]推[荐薦]\s*[:：]?。?$|"
    r"加更|感[谢謝].{1,30}(?:打[赏賞]|[订訂][阅閱]|月票|推[荐薦]票|盟主)|(?:[书書]友|[读讀]者)(?:群|[们們]).{0,20}(?:[0-9]{5,}|支持|投票|收藏)"
)
_NOTE = re.compile(
    r"[（(【]?\s*(?:[PpＰｐ]\.?\s?[SsＳｓ]\.?\s?[0-9一二三]?\s*[:：.、，,]|作者有[话話][说說]|作者的[话話]|作者[题題]外[话話]|[题題]外[话話]|作者[注按]\s*[:：]|作[话話]\s*[:：])"
)
_BLURB_LABEL = re.compile(
    r"[【\[《]?(?:小[说說]|[内內]容|作品|本[书書]|[书書]籍|[图圖][书書]|故事)?(?:[简簡]介|[内內]容介[绍紹]|介[绍紹]|[内內]容[标標][签簽]|[内內]容提要|文案|[编編][辑輯]推[荐薦])[】\]》]?\s*(?:[:：]|$)"
)
_BLURB = re.compile(
    r"[书書]荒的?(?:小?[伙夥]伴|朋友|[宝寶寶][宝寶寶]?|[书書]友|[亲親])|[这這][里裡裏]有一本|本[书書]的精彩[内內]容|精彩[内內]容\s*[:：]|小[编編](?:[给給为為]|强力|[强強]烈|推[荐薦])|"
    r"[强強][烈力]推[荐薦].{0,20}(?:小[说說]|[书書]|作品|《)|(?:主角|主人公)(?:是|[为為]|叫)?.{0,20}的?(?:小[说說]|[书書]名)|(?:是|由)?(?:网[络絡]|[作知]名)?作(?:者|家).{1,20}(?:的?(?:最新|力作|代表作|倾心|所著|[编編]?写的|[创創]作))|"
    r"[等待]着你[们們]?呢"
)
_QUOTED = re.compile('^[“「『"].*[”」』"]$', re.DOTALL)
_SHORT = 120
_TAIL = 6  # paragraphs from a chapter's end in which an author's note or a blurb may begin
_BLURB_TAIL = 12


def find_skipped(texts: Sequence[str], headings: Sequence[bool]) -> dict[int, tuple[int, int, str]]:
    """For the paragraphs of one chapter: which are not the book, from where to where, and why."""
    out: dict[int, tuple[int, int, str]] = {}
    last = len(texts) - 1
    while last > 0 and not headings[last] and (found := _reason(texts[last], near_edge=True)):
        out[last] = found  # a site's lines at the end stand behind the author's notes
        last -= 1
    i = 0
    while i <= last:
        text = texts[i]
        if headings[i]:
            i += 1
            continue
        to_end = _reason_to_the_end(text, last - i, head=i <= 1 + sum(headings[:2]), alone=last < 2)
        if to_end:
            for j in range(i, last + 1):
                out[j] = (0, len(texts[j]), to_end)
            break
        found = _reason(text, near_edge=i < 3 or last - i < _TAIL)
        if found:
            out[i] = found
        i += 1
    if len(out) == len(texts) - sum(headings) and all(r != REASON_SITE for *_, r in out.values()):
        # A chapter of nothing but "notes" is one in which notes are the story.
        return {i: found for i, found in out.items() if found[2] in (REASON_SITE, REASON_APPEAL)}
    return out


def _reason_to_the_end(text: str, left: int, *, head: bool, alone: bool) -> str:
    """Why nothing from this paragraph to the chapter's end is the book; empty where it goes on."""
    if head or alone:
        return ""
    if left < _BLURB_TAIL and (
        _BLURB_LABEL.match(text) or (left < 3 and _BLURB.search(text) and not _QUOTED.match(text))
    ):
        return REASON_BLURB
    if left < _TAIL and re.match(r"[（(【]?\s*作者", text) and _NOTE.match(text):
        return REASON_NOTE
    return ""


def _reason(text: str, *, near_edge: bool) -> tuple[int, int, str] | None:
    if _QUOTED.match(text):
        return None
    whole = (0, len(text))
    if near_edge and _NOTE.match(text):
        return (*whole, REASON_NOTE)
    address = _ADDRESS.search(text)
    if len(text) <= _SHORT:
        if address and (_SITE_WORDS.search(_outside(text)) or len(address[0]) * 2 >= len(text)):
            return (*whole, REASON_SITE)
        if _SITE_LINE.search(_outside(text)):
            return (*whole, REASON_SITE)
        if len(text) <= 80 and _APPEAL.search(_outside(text)) and (near_edge or len(text) <= 30):
            return (*whole, REASON_APPEAL)
    return _inside(text) if address else None


def _outside(text: str) -> str:
    """The text without what somebody says in it."""
    return re.sub("[“「『][^”」』]*[”」』]", "", text)


def _inside(text: str) -> tuple[int, int, str] | None:
    """A bracketed or trailing advertisement inside a paragraph of the story."""
    for match in re.finditer(r"[（(【\[][^（()）【】\[\]]{4,80}[）)】\]]", text):
        if _ADDRESS.search(match[0]) and _SITE_WORDS.search(match[0]):
            return (match.start(), match.end(), REASON_SITE)
    return None


def is_front(text: str) -> bool:
    """Whether a line is a title page's: a title in 《》, an author."""
    return len(text) <= 60 and _FRONT.match(text) is not None


def front_matter(texts: Sequence[str], title: str, *, whole: bool) -> Iterator[tuple[int, str]]:
    """Which paragraphs at the book's head are a title page or a blurb, and which of the two.

    `whole`: a heading follows, so that a blurb runs up to it.
    """
    blurb, titled, others = False, False, 0
    for i, text in enumerate(texts):
        if blurb or _BLURB_LABEL.match(text):
            blurb = whole
            yield i, REASON_BLURB
        elif text.strip("《》【】 ") == title or is_front(text):
            titled = True
            yield i, REASON_FRONT
        elif titled and len(text) <= 60 and _FRONT_FIELD.match(text):
            yield i, REASON_FRONT
        elif others or not whole:
            return
        else:
            others += 1


_FRONT = re.compile(
    r"(?:[书書]名|作\s*者|著者|author|by|[译譯]者)\s*[:：]|《[^》]{1,40}》(?:\s*(?:作者[:：]?\s*)?\S{1,12})?$|"
    r"by\s+[A-Z][\w.' -]{1,40}$|.{1,12}\s著$",
    re.IGNORECASE,
)
# Fields of a title page that a game's panel in a story has too: only behind a title or an author.
_FRONT_FIELD = re.compile(
    r"(?:分[类類]|[类類][型别別]|[状狀][态態]|字[数數]|[标標][签簽]|更新[时時][间間]|最新章[节節]|[来來]源|出版社?|ISBN)\s*[:：]"
)
AUTHOR = re.compile(r"(?:作\s*者|著者|author|by)\s*[:：]?\s*(.{1,40})$|(.{1,12})\s著$", re.IGNORECASE)
