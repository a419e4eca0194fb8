import pytest
from pydantic import ValidationError

from books import cast_of, segment
from novelcast.model import Role, Script, SpeechRequest

REQUEST = SpeechRequest(engine="tone", voice="a", language="zh", text="你好。")


@pytest.mark.parametrize(
    "change",
    [
        {"text": "你好！"},
        {"voice": "b"},
        {"rate": 1.01},
        {"pitch_st": 0.5},
        {"mix": {"b": 0.1}},
        {"language": "en"},
        {"engine": "x"},
    ],
)
def test_everything_audible_changes_a_clips_key(change: dict) -> None:
    assert REQUEST.model_copy(update=change).key("1") != REQUEST.key("1")


def test_a_new_engine_version_changes_every_key_and_nothing_else_does() -> None:
    assert REQUEST.key("1") != REQUEST.key("2")
    assert REQUEST.key("1") == SpeechRequest.model_validate_json(REQUEST.model_dump_json()).key("1")


def test_unknown_fields_are_refused() -> None:
    with pytest.raises(ValidationError):
        Script.model_validate({"title": "书", "language": "zh", "segments": [], "mood": "sad"})


def test_models_cannot_be_changed_in_place() -> None:
    with pytest.raises(ValidationError):
        REQUEST.text = "再见"  # type: ignore[misc]


def test_a_line_is_spoken_by_its_speaker_and_the_rest_by_the_narrator() -> None:
    cast = cast_of("甲")
    assert cast.role_of(segment("“嗯。”", "dialogue", speaker="甲")) == Role(voice="tone_alto")
    assert cast.role_of(segment("他走了。")) == cast.narrator
    assert cast.role_of(segment("“谁？”", "dialogue", speaker=None)) == cast.narrator
    assert cast.role_of(segment("【叮】", "system")) == cast.system
