"""What asking costs: tokens, and money where the user has set a price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from novelcast.hanzi import HAN
from novelcast.llm.questions import Batch
from novelcast.settings import LlmSettings

TOKENS_A_HAN, TOKENS_A_CHAR = 1.0, 0.25
"""The usual rule: a token is a Chinese character, or four letters. Today's multilingual models need 0.6 to 0.9
for a character, small English ones 2 or more."""
TOKENS_A_MESSAGE = 8
TOKENS_AN_ANSWER = 8
"""The number and the marks around a name."""


@dataclass(frozen=True)
class Usage:
    """Tokens; `guessed` where the service did not count them, and before it has."""

    tokens_in: int = 0
    tokens_out: int = 0
    guessed: bool = False

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.tokens_in + other.tokens_in,
            self.tokens_out + other.tokens_out,
            self.guessed or other.guessed,
        )

    def in_words(self, llm: LlmSettings) -> str:
        about = "about " if self.guessed else ""
        words = f"{about}{self.tokens_in:,} tokens in and {self.tokens_out:,} out"
        if llm.price_in is None and llm.price_out is None:
            return words
        money = (self.tokens_in * (llm.price_in or 0) + self.tokens_out * (llm.price_out or 0)) / 1e6
        return f"{words}, {about}{money:.4f} {llm.currency}"


def estimate(batches: Sequence[Batch]) -> Usage:
    """The tokens that asking will take, roughly."""
    usage = Usage(guessed=True)
    for batch in batches:
        usage += Usage(
            sum(TOKENS_A_MESSAGE + tokens(m["content"]) for m in batch.messages),
            len(batch.turns) * (TOKENS_AN_ANSWER + max(tokens(p.name) for p in batch.candidates)),
        )
    return usage


def tokens(text: str) -> int:
    han = len(HAN.findall(text))
    return round(han * TOKENS_A_HAN + (len(text) - han) * TOKENS_A_CHAR)
