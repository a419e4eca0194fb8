"""novelcast: a novel in, a full-cast audiobook out."""

from __future__ import annotations

__version__ = "0.1.0"
