"""Readings: 现代汉语词典 and 普通话异读词审音表, in the phrases where a character of several sounds is met."""

import subprocess
import sys

import pytest

from novelcast.engines.phonemes import phonemes, vocabulary
from novelcast.readings import (
    homophones,
    is_syllable,
    marked,
    readings_of,
    sounds_of,
    surname_reading,
    without_marks,
    words_of,
)

# The tones of 一 and 不 are those that are said; 5 is the neutral tone.
PHRASES = """
从头重来 cong2 tou2 chong2 lai2 | 重新开始 chong2 xin1 kai1 shi3 | 重生之后 chong2 sheng1 zhi1 hou4
重逢 chong2 feng2 | 体重 ti3 zhong4 | 重要 zhong4 yao4 | 重量 zhong4 liang4 | 银行 yin2 hang2
行长来了 hang2 zhang3 lai2 le5 | 一行人 yi4 xing2 ren2 | 行李 xing2 li3 | 行业 hang2 ye4
排行 pai2 hang2 | 内行 nei4 hang2 | 行不行 xing2 bu4 xing2 | 长大 zhang3 da4
长得漂亮 zhang3 de5 piao4 liang4 | 队长 dui4 zhang3 | 长老 zhang3 lao3 | 成长 cheng2 zhang3
身长 shen1 chang2 | 长剑 chang2 jian4 | 长度 chang2 du4 | 还给他 huan2 gei3 ta1 | 还有 hai2 you3
归还 gui1 huan2 | 还债 huan2 zhai4 | 还不错 hai2 bu2 cuo4 | 偿还 chang2 huan2 | 慢慢地 man4 man4 de5
地上 di4 shang4 | 轻轻地说 qing1 qing1 de5 shuo1 | 得到 de2 dao4 | 跑得快 pao3 de5 kuai4
得走了 dei3 zou3 le5 | 你得小心 ni3 dei3 xiao3 xin1 | 总得有人 zong3 dei3 you3 ren2 | 觉得 jue2 de5
看着 kan4 zhe5 | 着急 zhao2 ji2 | 着火 zhao2 huo3 | 睡着了 shui4 zhao2 le5 | 着手 zhuo2 shou3
穿着 chuan1 zhe5 | 走着走着 zou3 zhe5 zou3 zhe5 | 摸不着 mo1 bu4 zhao2 | 因为 yin1 wei4
为什么 wei4 shen2 me5 | 为了 wei4 le5 | 成为 cheng2 wei2 | 认为 ren4 wei2 | 为难 wei2 nan2
为你 wei4 ni3 | 以为 yi3 wei2 | 了解 liao3 jie3 | 受不了 shou4 bu4 liao3 | 走了 zou3 le5
了不起 liao3 bu4 qi3 | 了断 liao3 duan4 | 一目了然 yi2 mu4 liao3 ran2 | 只有 zhi3 you3
一只手 yi4 zhi1 shou3 | 只身 zhi1 shen1 | 船只 chuan2 zhi1 | 两只眼睛 liang3 zhi1 yan3 jing1
都是 dou1 shi4 | 首都 shou3 du1 | 都城 du1 cheng2 | 快乐 kuai4 le4 | 音乐 yin1 yue4 | 乐曲 yue4 qu3
数字 shu4 zi4 | 数钱 shu3 qian2 | 数一数 shu3 yi4 shu3 | 数不清 shu3 bu4 qing1 | 无数 wu2 shu4
差点 cha4 dian3 | 差别 cha1 bie2 | 出差 chu1 chai1 | 差不多 cha4 bu4 duo1 | 差劲 cha4 jin4
参差 cen1 ci1 | 子弹 zi3 dan4 | 弹琴 tan2 qin2 | 弹药 dan4 yao4 | 弹开 tan2 kai1 | 调查 diao4 cha2
调整 tiao2 zheng3 | 空调 kong1 tiao2 | 强调 qiang2 diao4 | 音调 yin1 diao4 | 调戏 tiao2 xi4
头发 tou2 fa4 | 发现 fa1 xian4 | 理发 li3 fa4 | 发丝 fa4 si1 | 白发 bai2 fa4 | 干净 gan1 jing4
干活 gan4 huo2 | 干什么 gan4 shen2 me5 | 干掉 gan4 diao4 | 能干 neng2 gan4 | 饼干 bing3 gan1
树干 shu4 gan4 | 干杯 gan1 bei1 | 更加 geng4 jia1 | 更衣 geng1 yi1 | 三更 san1 geng1 | 变更 bian4 geng1
号码 hao4 ma3 | 呼号 hu1 hao2 | 好人 hao3 ren2 | 爱好 ai4 hao4 | 好奇 hao4 qi2 | 好学 hao4 xue2
假装 jia3 zhuang1 | 放假 fang4 jia4 | 假期 jia4 qi1 | 请假 qing3 jia4 | 中间 zhong1 jian1
间隔 jian4 ge2 | 间谍 jian4 die2 | 时间 shi2 jian1 | 将军 jiang1 jun1 | 大将 da4 jiang4
将领 jiang4 ling3 | 即将 ji2 jiang1 | 教书 jiao1 shu1 | 教室 jiao4 shi4 | 教育 jiao4 yu4
教我 jiao1 wo3 | 魔教 mo2 jiao4 | 角落 jiao3 luo4 | 主角 zhu3 jue2 | 角色 jue2 se4 | 嘴角 zui3 jiao3
结果 jie2 guo3 | 结实 jie1 shi2 | 结婚 jie2 hun1 | 使劲 shi3 jin4 | 强劲 qiang2 jing4 | 劲敌 jing4 di2
刚劲 gang1 jing4 | 卷起 juan3 qi3 | 试卷 shi4 juan4 | 一卷书 yi2 juan4 shu1 | 看门 kan1 men2
看守 kan1 shou3 | 看见 kan4 jian4 | 看护 kan1 hu4 | 空气 kong1 qi4 | 空白 kong4 bai2 | 有空 you3 kong4
空闲 kong4 xian2 | 空中 kong1 zhong1 | 抽空 chou1 kong4 | 累了 lei4 le5 | 积累 ji1 lei3 | 累计 lei3 ji4
连累 lian2 lei3 | 累赘 lei2 zhui4 | 力量 li4 liang4 | 量一量 liang2 yi4 liang2 | 测量 ce4 liang2
量体温 liang2 ti3 wen1 | 困难 kun4 nan2 | 灾难 zai1 nan4 | 难民 nan4 min2 | 磨难 mo2 nan4
宁静 ning2 jing4 | 宁可 ning4 ke3 | 宁愿 ning4 yuan4 | 喷水 pen1 shui3 | 喷香 pen4 xiang1
方便 fang1 bian4 | 便宜 pian2 yi5 | 强大 qiang2 da4 | 勉强 mian3 qiang3 | 倔强 jue2 jiang4
强迫 qiang3 po4 | 一切 yi2 qie4 | 切菜 qie1 cai4 | 切记 qie4 ji4 | 切开 qie1 kai1 | 亲切 qin1 qie4
弯曲 wan1 qu1 | 歌曲 ge1 qu3 | 曲折 qu1 zhe2 | 少年 shao4 nian2 | 很少 hen3 shao3 | 少爷 shao4 ye2
少女 shao4 nv3 | 宿舍 su4 she4 | 舍不得 she3 bu4 de5 | 舍弃 she3 qi4 | 盛大 sheng4 da4
盛饭 cheng2 fan4 | 盛满 cheng2 man3 | 似乎 si4 hu1 | 似的 shi4 de5 | 挑战 tiao3 zhan4 | 挑选 tiao1 xuan3
挑衅 tiao3 xin4 | 挑起担子 tiao1 qi3 dan4 zi5 | 吐血 tu4 xie3 | 吐露 tu3 lu4 | 呕吐 ou3 tu4
吐了口气 tu3 le5 kou3 qi4 | 关系 guan1 xi4 | 系鞋带 ji4 xie2 dai4 | 系统 xi4 tong3
系好安全带 ji4 hao3 an1 quan2 dai4 | 互相 hu4 xiang1 | 真相 zhen1 xiang4 | 长相 zhang3 xiang4
丞相 cheng2 xiang4 | 相机 xiang4 ji1 | 相信 xiang1 xin4 | 高兴 gao1 xing4 | 兴奋 xing1 fen4
兴趣 xing4 qu4 | 应该 ying1 gai1 | 回应 hui2 ying4 | 应付 ying4 fu4 | 反应 fan3 ying4
涨红 zhang4 hong2 | 涨价 zhang3 jia4 | 头昏脑涨 tou2 hun1 nao3 zhang4 | 正常 zheng4 chang2
正月 zheng1 yue4 | 种子 zhong3 zi5 | 种地 zhong4 di4 | 种类 zhong3 lei4 | 这种 zhe4 zhong3
转身 zhuan3 shen1 | 转圈 zhuan4 quan1 | 转告 zhuan3 gao4 | 旋转 xuan2 zhuan3 | 团团转 tuan2 tuan2 zhuan4
中毒 zhong4 du2 | 看中 kan4 zhong4 | 中计 zhong4 ji4 | 中奖 zhong4 jiang3 | 中心 zhong1 xin1
打中 da3 zhong4 | 传说 chuan2 shuo1 | 传记 zhuan4 ji4 | 自传 zi4 zhuan4 | 朝阳 zhao1 yang2
朝代 chao2 dai4 | 朝他走去 chao2 ta1 zou3 qu4 | 今朝 jin1 zhao1 | 藏身 cang2 shen1 | 宝藏 bao3 zang4
西藏 xi1 zang4 | 称赞 cheng1 zan4 | 对称 dui4 chen4 | 称心 chen4 xin1 | 处理 chu3 li3 | 到处 dao4 chu4
处长 chu4 zhang3 | 担心 dan1 xin1 | 担子 dan4 zi5 | 倒下 dao3 xia4 | 倒水 dao4 shui3 | 倒车 dao4 che1
跌倒 die1 dao3 | 恶心 e3 xin1 | 恶人 e4 ren2 | 可恶 ke3 wu4 | 厌恶 yan4 wu4 | 分开 fen1 kai1
身份 shen1 fen4 | 分量 fen4 liang4 | 水分 shui3 fen4 | 缝隙 feng4 xi4 | 缝衣服 feng2 yi1 fu2
供应 gong1 ying4 | 口供 kou3 gong4 | 供奉 gong4 feng4 | 冠军 guan4 jun1 | 皇冠 huang2 guan1
喝水 he1 shui3 | 喝道 he4 dao4 | 大喝一声 da4 he4 yi4 sheng1 | 和谐 he2 xie2 | 附和 fu4 he4
和面 huo2 mian4 | 暖和 nuan3 huo5 | 会议 hui4 yi4 | 会计 kuai4 ji4 | 几乎 ji1 hu1 | 几个 ji3 ge4
纪念 ji4 nian4 | 降落 jiang4 luo4 | 投降 tou2 xiang2 | 降服 xiang2 fu2 | 尽管 jin3 guan3 | 尽力 jin4 li4
尽快 jin3 kuai4 | 禁止 jin4 zhi3 | 忍俊不禁 ren3 jun4 bu4 jin1 | 不禁 bu4 jin1 | 经过 jing1 guo4
睡觉 shui4 jiao4 | 发觉 fa1 jue2 | 露出 lu4 chu1 | 露馅 lou4 xian4 | 露面 lou4 mian4 | 暴露 bao4 lu4
落下 luo4 xia4 | 丢三落四 diu1 san1 la4 si4 | 蒙面 meng2 mian4 | 蒙骗 meng1 pian4 | 埋伏 mai2 fu2
埋怨 man2 yuan4 | 没有 mei2 you3 | 淹没 yan1 mo4 | 没收 mo4 shou1 | 模样 mu2 yang4 | 模型 mo2 xing2
磨刀 mo2 dao1 | 石磨 shi2 mo4 | 哪里 na3 li3 | 泡茶 pao4 cha2 | 屏幕 ping2 mu4
屏住呼吸 bing3 zhu4 hu1 xi1 | 奇怪 qi2 guai4 | 奇数 ji1 shu4 | 悄悄 qiao1 qiao1 | 悄然 qiao3 ran2
亲家 qing4 jia5 | 任务 ren4 wu4 | 散步 san4 bu4 | 散文 san3 wen2 | 懒散 lan3 san3 | 丧失 sang4 shi1
丧事 sang1 shi4 | 色彩 se4 cai3 | 杀手 sha1 shou3 | 扇子 shan4 zi5 | 扇耳光 shan1 er3 guang1
上车 shang4 che1 | 什么 shen2 me5 | 识别 shi2 bie2 | 游说 you2 shui4 | 说话 shuo1 hua4 | 提防 di1 fang2
提起 ti2 qi3 | 帖子 tie3 zi5 | 请帖 qing3 tie3 | 字帖 zi4 tie4 | 通红 tong1 hong2 | 为首 wei2 shou3
尾巴 wei3 ba5 | 校长 xiao4 zhang3 | 校对 jiao4 dui4 | 血液 xue4 ye4 | 流血 liu2 xue4 | 咽喉 yan1 hou2
咽下 yan4 xia4 | 呜咽 wu1 ye4 | 要求 yao1 qiu2 | 要挟 yao1 xie2 | 应有尽有 ying1 you3 jin4 you3
载人 zai4 ren2 | 记载 ji4 zai3 | 一年半载 yi4 nian2 ban4 zai3 | 怎么 zen3 me5 | 扎实 zha1 shi2
挣扎 zheng1 zha2 | 包扎 bao1 za1 | 占卜 zhan1 bu3 | 占领 zhan4 ling3 | 炸弹 zha4 dan4 | 炸鸡 zha2 ji1
这里 zhe4 li3 | 症状 zheng4 zhuang4 | 症结 zheng1 jie2 | 挣钱 zheng4 qian2 | 作坊 zuo1 fang5
工作 gong1 zuo4 | 仔细 zi3 xi4 | 钻研 zuan1 yan2 | 钻石 zuan4 shi2 | 琢磨 zuo2 mo2 | 曾经 ceng2 jing1
曾祖 zeng1 zu3 | 单于 chan2 yu2 | 尉迟 yu4 chi2 | 万俟 mo4 qi2 | 长孙 zhang3 sun1 | 澹台 tan2 tai2
令狐 ling2 hu2 | 他被卷入了 ta1 bei4 juan3 ru4 le5 | 他长着一张 ta1 zhang3 zhe5 yi4 zhang1
长长的走廊 chang2 chang2 de5 zou3 lang2 | 这只猫 zhe4 zhi1 mao1 | 只见 zhi3 jian4 | 只好 zhi3 hao3
打扮得很好 da3 ban4 de5 hen3 hao3 | 还钱 huan2 qian2 | 把书还了 ba3 shu1 huan2 le5
重打一遍 chong2 da3 yi2 bian4 | 重重地摔 zhong4 zhong4 de5 shuai1 | 重重包围 chong2 chong2 bao1 wei2
几行字 ji3 hang2 zi4 | 下一行 xia4 yi4 hang2 | 干脆 gan1 cui4 | 一干二净 yi4 gan1 er4 jing4
剥皮 bao1 pi2 | 剥夺 bo1 duo2 | 薄弱 bo2 ruo4 | 薄薄的 bao2 bao2 de5 | 背包 bei1 bao1 | 后背 hou4 bei4
背着手 bei4 zhe5 shou3 | 扒手 pa2 shou3 | 创伤 chuang1 shang1 | 伺候 ci4 hou4 | 答案 da2 an4
大夫 dai4 fu1 | 逮捕 dai4 bu3 | 的确 di2 que4 | 目的 mu4 di4 | 斗争 dou4 zheng1 | 一斗米 yi4 dou3 mi3
给予 ji3 yu3 | 勾当 gou4 dang4 | 骨头 gu3 tou5 | 监狱 jian1 yu4 | 间接 jian4 jie1 | 嚼碎 jiao2 sui4
咀嚼 ju3 jue2 | 解送 jie4 song4 | 咖喱 ga1 li2 | 地壳 di4 qiao4 | 落枕 lao4 zhen3 | 勒紧 lei1 jin3
擂台 lei4 tai2 | 绿林 lu4 lin2 | 率领 shuai4 ling3 | 效率 xiao4 lv4 | 迫击炮 pai3 ji1 pao4
片刻 pian4 ke4 | 仆人 pu2 ren2 | 前仆后继 qian2 pu1 hou4 ji4 | 铺床 pu1 chuang2 | 店铺 dian4 pu4
茄子 qie2 zi5 | 翘起 qiao4 qi3 | 圈养 juan4 yang3 | 煞白 sha4 bai2 | 折腾 zhe1 teng5 | 折断 zhe2 duan4
弄堂 long4 tang2 | 似是而非 si4 shi4 er2 fei1 | 宿命 su4 ming4 | 一宿 yi4 xiu3 | 星宿 xing1 xiu4
拓展 tuo4 zhan3 | 委蛇 wei1 yi2 | 吓人 xia4 ren2 | 恐吓 kong3 he4 | 纤细 xian1 xi4 | 鲜血 xian1 xue4
削皮 xiao1 pi2 | 剥削 bo1 xue1 | 殷红 yan1 hong2 | 与会 yu4 hui4 | 晕倒 yun1 dao3 | 晕车 yun4 che1
脏话 zang1 hua4 | 心脏 xin1 zang4 | 择菜 zhai2 cai4 | 粘住 zhan1 zhu4 | 爪子 zhua3 zi5
着想 zhuo2 xiang3 | 着落 zhuo2 luo4 | 着凉 zhao2 liang2 | 衣着 yi1 zhuo2
穿着打扮 chuan1 zhuo2 da3 ban4 | 没过多久 mei2 guo4 duo1 jiu3 | 水没过膝盖 shui3 mo4 guo4 xi1 gai4
还没过完 hai2 mei2 guo4 wan2 | 还清楚 hai2 qing1 chu3 | 还清了债 huan2 qing1 le5 zhai4
还了解 hai2 liao3 jie3 | 还给我 huan2 gei3 wo3 | 以杀人为生 yi3 sha1 ren2 wei2 sheng1
最为重要 zui4 wei2 zhong4 yao4 | 更为你好 geng4 wei4 ni3 hao3 | 想尽办法 xiang3 jin4 ban4 fa3
想尽快走 xiang3 jin3 kuai4 zou3 | 三更半夜 san1 geng1 ban4 ye4 | 强盛起来 qiang2 sheng4 qi3 lai2
分数一出 fen1 shu4 yi4 chu1 | 做个了断 zuo4 ge4 le5 duan4 | 他得走了 ta1 dei3 zou3 le5
得了病 de2 le5 bing4 | 他得了第一 ta1 de2 le5 di4 yi1 | 得意 de2 yi4 | 平静地说 ping2 jing4 de5 shuo1
各地说法 ge4 di4 shuo1 fa3 | 摔倒进水里 shuai1 dao3 jin4 shui3 li3
把水倒进杯子 ba3 shui3 dao4 jin4 bei1 zi5 | 倒在地上 dao3 zai4 di4 shang4 | 反倒 fan3 dao4
扇了他一巴掌 shan1 le5 ta1 yi4 ba1 zhang3 | 大喝了一口 da4 he1 le5 yi4 kou3
困难重重 kun4 nan2 chong2 chong2 | 转了一圈 zhuan4 le5 yi4 quan1 | 转来转去 zhuan4 lai2 zhuan4 qu4
一行行字 yi4 hang2 hang2 zi4 | 为主人效力 wei4 zhu3 ren2 xiao4 li4 | 为首的人 wei2 shou3 de5 ren2
为时已晚 wei2 shi2 yi3 wan3 | 丫头片子 ya1 tou5 pian4 zi5 | 照片 zhao4 pian4 | 肚子疼 du4 zi5 teng2
晃了晃 huang4 le5 huang4 | 拽住 zhuai4 zhu4 | 挨打 ai2 da3 | 脏水 zang1 shui3 | 钉着 ding4 zhe5
讨价还价 tao3 jia4 huan2 jia4 | 叫曾老师 jiao4 zeng1 lao3 shi1 | 他姓单 ta1 xing4 shan4
姓仇 xing4 qiu2 | 老百姓应该 lao3 bai3 xing4 ying1 gai1 | 任何人 ren4 he2 ren2
笑着想 xiao4 zhe5 xiang3 | 拎着包 lin1 zhe5 bao1 | 不应该 bu4 ying1 gai1
"""
CASES = [case.split(" ", 1) for line in PHRASES.strip().splitlines() for case in line.split(" | ")]


