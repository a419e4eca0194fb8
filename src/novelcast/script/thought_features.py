"""How a sentence of narration is like a thought that nobody marks, as named numbers for the weights.

Free thoughts are known by what they say (我 where the narrator is not 我, questions, words of judging, the echo of
a word just heard), by what they do not (nobody is told of as doing something), by what stands around them (somebody
stares, or falls silent) and by how much they sound like speech: a linear model over characters and pairs of
characters, `speechlike`, which learnt how dialogue differs from narration. All is made by
`tests/benchmarks/train_thoughts.py`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from novelcast.script.lexicon import SENTENCE_END, THINK
from novelcast.script.narration import Narration

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

BITS = 15  # rows of the table of `speechlike`; features share rows by hash
_SURE_ENOUGH = 3.0  # log-odds beyond which speech is speech

SENTENCE = re.compile(
    rf"[{SENTENCE_END}]*[^{SENTENCE_END}]+[{SENTENCE_END}]*[”」’』]*|[{SENTENCE_END}]+[”」’』]*"
)

I = re.compile(r"(?<!自)我(?!行我素)|咱|老娘|老子(?!们)|本宫|本座|老夫|臣妾|奴婢")  # noqa: E741
YOU = re.compile(r"你|您")
CRIES = re.compile(
    r"^(?:又?来了[。！]|完了|糟了|糟糕|坏了|算了|得，|不对|不会吧|不可能|怎么会|怎么可能|好家伙|好险|该死|可恶|见鬼|镇定|冷静|别[怕慌急出]|千万别|哎呀|天哪|我的天)"
)
OPENS = re.compile(
    r"^(?:怎么办|怪不得|难怪|原来|难道|莫非|莫不是|果然|居然|竟然|奇怪|罢了|也罢|幸好|还好|等等|等一下|别[^的]|千万|要是|如果|那么|那岂不|岂不|"
    r"这[个家人老疯丫小东女男话][^，。]{0,3}|那[个家人老]|可不能?|不能|不可|必须|一定是|大概是|恐怕)"
)
# Words of judging and guessing, rarer in plain telling.
MODAL = re.compile(
    r"不过|不会|不可|不能|用不着|怎么|竟|居然|可真|真是|真[^正实]|多半|大概|恐怕|肯定|一定|总算|总归|要是|只要|倒是|明明|偏偏|最多|至少|就行|罢了|而已|又不|"
    r"还不|难不成|岂|何必|何苦|哪有|哪能|不就是|可不|果真|到底|究竟|谁肯|谁知道|看来|说不定|居心|八成|算什么|算是|有数|不成样|才怪|也好|不对劲|有鬼|有诈|他娘|狗屁"
)
FELT = re.compile(
    r"心[里中头]|念头|脑[子海中]|盯着|望着|看着|看了|愣|怔|一[沉惊凛紧跳顿]|发[凉冷紧]|眼[神皮睛]|目光|倒吸|咯噔|不安|预感|手心|瞳孔|后背|没(?:有)?(?:说话|吭声|作声|回答|再问|再说)|闭了闭眼|只觉|停住|眼皮|背过身|张了张嘴|捂住|捂着|手一抖|笑出声|使眼色|抬起头|攥|僵|咬|没敢|不敢|青筋"
)
# Somebody is told of as doing something: narration, whatever the sentence opens with.
ACTS = re.compile(
    r"[他她][^。！？!?…]{0,20}?[伸抬转走站坐蹲跪躺爬跑退拿抓握拉推端举拎抱靠点摇皱咬抿眯闭睁咽喘擦抹掏摸缩拍捂盯瞪望看捡放按敲踢扑弹](?:[着了起过向回进住]|出(?!来|什么))"
)
SOUND = re.compile(
    r"(?:[砰咚滴嘀叮当啪轰隆哗啦咔嚓嗒哐嗡滋呜铃咯吱噗嗖铛咣嘭吧唧扑通叽喳喔汪喵嘎哒嘟噔][，、！!。…—～\s]*)+"
)
_SAME_AGAIN = re.compile(r"\W*(\w)(?:[\W_]*\1)*\W*")
# Set phrases in which 你 and 我 are nobody.
_NOBODY = re.compile(
    r"你[看望瞧瞪推挤]我|我[看望瞧瞪推挤]你|你一[言句]|我一[语句]|你来我往|你追我赶|你死我活|你情我愿|我行我素"
)
_SOFT_END = re.compile(r"[啊吧呢吗嘛呀啦了哪][。！？!?…]*$")
_NOW = re.compile(
    r"今[天晚儿早夜日年]|明[天儿年早日]|昨[天儿夜晚日]|现在|这会儿|[这那上下]回|刚才|[这上下]辈子|这下"
)
_STANDS_THERE = re.compile(r"[上里下边旁前后中外面头][^，。]{0,3}[^，。]?[着了](?:[一几两个]|[^，。]{1,12}$)")
_LASTING = re.compile(r"着(?![急凉火了])")
_HAN = re.compile(r"\w")
_NOT_WORD = re.compile(r"\W+")
_MARKS = re.compile(r"[“”「」『』《》]")
_PLAIN_ASCII = re.compile(r"[0-9A-Za-z]+")


@dataclass
class Unit:
    """A sentence of narration, or a part of one that may be a thought by itself: characters [start, end) of a
    paragraph. `region`: which run of narration it stands in. `marked`: a marker of thinking points at it.
    `lead`: the comma or colon by which it leads into the next one."""

    paragraph: int
    region: int
    start: int
    end: int
    text: str
    narration: Narration
    marked: bool = False
    lead: str = ""
    is_first: bool = False
    is_last: bool = False
    whole: bool = False  # no quotation in the paragraph
    behind_speech: bool = False
    before_speech: bool = False
    quote: str = ""  # the last quotation before it
    above: str = ""  # the paragraph before, for the first unit of one
    above_kinds: tuple[str, ...] = ()
    features: dict[str, float] = field(default_factory=dict)


def told(sentence: str, narration: Narration) -> bool:
    """Whether a sentence is narration: it tells of somebody, and nothing in it is a character's own word."""
    if len(sentence) <= 4:
        return False
    own = YOU.search(sentence) or (I.search(sentence) and not narration.first_person)
    return narration.tells_of(sentence) and not own


