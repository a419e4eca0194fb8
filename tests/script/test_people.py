from __future__ import annotations

from scripted import book_of

from novelcast.model import Speaker
from novelcast.script.people import find_people
from novelcast.script.split import split_book


def people(*texts: str) -> dict[str, Speaker]:
    """Every speaker under each of its names."""
    found = find_people(split_book(book_of(*texts)))
    return {word: p for p in found for word in (p.name, *p.aliases)}


STORY = (
    "林致远推开车门，抬头看了看天。",
    "“要下雨了。”林致远说。",
    "周小棠把伞递过来，摇了摇头：“致远，你先走。”",
    "林致远接过伞，他没有说话。周小棠看着他，她笑了笑。",
    "“那你呢？”林致远问。",
    "“我等老沈。”周小棠说。她在台阶上坐了下来。",
    "沈伯钧从门里走出来，咳嗽了一声：“沈某来迟了。”",
)


def test_names_are_found_with_their_given_names_and_nicknames() -> None:
    found = people(*STORY)
    assert found["致远"] is found["林致远"]
    assert found["老沈"] is found["沈伯钧"]
    assert "周小棠" in found


def test_ids_are_names_and_unique() -> None:
    found = find_people(split_book(book_of(*STORY)))
    assert [p.id for p in found] == [p.name for p in found] and len({p.id for p in found}) == len(found)


def test_pronouns_tell_the_gender() -> None:
    found = people(*STORY)
    assert (found["林致远"].gender, found["周小棠"].gender) == ("male", "female")
    assert found["周小棠"].sure > 0.4


def test_a_name_is_not_cut_short_nor_run_on() -> None:
    found = people(*STORY)
    assert not {"林致", "周小", "沈伯", "林致远说", "周小棠把"} & set(found)


def test_titles_before_and_after_a_surname_belong_to_the_name() -> None:
    found = people(
        "班长郑国栋走进教室，看了一圈。",
        "“都坐好。”郑国栋说。",
        "“郑老师来了吗？”有人小声问。",
        "郑国栋摇了摇头。",
    )
    assert found["班长"] is found["郑国栋"] and found["郑老师"] is found["郑国栋"]


def test_unnamed_people_and_crowds_are_people() -> None:
    found = people("“让一让！”老板娘喊道。", "一个黑衣人冷冷地说：“站住。”", "众人齐声喊道：“好！”")
    assert found["老板娘"].gender == "female"
    assert {"黑衣人", "众人"} <= set(found)


def test_foreign_names_are_found_whole() -> None:
    found = people(
        "“出发。”阿尔贝托说。", "阿尔贝托转过身，看着海。", "“还早呢。”玛格丽特笑道。", "玛格丽特没有动。"
    )
    assert {"阿尔贝托", "玛格丽特"} <= set(found)


def test_a_first_person_narrator_has_the_name_the_text_gives() -> None:
    story = [
        "我叫许若晴，今年二十岁。",
        "我推开门，我妈在厨房里喊我。",
        "我说：“来了。”",
        "我把鞋脱了，我饿坏了。",
    ]
    assert people(*story)["我"].name == "许若晴"
    assert people(*story[1:])["我"].name == "我"


def test_things_beside_speech_are_no_people() -> None:
    found = people(
        "“喂？”电话那头没有声音。", "“喂？”屏幕亮了一下。", "“喂？”声音很轻。", "灯光晃了晃：“谁？”"
    )
    assert not {"电话", "屏幕", "声音", "灯光"} & set(found)


def test_traditional_characters_are_read_too() -> None:
    found = people("“下雨了。”陳國強說。", "陳國強轉過身，他搖了搖頭。", "“走吧。”陳國強說道。")
    assert found["陈国强"].gender == "male"


def test_a_given_name_tells_the_gender_where_no_pronoun_does() -> None:
    found = people("“走了。”孙秀兰说。", "“等等。”李国强说。", "孙秀兰转过身，看着李国强。")
    assert (found["孙秀兰"].gender, found["李国强"].gender) == ("female", "male")


def test_what_somebody_calls_another_does_not_change_their_gender() -> None:
    found = people(
        "老钱推门进来，他抖了抖伞。",
        "“谁在里面？”老钱问。",
        "“我师姐，方若梅。”赵启明说。",
        "“钱师傅，我怕她出事。”赵启明摇了摇头。",
        "“别急。”老钱说。",
    )
    assert found["老钱"].gender == "male"
    assert "师姐" not in (found["老钱"].name, *found["老钱"].aliases)


