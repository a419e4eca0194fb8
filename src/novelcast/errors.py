"""What can go wrong, as a tree.

    NovelcastError            anything we can explain; `exit_code` says how the command ends
    ├── InputError            a file the user gave cannot be used                          exit 2
    │   └── CastError         cast.toml is damaged or names what does not exist            exit 2
    ├── SettingsError         a flag, variable or settings file asks for what we lack      exit 2
    ├── EngineUnavailable     no line of this run can be spoken: stop now                  exit 2
    ├── SpeechFailed          one line could not be spoken: go on, report at the end       exit 1
    └── ScriptError           a stage lost or doubled text: a defect of ours, never shipped on

A library's exceptions are turned into these where the library is called; `cli` has the one place
that shows them.
"""

from __future__ import annotations


class NovelcastError(Exception):
    """An error with a message for the user: what failed and where, and in `hint` what to do about it."""

    exit_code = 2

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class InputError(NovelcastError):
    """A file that the user gave cannot be used."""


class CastError(InputError):
    """The cast file is damaged, or names a voice or engine that does not exist."""


class SettingsError(NovelcastError):
    """A flag, environment variable or settings file asks for something that does not exist."""


class EngineUnavailable(NovelcastError):
    """The engine as a whole cannot speak (model missing, service out of reach): stop now."""


class SpeechFailed(NovelcastError):
    """One request could not be spoken; the rest of the book can.

    `transient`: asking again later may help (the connection broke, the answer was not whole).
    `busy`: it failed because the service has too much to do (HTTP 429 or 5xx, no answer in time), so that
    fewer requests at once may help; it is transient too. `retry_after_s`: how long the service asks us to wait.
    """

    exit_code = 1

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        transient: bool = False,
        busy: bool = False,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.transient = transient or busy
        self.busy = busy
        self.retry_after_s = retry_after_s


class ScriptError(NovelcastError):
    """A script that does not cover its book exactly once."""
