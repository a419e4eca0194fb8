"""Presets: what a finished file must measure, and what is wrong with one that does not."""

from __future__ import annotations

from typing import NamedTuple

from novelcast.audio import samples_in
from novelcast.errors import SettingsError
from novelcast.loudness import FLOOR
from novelcast.model import Loudness, Model

AIM_LU = 0.5
"""How near to its target a file of ours comes, whatever its preset forgives."""


class Miss(NamedTuple):
    """A rule that a file misses, and what to do about it."""

    what: str
    do: str


class Preset(Model):
    """What a finished file must measure. Pairs are (least, most), None: not asked.

    At most one of `target_lufs` and `target_rms_db` is set; without either the loudness stays as it is.
    `ceiling_db` holds for true peaks, or, where `sample_peaks` says so, for samples only. `fixed_format`: the shop
    takes nothing but MP3 at this rate, at this constant bit rate or more.
    """

    name: str
    channels: int
    rate_hz: int
    bitrate_kbps: int
    ceiling_db: float
    target_lufs: float | None = None
    tolerance_lu: float = AIM_LU
    target_rms_db: float | None = None
    rms_db: tuple[float, float] | None = None
    sample_peaks: bool = False
    floor_db: float | None = None
    head_ms: int = 500
    head_s: tuple[float, float] | None = None
    tail_s: tuple[float, float] | None = None
    longest_s: int | None = None
    fixed_format: bool = False

    @property
    def target(self) -> float | None:
        """The level that the master aims at, in the unit of `level_of`."""
        return self.target_lufs if self.target_lufs is not None else self.target_rms_db

    def level_of(self, measured: Loudness) -> float:
        return measured.rms_db if self.target_rms_db is not None else measured.integrated_lufs

    def gain_db(self, measured: Loudness) -> float:
        """What brings that level to the target; 0 where there is none, or all is under the gate."""
        level = self.level_of(measured)
        return 0.0 if self.target is None or level <= FLOOR else self.target - level

    def tail_ms(self, wanted_ms: int) -> int:
        """The silence after the last word that is nearest to what is wanted, of what the shop takes."""
        least, most = self.tail_s or (0.0, float("inf"))
        return round(max(1000 * least, min(1000 * most, wanted_ms)))

    @property
    def longest(self) -> int | None:
        """Samples in one file, at most."""
        return None if self.longest_s is None else samples_in(1000 * self.longest_s, self.rate_hz)

    def is_off(self, measured: Loudness) -> bool:
        """Whether a gain, or a lower ceiling, would bring a file nearer to the preset."""
        off_target = self.target is not None and abs(self.gain_db(measured)) > AIM_LU
        return off_target or bool(self._peak(measured))

    def misses(self, measured: Loudness, tolerance_lu: float | None = None) -> list[Miss]:
        """What is wrong with the levels of a file; empty where it keeps the preset."""
        return [
            *self._loudness(measured, self.tolerance_lu if tolerance_lu is None else tolerance_lu),
            *self._rms(measured),
            *self._peak(measured),
            *self._floor(measured),
            *_silence("head", "before the first sound", measured.head_s, self.head_s),
            *_silence("tail", "after the last sound", measured.tail_s, self.tail_s),
        ]

    def _loudness(self, measured: Loudness, tolerance_lu: float) -> list[Miss]:
        if self.target_lufs is None:
            return []
        missing_db = self.target_lufs - measured.integrated_lufs
        if abs(missing_db) <= tolerance_lu:
            return []
        what = (
            f"loudness {measured.integrated_lufs:.1f} LUFS, wanted {self.target_lufs:.1f} ±{tolerance_lu:.1f}"
        )
        return [Miss(what, _louder(missing_db))]

    def _rms(self, measured: Loudness) -> list[Miss]:
        if self.rms_db is None or self.rms_db[0] <= measured.rms_db <= self.rms_db[1]:
            return []
        what = f"RMS {measured.rms_db:.1f} dB, wanted {self.rms_db[0]:.0f} to {self.rms_db[1]:.0f}"
        return [Miss(what, _louder(sum(self.rms_db) / 2 - measured.rms_db))]

    def _peak(self, measured: Loudness) -> list[Miss]:
        peak, name, unit = (
            (measured.sample_peak_db, "peak", "dB")
            if self.sample_peaks
            else (measured.true_peak_dbtp, "true peak", "dBTP")
        )
        if peak <= self.ceiling_db:
            return []
        what = f"{name} {peak:.2f} {unit}, at most {self.ceiling_db:.1f}"
        return [Miss(what, f"limit it to {self.ceiling_db - 1:.1f} {unit} before encoding, which adds some")]

    def _floor(self, measured: Loudness) -> list[Miss]:
        if self.floor_db is None or measured.noise_floor_db <= self.floor_db:
            return []
        what = f"noise floor {measured.noise_floor_db:.1f} dB, at most {self.floor_db:.0f}"
        return [Miss(what, "take out noise between the words, or record in a quieter room")]


def _louder(db: float) -> str:
    return f"make it {abs(db):.1f} dB {'louder' if db > 0 else 'softer'}, and limit the peaks"


def _silence(name: str, where: str, found_s: float, wanted_s: tuple[float, float] | None) -> list[Miss]:
    if wanted_s is None or wanted_s[0] <= found_s <= wanted_s[1]:
        return []
    what = f"{name} {found_s:.2f} s, wanted {wanted_s[0]:g} to {wanted_s[1]:g}"
    verb = "add" if found_s < wanted_s[0] else "cut"
    return [Miss(what, f"{verb} room tone {where}, until it lasts {sum(wanted_s) / 2:g} s")]


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        # Apple Podcasts, audio requirements: -16 LUFS ±1, at most -1 dBTP. Mono plays from two loudspeakers
        # and gains 3 dB there, so its file is 3 LU lower.
        Preset(
            name="podcast", channels=2, rate_hz=44_100, bitrate_kbps=128,
            target_lufs=-16.0, tolerance_lu=1.0, ceiling_db=-1.0,
        ),
        Preset(
            name="podcast-mono", channels=1, rate_hz=44_100, bitrate_kbps=64,
            target_lufs=-19.0, tolerance_lu=1.0, ceiling_db=-1.0,
        ),
        # ACX audio submission requirements. -20 dB is as far from both ends as the limiter likes.
        Preset(
            name="acx", channels=1, rate_hz=44_100, bitrate_kbps=192,
            target_rms_db=-20.0, rms_db=(-23.0, -18.0), ceiling_db=-3.0, sample_peaks=True, floor_db=-60.0,
            head_ms=750, head_s=(0.5, 1.0), tail_s=(1.0, 5.0), longest_s=120 * 60, fixed_format=True,
        ),
        # AES TD1008 (2021): -18 LUFS for speech. Small files: the voices are made at 24 kHz, so nothing is
        # lost at that rate; half a dB more under the ceiling because few bits make more overshoot.
        Preset(
            name="audiobook", channels=1, rate_hz=24_000, bitrate_kbps=48,
            target_lufs=-18.0, tolerance_lu=1.0, ceiling_db=-1.5,
        ),
        # As mixed; only what would clip is held.
        Preset(name="none", channels=2, rate_hz=44_100, bitrate_kbps=128, ceiling_db=0.0),
    )
}  # fmt: skip


def preset_named(name: str) -> Preset:
    try:
        return PRESETS[name]
    except KeyError:
        raise SettingsError(f"no preset {name!r}", hint=f"choose one of: {', '.join(PRESETS)}") from None
