"""Typed settings: a flag wins over the environment (NOVELCAST_*), which wins over novelcast.toml.

Only `cli` and `pipeline` see these; stages take values.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import SettingsError as SourceError

from novelcast.errors import SettingsError
from novelcast.model import Pauses

SETTINGS_FILE = "novelcast.toml"


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
    engine: str | None = None
    """None: the one in the book's cast.toml, else kokoro."""
    preset: str = "podcast"
    repair: bool = True
    cues: bool = True
    jobs: int = Field(default=0, ge=0)
    """Threads for an engine that runs here, 0 for all cores; requests at once for a service, 0 for its usual."""
    proxy: str | None = None
    """For the services' engines."""
    openai: SpeechServer | None = None
    pauses: Pauses = Pauses()

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
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, SourceError) as error:
        raise SettingsError(f"{SETTINGS_FILE}: {error}", hint="mend that line") from None
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(p) for p in first["loc"])
        raise SettingsError(
            f"setting {name!r}: {first['msg']}",
            hint=f"look for it in {SETTINGS_FILE} and in the environment (NOVELCAST_{name.upper().replace('.', '__')})",
        ) from None


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
