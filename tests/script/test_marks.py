"""Quotation marks of all kinds, whole and broken. Each case is written with its answer: [D] speech, [T] thought,
[S] a system line; what is unmarked is narration. Paragraphs are parted by a line end."""

from __future__ import annotations

import re

import pytest
from scripted import book_of

from novelcast.script.split import split_book

CASES = [
    # the marks in use
    "[D]“下雨了。”[/D]老周说。",
    "[D]「下雨了。」[/D]老周說。",
    "[D]『下雨了。』[/D]老周说。",
    "[D]‘下雨了。’[/D]老周说。",
    '[D]"下雨了。"[/D]老周说。',
    "[D]'下雨了。'[/D]老周说。",
    "[D]＂下雨了。＂[/D]老周说。",
    "[D]＇下雨了。＇[/D]老周说。",
    "[D]«下雨了。»[/D]老周说。",
    "[D]»下雨了。«[/D]老周说。",
    "[D]‹下雨了。›[/D]老周说。",
    "[D]〝下雨了。〞[/D]老周说。",
    "[D]〝下雨了。〟[/D]老周说。",
    "[D]„下雨了。“[/D]老周说。",
    "[D]﹁下雨了。﹂[/D]老周说。",
    "[D]﹃下雨了。﹄[/D]老周说。",
    "[D]``下雨了。''[/D]老周说。",
    # the same mark at both ends, or the wrong one
    "[D]“下雨了。“[/D]老周说。",
    "[D]”下雨了。”[/D]老周说。",
    "[D]”下雨了。“[/D]老周说。",
    "[D]「下雨了。「[/D]老周说。",
    '[D]“下雨了。"[/D]老周说。',
    '[D]"下雨了。”[/D]老周说。',
    "[D]“下雨了。」[/D]老周说。",
    "[D]“走吧。“[/D]他说。[D]“天要黑了。“[/D]",
    "[D]”走吧。”[/D]他说，[D]”天要黑了。”[/D]",
    "[D]''下雨了。''[/D]老周说。",
    "[D]““下雨了。””[/D]老周说。",
    # broken by the tag
    "[D]“走吧，”[/D]他站起来，[D]“天要黑了。”[/D]",
    '[D]"走吧，"[/D]他站起来，[D]"天要黑了。"[/D]',
    "[D]「走吧，」[/D]他站起來，[D]「天要黑了。」[/D]",
    "[D]“我……”[/D]他顿了顿，[D]“我不知道。”[/D]",
    "[D]“别——”[/D]话没说完，灯灭了。",
    "[D]“你好啊”[/D]，他说。",
    "[D]“你好啊”[/D]他笑着说道。",
    "他笑着说[D]“你好啊”[/D]。",
    "他说：[D]“你好”[/D]",
    "她冷冷地问[D]“你来干什么”[/D]，没有抬头。",
    "他大喊一声[D]“住手！”[/D]，冲了上去。",
    "他只说了一句[D]“知道了。”[/D]就走了。",
    "[D]“走。”[/D][D]“去哪儿？”[/D][D]“回家。”[/D]",
    "[D]“早。”[/D]他说。[D]“早。”[/D]她说。",
    # quotations in quotations
    "[D]“他只说了‘再见’两个字。”[/D]",
    "[D]「她說『好』。」[/D]",
    "[D]“她说‘我不去’，我就没再问。”[/D]老周说。",
    "[D]“书上写着“闲人免进”四个字。”[/D]老周说。",
    "[D]“你管这个叫“家”？”[/D]她笑了。",
    "[D]‘他说“再见”。’[/D]老周说。",
    "[D]\"他只说了'再见'两个字。\"[/D]",
    "[D]“她叫他‘老东西，你给我站住！’，他就站住了。”[/D]老周笑道。",
    "[D]“那块牌子上写的是『禁止入内』。”[/D]",
    "[D]“他说：“我不去。””[/D]老周学着那人的腔调。",
    "[D]「他說「我不去」。」[/D]老周說。",
    "[D]“《归途》你看过没有？”[/D]",
    "[D]“【任务完成】这几个字，你没看见？”[/D]他问。",
    # never closed
    "[D]“今晚谁都不许出门。[/D]他低声说道。",
    "[D]“你先走。[/D]他说，[D]“我来锁门。”[/D]",
    "[D]“今晚谁都不许出门。[/D]\n雨还在下。",
    "[D]“你来了？[/D]\n[D]“来了。”[/D]\n[D]“坐。”[/D]",
    "[D]「你先走，我斷後！[/D]阿青喊道。",
    '[D]"今晚谁都不许出门。[/D]他低声说道。',
    "[D]“快跑！[/D]阿青大叫一声，转身就跑。",
    "他说：[D]“我不去。[/D]",
    "他回头喊：[D]“都跟上！[/D]\n没有人动。",
    # never opened
    "[D]我不去。”[/D]她说。",
    "[D]你来了？”[/D]老周放下笔。",
    "他说：[D]我不去。”[/D]",
    "她说：[D]不去。”[/D]",
    # over several paragraphs
    "[D]“第一件事，我不去。[/D]\n[D]“第二件事，谁也别去。”[/D]",
    "[D]“第一件事，我不去。[/D]\n[D]“第二件事，谁也别去。[/D]\n[D]“就这样。”[/D]他站起来。",
    "[D]「第一件事，我不去。[/D]\n[D]「第二件事，誰也別去。」[/D]",
    "[D]“快走！[/D]\n[D]快走！[/D]\n[D]再晚就来不及了！”[/D]他喊。",
    '[D]"第一件事，我不去。[/D]\n[D]"第二件事，谁也别去。"[/D]',
    "他念道：[D]“春眠不觉晓，[/D]\n[D]处处闻啼鸟。”[/D]",
    # not speech
    "他就是所谓的“天才”，谁也没见他读过书。",
    "門口掛著「閒人免進」的牌子。",
    "门牌上写着“闲人免进”四个字。",
    "屏幕上跳出一行字，写着“请重新登录。”",
    "村里人管那棵树叫“老祖宗”。",
    "他在纸上写了一个“忍”字。",
    "她听懂了那句“改天”的意思。",
    "她把“拾荒者”三个字念了两遍。",
    "那只猫叫“将军”，胖得走不动路。",
    "这就是他说的“安全”？",
    "一个“滚”字到了嘴边，又咽了回去。",
    "他的“朋友”们早就走光了。",
    "“天才”这个词，他听了二十年。",
    "“好人”与“坏人”的区别，在他看来只有一条。",
    "他念过的书里，最喜欢的是“荒原”那一本。",
    "锦旗上“妙手回春”四个大字金光闪闪。",
    "碑上刻着：“此处无人。”",
    "他在日记里写道：“今天没有下雨。”",
    "短信的落款是“老地方”。",
    "她这才明白，“回家”不是一个动作，是一个人。",
    "所谓“江湖”，不过是几个吃不饱饭的人凑在一起。",
    "他是“猎鹰”小队的队长。",
    "那座桥叫做“断魂桥”，桥下没有水。",
    "她读完了《荒原狼》。",
    "‘天才’这个词，他听了二十年。",
    "他摆出一副“我什么都知道”的样子。",
    "她用“你完了”的眼神看着他。",
    "他在“要不要开门”这个问题上想了一夜。",
    '他就是所谓的"天才"，谁也没见他读过书。',
    "“嗯”字还没出口，电话就断了。",
    # thoughts in marks
    "[T]“这人靠得住吗？”[/T]她心想。",
    "他暗道：[T]“不好，中计了！”[/T]",
    "[T]「這人靠得住嗎？」[/T]她心想。",
    "[T]‘这人靠得住吗？’[/T]她在心里问自己。",
    "他心里只有一个念头：[T]“跑！”[/T]",
    # system lines
    "[S]【任务完成，奖励已发放】[/S]",
    "[S]【叮！您有一条新消息。】[/S]",
    "[S][02:11 磁盘已满][/S][S][02:12 正在清理][/S]",
    "他挥出了【烈阳】剑。",
    "见附录[3]。",
    "[S]〖警告：能量不足〗[/S]",
    "[D]【你是谁？】[/D]那声音问。",
    "[D]【我等了你三百年。】[/D]老者说道，[D]【你终于来了。】[/D]",
    # apostrophes, numbers and code
    "[D]“It's fine.”[/D]他说。",
    "他用的是Tom's Diner的杯子。",
    "那台5'6\"的屏幕亮着。",
    "他身高六尺，腰围三尺。",
    # nothing but marks
    "“”",
    "「」",
    "[D]“……”[/D]",
    "[D]“？”[/D]他抬起头。",
    "”",
    "“",
]


def _answer(case: str) -> tuple[list[str], list[tuple[int, str, str]]]:
    """(paragraphs, (paragraph, kind, text) of all that is not narration)."""
    kinds = {"D": "dialogue", "T": "thought", "S": "system"}
    texts, marked = [], []
    for i, line in enumerate(case.split("\n")):
        marked += [(i, kinds[m.group(1)], m.group(2)) for m in re.finditer(r"\[([DTS])\](.*?)\[/\1\]", line)]
        texts.append(re.sub(r"\[/?[DTS]\]", "", line))
    return texts, marked


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_marks_mean_what_they_are_used_for(case: str) -> None:
    texts, marked = _answer(case)
    pieces = split_book(book_of(*texts))
    found = [(p.span.paragraph, p.kind, p.text) for p in pieces if p.kind != "narration"]
    # Whether a sentence without marks is a thought is another matter.
    assert [x for x in found if x[1] != "thought" or x in marked] == marked
