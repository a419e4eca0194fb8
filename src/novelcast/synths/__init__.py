"""The synthesisers of the cue sounds, one event each, made with numpy, scipy and pydub; a file for each family."""

from novelcast.synths import animals, blows, breaking, electronic, machines, mechanisms, nature, other
from novelcast.synths.bench import SYNTHS, Wave, band

__all__ = [
    "SYNTHS", "Wave", "animals", "band", "blows", "breaking", "electronic", "machines", "mechanisms", "nature", "other"
]  # fmt: skip