def read(run: str) -> str:
    return " ".join(readings_of(run, words_of(run), {}))


def symbols(pinyin: str) -> str:
    """What the embedded engine is given for these syllables, unspaced."""
    from misaki.zh import ZHG2P

    return "".join(c for said in pinyin.split() for c in ZHG2P.py2ipa(said) if c in vocabulary())


@pytest.mark.parametrize(("phrase", "pinyin"), CASES, ids=[case[0] for case in CASES])
def test_a_character_of_several_sounds_is_read_as_its_phrase_asks(phrase: str, pinyin: str) -> None:
    assert read(phrase) == pinyin
    assert phonemes(phrase, "zh").replace(" ", "") == symbols(pinyin)


@pytest.mark.parametrize(
    "character", "重行长还得地着了为只都乐数差倒背便将正种转好假间教角结看空累量难强切曲少舍盛系相兴应"
)
def test_each_of_the_commonest_polyphones_is_tested_in_more_than_one_reading(character: str) -> None:
    found = {
        said
        for phrase, pinyin in CASES
        for c, said in zip(phrase, pinyin.split(), strict=True)
        if c == character
    }
    assert len(found) > 1


def test_a_marked_reading_stands_and_the_tone_of_yi_follows_it() -> None:
    assert readings_of("一行人", ["一行人"], {1: "hang4"}) == ["yi2", "hang4", "ren2"]
    assert readings_of("一二", ["一", "二"], {0: "yao1"}) == ["yao1", "er4"]


