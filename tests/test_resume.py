"""The script in a book's folder: what the user set stays set, through every change of the book."""

import json
import os
from pathlib import Path

import pytest

from novelcast.catalog import load_voices
from novelcast.editing.markdown import Page
from novelcast.errors import InputError
from novelcast.model import Script, Segment
from novelcast.read import read_book
from novelcast.resume import Written, cast_of, check_folder, script_of
from novelcast.settings import Settings
from novelcast.workspace import BookFolder, book_folder

ONE = """第一章 夜班

仓库里只剩下一盏灯还亮着。

“有人吗？”周航问道。

“我在这儿。”林晚说，“别出声。”

“滴滴滴——”

雨下了一夜。晚了，一切都晚了。
"""
TWO = """
第二章 天亮

“走吧。”周航说。

“再等等。”林晚摇头。
"""


class Desk:
    """A user with a book, its folder and an editor."""

    def __init__(self, tmp_path: Path) -> None:
        self.source = tmp_path / "夜班.txt"
        self.tmp_path = tmp_path
        self.said: list[str] = []
        self.write(ONE)

    def write(self, text: str) -> None:
        self.source.write_text(text, "utf-8")

    @property
    def folder(self) -> BookFolder:
        return book_folder(self.tmp_path / "out", read_book(self.source))

    def run(self, *, again: bool = False, fresh: bool = False, **settings: object) -> Script:
        values = {"output": self.tmp_path / "out", **settings}
        self.said = []
        book = read_book(self.source)
        folder = book_folder(self.tmp_path / "out", book)
        return script_of(
            book, Settings(**values), folder, again=again, fresh=fresh, say=self.said.append  # type: ignore[arg-type]
        ).script  # fmt: skip

    def page(self) -> str:
        return self.folder.page.read_text("utf-8")

    def edit(self, *changes: tuple[str, str]) -> None:
        text = self.page()
        for old, new in changes:
            assert old in text, f"{old} not in\n{text}"
            text = text.replace(old, new)
        self.folder.page.write_text(text, "utf-8")

    def edit_json(self, text: str, **changes: object) -> None:
        data = json.loads(self.folder.script.read_text("utf-8"))
        next(s for s in data["segments"] if s["text"] == text).update(changes)
        self.folder.script.write_text(json.dumps(data, ensure_ascii=False, indent=1), "utf-8")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    made.run()
    return made


def line(script: Script, text: str) -> Segment:
    return next(s for s in script.segments if s.text == text)


def test_the_script_stands_in_the_folder_for_a_person_and_for_a_program(desk: Desk) -> None:
    assert "- 周航: “有人吗？” ^" in desk.page()
    assert Script.model_validate_json(desk.folder.script.read_text("utf-8")) == desk.run()


def test_a_run_without_an_edit_touches_no_file(desk: Desk) -> None:
    before = {p: p.stat().st_mtime_ns for p in (desk.folder.script, desk.folder.page)}
    desk.run()
    assert {p: p.stat().st_mtime_ns for p in before} == before and desk.said == []


def test_an_edit_in_the_page_is_taken_said_and_kept(desk: Desk) -> None:
    desk.edit(("- 周航: “有人", "- 林晚: “有人"))
    assert line(desk.run(), "“有人吗？”").speaker == "林晚"
    assert "1 line" in desk.said[0] and "script.md" in desk.said[0]
    assert "- ! 林晚: “有人吗？”" in desk.page()
    assert line(desk.run(), "“有人吗？”").by_user == ("label",) and desk.said == []


def test_an_edit_in_the_json_is_taken_and_shown_in_the_page(desk: Desk) -> None:
    desk.edit_json("“有人吗？”", speaker="林晚")
    assert line(desk.run(), "“有人吗？”").by_user == ("label",)
    assert "- ! 林晚: “有人吗？”" in desk.page() and "script.json" in desk.said[0]


