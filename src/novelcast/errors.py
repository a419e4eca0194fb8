"""What can go wrong, as a tree.

    NovelcastError            anything we can explain; `exit_code` says how the command ends
    ├── InputError            a file the user gave cannot be used                          exit 2
    │   └── CastError         cast.toml is damaged or names what does not exist            exit 2
    ├── SettingsError         a flag, variable or settings file asks for what we lack      exit 2
    ├── EngineUnavailable     no line of this run can be spoken: stop now                  exit 2
    ├── SpeechFailed          one line could not be spoken: go on, report at the end       exit 1
    ├── AskFailed             a language model gave no answer: our own stands, and we say so
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


class AskFailed(NovelcastError):
    """One request to a language model came to nothing; what it was asked keeps our own answer.

    `fatal`: the next request would fare no better (no such server, wrong key).
    """

    def __init__(self, message: str, *, hint: str = "", fatal: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.fatal = fatal


class ScriptError(NovelcastError):
    """A script that does not cover its book exactly once."""


def toml_fault(text: str, error: ValueError) -> str:
    """A TOML parser's message with the line: where something was opened and not closed, the parser says only
    that the document ended."""
    message = str(error)
    if "end of document" not in message:
        return message
    import tomllib

    lines = text.splitlines()
    for count in range(len(lines) - 1, -1, -1):
        try:
            tomllib.loads("\n".join(lines[:count]))
        except tomllib.TOMLDecodeError:
            continue
        return message.replace("at end of document", f"line {count + 1}, which does not end")
    return message
