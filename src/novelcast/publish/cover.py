"""A square cover for podcast directories: made of the book's own, or drawn from its title."""

from __future__ import annotations

import hashlib
import io
import random
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from novelcast.errors import InputError
from novelcast.publish.fonts import font_for
from novelcast.publish.id3 import clean

SIDE_PX = 3000
"""Apple takes 1400 to 3000."""

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class _Palette:
    """Sky from top to bottom, the hills from far to near, the disc, and the writing. Writing on the sky has a
    contrast of at least 4.5 (WCAG 2.1)."""

    top: Colour
    bottom: Colour
    far: Colour
    near: Colour
    disc: Colour
    ink: Colour


_PALETTES = (
    _Palette((16, 24, 48), (52, 72, 110), (44, 60, 96), (12, 17, 34), (244, 214, 150), (250, 244, 230)),
    _Palette((120, 32, 28), (176, 66, 40), (128, 40, 32), (52, 14, 18), (252, 202, 120), (255, 246, 232)),
    _Palette((14, 58, 60), (40, 104, 98), (26, 82, 80), (6, 30, 34), (236, 226, 180), (246, 250, 240)),
    _Palette((246, 238, 220), (232, 212, 178), (186, 160, 124), (92, 70, 54), (198, 62, 44), (44, 34, 30)),
    _Palette((48, 30, 70), (106, 62, 112), (80, 46, 94), (26, 14, 42), (246, 180, 160), (252, 242, 246)),
    _Palette((226, 234, 236), (190, 208, 214), (130, 156, 168), (42, 62, 76), (224, 120, 70), (24, 38, 50)),
)


def square_cover(title: str, author: str, cover: Path | None) -> tuple[bytes, bool]:
    """A JPEG of SIDE_PX a side, and whether the title could be written on it (True for the book's own cover).

    The same title always gets the same picture. Raises InputError for a cover that is no image.
    """
    if cover is not None:
        return _jpeg(_squared(cover)), True
    picture, written = _drawn(clean(title).replace("\n", " "), clean(author).replace("\n", " "))
    return _jpeg(picture), written


def _jpeg(picture: Any) -> bytes:
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=88, optimize=True, dpi=(72, 72))
    return out.getvalue()


