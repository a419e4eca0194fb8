"""A colour for each speaker, told apart by eye and read with ease on its ground."""

from __future__ import annotations

import colorsys

LEAST_CONTRAST = 4.5
"""Between text and its ground: WCAG 2.2, 1.4.3 (AA)."""
_GOLDEN = 0.618034  # turns of the colour wheel; steps of it never come near an earlier hue soon
_FIRST_HUE = 0.58


def speaker_colour(number: int, ground: str) -> str:
    """The colour (#rrggbb) of a book's speaker, counted from 0, on a ground of such a colour."""
    hue = (_FIRST_HUE + number * _GOLDEN) % 1.0
    saturation = (0.62, 0.45, 0.8)[number // 8 % 3]
    dark = luminance(ground) > 0.18
    steps = range(52, 4, -1) if dark else range(55, 97)
    for percent in steps:
        colour = _hex(*colorsys.hls_to_rgb(hue, percent / 100, saturation))
        if contrast(colour, ground) >= LEAST_CONTRAST + 0.3:
            return colour
    return "#000000" if dark else "#ffffff"


def contrast(first: str, second: str) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """The relative luminance of #rrggbb, 0 to 1 (WCAG 2.2)."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _hex(red: float, green: float, blue: float) -> str:
    return "#" + "".join(f"{round(value * 255):02x}" for value in (red, green, blue))