def test_edits_in_both_files_are_both_taken(desk: Desk) -> None:
    desk.edit(("- 周航: “有人", "- 林晚: “有人"))
    desk.edit_json("仓库里只剩下一盏灯还亮着。", kind="system")
    made = desk.run()
    assert (line(made, "“有人吗？”").speaker, line(made, "仓库里只剩下一盏灯还亮着。").kind) == (
        "林晚",
        "system",
    )


@pytest.mark.parametrize("last", ["page", "script"])
def test_of_two_edits_of_one_place_the_file_saved_last_wins_and_it_is_said(desk: Desk, last: str) -> None:
    desk.edit(("- 周航: “有人", "- 林晚: “有人"))
    desk.edit_json("“有人吗？”", kind="thought")
    early = {"page": desk.folder.script, "script": desk.folder.page}[last]
    os.utime(early, (1, 1))
    said = line(desk.run(), "“有人吗？”")
    assert (said.kind, said.speaker) == (("dialogue", "林晚") if last == "page" else ("thought", "周航"))
    assert any("both" in s and "saved last" in s and "有人吗" in s for s in desk.said)


def test_edits_stay_when_a_chapter_is_added_and_paragraphs_are_put_in(desk: Desk) -> None:
    desk.edit(("- 周航: “有人", "- 林晚: “有人"), ("雨下了一夜。", "雨下了一夜。 [pause:900]\n- 林晚 (thought): "),
              ("- 周航 (", "- 周行 ("))  # fmt: skip
    before = desk.run()
    desk.write(ONE.replace("仓库里", "夜里很静。\n\n仓库里") + TWO)
    made = desk.run()
    assert (line(made, "“有人吗？”").speaker, line(made, "“有人吗？”").id) == (
        "林晚",
        line(before, "“有人吗？”").id,
    )
    assert line(made, "雨下了一夜。").pause_after_ms == 900
    assert (line(made, "晚了，一切都晚了。").kind, line(made, "晚了，一切都晚了。").speaker) == (
        "thought",
        "林晚",
    )
    assert {s.id: s.name for s in made.speakers}["周航"] == "周行"
    assert line(made, "“走吧。”").speaker == "周航"
    ids = {s.text: s.id for s in made.segments}
    assert all(ids[s.text] == s.id for s in before.segments) and not desk.said


def test_a_mended_typo_leaves_the_edit_of_its_line(desk: Desk) -> None:
    desk.edit(
        ("- 林晚: “我在", "- 周航: “我在"),
        ("雨下了一夜。晚了，一切都晚了。", "雨下了一夜。晚了，一切都晚了。 [say:下雨了。]"),
    )
    desk.run()
    desk.write(ONE.replace("我在这儿", "我在这里").replace("雨下了一夜", "雨下了半夜"))
    made = desk.run()
    assert line(made, "“我在这里。”").speaker == "周航"
    assert line(made, "雨下了半夜。晚了，一切都晚了。").spoken == "下雨了。"
    number = int(desk.said[0].split("line ")[1].split(":")[0])
    assert "[say:下雨了。]" in desk.page().split("\n")[number - 1]


def test_an_edit_made_between_two_versions_of_the_book_is_not_lost(desk: Desk) -> None:
    desk.edit(("- 周航: “有人", "- 林晚: “有人"))
    desk.write(ONE.replace("仓库里", "夜里很静。\n\n仓库里"))
    assert line(desk.run(), "“有人吗？”").speaker == "林晚"


def test_what_is_gone_is_said_kept_and_comes_back_with_its_words(desk: Desk) -> None:
    desk.edit(("- 周航: “有人", "- 林晚: “有人"))
    desk.run()
    desk.write(ONE.replace("“有人吗？”周航问道。\n\n", ""))
    desk.run()
    assert any("«“有人吗？”»" in s and "end of script.md" in s for s in desk.said)
    assert "## Gone from the book\n" in desk.page()
    desk.run()
    desk.write(ONE)
    made = desk.run()
    assert (line(made, "“有人吗？”").speaker, made.gone.segments) == ("林晚", ())