def describe(units: Sequence[Unit]) -> None:
    """Fills in the features of a chapter's units, but for `speech`."""
    for k, unit in enumerate(units):
        before = units[k - 1] if k and units[k - 1].paragraph == unit.paragraph else None
        behind = units[k + 1] if k + 1 < len(units) and units[k + 1].paragraph == unit.paragraph else None
        found = _own(unit) | _around(unit, before, behind)
        unit.features = {name: float(value) for name, value in found.items() if value}


def _own(unit: Unit) -> dict[str, float]:
    text, narration = unit.text, unit.narration
    mine = narration.first_person
    own = _NOBODY.sub("", text)
    me, you = I.search(own) is not None, YOU.search(own) is not None
    size = len(_HAN.findall(text))
    core = _NOT_WORD.sub("", text)
    heard = _NOT_WORD.sub("", unit.quote[-200:])
    names = narration.tells_of(text)
    tells = told(text, narration) or (names and len(text) <= 4)
    return {
        "bias": 1.0,
        "first person": mine,
        "marked": unit.marked,
        "marked.我": unit.marked and me,
        "marks thinking": THINK.search(text) is not None,
        "我": me and not mine,
        "我.first person": me and mine,
        "你": you,
        "cries": CRIES.match(text) is not None,
        "opens": OPENS.match(text) is not None,
        "modal": min(3, len(set(MODAL.findall(text)))),
        "?": text[-1] in "？?",
        "?.first person": text[-1] in "？?" and mine,
        "!": text[-1] in "！!",
        "…": "…" in text,
        "soft end": _SOFT_END.search(text) is not None,
        "at most 4": size <= 4,
        "at most 14": size <= 14,
        "over 30": size > 30,
        "tells of": names,
        "told": tells,
        "told by name": tells and narration.names(text),
        "tag": tells and not unit.marked and THINK.search(text) is not None,
        "acts": ACTS.search(text) is not None,
        "他": re.search("[他她]", text) is not None and not names,
        "着": _LASTING.search(text) is not None,
        "stands there": _STANDS_THERE.search(text) is not None,
        "这": re.match(r"[这那](?!时|里|边|样|才|一[声下天回])", text) is not None,
        "now": _NOW.search(text) is not None,
        "sound": (SOUND.fullmatch(text) or _SAME_AGAIN.fullmatch(text)) is not None,
        "marks": _MARKS.search(text) is not None,
        "echo": 2 <= len(core) <= 12 and core in heard,
        "half echo": 2 < len(core) <= 12
        and core not in heard
        and any(core[i : i + 3] in heard for i in range(len(core) - 2)),
    }


