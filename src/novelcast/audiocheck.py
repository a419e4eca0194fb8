"""Anyone's audio file against a preset: what a shop would measure, said before it does."""

from __future__ import annotations

from pathlib import Path

from novelcast import media
from novelcast.loudness import measure
from novelcast.media import AudioFormat, probe
from novelcast.model import Loudness, Model
from novelcast.presets import Miss, Preset


class AudioReport(Model):
    """What a file is, what it measures when decoded, and what of the preset it misses."""

    file: str
    preset: str
    format: AudioFormat
    seconds: float
    loudness: Loudness
    misses: tuple[Miss, ...]


def check_audio(path: Path, preset: Preset) -> AudioReport:
    """Decode and measure a file of any format that FFmpeg knows. Raises InputError where it cannot be decoded."""
    found = probe(path)
    channels = min(2, found.channels)
    samples = 0

    def counted() -> media.Blocks:
        nonlocal samples
        for block in media.decode(path, rate_hz=found.rate_hz, channels=channels):
            samples += len(block)
            yield block

    loudness = measure(counted(), rate_hz=found.rate_hz, channels=channels)
    seconds = samples / found.rate_hz
    misses = [*_format_misses(found, seconds, preset), *preset.misses(loudness)]
    return AudioReport(
        file=str(path),
        preset=preset.name,
        format=found,
        seconds=round(seconds, 3),
        loudness=loudness,
        misses=tuple(misses),
    )


def _format_misses(found: AudioFormat, seconds: float, preset: Preset) -> list[Miss]:
    misses = []
    if preset.longest_s is not None and seconds > preset.longest_s:
        what = f"{seconds / 60:.1f} minutes, at most {preset.longest_s / 60:g}"
        misses.append(Miss(what, "cut it into several files at a scene break"))
    if preset.target_lufs is not None and (found.channels == 1) != (preset.channels == 1):
        names = {1: "mono", 2: "stereo"}
        what = f"{names.get(found.channels, f'{found.channels} channels')}, wanted {names[preset.channels]}"
        misses.append(Miss(what, f"make it {names[preset.channels]}, or check it against another preset"))
    if preset.fixed_format:
        misses += _shop_misses(found, preset)
    return misses


def _shop_misses(found: AudioFormat, preset: Preset) -> list[Miss]:
    misses = []
    encode = f"encode it as MP3 at a constant {preset.bitrate_kbps} kbit/s, {preset.rate_hz} Hz"
    if not found.codec.startswith("mp3"):
        misses.append(Miss(f"format {found.codec}, wanted MP3", encode))
    if found.rate_hz != preset.rate_hz:
        misses.append(Miss(f"{found.rate_hz} Hz, wanted {preset.rate_hz}", encode))
    if found.bitrate_kbps < preset.bitrate_kbps:
        misses.append(Miss(f"{found.bitrate_kbps:.0f} kbit/s, at least {preset.bitrate_kbps}", encode))
    if not found.constant:
        misses.append(Miss("a varying bit rate, wanted a constant one", encode))
    return misses
