"""People that the user names exist, and are called and sexed as the user says."""

from scripted import book_of

from novelcast.characters import Characters, person
from novelcast.model import Speaker
from novelcast.script import write_script
from novelcast.script.given import honoured


def found(name: str, *aliases: str, gender: str = "unknown") -> Speaker:
    return Speaker(id=name, name=name, aliases=aliases, gender=gender)  # type: ignore[arg-type]


def named(*people: Speaker, only: bool = False) -> Characters:
    return Characters(people, only)


def words(speaker: Speaker) -> tuple[str, ...]:
    return (speaker.name, *speaker.aliases)


def test_somebody_we_found_is_who_the_user_names_by_that_name() -> None:
    (one,) = honoured(
        [found("少平", "平娃子", gender="female")], named(person("孙少平", ["少平"], "male", "young"))
    )
    assert words(one) == ("孙少平", "少平", "平娃子")
    assert (one.id, one.gender, one.age) == ("孙少平", "male", "young")


def test_what_the_user_does_not_say_is_as_we_found_it() -> None:
    (one,) = honoured([found("石磊", gender="male")], named(person("石磊", ["小石"])))
    assert one.gender == "male"


def test_two_that_we_found_are_one_where_the_user_says_so() -> None:
    one, other = honoured(
        [found("石磊", "磊子"), found("白鹭"), found("小石")], named(person("石磊", ["小石"]))
    )
    assert (words(one), words(other)) == (("石磊", "小石", "磊子"), ("白鹭",))


def test_one_that_we_found_is_two_where_the_user_says_so() -> None:
    one, other = honoured([found("石磊", "小石", "磊子")], named(person("石磊", []), person("小石", [])))
    assert (words(one), words(other)) == (("石磊", "磊子"), ("小石",))


def test_a_title_that_two_share_makes_them_not_one() -> None:
    one, other = honoured([found("王磊", "老师")], named(person("李明", ["老师"])))
    assert (words(one), words(other)) == (("王磊",), ("李明", "老师"))


def test_a_word_that_was_taken_from_somebody_does_not_come_back() -> None:
    mine = person("石磊", []).model_copy(update={"not_aliases": ("小石",)})
    (one,) = honoured([found("石磊", "小石")], named(mine))
    assert words(one) == ("石磊",)


def test_others_may_be_there_unless_the_user_says_only() -> None:
    people = [found("石磊"), found("白鹭"), found("陈默", "我")]
    assert [p.name for p in honoured(people, named(person("石磊", [])))] == ["石磊", "白鹭", "陈默"]
    assert [p.name for p in honoured(people, named(person("石磊", []), only=True))] == ["石磊", "陈默"]


def test_ids_stay_apart() -> None:
    mine = person("石磊", []).model_copy(update={"id": "小石"})
    people = honoured([found("小石")], Characters((mine,)))
    assert len({p.id for p in people}) == len(people) == 2


TALK = (
    "灯下坐着一个姑娘。“你来了。”她说。",
    "“嗯。”石头应道。",
    "“外头还下雨吗？”",
    "“下。”石头说。",
)


def test_the_users_names_decide_who_speaks() -> None:
    given = named(person("白鷺", ["姑娘"], "female"), person("石磊", ["石头"], "male"))
    script = write_script(book_of(*TALK), (), given=given)
    assert {s.name for s in script.speakers} == {"白鷺", "石磊"}
    said = {s.text: s.speaker for s in script.segments if s.kind == "dialogue"}
    assert said["“嗯。”"] == said["“下。”"] == "石磊" and said["“你来了。”"] == "白鷺"


def test_somebody_named_who_says_nothing_is_there_for_the_user() -> None:
    script = write_script(book_of(*TALK), (), given=named(person("何九", [], "male")))
    assert "何九" in {s.name for s in script.speakers}
