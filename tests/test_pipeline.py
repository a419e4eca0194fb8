"""The main path, whole: a text goes in, chapters come out. The humming engine speaks, all else is real."""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from mutagen.id3 import ID3

from novelcast import chapter, loudness
from novelcast.engines.tone import ToneEngine
from novelcast.errors import CastError, EngineUnavailable, InputError, SettingsError
from novelcast.media import decode, decode_mono
from novelcast.model import Progress, Script, Timeline
from novelcast.pipeline import BookDetails, Edition, render
from novelcast.presets import PRESETS
from novelcast.publish.about import About, load_about
from novelcast.publish.id3 import tag_length
from novelcast.settings import Settings
from novelcast.workspace import BookFolder, ClipCache, read_model

TEXT = """第一章 夜班

仓库里只剩下一盏灯还亮着。

“有人吗？”周航问道。

“我在这儿。”林晚说，“别出声。”

“滴滴滴——”

周航吓得往后退了一步。

“啪！”

保险丝烧断了。

第二章 天亮

太阳照常升起来了。
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "夜班.txt"
    path.write_text(TEXT, "utf-8")
    return path


def settings_in(tmp_path: Path, **changes: object) -> Settings:
    values = {
        "output": tmp_path / "out",
        "cache_dir": tmp_path / "cache",
        "engine": "tone",
        "preset": "audiobook",
    }
    return Settings(**(values | changes))


def rendered(book: Path, tmp_path: Path, details: BookDetails = BookDetails(), **changes: object) -> Edition:  # noqa: B008
    return render([book], settings_in(tmp_path, **changes), details, lambda _: None)


def audio(edition: Edition, chapter: int = 0) -> np.ndarray:
    record = edition.chapters[chapter]
    return decode_mono(edition.folder / record.file, rate_hz=record.rate_hz)


def test_a_text_becomes_one_mastered_mp3_for_each_chapter(book: Path, tmp_path: Path) -> None:
    edition = rendered(book, tmp_path)
    assert [c.file for c in edition.chapters] == [
        "chapters/001 第一章 夜班.mp3",
        "chapters/002 第二章 天亮.mp3",
    ]
    for n, record in enumerate(edition.chapters):
        assert audio(edition, n).size == record.samples
        assert record.misses == ()
        measured = loudness.measure(
            decode(edition.folder / record.file, rate_hz=record.rate_hz), rate_hz=record.rate_hz, channels=1
        )
        assert measured.integrated_lufs == pytest.approx(-18, abs=0.5)
        assert measured.true_peak_dbtp <= -1.5


def test_every_voice_and_every_sound_is_where_the_timeline_says(book: Path, tmp_path: Path) -> None:
    edition = rendered(book, tmp_path)
    folder = BookFolder(edition.folder)
    timeline = read_model(folder.timeline(0), Timeline)
    assert timeline is not None
    levels = np.abs(audio(edition))
    for placement in timeline.placements:
        middle = levels[placement.start : placement.start + placement.length]
        assert middle.max() > 0.02, placement
    sounding = np.zeros(levels.size, dtype=bool)
    for placement in timeline.placements:
        sounding[max(0, placement.start - 200) : placement.start + placement.length + 600] = True
    assert levels[~sounding].max() < 0.01


def test_a_chapter_longer_than_a_file_may_be_is_several_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = tmp_path / "长夜.txt"
    scenes = "\n\n***\n\n".join("雨还在下，灯还亮着，谁也没有说话。\n\n“几点了？”他问。" for _ in range(4))
    book.write_text(f"第一章 长夜\n\n{scenes}\n\n第二章 清晨\n\n天亮了。\n", "utf-8")
    whole = rendered(book, tmp_path, preset="acx")
    seconds = whole.chapters[0].samples / 44_100

    short = PRESETS["acx"].model_copy(update={"longest_s": round(0.6 * seconds)})
    monkeypatch.setitem(PRESETS, "acx", short)
    edition = rendered(book, tmp_path, preset="acx")
    names = ["001-1 第一章 长夜.mp3", "001-2 第一章 长夜.mp3", "002 第二章 清晨.mp3"]
    assert [c.file for c in edition.chapters] == [f"chapters/{name}" for name in names]
    assert [c.name for c in edition.chapters][:2] == ["第一章 长夜 (1/2)", "第一章 长夜 (2/2)"]
    assert sorted(p.name for p in (edition.folder / "chapters").iterdir()) == names
    assert [p.name for p in sorted((edition.folder / "timelines").iterdir())] == [
        "001-1.json", "001-2.json", "002.json",
    ]  # fmt: skip
    for n, record in enumerate(edition.chapters):
        assert record.misses == ()
        assert record.samples <= 44_100 * (short.longest_s or 0)
        assert str(ID3(edition.folder / record.file)["TRCK"]) == f"{n + 1}/3"
    clips = [
        {p.clip for p in timeline.placements}
        for part in (0, 1)
        if (timeline := read_model(BookFolder(edition.folder).timeline(0, part, 2), Timeline))
    ]
    assert all(clips)

    before = [(edition.folder / c.file).stat().st_mtime_ns for c in edition.chapters]
    again = rendered(book, tmp_path, preset="acx")
    assert [(again.folder / c.file).stat().st_mtime_ns for c in again.chapters] == before

    monkeypatch.setitem(PRESETS, "acx", short.model_copy(update={"longest_s": 7200}))
    assert [c.file for c in rendered(book, tmp_path, preset="acx").chapters] == [
        "chapters/001 第一章 长夜.mp3",
        "chapters/002 第二章 清晨.mp3",
    ]
    assert len(list((edition.folder / "chapters").iterdir())) == 2


def test_what_each_file_measures_is_in_loudness_json(book: Path, tmp_path: Path) -> None:
    edition = rendered(book, tmp_path)
    files = json.loads((edition.folder / "loudness.json").read_text("utf-8"))["files"]
    assert [f["file"] for f in files] == [c.file for c in edition.chapters]
    assert [f["preset"] for f in files] == ["audiobook"] * 2
    assert files[0]["integrated_lufs"] == pytest.approx(-18, abs=0.5)
    assert files[0]["misses"] == []


def test_the_alarm_and_the_pop_are_sounds_and_not_words(book: Path, tmp_path: Path) -> None:
    edition = rendered(book, tmp_path)
    script = read_model(BookFolder(edition.folder).script, Script)
    assert script is not None
    replaced = [
        (c.sound in ("alarm", "beep"), c.sound == "pop", c.count) for c in script.cues if c.mode == "replace"
    ]
    assert replaced == [(True, False, 3), (False, True, 1)]
    assert not any("滴" in s.spoken or "啪" in s.spoken for s in script.segments)


def test_a_second_run_speaks_nothing_and_leaves_the_files_alone(book: Path, tmp_path: Path) -> None:
    first = rendered(book, tmp_path)
    paths = [first.folder / c.file for c in first.chapters]
    before = [(p.stat().st_mtime_ns, p.read_bytes()) for p in paths]
    second = rendered(book, tmp_path)
    assert second.spoken == 0 and second.reused == first.spoken
    assert [(p.stat().st_mtime_ns, p.read_bytes()) for p in paths] == before


def test_a_deleted_clip_is_made_again_and_the_chapter_sounds_the_same(book: Path, tmp_path: Path) -> None:
    first = rendered(book, tmp_path)
    before = audio(first)
    timeline = read_model(BookFolder(first.folder).timeline(0), Timeline)
    assert timeline is not None
    key = next(p.clip for p in timeline.placements if p.clip)
    ClipCache(tmp_path / "cache" / "clips").path(key).unlink()
    assert rendered(book, tmp_path).spoken == 1
    (first.folder / first.chapters[0].file).unlink()
    assert np.array_equal(audio(rendered(book, tmp_path)), before)


def test_a_changed_line_is_the_only_one_spoken_and_only_its_chapter_is_mixed(
    book: Path, tmp_path: Path
) -> None:
    first = rendered(book, tmp_path)
    untouched = (first.folder / first.chapters[0].file).stat().st_mtime_ns
    book.write_text(TEXT.replace("太阳照常升起来了。", "太阳没有再从东边升起来。"), "utf-8")
    second = rendered(book, tmp_path)
    assert second.spoken == 1
    assert (second.folder / second.chapters[0].file).stat().st_mtime_ns == untouched
    assert second.chapters[1].sha256 != first.chapters[1].sha256


def test_a_reading_in_the_books_own_lexicon_speaks_its_lines_anew_and_no_others(
    book: Path, tmp_path: Path
) -> None:
    first = rendered(book, tmp_path)
    (first.folder / "lexicon.toml").write_text('[[word]]\ntext = "仓库"\nreading = "chang2 ku4"\n', "utf-8")
    again = rendered(book, tmp_path)
    assert again.spoken == 1 and again.reused == first.spoken - 1


def test_a_voice_changed_in_the_cast_file_is_honoured(book: Path, tmp_path: Path) -> None:
    first = rendered(book, tmp_path)
    cast = BookFolder(first.folder).cast
    text = cast.read_text("utf-8")
    old = text.split("[roles.")[1].split('voice = "')[1].split('"')[0]
    cast.write_text(text.replace(f'voice = "{old}"', 'voice = "tone_tenor"'), "utf-8")
    assert 0 < rendered(book, tmp_path).spoken < first.spoken
    assert 'voice = "tone_tenor"' in cast.read_text("utf-8")


def test_a_voice_that_does_not_exist_stops_before_any_work(book: Path, tmp_path: Path) -> None:
    cast = BookFolder(rendered(book, tmp_path).folder).cast
    cast.write_text(cast.read_text("utf-8").replace("tone_bass", "nobody"), "utf-8")
    with pytest.raises(CastError, match="nobody"):
        rendered(book, tmp_path)


def test_another_engine_gets_its_own_cast_and_the_old_one_is_kept(book: Path, tmp_path: Path) -> None:
    from novelcast.casting import load_cast
    from novelcast.catalog import load_voices
    from novelcast.read import read_book
    from novelcast.resume import cast_of, script_of

    folder = BookFolder(rendered(book, tmp_path).folder)
    mine = folder.cast.read_text("utf-8") + "\n# by hand\n"
    folder.cast.write_text(mine, "utf-8")
    script = script_of(read_book(book), settings_in(tmp_path), folder)
    assert cast_of(script, settings_in(tmp_path, engine="kokoro"), folder).engine == "kokoro"
    assert (folder.root / "cast.tone.toml").read_text("utf-8") == mine
    assert cast_of(script, settings_in(tmp_path), folder).engine == "tone"
    assert "# by hand" in folder.cast.read_text("utf-8")
    assert load_cast(folder.root / "cast.kokoro.toml", load_voices()) is not None


def test_an_engine_that_spoke_nothing_does_not_become_the_books(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from novelcast.engines.edge import EdgeEngine

    async def nothing(self, request):  # type: ignore[no-untyped-def]
        raise EngineUnavailable("out of reach")

    async def tones(self, request):  # type: ignore[no-untyped-def]
        return await ToneEngine().speak(request)

    folder = BookFolder(rendered(book, tmp_path).folder)
    before = folder.cast.read_text("utf-8")
    monkeypatch.setattr(EdgeEngine, "speak", nothing)
    with pytest.raises(EngineUnavailable):
        rendered(book, tmp_path, engine="edge")
    assert folder.cast.read_text("utf-8") == before
    assert rendered(book, tmp_path, engine=None).engine == "tone"

    monkeypatch.setattr(EdgeEngine, "speak", tones)
    assert rendered(book, tmp_path, engine="edge").engine == "edge"
    assert folder.cast_of("tone").read_text("utf-8") == before
    assert rendered(book, tmp_path, engine=None).engine == "edge"


def test_a_new_book_has_no_engine_until_one_spoke(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(self, request):  # type: ignore[no-untyped-def]
        raise EngineUnavailable("out of reach")

    with monkeypatch.context() as patch, pytest.raises(EngineUnavailable):
        patch.setattr(ToneEngine, "speak", nothing)
        rendered(book, tmp_path)
    (folder,) = (BookFolder(path) for path in (tmp_path / "out").iterdir())
    assert not folder.cast.exists()
    rendered(book, tmp_path)
    assert 'engine = "tone"' in folder.cast.read_text("utf-8")
    assert not folder.cast_of("tone").exists()


def test_a_run_stopped_after_its_first_line_keeps_its_engine(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    speak = ToneEngine.speak

    async def stopping(self, request):  # type: ignore[no-untyped-def]
        asked.append(request)
        if len(asked) == 5:
            raise KeyboardInterrupt
        return await speak(self, request)

    monkeypatch.setattr(ToneEngine, "concurrency", 1)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(ToneEngine, "speak", stopping)
        rendered(book, tmp_path)
    again = rendered(book, tmp_path, engine=None)
    assert again.engine == "tone" and again.reused == 4


def test_a_speaker_changed_in_the_script_file_is_honoured(book: Path, tmp_path: Path) -> None:
    folder = BookFolder(rendered(book, tmp_path).folder)
    data = json.loads(folder.script.read_text("utf-8"))
    line = next(s for s in data["segments"] if s["kind"] == "dialogue")
    other = next(s["id"] for s in data["speakers"] if s["id"] != line["speaker"])
    line["speaker"] = other
    folder.script.write_text(json.dumps(data), "utf-8")
    assert rendered(book, tmp_path).spoken == 1
    kept = json.loads(folder.script.read_text("utf-8"))
    assert next(s for s in kept["segments"] if s["id"] == line["id"])["speaker"] == other


def test_what_is_changed_in_the_page_is_heard_and_nothing_else_is_spoken(book: Path, tmp_path: Path) -> None:
    first = rendered(book, tmp_path)
    page = BookFolder(first.folder).page

    def edited(old: str, new: str) -> Edition:
        text = page.read_text("utf-8")
        assert old in text
        page.write_text(text.replace(old, new), "utf-8")
        return rendered(book, tmp_path)

    other = edited("- 周航: “有人吗？”", "- 林晚: “有人吗？”")
    assert other.spoken == 1
    longer = edited("- 林晚: “我在这儿。”", "- 林晚: “我在这儿。” [pause:3000]")
    assert longer.spoken == 0
    assert longer.chapters[0].samples > other.chapters[0].samples + 2 * longer.chapters[0].rate_hz
    louder = edited("周航吓得", "周航[sfx:bang mode=under]吓得")
    assert (louder.spoken, louder.chapters[0].cues) == (0, other.chapters[0].cues + 1)
    assert edited("仓库里", "[sfx:wind mode=under]仓库里").chapters[1].sha256 == first.chapters[1].sha256
    silent = edited("- narration: 保险丝烧断了。", "- skipped: 保险丝烧断了。")
    assert silent.spoken == 0 and silent.chapters[0].samples < louder.chapters[0].samples


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda data: data["segments"].pop(1), "missing"),
        (lambda data: data["segments"][1].update(kind="shouting"), "segments.1.kind"),
        (lambda data: data["segments"][1].update(speaker="谁也不是"), "no speaker"),
        (lambda data: data["segments"][1].update(id=data["segments"][0]["id"]), "two segments"),
        (lambda data: data["segments"][1].update(pause_after_ms=-30000), "pause_after_ms"),
        (lambda data: data["cues"][0].update(sound="kazoo"), "no sound"),
        (lambda data: data["cues"][0].update(count=10**7), "count"),
    ],
)
def test_a_script_that_was_edited_wrongly_is_refused_and_not_overwritten(
    book: Path, tmp_path: Path, break_it, message: str
) -> None:
    folder = BookFolder(rendered(book, tmp_path).folder)
    data = json.loads(folder.script.read_text("utf-8"))
    break_it(data)
    folder.script.write_text(json.dumps(data), "utf-8")
    with pytest.raises(InputError, match=message) as caught:
        rendered(book, tmp_path)
    assert caught.value.hint
    assert json.loads(folder.script.read_text("utf-8")) == data
    assert rendered(book, tmp_path, BookDetails(fresh=True)).chapters


def test_a_line_that_cannot_be_spoken_costs_its_chapter_alone(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from novelcast.errors import SpeechFailed

    speak = ToneEngine.speak

    async def refusing(self, request):  # type: ignore[no-untyped-def]
        if "太阳" in request.text:
            raise SpeechFailed("too bright")
        return await speak(self, request)

    monkeypatch.setattr(ToneEngine, "speak", refusing)
    edition = rendered(book, tmp_path)
    assert [c.chapter for c in edition.chapters] == [0]
    assert [(u.request.text, why) for u, why in edition.failed] == [("太阳照常升起来了。", "too bright")]
    monkeypatch.undo()
    again = rendered(book, tmp_path)
    assert again.spoken == 1 and [c.chapter for c in again.chapters] == [0, 1]


def test_progress_of_each_stage_reaches_its_total(book: Path, tmp_path: Path) -> None:
    seen: dict[str, Progress] = {}
    render([book], settings_in(tmp_path), BookDetails(), lambda p: seen.__setitem__(p.stage, p))
    assert set(seen) == {"read", "script", "speak", "master"}
    assert all(p.done == p.total for p in seen.values())


def test_title_author_and_cover_reach_the_tags(book: Path, tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (64, 64), "navy").save(tmp_path / "cover.png")
    edition = rendered(
        book, tmp_path, BookDetails(title="夜与昼", author="某人", cover=tmp_path / "cover.png")
    )
    tags = ID3(edition.folder / edition.chapters[1].file)
    assert (str(tags["TIT2"]), str(tags["TALB"]), str(tags["TPE1"]), str(tags["TRCK"])) == (
        "第二章 天亮",
        "夜与昼",
        "某人",
        "2/2",
    )
    assert str(tags["TCOM"]) == "tone_bass"
    assert tags.getall("APIC")[0].mime == "image/jpeg"


def audio_of(path: Path) -> bytes:
    data = path.read_bytes()
    return data[tag_length(data[:10]) :]


def test_a_new_chapter_or_another_tag_encodes_no_other_chapter_again(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mutagen.id3 import ID3

    first = rendered(book, tmp_path)
    before = [audio_of(first.folder / c.file) for c in first.chapters]
    encoded: list[Path] = []
    write = chapter.write_mp3
    monkeypatch.setattr(
        chapter, "write_mp3", lambda path, *a, **k: (encoded.append(path), write(path, *a, **k))
    )
    book.write_text(TEXT + "\n第三章 傍晚\n\n灯又亮了。\n", "utf-8")
    (first.folder / "about.toml").write_text('narrator = "何某"\ndate = "2027"\n', "utf-8")
    second = rendered(book, tmp_path)
    assert len(encoded) == 1
    assert [audio_of(second.folder / c.file) for c in second.chapters[:2]] == before
    for n, record in enumerate(second.chapters, 1):
        tags = ID3(second.folder / record.file)
        assert (str(tags["TRCK"]), str(tags["TCOM"]), str(tags["TDRC"])) == (f"{n}/3", "何某", "2027")
        data = (second.folder / record.file).read_bytes()
        assert (record.sha256, record.size_bytes) == (hashlib.sha256(data).hexdigest(), len(data))


def test_another_title_of_a_chapter_is_another_name_of_its_file(book: Path, tmp_path: Path) -> None:
    first = rendered(book, tmp_path)
    book.write_text(TEXT.replace("第二章 天亮", "第二章　天亮"), "utf-8")
    second = rendered(book, tmp_path)
    assert len(list((second.folder / "chapters").iterdir())) == 2
    assert all((second.folder / c.file).is_file() for c in second.chapters)
    assert first.chapters[1].made_from == second.chapters[1].made_from


def test_about_toml_is_there_to_be_filled_in_and_never_overwritten(book: Path, tmp_path: Path) -> None:
    path = rendered(book, tmp_path).folder / "about.toml"
    assert load_about(path.parent) == About()
    filled = "\n".join(
        line.removeprefix("# ") for line in path.read_text("utf-8").splitlines() if " = " in line
    )
    path.write_text(filled, "utf-8")
    about = load_about(path.parent)
    assert (about.url, about.email, about.serial) == ("https://example.org/mybook/", "me@example.org", True)
    rendered(book, tmp_path)
    assert path.read_text("utf-8") == filled


def test_a_mistake_in_about_toml_is_said_before_anything_is_spoken(book: Path, tmp_path: Path) -> None:
    folder = rendered(book, tmp_path).folder
    for text, wrong in [
        ('speaker = "x"', "no such line: speaker"),
        ('url = "example.org"', "url: 'example.org' is no web address"),
        ('date = "tomorrow"', "date"),
        ("date = ", "about.toml"),
    ]:
        (folder / "about.toml").write_text(text, "utf-8")
        with pytest.raises(InputError, match=wrong):
            rendered(book, tmp_path)


def test_a_cover_beside_the_book_is_taken(book: Path, tmp_path: Path) -> None:
    from mutagen.id3 import ID3
    from PIL import Image

    Image.new("RGB", (64, 64), "green").save(tmp_path / "夜班.jpg")
    edition = rendered(book, tmp_path)
    assert ID3(edition.folder / edition.chapters[0].file).getall("APIC")[0].mime == "image/jpeg"


def test_an_unknown_preset_or_engine_leaves_nothing_behind(book: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="preset"):
        rendered(book, tmp_path, preset="loud")
    assert not (tmp_path / "out").exists()
    with pytest.raises(SettingsError, match="engine"):
        rendered(book, tmp_path, engine="siri")
    assert not (tmp_path / "out").exists()


def test_cues_can_be_switched_off_and_on_again(book: Path, tmp_path: Path) -> None:
    assert rendered(book, tmp_path).chapters[0].cues == 2
    assert rendered(book, tmp_path, cues="none").chapters[0].cues == 0
    assert rendered(book, tmp_path).chapters[0].cues == 2


def test_chapters_that_the_book_no_longer_has_are_removed(book: Path, tmp_path: Path) -> None:
    first = rendered(book, tmp_path)
    book.write_text(TEXT.replace("第一章 夜班", "第一章 长夜").split("第二章")[0], "utf-8")
    edition = rendered(book, tmp_path)
    assert [p.name for p in sorted((first.folder / "chapters").iterdir())] == ["001 第一章 长夜.mp3"]
    record = json.loads((first.folder / "edition.json").read_text("utf-8"))
    assert [c["file"] for c in record["chapters"]] == [c.file for c in edition.chapters]


def test_a_cover_that_is_no_image_is_refused_before_anything_is_made(book: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_text("not a picture")
    with pytest.raises(InputError, match="not an image"):
        rendered(book, tmp_path, BookDetails(cover=tmp_path / "bad.png"))
    assert not (tmp_path / "out").exists()
    (tmp_path / "bad.png").rename(tmp_path / "夜班.png")
    assert rendered(book, tmp_path).chapters


def test_files_that_an_editor_saved_with_a_byte_order_mark_are_read(book: Path, tmp_path: Path) -> None:
    folder = BookFolder(rendered(book, tmp_path).folder)
    for path in (folder.cast, folder.script):
        path.write_text("\ufeff" + path.read_text("utf-8"), "utf-8")
    assert rendered(book, tmp_path).spoken == 0


def test_without_cues_the_words_are_spoken(book: Path, tmp_path: Path) -> None:
    edition = rendered(book, tmp_path, cues="none")
    script = read_model(BookFolder(edition.folder).script, Script)
    assert script is not None and not script.cues
    assert any("滴滴滴" in s.spoken for s in script.segments)


def test_the_cover_must_exist(book: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cover"):
        rendered(book, tmp_path, BookDetails(cover=tmp_path / "none.jpg"))


def test_an_edition_can_be_moved(book: Path, tmp_path: Path) -> None:
    edition = rendered(book, tmp_path)
    moved = tmp_path / "elsewhere"
    shutil.move(tmp_path / "out", moved)
    again = rendered(book, tmp_path, output=moved)
    assert again.spoken == 0
    assert [c.sha256 for c in again.chapters] == [c.sha256 for c in edition.chapters]


def test_a_run_stopped_while_the_changed_text_was_analysed_does_not_keep_the_old_script(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered(book, tmp_path)
    book.write_text(TEXT.replace("太阳照常升起来了。", "太阳没有再从东边升起来。"), "utf-8")

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("novelcast.resume.write_script", stopped)
        with pytest.raises(KeyboardInterrupt):
            rendered(book, tmp_path)
    edition = rendered(book, tmp_path)
    script = read_model(BookFolder(edition.folder).script, Script)
    assert script is not None and any("没有再从东边" in s.text for s in script.segments)


def test_a_chapter_that_was_posted_twice_is_heard_once(tmp_path: Path) -> None:
    story = "\n\n".join(
        f"第{n}只箱子打开的时候，{who}在屋里闻到了一股海水的味道。" for n, who in enumerate("周吴郑王冯陈", 1)
    )
    text = f"第一章 箱子\n\n{story}\n\n第一章 箱子\n\n{story}\n\n第二章 海\n\n船在天亮以前就开走了。\n"
    (tmp_path / "箱子.txt").write_text(text, "utf-8")
    edition = rendered(tmp_path / "箱子.txt", tmp_path)
    assert [c.title for c in edition.chapters] == ["第一章 箱子", "第二章 海"]
    script = read_model(BookFolder(edition.folder).script, Script)
    assert script is not None and any("posted twice" in s.reason for s in script.skipped)


def test_a_masked_word_sounds_as_a_tone_of_1_khz_in_its_place_if_the_user_wants_one(tmp_path: Path) -> None:
    book = tmp_path / "遮.txt"
    book.write_text("第一章 夜\n\n那个消息像一颗**在人群里炸开了，五乘五写成5*5。\n", "utf-8")
    quiet = rendered(book, tmp_path)
    assert read_model(BookFolder(quiet.folder).script, Script).cues == ()  # type: ignore[union-attr]
    edition = rendered(book, tmp_path, masked="bleep")
    timeline = read_model(BookFolder(edition.folder).timeline(0), Timeline)
    assert timeline is not None
    order = [("cue" if p.cue is not None else "voice") for p in timeline.placements]
    assert order == ["voice", "voice", "cue", "voice"]
    before, tone, after = timeline.placements[1:]
    gap = 0.06 * timeline.rate_hz
    assert tone.start - (before.start + before.length) == pytest.approx(gap, abs=2)
    assert after.start - (tone.start + tone.length) == pytest.approx(gap, abs=2)
    samples = decode_mono(edition.folder / edition.chapters[0].file, rate_hz=timeline.rate_hz)
    heard = samples[tone.start + 2000 : tone.start + tone.length - 2000]
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(heard.size)))
    loudest_hz = np.argmax(spectrum) * timeline.rate_hz / heard.size
    assert loudest_hz == pytest.approx(1000, rel=0.02)
    assert np.sqrt(np.mean(heard**2)) > 0.03
