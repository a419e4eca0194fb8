"""Typed settings: a flag wins over the environment (NOVELCAST_*), which wins over novelcast.toml.

Only `cli` and `pipeline` see these; stages take values.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import SettingsError as SourceError

from novelcast.errors import SettingsError
from novelcast.model import Masked, Pauses

SETTINGS_FILE = "novelcast.toml"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="NOVELCAST_", extra="forbid", frozen=True, toml_file=SETTINGS_FILE
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
    masked: Masked = "silence"
    """What is heard where the text masks a word (**): a short silence, or a censor's tone."""
    jobs: int = Field(default=0, ge=0)
    """Threads for an engine that runs here; 0 takes all cores."""
    proxy: str | None = None
    pauses: Pauses = Pauses()

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
            hint=f"look for it in {SETTINGS_FILE} and in the environment (NOVELCAST_{name.upper()})",
        ) from None
