"""eSpeak NG, the last resort: it speaks more than a hundred languages, in no time, and sounds like a robot.

Its library and data come in the wheel `espeakng-loader`. They are GPL-3.0-or-later, so the wheel is an extra
(`novelcast[espeak]`) and nothing else in novelcast needs it.
"""

from __future__ import annotations

import asyncio
import ctypes
import threading
from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from novelcast.audio import Clip
from novelcast.errors import EngineUnavailable, SpeechFailed
from novelcast.model import SpeechRequest

LANGUAGES = {"zh": "cmn", "en": "en-us"}
"""Ours -> eSpeak's, where they differ."""

WORDS_PER_MINUTE = 175
"""eSpeak's normal speed."""

NORMAL_PITCH, PITCH_PER_ST = 50, 6
"""eSpeak's pitch is a number from 0 to 99. Measured on a drawn-out vowel: 20 is 5 semitones under 50, 80 is 5 over."""

# Of speak_lib.h.
_SYNCHRONOUS, _NO_EXIT = 2, 0x8000
_UTF8, _BY_CHARACTER = 1, 1
_RATE, _PITCH = 1, 3
_OK = 0


class EspeakEngine:
    name = "espeak"
    version = "espeakng-loader/1"
    takes_pinyin = False
    concurrency = 1  # the library has one voice at a time
    max_chars = 400

    async def speak(self, request: SpeechRequest) -> Clip:
        """22,050 Hz. Raises SpeechFailed for a language that eSpeak has not."""
        return await asyncio.to_thread(_spoken, request)

    def check(self) -> str:
        if find_spec("espeakng_loader") is None:
            raise EngineUnavailable(
                "espeak: eSpeak NG is not installed",
                hint="pip install 'novelcast[espeak]' (its library is GPL-3.0-or-later)",
            )
        return "eSpeak NG installed (GPL-3.0-or-later)"

    async def close(self) -> None:
        return None


_one_at_a_time = threading.Lock()


def _spoken(request: SpeechRequest) -> Clip:
    if request.mix:
        raise SpeechFailed(
            f"espeak: voices cannot be mixed ({request.voice})", hint="remove `mix` from cast.toml"
        )
    language = LANGUAGES.get(request.language, request.language)
    text = request.text.encode()
    with _one_at_a_time:
        library = _opened()
        library.parts.clear()
        # A voice is called espeak_f2 in the catalogue, and +f2 behind a language by eSpeak.
        voice = f"{language}+{request.voice.removeprefix('espeak_')}"
        if library.c.espeak_SetVoiceByName(voice.encode()) != _OK:
            raise SpeechFailed(f"espeak: eSpeak has no language {request.language!r}")
        library.c.espeak_SetParameter(_RATE, round(WORDS_PER_MINUTE * request.rate), 0)
        pitch = max(0, min(99, NORMAL_PITCH + round(PITCH_PER_ST * request.pitch_st)))
        library.c.espeak_SetParameter(_PITCH, pitch, 0)
        result = library.c.espeak_Synth(text, len(text) + 1, 0, _BY_CHARACTER, 0, _UTF8, None, None)
        pcm = np.concatenate([np.zeros(0, np.int16), *library.parts])
    if result != _OK:
        raise SpeechFailed(f"espeak: could not speak {request.text!r} (error {result})")
    return Clip(pcm.astype(np.float32) / np.float32(32768.0), library.rate_hz)


class _Library:
    """The C library, and where its sound arrives."""

    def __init__(self, path: str, data: str) -> None:
        self.c = ctypes.CDLL(path)
        self.parts: list[NDArray[np.int16]] = []
        self.c.espeak_Synth.argtypes = [
            ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int, ctypes.c_uint, ctypes.c_uint,
            ctypes.c_void_p, ctypes.c_void_p,
        ]  # fmt: skip
        self.rate_hz: int = self.c.espeak_Initialize(_SYNCHRONOUS, 0, data.encode(), _NO_EXIT)
        callback = ctypes.CFUNCTYPE(
            ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
        )
        self._callback = callback(self._heard)  # kept: the library calls it as long as it lives
        self.c.espeak_SetSynthCallback(self._callback)

    def _heard(self, wave: Any, count: int, _events: Any) -> int:
        if wave and count > 0:
            self.parts.append(np.ctypeslib.as_array(wave, (count,)).copy())
        return 0  # go on


@cache
def _opened() -> _Library:
    try:
        import espeakng_loader

        library = _Library(espeakng_loader.get_library_path(), espeakng_loader.get_data_path())
    except (ImportError, OSError, RuntimeError) as error:
        raise EngineUnavailable(
            f"espeak: eSpeak NG cannot be opened ({error})", hint="pip install 'novelcast[espeak]'"
        ) from error
    if library.rate_hz <= 0:
        raise EngineUnavailable(
            "espeak: eSpeak NG found no data", hint="pip install --force-reinstall espeakng-loader"
        )
    return library
