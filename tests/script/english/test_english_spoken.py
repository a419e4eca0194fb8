from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novelcast.script.spoken import spoken_form

SAID = {
    "Mr. Dale paid $5.50 for 1,200 nails.": "Mister Dale paid five dollars and fifty cents for one thousand two hundred nails.",
    "£3.20, $0.99 and $1,200": "three pounds twenty, ninety nine cents and one thousand two hundred dollars.",
    "On the 3rd, at 10:30, he came.": "On the third, at ten thirty, he came.",
    "St. Mary’s is in Baker St.": "Saint Mary's is in Baker Street.",
    "Capt. Teague, e.g., and Hart, Jr.": "Captain Teague, for example, and Hart, Junior.",
    "Chapter XIV": "Chapter fourteen.",
    "Henry VIII and I": "Henry the eighth and I.",
    "He is 5 ft. 3 in. tall.": "He is five feet three inches tall.",
    "No. I won’t. See No. 5.": "No. I won't. See number five.",
    "nails, ropes, etc.": "nails, ropes, et cetera.",
    "*Never*, _never_!": "Never, never!",
    "‘Don’t,’ he said, ‘touch the boys’ caps.’": "Don't, he said, touch the boys' caps.",
    "“…”": "",
}


@pytest.mark.parametrize("text", SAID)
def test_numbers_titles_and_signs_are_said_in_words(text: str) -> None:
    assert spoken_form(text, "en") == SAID[text]


@given(st.text("aM.$1,05 VIXSt‘’'“Nof:", max_size=30))
def test_no_digit_of_a_common_number_is_left_and_nothing_raises(text: str) -> None:
    said = spoken_form(text, "en-GB")
    assert not said or said[-1] in ".!?"


def test_words_are_kept_in_their_order() -> None:
    text = "“Well,” said Ann—who had rowed—“it’s late.”"
    assert re.findall(r"[a-z']+", spoken_form(text, "en").lower()) == re.findall(
        r"[a-z']+", text.replace("’", "'").lower()
    )