def test_marks_are_taken_out_with_their_places() -> None:
    assert without_marks(marked("银行", ["yin2", "hang2"]) + "，好{hao4}。") == (
        "银行，好。",
        {0: "yin2", 1: "hang2", 3: "hao4"},
    )
    assert without_marks("没有{这种}标记a{b4}") == ("没有{这种}标记a{b4}", {})


def test_an_engine_that_takes_text_is_given_a_character_with_that_sound_and_no_other() -> None:
    said = homophones("他姓单{shan4}。")
    assert said[2] != "单" and sounds_of(said[2]) == ("shan4",) and len(said) == len("他姓单。")


def test_a_character_with_one_sound_only_is_never_replaced() -> None:
    assert homophones("银{yin2}") == "银"


def test_a_sound_that_no_character_has_alone_leaves_the_text_as_it_is() -> None:
    assert homophones("得{dei3}走") == "得走"


def test_every_homophone_has_no_other_sound_and_is_in_common_use() -> None:
    for reading in ("hang2", "chong2", "zhang3", "huan2", "zhuo2", "shan4", "lv4"):
        character = homophones(marked("行", [reading]))
        assert sounds_of(character) == (reading,)
        character.encode("gb2312")


def test_syllables_are_those_of_mandarin() -> None:
    assert all(map(is_syllable, ["hang2", "lv4", "nv3", "de5", "shan5", "er2"]))
    assert not any(map(is_syllable, ["hang", "hang6", "xyz2", "", "bua1"]))


@pytest.mark.parametrize(("name", "reading"), [("任天放", "ren2"), ("曾小满", "zeng1"), ("翟平", "zhai2"), ("单", None), ("", None), ("任何人", None), ("王天放", None), ("查房医生", None), ("单身汉", None)])  # fmt: skip
def test_a_persons_surname_is_told_from_the_word(name: str, reading: str | None) -> None:
    assert surname_reading(name) == reading


def test_importing_the_module_loads_no_dictionary() -> None:
    code = "import sys, novelcast.readings, novelcast.lexicon; sys.exit(bool({'jieba', 'pypinyin', 'opencc'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