def test_a_new_analysis_leaves_what_the_user_set(desk: Desk) -> None:
    desk.edit(("- 周航: “有人", "- 林晚: “有人"))
    assert line(desk.run(again=True), "“有人吗？”").speaker == "林晚"


def test_fresh_forgets_and_keeps_every_old_file(desk: Desk) -> None:
    for n in range(2):
        desk.edit(("- 周航: “有人", "- 周航 (thought): “有人"))
        assert line(desk.run(fresh=True), "“有人吗？”").kind == "dialogue"
        assert (
            sum(
                "周航 (thought)" in p.read_text("utf-8") for p in desk.folder.root.glob("script.previous*.md")
            )
            == n + 1
        )
    assert len(list(desk.folder.root.glob("script.previous*.json"))) == 2


def test_a_line_given_back_is_decided_anew(desk: Desk) -> None:
    desk.edit(("- 周航: “有人", "- 林晚: “有人"))
    desk.run()
    desk.edit(("- ! 林晚: “有人", "- 林晚: “有人"))
    assert (line(desk.run(), "“有人吗？”").speaker, "- 周航: “有人吗？”" in desk.page()) == ("周航", True)


def test_sounds_switched_off_and_on_leave_what_the_user_set(desk: Desk) -> None:
    desk.edit(
        ("周航问道。", "[sfx:knock]周航问道。"),
        ("- sound: [sfx:beep count=3 ", "- sound: [sfx:beep count=5 "),
    )
    assert sorted(c.count for c in desk.run().cues) == [1, 5]
    assert sorted(c.count for c in desk.run(cues="none").cues) == [1, 5]
    assert sorted(c.count for c in desk.run().cues) == [1, 5]


def test_a_wrong_edit_is_refused_and_nothing_is_overwritten(desk: Desk) -> None:
    desk.edit(("“有人吗？”", "“没人吗？”"), ("- 林晚: “我", "- 林碗: “我"))
    page = desk.page()
    with pytest.raises(InputError, match=r"script\.md: 2 mistakes") as caught:
        desk.run()
    assert "没人吗" in str(caught.value) and "林碗" in str(caught.value) and caught.value.hint
    assert desk.page() == page


