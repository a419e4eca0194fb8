"""What the stages hand to each other, and nothing else.

All models are frozen and refuse unknown fields, so that a file a user has edited is checked when read.
Offsets are characters (Unicode code points) of the paragraph's text, half-open; chapters and paragraphs
count from 0. Times inside are whole samples; only settings that a person writes are in ms.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

ParagraphKind = Literal["body", "heading", "verse", "break"]
SegmentKind = Literal["narration", "dialogue", "thought", "system", "heading"]
CueMode = Literal["replace", "before", "under"]
CueAmount = Literal["none", "few", "all"]
"""Which sounds: none; those the text writes out (砰); those too that it only names (手机响了)."""
Channel = Literal["phone", "radio", "loudspeaker", "telepathy", "message", "recording"]
Effect = Literal["phone", "radio", "loudspeaker", "recording", "telepathy", "system", "thought", "none"]
"""What a voice is heard through; `none` is for a role that is to have none where its lines would."""
SetField = Literal["label", "spoken", "pause", "cues", "how"]
"""What a user can set of a line: who says it (and so its kind), the words that are said, the silence, the sounds in
it, and the tone."""
SpeakerField = Literal["name", "aliases", "gender", "age"]
Masked = Literal["silence", "bleep"]
"""What is heard where the text masks a word (**)."""
Gender = Literal["male", "female", "unknown"]
Age = Literal["child", "young", "adult", "elderly", "unknown"]

SCRIPT_VERSION = 1
MUSIC = "music:"
"""What the `sound` of a cue begins with that is a file of music."""
SCENE_BREAK = "scene break"
"""The reason under which the text of a scene break is skipped."""
CENSOR = "censor"
"""The sound that stands for a masked word."""


def cue_amount(value: object) -> object:
    """What was yes and no once: a few sounds, or none."""
    return {"true": "few", "false": "none", "1": "few", "0": "none"}.get(str(value).lower(), value)


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Record:
    """What a long book has by the hundred thousand: a dataclass with slots, in a tenth of a model's memory.

    One that is read from a file, as part of a model, is checked as models are; one that we make is not.
    """

    __slots__ = ()
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    def model_copy(self, *, update: Mapping[str, object]) -> Self:
        """The same with other values, as models have it."""
        return replace(self, **update)  # type: ignore[type-var]


# ---------------------------------------------------------------- the book


@dataclass(frozen=True, slots=True, kw_only=True)
class Span(Record):
    """A place in the book: characters [start, end) of one paragraph."""

    chapter: int
    paragraph: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph(Record):
    """One paragraph as the author wrote it (NFC), after repair. A `break` is a scene break; its text may be empty."""

    kind: ParagraphKind
    text: str


class Repair(Model):
    """One change the reader made to a damaged text. `start` is where `after` stands in the repaired paragraph."""

    chapter: int
    paragraph: int
    start: int
    before: str
    after: str
    why: str


class Skipped(Model):
    """Text of the book that nobody speaks, and why. `by_user`, `note`: see Segment."""

    span: Span
    text: str
    reason: str
    by_user: tuple[SetField, ...] = ()
    note: str = ""


class Chapter(Model):
    """A chapter; its heading, where the text has one, is its first paragraph too (kind `heading`)."""

    title: str
    paragraphs: tuple[Paragraph, ...]


class Book(Model):
    """A book as read. `skipped` marks spans of paragraphs (a site's blurb, say) that are not the book."""

    id: str
    title: str
    authors: tuple[str, ...] = ()
    language: str = "zh"
    series: str = ""
    series_index: str = ""
    chapters: tuple[Chapter, ...]
    cover: str | None = None
    source: str
    source_sha256: str
    repairs: tuple[Repair, ...] = ()
    skipped: tuple[Skipped, ...] = ()


# ---------------------------------------------------------------- the script


class Speaker(Model):
    """A person of the book. `sure` in [0, 1] is how sure we are of gender and age.

    `by_user` names what the user set in the script; `not_aliases` are words that they took from them; `listed`
    says that the person stands in the user's list of characters.
    """

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    gender: Gender = "unknown"
    age: Age = "unknown"
    sure: float = 0.0
    by_user: tuple[SpeakerField, ...] = ()
    not_aliases: tuple[str, ...] = ()
    listed: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess(Record):
    """Somebody else who may speak a segment, with the probability."""

    speaker: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment(Record):
    """A run of text that one voice speaks. `text` is verbatim; `spoken` is what the voice is given.

    `speaker` is a Speaker's id for dialogue and thought (None where nobody could be found: the narrator
    speaks it), None for every other kind. `evidence` says in the user's words what decided; `others` are
    the next best guesses. `channel`: what a voice that is not in the room comes through, for dialogue; None for
    one that is. `by_user` names what the user set, which a new analysis leaves alone; a segment
    whose label is the user's has confidence 1. `note` is what the user wrote under the line. `how` names the deliveries that the
    user wants (voices/delivery, or `plain`); None: as the text says.
    """

    id: str
    span: Span
    kind: SegmentKind
    speaker: str | None = None
    confidence: float = 1.0
    evidence: str = ""
    channel: Channel | None = None
    text: str
    spoken: str
    pause_after_ms: Annotated[int, Field(ge=0, le=600_000)] | None = None
    how: str | None = None
    others: tuple[Guess, ...] = ()
    by_user: tuple[SetField, ...] = ()
    note: str = ""


class Cue(Model):
    """A sound. `text` at `span` is what made it; `segment` is the segment it sounds in (before, under) or
    ahead of (replace; None at the end of the book). `length_ms` None: the sound's own length.
    `by_user`, `note`: see Segment; the sounds before and under words are the segment's own (`cues`)."""

    sound: str
    mode: CueMode
    span: Span
    text: str
    segment: str | None = None
    count: int = Field(default=1, ge=1, le=100)
    gain_db: float = Field(default=0.0, ge=-60.0, le=24.0)
    length_ms: int | None = Field(default=None, ge=1, le=600_000)
    far: bool = False
    """Duller, as what comes from afar."""
    duck_db: float | None = Field(default=None, ge=-60.0, le=0.0)
    """Of music: how much lower it is where somebody speaks; None: as [music] says."""
    by_user: tuple[SetField, ...] = ()
    note: str = ""

    @property
    def music(self) -> str | None:
        """The file, of a cue that is music from here to the end of its scene."""
        return self.sound.removeprefix(MUSIC) if self.sound.startswith(MUSIC) else None


class Gone(Model):
    """What the user set on text that the book no longer has: kept, in case the text comes back."""

    segments: tuple[Segment, ...] = ()
    cues: tuple[Cue, ...] = ()
    skipped: tuple[Skipped, ...] = ()


class Script(Model):
    """Who says what. Segments, replacing cues and skipped text hold each character of the book exactly once."""

    version: int = SCRIPT_VERSION
    title: str
    language: str
    with_cues: Annotated[CueAmount, BeforeValidator(cue_amount)] = "few"
    """Which sounds were looked for."""
    asked: str = ""
    """The language model that was asked who speaks, and about what; empty where none was, or not to the end."""
    characters: str = ""
    """A digest of the list of characters that the user gave; empty without one."""
    masked: Masked = "silence"
    """What masked words were to become."""
    speakers: tuple[Speaker, ...] = ()
    segments: tuple[Segment, ...]
    cues: tuple[Cue, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    gone: Gone = Gone()


# ---------------------------------------------------------------- voices and cast


class Voice(Model):
    """One voice of an engine, as voices/catalog/*.toml lists it. `language` is BCP 47."""

    id: str
    engine: str
    language: str
    gender: Gender
    age: Age = "adult"
    timbre: tuple[str, ...] = ()
    licence: str = ""


class Role(Model):
    """How one speaker sounds. `rate` is a factor, `pitch_st` semitones, `gain_db` relative to the other voices.

    `mix` names further voices of the same engine and their weights (0 to 1); `voice` takes the rest. `effect`: what
    all that they say is heard through (novelcast.effects); None: what each line says of itself.
    """

    voice: str
    rate: float = Field(default=1.0, ge=0.5, le=2.0)
    pitch_st: float = Field(default=0.0, ge=-6.0, le=6.0)
    gain_db: float = Field(default=0.0, ge=-12.0, le=12.0)
    mix: dict[str, Annotated[float, Field(ge=0.0, le=1.0)]] = Field(default_factory=dict)
    effect: Effect | None = None


class Cast(Model):
    """The voices of one book: its narrator, its system lines, and its speakers by id."""

    engine: str
    narrator: Role
    system: Role
    roles: dict[str, Role] = Field(default_factory=dict)

    def role_of(self, segment: Segment) -> Role:
        """The role that speaks a segment: its speaker's, else the system's, else the narrator's."""
        if segment.kind == "system":
            return self.system
        if segment.speaker is not None and segment.kind in ("dialogue", "thought"):
            return self.roles.get(segment.speaker, self.narrator)
        return self.narrator

    def effect_of(self, segment: Segment, *, thoughts: bool = True) -> Effect | None:
        """What a segment is heard through: its role's effect, else what the line comes through, else that of system
        lines and, with `thoughts`, of what is thought."""
        channel = segment.channel if segment.channel != "message" else None  # read aloud by who gets it
        own: Effect | None = None
        if segment.kind == "system" or (segment.kind == "thought" and thoughts):
            own = segment.kind
        effect = self.role_of(segment).effect or channel or own
        return None if effect == "none" else effect


class SpeechRequest(Model):
    """One utterance for an engine: everything audible, and nothing else."""

    engine: str
    voice: str
    language: str
    text: str
    rate: float = 1.0
    pitch_st: float = 0.0
    mix: dict[str, float] = Field(default_factory=dict)

    def key(self, engine_version: str) -> str:
        """The clip's name in the cache: a SHA-256 over everything audible."""
        audible = self.model_dump() | {"engine_version": engine_version}
        canonical = json.dumps(audible, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


# ---------------------------------------------------------------- the timeline


class Pauses(Model):
    """Silence after a segment, by what follows it.

    Sources: huashuo's table after listening (sentence or turn 450, paragraph 900, title 1200, scene 1600,
    chapter end 2000), Alexandria's (speaker change 500, same speaker 250), tts-audiobook-tool's (phrase 500, sentence
    900), Campione and Véronis 2002 (in speech that is read, pauses under 200 ms are within a sentence) and Stivers
    2009 (people who talk fast leave about 200 ms between turns). A web novel's paragraph is often one sentence, so
    its pause is nearer the turn's.
    """

    clause_ms: int = Field(default=180, ge=0)
    """Within a sentence, where it goes on in another voice or was too long to be spoken at once."""
    sentence_ms: int = Field(default=350, ge=0)
    """Between two sentences of one line."""
    tag_ms: int = Field(default=220, ge=0)
    """Between a quote and the narration beside it, in one paragraph."""
    turn_ms: int = Field(default=450, ge=0)
    """From one speaker to another."""
    fast_turn_ms: int = Field(default=200, ge=0)
    """The same within a fast exchange: three short quotes in a row, or more."""
    paragraph_ms: int = Field(default=600, ge=0)
    heading_ms: int = Field(default=1200, ge=0)
    scene_ms: int = Field(default=1600, ge=0)
    end_ms: int = Field(default=2000, ge=0)
    """After the last word of a chapter."""
    interrupted_ms: int = Field(default=60, ge=0)
    """After a quote that breaks off with a dash (——”)."""
    cue_ms: int = Field(default=250, ge=0)
    """On either side of a sound that stands in place of words."""
    mask_ms: int = Field(default=60, ge=0)
    """On either side of the tone over a masked word."""


class Placement(Model):
    """A sound's place in a chapter: `start` and `length` in samples from the chapter's start.

    Exactly one of `clip` (a key of the clip cache) and `cue` (an index into the script's cues) is set. `effect` is
    what the clip is heard through; `length` includes its tail.
    """

    clip: str | None = None
    cue: int | None = None
    track: Literal["voice", "cue"]
    start: int
    length: int
    gain_db: float = 0.0
    segment: str | None = None
    effect: Effect | None = None


class MusicSettings(Model):
    """Music round and under each chapter: [music] of novelcast.toml. Levels are dB against the voices' loudness."""

    intro: Path | None = None
    """Before a chapter; its words begin as it fades."""
    outro: Path | None = None
    sting: Path | None = None
    """At each scene break."""
    bed: Path | None = None
    """Under the whole chapter, from its beginning again where it is shorter."""
    intro_db: float = Field(default=-3.0, ge=-60.0, le=12.0)
    outro_db: float = Field(default=-3.0, ge=-60.0, le=12.0)
    sting_db: float = Field(default=-6.0, ge=-60.0, le=12.0)
    bed_db: float = Field(default=-8.0, ge=-60.0, le=12.0)
    """Where nobody speaks."""
    duck_db: float = Field(default=-12.0, ge=-60.0, le=0.0)
    """How much lower a bed is where somebody speaks: 20 dB under the voices, as is usual."""
    attack_ms: int = Field(default=40, ge=1, le=5000)
    release_ms: int = Field(default=300, ge=1, le=10_000)
    """Practice: attack 25 to 50 ms, release 200 to 350 ms."""
    head_ms: int = Field(default=500, ge=0, le=10_000)
    """Silence before the intro."""


class Music(Model):
    """A piece of music in a timeline: samples [start, start + length), begun anew where the file ends before.
    `fade`: samples at either end. Where somebody speaks it is `duck_db` lower, which it reaches in `attack` samples
    before and leaves in `release` samples after. `sha256` is the file's."""

    file: str
    sha256: str
    start: int
    length: int
    gain_db: float
    fade: int
    duck_db: float = 0.0
    attack: int = 1
    release: int = 1


class Timeline(Model):
    """One chapter's positions, or those of one of its files where a chapter is cut into `parts`, counted from 0.

    `length` includes head and tail silence. `scenes` are the samples at which what follows a scene break begins.
    """

    chapter: int
    title: str
    rate_hz: int
    length: int
    placements: tuple[Placement, ...]
    scenes: tuple[int, ...] = ()
    music: tuple[Music, ...] = ()
    part: int = 0
    parts: int = 1


class Loudness(Model):
    """Measured levels of a finished file. LUFS after ITU-R BS.1770-4, LU after EBU Tech 3342, dB re full scale.

    `head_s`, `tail_s`: the silence before the first sound and after the last.
    """

    integrated_lufs: float
    rms_db: float
    true_peak_dbtp: float
    sample_peak_db: float
    noise_floor_db: float
    range_lu: float = 0.0
    head_s: float = 0.0
    tail_s: float = 0.0


class Progress(Model):
    """How far a stage is; `done` and `total` are in the stage's own unit (lines, blocks, bytes).

    `note` is a line for the user; `warning` is one that the user must see even where little is shown. `waiting` says
    in a few words why nothing moves.
    """

    stage: str
    done: int
    total: int
    note: str = ""
    warning: str = ""
    waiting: str = ""


ProgressSink = Callable[[Progress], None]
