"""Typed settings: a flag wins over the environment (NOVELCAST_*), which wins over novelcast.toml.

Only `cli` and `pipeline` see these; stages take values.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import platformdirs
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import SettingsError as SourceError

from novelcast.errors import SettingsError, toml_fault
from novelcast.model import CueAmount, Masked, MusicSettings, Pauses, cue_amount

SETTINGS_FILE = "novelcast.toml"
KEY_ENV = "NOVELCAST_LLM_KEY"


def _web_address(address: str) -> str:
    try:
        parts = urlsplit(address)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise ValueError("an address like http://localhost:11434/v1 is wanted")
    if parts.username or parts.password:
        raise ValueError("no user name or password in the address: the key goes in the environment")
    return address


class LlmSettings(BaseModel):
    """A language model that is asked who speaks: [script.llm]. Without this table nothing is asked of anybody."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: Annotated[str, AfterValidator(_web_address)]
    """Of an OpenAI-compatible service; /chat/completions is added."""
    model: str = Field(min_length=1)
    key_env: str = Field(default=KEY_ENV, min_length=1)
    """The environment variable that holds the key; where it is not set, no key is sent."""
    ask: Literal["unsure", "all"] = "unsure"
    threshold: float = Field(default=0.8, ge=0.0, le=1.0)
    """Quotations of less confidence than this are unsure."""
    accuracy: float = Field(default=0.85, gt=0.0, lt=1.0)
    """How often the model's answers are right; an answer wins where this is more than our own confidence."""
    batch_size: int = Field(default=12, ge=1, le=50)
    """Quotations in one request, at most."""
    max_tokens: int = Field(default=1000, ge=16)
    """Of one answer."""
    timeout_s: float = Field(default=120.0, gt=0.0)
    concurrency: int = Field(default=2, ge=1, le=8)
    """Requests under way at once."""
    price_in: float | None = Field(default=None, ge=0.0)
    price_out: float | None = Field(default=None, ge=0.0)
    """For a million tokens, in `currency`."""
    currency: str = "USD"

    @model_validator(mode="before")
    @classmethod
    def _no_key(cls, values: Any) -> Any:
        if isinstance(values, dict) and (found := {"key", "api_key", "apikey", "token"} & set(values)):
            raise ValueError(
                f"{found.pop()}: a key does not belong in a file; put it in the environment variable {KEY_ENV}, "
                "or name another with key_env"
            )
        return values


class ScriptSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    llm: LlmSettings | None = None


class SpeechServer(BaseModel):
    """A server for engine `openai`: [openai]. Without it that engine speaks nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: str = Field(pattern=r"^https?://[^/@]+(/[^@]*)?$")
    """/audio/speech is added. No name or password in it: it is shown, and part of every clip's key."""
    model: str = Field(default="tts-1", min_length=1)
    """Kokoro-FastAPI and LocalAI take OpenAI's name for their own."""
    key_env: str = Field(default="NOVELCAST_OPENAI_KEY", min_length=1)
    """The environment variable that holds the key; where it is not set, no key is sent."""
    voices: tuple[str, ...] = ()
    """What casting may choose from. None: OpenAI's own names, which most servers know."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="NOVELCAST_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        toml_file=SETTINGS_FILE,
    )

    output: Path = Path("output")
    """Where editions are written."""
    cache_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_cache_dir("novelcast", appauthor=False))
    )
    """Clips and model packs, shared by all books."""
    shared_cache: str | None = None
    """Where a team keeps its clips: an fsspec address (s3://bucket/clips, or a folder); None: nowhere."""
    engine: str | None = None
    """None: the one in the book's cast.toml, else kokoro."""
    preset: str = "podcast"
    repair: bool = True
    cues: Annotated[CueAmount, BeforeValidator(cue_amount)] = "few"
    """Which sounds: none; a few, those that the text writes out; all, those too that it only names."""
    characters: Path | None = None
    """A list of the book's people; None: the one in the book's folder, if any."""
    narrator_voice: Literal["same", "own"] | None = None
    """Whether a first-person narrator speaks with the voice that narrates; None: as in the book's cast.toml, else
    the same."""
    delivery: bool = True
    """Whether rate, pitch and level follow what the text says of a line."""
    thought_effect: bool = True
    """Whether what is thought is heard with a touch of reverb."""
    cast: Path | None = None
    """Another book's cast.toml, whose voices its people keep in this one."""
    review_below: float = Field(default=0.7, ge=0.0, le=1.0)
    """Quotations whose speaker is less sure are listed for review."""
    masked: Masked = "silence"
    """What is heard where the text masks a word (**): a short silence, or a censor's tone."""
    jobs: int = Field(default=0, ge=0)
    """Threads for an engine that runs here, 0 for all cores; requests at once for a service, 0 for its usual."""
    runner: Literal["auto", "local", "processes", "ray"] = "auto"
    """Where an engine's work is done: in this process, in several, or on a Ray cluster."""
    address: str | None = None
    """Of a Ray cluster; None: one that is started for the run, on this machine."""
    proxy: str | None = None
    """For the services' engines."""
    openai: SpeechServer | None = None
    pauses: Pauses = Pauses()
    music: MusicSettings = MusicSettings()
    llm: bool | None = None
    """Whether the model in script.llm is asked; None: if there is one."""
    script: ScriptSettings = ScriptSettings()

    @property
    def llm_to_ask(self) -> LlmSettings | None:
        return None if self.llm is False else self.script.llm

    @property
    def packs_dir(self) -> Path:
        return self.cache_dir / "packs"

    @property
    def clips_dir(self) -> Path:
        return self.cache_dir / "clips"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(**flags: Any) -> Settings:
    """Settings with the flags that were given (None: not given). Raises SettingsError naming the bad one."""
    try:
        settings = Settings(**{name: value for name, value in flags.items() if value is not None})
    except tomllib.TOMLDecodeError as error:
        text = Path(SETTINGS_FILE).read_text("utf-8")
        raise SettingsError(f"{SETTINGS_FILE}: {toml_fault(text, error)}", hint="mend that line") from None
    except (OSError, UnicodeDecodeError, SourceError) as error:
        raise SettingsError(f"{SETTINGS_FILE}: {error}", hint="mend that line") from None
    except ValidationError as error:
        first = error.errors()[0]
        path = [str(p) for p in first["loc"]]
        raise SettingsError(
            f"setting {'.'.join(path)!r}: {first['msg'].removeprefix('Value error, ')}",
            hint=f"look for it in {SETTINGS_FILE} and in the environment (NOVELCAST_{'__'.join(path).upper()})",
        ) from None
    if settings.llm and settings.script.llm is None:
        raise SettingsError(
            "no language model to ask: [script.llm] is not in the settings",
            hint=f'put base_url = "http://localhost:11434/v1" and model = "…" under [script.llm] in {SETTINGS_FILE}',
        )
    return settings


_UNITS = {
    "": 1,
    "B": 1,
    "K": 10**3,
    "KB": 10**3,
    "M": 10**6,
    "MB": 10**6,
    "G": 10**9,
    "GB": 10**9,
    "T": 10**12,
    "TB": 10**12,
}


def bytes_in(size: str) -> int:
    """A size as people write it ("5GB", "1.5 g", "0"), in bytes. Raises SettingsError for anything else."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([A-Za-z]*)", size.strip())
    if not found or found[2].upper() not in _UNITS:
        raise SettingsError(f"no size: {size!r}", hint="write it like 5GB, 300MB or 0")
    return round(float(found[1]) * _UNITS[found[2].upper()])
