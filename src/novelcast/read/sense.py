"""How much sense a text's characters make: what tells a text that was decoded right from one that wasn't."""

from __future__ import annotations

import unicodedata
from functools import cache

from novelcast.hanzi import HAN

NAMES = {"utf-8": "UTF-8", "gb18030": "GB18030", "cp950": "Big5", "cp1252": "Windows-1252"}
LOST = "\ufffd"
LOSS = -6.0
"""For a character that was lost, or a control character."""
GOOD = 0.45
"""And more for each wide character: a text decoded right."""
POOR = 0.1
"""And less: noise, or a text decoded wrong."""
RARE = -1.5
ODD = -2.5
"""For a letter that is neither Chinese nor Latin."""

# The most frequent characters of written Chinese, and those of them that traditional script writes otherwise.
_FREQUENT = frozenset(
    "的一是了不在人有我他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天"
    "而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知样现分将外但身些与高意"
    "进把法此实回二理美点月明其种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海"
    "口使教西再平真听世气信北少关并内加化由却代军产入先山五太水万市眼体别处总才场师书比住员九笑性通目华报立马命张活难神"
    "数件安表原车白应路期叫死常提感金何更反合放做系计或司利受光王果亲界及今京务制解各任至清物台象记边共风战干接它许八特觉"
    "望直服毛林题建南度统色字请交爱让认算论百吃义科怎元社术结六功指思非流每青管夫连远资队跟带花快条院变联言权往展该领传近"
    "留红治决周保达办运武半候七必城父强步完革深区即求品士转量空甚众技轻程告江语英基派满式李息写呢识极令黄德收脸钱党倒未持"
    "取设始版双历越史商千片容研像找友孩站广改议形委早房音火际则首单据导影失拿网香似斯专石若兵弟谁校读志飞观争究包组造落视"
    "夜雨雪船灯坐推窗静声响低抬站停转抓握盯瞪喊骂哭妈爸爷奶姐妹哥您咱吗吧啊呀哦嗯哪跑躺睡醒怕冷热黑暗亮脚腿肩膀嘴唇"
    "這個來國說們為時後過會學對裡裏麼還發當無開經頭動兩長樣現將與點話見從進實種聲東問機給等幾業間電門關並內軍產萬體別處總"
    "場師書員華報馬張難數應親務記邊風戰許覺題請愛讓認論義術結連遠資隊帶條變聯權領傳紅決達辦運強區眾輕語滿寫識極黃臉錢雙歷"
    "廣議單據導網專誰讀飛觀爭組視燈靜響轉媽爺嗎啞陸孫劉陳楊趙"
)
_MARKS = "，。！？；：、“”‘’「」『』《》〈〉（）【】〔〕—–…·～\u3000\xa0"
_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ"


class _Weights(dict[str, float]):
    """How much each character speaks for a text that was decoded right."""

    def __missing__(self, char: str) -> float:
        self[char] = weight = _weight(char)
        return weight


def _weight(char: str) -> float:
    if char in _FREQUENT:
        return 2.0
    if char in _MARKS or "\uff01" <= char <= "\uff5e":
        return 1.0
    if char in _common() or char in _TONED:
        return 0.25
    if char < "\x80":
        return LOSS if ord(char) < 32 and char not in "\t\n\r\f\v" else 0.0
    if char == LOST or unicodedata.category(char) in ("Cc", "Cn", "Co", "Cs"):
        return LOSS
    return RARE if HAN.match(char) or unicodedata.category(char) == "So" else ODD


@cache
def weights() -> _Weights:
    return _Weights()


@cache
def _common() -> frozenset[str]:
    """Level 1 of GB 2312 (3,755 characters) and of Big5 (5,401)."""
    gb = (bytes((hi, lo)) for hi in range(0xB0, 0xD8) for lo in range(0xA1, 0xFF))
    big5 = (bytes((hi, lo)) for hi in range(0xA4, 0xC7) for lo in (*range(0x40, 0x7F), *range(0xA1, 0xFF)))
    return frozenset(
        "".join(c.decode("gb2312", "ignore") for c in gb) + "".join(c.decode("big5", "ignore") for c in big5)
    )


def mean(text: str) -> float:
    """How much sense a text's characters make on average; Latin letters make some."""
    table = weights()
    return sum(0.5 if " " <= c <= "~" or "\xa0" <= c <= "\u024f" else table[c] for c in text) / max(
        1, len(text)
    )
