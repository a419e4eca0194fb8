"""Speech without quotation marks. Cases are written with their answer, as in test_marks."""

from __future__ import annotations

import re

import pytest
from scripted import book_of

from novelcast.script.split import split_book

PEOPLE = "老周推开门。小禾跟在后头。老周点了灯。小禾没有坐。"

SPEECH = [
    "老周说：[D]天黑了，咱们走吧。[/D]",
    "小禾小声地问道：[D]你怎么不早说？[/D]",
    "老周回头喊了一声：[D]都跟上！[/D]",
    "老周说：[D]天黑了，咱们走吧。[/D]他站了起来。",
    "老周叹了口气，说：[D]这盏灯还是你娘留下的。别碰它。[/D]",
    "她说：[D]我不去。[/D]",
    "掌柜的吩咐道：[D]给客人上茶。[/D]",
    "老周說：[D]天黑了，咱們走吧。[/D]",
    "[D]——你来了？[/D]\n[D]——来了。[/D]",
    "[D]——你来了？[/D]\n[D]——来了。[/D]小禾说。\n[D]——坐吧。[/D]",
    "[D]—你来了？[/D]老周问。",
    "[D]——走吧，[/D]——老周说，[D]——天要黑了。[/D]",
    "[D]--你来了？[/D]\n[D]--来了。[/D]",
    "老周：[D]你来了？[/D]\n小禾：[D]来了。[/D]",
    "甲：[D]你来了？[/D]\n乙：[D]来了。[/D]\n甲：[D]坐。[/D]",
    "甲（笑）：[D]你来了？[/D]\n乙（不理他）：[D]来了。[/D]\n甲：[D]坐。[/D]",
    "【老周】：[D]你来了？[/D]\n【小禾】：[D]来了。[/D]",
    "[老周]：[D]你来了？[/D]\n[小禾]：[D]来了。[/D]",
    "夜猫子：[D]有人吗？[/D]\n红豆包：[D]在呢！[/D]\n夜猫子：[D]急死我了。[/D]",
    "21:03 夜猫子：[D]有人吗？[/D]\n21:04 红豆包：[D]在呢！[/D]\n21:04 夜猫子：[D]急死我了。[/D]",
    "老周的微信跳了出来：“小禾：[D]在吗？”[/D]",
    "群里有人说话了。\n“老周：[D]都到了没有？”[/D]",
    "甲:[D]你来了?[/D]\n乙:[D]来了。[/D]\n甲:[D]坐。[/D]",
]

NARRATION = [
    "结论如下：谁也没有钥匙。",
    "俗话说：远亲不如近邻。",
    "古人云：三人行，必有我师。",
    "他在纸上写道：天黑以后不要出门。",
    "桌上只有三样东西：一盏灯，一本账，一把锁。",
    "这件事说来话长：先是丢了一头牛。",
    "姓名：周大年\n年龄：五十一\n籍贯：河口",
    "时间：夜里。\n地点：渡口。\n人物：两个赶路的人。",
    "第一条：不许点灯。\n第二条：不许出声。",
    "——那是一只手。",
    "他走了很久——久到灯都灭了。",
    "门牌号：十七。",
    "老周说了很多，归结起来只有一句话。",
    "据说：那座桥底下没有水。",
    "注意：灯油不多了。",
]


def _answer(case: str) -> tuple[list[str], list[tuple[int, str]]]:
    texts, marked = [], []
    for i, line in enumerate(case.split("\n"), 1):
        marked += [(i, m) for m in re.findall(r"\[D\](.*?)\[/D\]", line)]
        texts.append(re.sub(r"\[/?D\]", "", line))
    return texts, marked


@pytest.mark.parametrize("case", SPEECH, ids=range(len(SPEECH)))
def test_speech_needs_no_marks_where_it_is_plain(case: str) -> None:
    texts, marked = _answer(case)
    pieces = split_book(book_of(PEOPLE, *texts))
    assert [(p.span.paragraph, p.text) for p in pieces if p.kind == "dialogue"] == marked


@pytest.mark.parametrize("case", NARRATION, ids=range(len(NARRATION)))
def test_a_colon_or_a_dash_alone_makes_no_speech(case: str) -> None:
    pieces = split_book(book_of(PEOPLE, *case.split("\n")))
    assert [p.text for p in pieces if p.kind == "dialogue"] == []