def test_who_says_his_name_is_the_unnamed_person_of_before() -> None:
    found = people(
        "门口站着一个男人，浑身是泥。",
        "“你找谁？”冯小蕾问。",
        "“我叫贺远山，来修锅炉。”男人擦了擦脸。",
        "冯小蕾让开路。贺远山走了进去，他没有说话。",
        "“锅炉在哪儿？”贺远山问。",
    )
    assert found["男人"] is found["贺远山"] and found["贺远山"].gender == "male"


def test_a_form_of_address_is_nobody_new() -> None:
    found = people("“小子，过来帮忙。”老宋说。", "“来了。”梁晓东跑了过去。", "老宋看着梁晓东，笑了笑。")
    assert "小子" not in found


def test_a_person_of_a_long_book_may_have_thousands_of_pronouns() -> None:
    found = people(*(["韩玉成推开门，他笑了。"] * 3000))
    assert found["韩玉成"].gender == "male"


def test_a_foreign_name_in_parts_is_one_person_by_each_part() -> None:
    found = people(
        "埃德温·哈珀推开酒馆的门，抖了抖斗篷上的雪。",
        "“一杯热酒。”埃德温·哈珀说。",
        "“没有热的。”玛莎摇了摇头。玛莎把杯子推过来。",
        "哈珀先生叹了一口气。",
        "“那就冷的。”埃德温笑了笑。",
    )
    assert found["埃德温"] is found["哈珀"] is found["埃德温·哈珀"]
    assert found["埃德温"] is not found["玛莎"]


def test_a_look_before_a_role_says_who_of_them_it_is() -> None:
    found = people(
        "胖掌柜眯眼看了看天，叹了口气。",
        "“今天没生意。”胖掌柜说。",
        "瘦伙计放下抹布，笑道：“那就早点关门。”",
        "掌柜摇了摇头。",
    )
    assert found["掌柜"] is found["胖掌柜"]
    assert found["瘦伙计"] is not found["胖掌柜"]


def test_a_form_of_address_that_is_part_of_one_name_is_that_persons() -> None:
    found = people(
        "陆小满贯放下耳机，看了看队友。",
        "“满贯，你来守塔。”秦昭说。",
        "“好。”陆小满贯点了点头。",
        "“圆子，跟上！”秦昭喊道。",
        "方圆愣了愣，说：“来了。”方圆抓起鼠标。",
    )
    assert found["圆子"] is found["方圆"]


def test_a_name_that_is_a_plain_word_too_is_found_by_its_use() -> None:
    found = people(
        "虎头仰着脸，吸了吸鼻子：“娘，饭好了没？”",
        "“快了。”陈三娘头也没抬。",
        "虎头咽了口唾沫，小声道：“那我再等一会儿。”",
        "虎头跑到门口，又跑回来。“真的快了？”虎头问。",
    )
    assert "虎头" in found


def test_words_cut_out_of_plain_speech_are_no_people() -> None:
    found = people(
        *STORY,
        "谁也不知道什么时候能走。沈伯钧不知道什么是怕。",
        "街道里没有人，巷道里也没有人。",
    )
    assert not {"道什", "道里", "谢谢"} & set(found)


def test_an_adverb_and_a_verb_end_no_name() -> None:
    found = people(
        "姚太后捻着佛珠，半晌，方缓缓道：“起来。”",
        "“臣不敢。”卫长老道。",
        "卫长老低下头。姚太后看着他。",
    )
    assert not {"方缓缓", "卫长老道"} & set(found) and "卫长老" in found


def test_what_a_speaker_calls_herself_is_nobody() -> None:
    assert "奴婢" not in people("“奴婢不知。”青禾说。", "“奴婢真的不知！”青禾跪了下来。", "青禾哭了。")


def test_a_deputy_is_not_his_chief() -> None:
    found = people(
        "“灯光呢？”高导演问。",
        "“马上。”副导演说。",
        "副导演跑了出去。导演看了看表。",
        "“快一点！”高导演喊道。",
    )
    assert found["副导演"] is not found["高导演"]


def test_the_mother_of_a_child_is_not_the_child() -> None:
    found = people(
        "“我不去。”宁小桃说。",
        "“由不得你。”小桃妈妈说，把门关上了。",
        "宁小桃跺了跺脚。小桃妈妈没有回头。",
    )
    assert "小桃妈妈" not in found or found["小桃妈妈"] is not found["宁小桃"]


def test_a_nickname_may_be_a_word_for_a_thing() -> None:
    found = people(
        "石头蹲在门槛上，摇了摇头。",
        "“我不走。”石头说。",
        "“石头，你得走。”孟晓舟说，“天黑了。”",
        "石头站起来，笑了笑：“那就走吧。”",
    )
    assert "石头" in found


def test_what_people_swear_by_is_nobody() -> None:
    assert "老天爷" not in people("“老天爷，你看看！”孟晓舟喊道。", "孟晓舟哭了。“老天爷！”")