def _around(unit: Unit, before: Unit | None, behind: Unit | None) -> dict[str, float]:
    narration = unit.narration
    above = unit.above_kinds
    last = re.split(r"(?<=[。！？…])", unit.above.rstrip())[-2:] if above else []
    marks_behind = (
        behind is not None and (THINK.search(behind.text) is not None) and behind.lead not in tuple(":：")
    )
    return {
        "after a marker:": before is not None and before.lead in (":", "："),
        "after a marker,": before is not None and before.lead in (",", "，"),
        "before a marker": marks_behind,
        "before a marker,": marks_behind and behind is not None and behind.lead != "",
        "after feeling": before is not None
        and FELT.search(before.text[-24:]) is not None
        and narration.tells_of(before.text),
        "before feeling": behind is not None
        and FELT.search(behind.text) is not None
        and narration.tells_of(behind.text),
        "after telling": before is not None and narration.tells_of(before.text),
        "again": (before is not None and before.text == unit.text) or (behind is not None and behind.text == unit.text),
        "before telling": behind is not None and narration.tells_of(behind.text),
        "alone": unit.is_first and unit.is_last,
        "first": unit.is_first and not unit.is_last,
        "last": unit.is_last and not unit.is_first,
        "no speech": unit.whole,
        "behind speech": unit.behind_speech,
        "before speech": unit.before_speech,
        "under speech": unit.is_first and above[-1:] == ("dialogue",),
        "under a system line": unit.is_first and "system" in above,
        "under feeling": unit.is_first and above[-1:] == ("narration",) and FELT.search("".join(last)[-40:]) is not None,
        "under telling": unit.is_first and narration.tells_of(unit.above),
    }  # fmt: skip


# ---------------------------------------------------------------- how like speech


def speechlike(texts: Sequence[str]) -> list[float]:
    """Log-odds, within ±3, that a sentence is spoken rather than narrated."""
    import numpy as np

    table, bias = _table()
    owner, rows = rows_of(texts)
    size = np.bincount(owner, minlength=len(texts))
    total = np.bincount(owner, weights=table[rows], minlength=len(texts))
    score = bias + total / np.sqrt(np.maximum(size, 1))
    limited: list[float] = np.clip(score, -_SURE_ENOUGH, _SURE_ENOUGH).tolist()
    return limited


def rows_of(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(which text, which row of the table) for each character and each pair of characters; ends count as one."""
    import numpy as np

    plain = [_PLAIN_ASCII.sub("A", t.strip("“”「」『』‘’")) for t in texts]
    codes = np.frombuffer("".join(f"\n{t}\n" for t in plain).encode("utf-32-le"), np.uint32).astype(np.uint64)
    owner = np.repeat(np.arange(len(plain)), [len(t) + 2 for t in plain])
    single = codes != 10
    inner = owner[:-1] == owner[1:]
    with np.errstate(over="ignore"):
        ones = _mixed(codes[single])
        twos = _mixed(codes[:-1][inner] * np.uint64(0x1F123BB5) + codes[1:][inner] + np.uint64(1 << 40))
    return np.concatenate([owner[single], owner[:-1][inner]]), np.concatenate([ones, twos])


def _mixed(keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    import numpy as np

    mixed = (keys ^ (keys >> np.uint64(17))) * np.uint64(0x9FB21C651E98DF25)
    return ((mixed >> np.uint64(40)) & np.uint64((1 << BITS) - 1)).astype(np.int64)


@cache
def _table() -> tuple[Floats, float]:
    import numpy as np

    name = resources.files("novelcast.script").joinpath("speechlike.npz")
    with resources.as_file(name) as path, np.load(path) as file:
        return file["weights"].astype(np.float64) * float(file["scale"]), float(file["bias"])


@cache
def load_weights() -> Mapping[str, float]:
    """Feature -> weight; `threshold`, a probability, and `goes on`, for two thoughts in a row, are among them."""
    text = resources.files("novelcast.script").joinpath("thought_weights.json").read_text("utf-8")
    found: dict[str, float] = json.loads(text)
    return found