def _squared(path: Path) -> Any:
    """The book's cover whole, before a blurred copy of itself that fills the square."""
    from PIL import Image, ImageEnhance, ImageFilter, ImageOps

    try:
        with Image.open(path) as opened:
            image = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise InputError(
            f"the cover {path} is not an image that can be read", hint="give a JPEG or PNG file"
        ) from error
    # Blurred when small: a blur of 3000 pixels takes seconds.
    behind = ImageOps.fit(image, (300, 300)).filter(ImageFilter.GaussianBlur(12))
    behind = ImageEnhance.Brightness(behind).enhance(0.7).resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC)
    front = ImageOps.contain(image, (SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS)
    behind.paste(front, ((SIDE_PX - front.width) // 2, (SIDE_PX - front.height) // 2))
    return behind


def _drawn(title: str, author: str) -> tuple[Any, bool]:
    """Hills under a disc in one of the palettes, and the title above them."""
    from PIL import Image, ImageDraw

    seed = int.from_bytes(hashlib.sha256(title.encode()).digest()[:8], "big")
    dice = random.Random(seed)
    palette = _PALETTES[seed % len(_PALETTES)]
    # A gradient drawn 1 pixel wide and stretched.
    sky = Image.new("RGB", (1, 256))
    sky.putdata([_between(palette.top, palette.bottom, y / 255) for y in range(256)])
    picture = sky.resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture)
    radius, x = dice.randint(270, 380), dice.randint(700, SIDE_PX - 700)
    y = dice.randint(1830, 1960)
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=palette.disc)
    for layer in range(4):
        colour = _between(palette.far, palette.near, layer / 3)
        draw.polygon(_ridge(dice, 2080 + 220 * layer, 170 - 20 * layer), fill=colour)
    written = _write(draw, title, (300, 330, SIDE_PX - 300, 1540), palette.ink, (420, 130))
    if author:
        _write(draw, author, (300, SIDE_PX - 330, SIDE_PX - 300, SIDE_PX - 170), _on(palette.near), (120, 60))
    return picture, written


def _between(one: Colour, other: Colour, share: float) -> Colour:
    r, g, b = (round(a + (z - a) * share) for a, z in zip(one, other, strict=True))
    return r, g, b


def _on(colour: Colour) -> Colour:
    """Writing that stands out on a dark colour (the near hills are all dark)."""
    return _between(colour, (255, 255, 255), 0.88)


def _ridge(dice: random.Random, level: float, height: float) -> list[tuple[float, float]]:
    """A line of hills by midpoint displacement, closed along the bottom."""
    heights = [dice.uniform(-height, height), dice.uniform(-height, height)]
    step = height
    for _ in range(8):
        step *= 0.55
        middles = [(a + b) / 2 + dice.uniform(-step, step) for a, b in pairwise(heights)]
        heights = [h for pair in zip(heights, [*middles, 0.0], strict=True) for h in pair][:-1]
    points = [(n * SIDE_PX / (len(heights) - 1), level + h) for n, h in enumerate(heights)]
    return [*points, (SIDE_PX, SIDE_PX), (0, SIDE_PX)]


def _write(
    draw: Any, text: str, box: tuple[int, int, int, int], ink: Colour, sizes_px: tuple[int, int]
) -> bool:
    """The text in lines in a box, as large as it fits; cut with … where even the smallest size is too large.

    False where no font of this machine has its characters.
    """
    left, top, right, bottom = box
    largest, smallest = sizes_px
    font = font_for(text, largest)
    if font is None:
        return False
    for size in range(largest, smallest - 1, -10):
        font = font.font_variant(size=size)
        lines = _lines(text, font, right - left)
        pitch = round(size * 1.35)
        if pitch * len(lines) <= bottom - top:
            break
    else:
        kept = (bottom - top) // pitch
        lines = [*lines[: kept - 1], lines[kept - 1][:-1] + "…"]
    y = top + (bottom - top - pitch * len(lines)) // 2
    for n, line in enumerate(lines):
        width = font.getlength(line)
        draw.text((left + (right - left - width) / 2, y + n * pitch), line, font=font, fill=ink)
    return True


_NOT_FIRST = "，。！？；：、”’》」』）…—·,.!?;:)"


def _lines(text: str, font: Any, width_px: int) -> list[str]:
    """Broken at spaces, and between Chinese characters but for a mark that must not begin a line; lines alike long."""
    pieces = _pieces(text)
    fewest = len(_filled(pieces, font, width_px))
    fair = font.getlength(text) / fewest
    for share in (1.0, 1.1, 1.2, 1.35, 1.5):
        lines = _filled(pieces, font, min(width_px, fair * share))
        if len(lines) == fewest:
            return lines
    return _filled(pieces, font, width_px)


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for letter in " ".join(text.split()):
        joins = letter in _NOT_FIRST or (
            pieces and letter.isascii() and letter != " " and pieces[-1][-1:].isascii() and pieces[-1] != " "
        )
        if joins and pieces:
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces


def _filled(pieces: list[str], font: Any, width_px: float) -> list[str]:
    lines = [""]
    for piece in pieces:
        if lines[-1] and font.getlength((lines[-1] + piece).strip()) > width_px:
            lines.append("")
        lines[-1] += piece
        while font.getlength(lines[-1].strip()) > width_px and len(lines[-1]) > 1:  # one endless word
            fitting = max(1, int(len(lines[-1]) * width_px / font.getlength(lines[-1])))
            lines[-1:] = [lines[-1][:fitting], lines[-1][fitting:]]
    return [line.strip() for line in lines if line.strip()]
