"""Covers: square, the same for the same title, readable in colour, whatever the title holds."""

import io
from pathlib import Path

import pytest
from PIL import Image

from novelcast.errors import InputError
from novelcast.publish.cover import _PALETTES, SIDE_PX, square_cover


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """WCAG 2.1's contrast ratio."""

    def luminance(colour: tuple[int, int, int]) -> float:
        linear = [
            c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in colour)
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    "title", ["灯塔", "The Lamp on the Hill", "长" * 300, "“<&>” 𠮷 😀\0\x1b", "W" * 200, " "]
)
def test_any_title_becomes_a_square_jpeg(title: str) -> None:
    data, _ = square_cover(title, "某人", None)
    cover = opened(data)
    assert (cover.format, cover.mode, cover.size) == ("JPEG", "RGB", (SIDE_PX, SIDE_PX))
    assert len(data) < 1_000_000


def test_the_same_title_has_the_same_cover_and_another_one_another() -> None:
    assert square_cover("灯塔", "某人", None) == square_cover("灯塔", "某人", None)
    assert square_cover("灯塔", "某人", None) != square_cover("渡口", "某人", None)


def test_the_writing_stands_out_from_the_sky_of_every_palette() -> None:
    for palette in _PALETTES:
        assert contrast(palette.ink, palette.top) >= 4.5
        middle = tuple((a + b) // 2 for a, b in zip(palette.top, palette.bottom, strict=True))
        assert contrast(palette.ink, middle) >= 4.5  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [(600, 900), (900, 600), (40, 40), (2, 3)])
def test_a_books_own_cover_is_whole_in_the_middle(tmp_path: Path, size: tuple[int, int]) -> None:
    Image.new("RGB", size, (200, 30, 30)).save(tmp_path / "c.png")
    data, written = square_cover("灯塔", "", tmp_path / "c.png")
    cover = opened(data)
    assert written and cover.size == (SIDE_PX, SIDE_PX)
    r, g, b = cover.getpixel((SIDE_PX // 2, SIDE_PX // 2))  # type: ignore[misc]
    assert abs(r - 200) < 8 and abs(g - 30) < 8 and abs(b - 30) < 8


def test_a_cover_that_is_no_image_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c.png").write_text("no picture")
    with pytest.raises(InputError, match="not an image") as caught:
        square_cover("灯塔", "", tmp_path / "c.png")
    assert caught.value.hint