def test_a_run_that_was_stopped_half_way_leaves_no_edit_behind(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.replace
    desk.edit(("- 周航: “有人", "- 林晚: “有人"))
    desk.run()
    for stopped_at in ("script.json", "script.md"):
        desk.write(ONE.replace("一盏灯", f"一盏{stopped_at[-1]}灯"))

        def stop(temp: Path, target: Path, name: str = stopped_at) -> Path:
            if target.name == name:
                raise KeyboardInterrupt
            return rename(temp, target)

        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", stop)
            with pytest.raises(KeyboardInterrupt):
                desk.run()
        made = desk.run()
        assert desk.said == [] and [s.text for s in made.segments if s.by_user] == ["“有人吗？”"]


def test_a_folder_without_our_copy_still_takes_what_the_page_says(desk: Desk) -> None:
    desk.edit(("- 周航: “有人", "- 林晚: “有人"))
    desk.folder.written.unlink()
    assert line(desk.run(), "“有人吗？”").by_user == ("label",)


def test_a_page_alone_is_taken_too(desk: Desk) -> None:
    desk.edit(("- 周航: “有人", "- 林晚: “有人"))
    desk.folder.written.unlink()
    desk.folder.script.unlink()
    assert line(desk.run(), "“有人吗？”").by_user == ("label",)


def test_a_page_that_was_deleted_is_written_anew(desk: Desk) -> None:
    desk.edit(("- 周航: “有人", "- 林晚: “有人"))
    desk.run()
    desk.folder.page.unlink()
    assert line(desk.run(), "“有人吗？”").speaker == "林晚" and "- ! 林晚: “有人吗？”" in desk.page()


@pytest.mark.parametrize("name", ["script.json", "script.md", "book.json", "cast.toml", ".written.gz"])
def test_a_folder_in_the_place_of_a_file_is_an_error_with_its_name(desk: Desk, name: str) -> None:
    path = desk.folder.root / name
    path.unlink(missing_ok=True)
    path.mkdir()
    with pytest.raises(InputError, match=name.replace(".", r"\.")):
        cast_of(Written(desk.run(), Page("", {})), Settings(engine="tone"), desk.folder)  # type: ignore[call-arg]


# ---------------------------------------------------------------- the list of characters


def people(desk: Desk, text: str, name: str = "people.txt") -> Path:
    path = desk.tmp_path / name
    path.write_text(text, "utf-8")
    return path


def test_the_list_of_characters_is_honoured_and_remembered(desk: Desk) -> None:
    made = desk.run(characters=people(desk, "周大航 = 周航 (female, elderly)\n何九 (male)\n"))
    names = {s.id: s.name for s in made.speakers}
    assert names[line(made, "“有人吗？”").speaker or ""] == "周大航"
    about = {s.name: (s.gender, s.age, s.by_user) for s in made.speakers}
    assert about["周大航"] == ("female", "elderly", ()) and "何九" in about and "林晚" in about
    assert desk.run() == made
    assert (desk.folder.root / "characters.txt").is_file()


def test_another_list_takes_the_place_of_the_first(desk: Desk) -> None:
    desk.run(characters=people(desk, "周航 (female)\n"))
    made = desk.run(characters=people(desk, '[[character]]\nname = "周航"\ngender = "male"\n', "people.toml"))
    assert [s.gender for s in made.speakers if s.name == "周航"] == ["male"]
    assert not (desk.folder.root / "characters.txt").exists()


def test_the_list_in_the_folder_can_be_edited_and_deleted(desk: Desk) -> None:
    desk.run(characters=people(desk, "周航 (female)\n"))
    (desk.folder.root / "characters.txt").write_text("周航 (male)\n何九\n", "utf-8")
    assert [s.gender for s in desk.run().speakers if s.name == "周航"] == ["male"]
    (desk.folder.root / "characters.txt").unlink()
    assert "何九" not in {s.name for s in desk.run().speakers}


def test_where_the_list_and_the_page_differ_the_page_is_taken_and_it_is_said(desk: Desk) -> None:
    desk.edit(("- 周航 (", "- 周航 (female; "))
    desk.run()
    made = desk.run(characters=people(desk, "周航 = 小周 (male, young)\n"))
    (person,) = (s for s in made.speakers if s.name == "周航")
    assert (person.gender, person.age, "小周" in person.aliases, person.by_user) == (
        "female",
        "young",
        True,
        ("gender",),
    )
    assert any("周航: female in script.md, male in the list" in s for s in desk.said)


def test_a_new_list_leaves_what_the_user_set_in_the_page(desk: Desk) -> None:
    desk.edit(("- 周航: “有人", "- 林晚: “有人"))
    made = desk.run(characters=people(desk, "周航 (male)\n"))
    assert line(made, "“有人吗？”").speaker == "林晚"


def test_a_name_of_the_list_can_be_written_before_a_line(desk: Desk) -> None:
    desk.run(characters=people(desk, "何九 (male)\n"))
    desk.edit(("- 周航: “有人", "- 何九: “有人"))
    assert line(desk.run(), "“有人吗？”").speaker == "何九"


def test_only_the_people_of_the_list(desk: Desk) -> None:
    made = desk.run(characters=people(desk, "only = true\n周航 (male)\n"))
    assert {s.name for s in made.speakers} == {"周航"}


# ---------------------------------------------------------------- the cast


def voice_of(desk: Desk, who: str, **settings: object) -> str:
    values = {"output": desk.tmp_path / "out", "engine": "tone", **settings}
    book = read_book(desk.source)
    written = script_of(book, Settings(**values), desk.folder, say=desk.said.append)  # type: ignore[arg-type]
    return cast_of(written, Settings(**values), desk.folder, say=desk.said.append).roles[who].voice  # type: ignore[arg-type]


GENDERS = {v.id: v.gender for v in load_voices()}


def test_somebody_made_a_woman_gets_a_womans_voice(desk: Desk) -> None:
    assert GENDERS[voice_of(desk, "周航")] == "male"
    desk.edit(("- 周航 (male", "- 周航 (female"))
    assert GENDERS[voice_of(desk, "周航")] == "female"
    assert any("周航 has another voice now" in s for s in desk.said)


def test_a_voice_that_the_user_chose_for_her_stays(desk: Desk) -> None:
    old = voice_of(desk, "周航")
    desk.edit(("- 周航 (male", "- 周航 (female"))
    text = desk.folder.cast.read_text("utf-8")
    desk.folder.cast.write_text(text.replace(f'voice = "{old}"', 'voice = "tone_soprano"'), "utf-8")
    assert voice_of(desk, "周航") == "tone_soprano"


def test_a_list_of_characters_that_says_otherwise_changes_the_voice_too(desk: Desk) -> None:
    assert GENDERS[voice_of(desk, "周航")] == "male"
    assert GENDERS[voice_of(desk, "周航", characters=people(desk, "周航 (female)\n"))] == "female"


# ---------------------------------------------------------------- check


def test_check_finds_what_the_next_run_would_refuse_and_changes_nothing(desk: Desk) -> None:
    desk.edit(("“有人吗？”", "“没人吗？”"))
    before = {p: p.read_bytes() for p in desk.folder.root.iterdir() if p.is_file()}
    for path in (desk.folder.root, desk.folder.page, desk.folder.script):
        (fault,) = [f for file in check_folder(path, Settings()).files for f in file.faults]
        assert "没人吗" in desk.page().split("\n")[fault.line - 1]
    assert {p: p.read_bytes() for p in desk.folder.root.iterdir() if p.is_file()} == before


def test_check_lists_the_quotes_to_review_as_the_page_stands(desk: Desk) -> None:
    desk.edit(("## 1. ", "\n\n\n## 1. "))
    found = check_folder(desk.folder.root, Settings(review_below=1.0)).review
    assert found and all(d.text in desk.page().split("\n")[(d.line or 0) - 1] for d in found)
    assert check_folder(desk.folder.root, Settings(review_below=0.0)).review == ()


def test_check_takes_a_right_edit_without_writing_it(desk: Desk) -> None:
    desk.edit(("- 周航: “有人", "- 林晚: “有人"))
    checked = check_folder(desk.folder.root, Settings())
    assert checked.script is not None and line(checked.script, "“有人吗？”").speaker == "林晚"
    assert "- 林晚: “有人吗？”" in desk.page()


def test_check_of_a_folder_without_a_script_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no script") as caught:
        check_folder(tmp_path, Settings())
    assert "novelcast script" in caught.value.hint


@pytest.mark.parametrize(
    ("find", "put", "what", "near"),
    [
        ('"speaker": "周航"', '"speaker": "周行"', "no speaker '周行'", '"id"'),
        ('"segment": "', '"segment": "x', "no segment", '"sound"'),
        ('"sound": "beep"', '"sound": "kazoo"', "no sound 'kazoo'", '"sound": "kazoo"'),
        ('"text": "“有人吗？”"', '"text": "“没人吗？”"', "not what the book has", '"id"'),
        ('"kind": "narration"', '"kind": "shout"', "kind", '"id"'),
        ('"end": 6', '"end": 5', "missing from the script", ""),
        ('"segments": [', '"segments": [,', "", '"segments"'),
    ],
)  # fmt: skip
def test_a_mistake_in_the_json_is_named_with_its_line(
    desk: Desk, find: str, put: str, what: str, near: str
) -> None:
    text = desk.folder.script.read_text("utf-8")
    assert find in text
    desk.folder.script.write_text(text.replace(find, put, 1), "utf-8")
    faults = [f for file in check_folder(desk.folder.root, Settings()).files for f in file.faults]
    assert faults and what in faults[0].what and faults[0].hint
    assert near in desk.folder.script.read_text("utf-8").split("\n")[faults[0].line - 1]
