"""How loud each speaker of a finished edition is, by BS.1770's gates, over all that they say in a chapter.

    python tests/benchmarks/levels.py output/<book>

Each line is cut out of the decoded MP3 where the timeline has it. Prints a JSON object for each file: LUFS by
speaker (the narrator's lines, thoughts and system lines apart), for those who speak more than three seconds, and how
far the loudest of them is from the softest, thoughts left out.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from novelcast.loudness import measure
from novelcast.media import decode_mono
from novelcast.model import Script, Timeline
from novelcast.publish.edition import EditionRecord
from novelcast.workspace import BookFolder, read_model

LEAST_S = 3.0


def main() -> None:
    folder = BookFolder(Path(sys.argv[1]))
    script, edition = read_model(folder.script, Script), read_model(folder.edition, EditionRecord)
    if script is None or edition is None:
        sys.exit(f"{folder.root} holds no finished edition")
    segments = {s.id: s for s in script.segments}
    names = {s.id: s.name for s in script.speakers}
    for record in edition.chapters:
        timeline = read_model(folder.timeline(record.chapter, record.part, record.parts), Timeline)
        if timeline is None:
            continue
        audio = decode_mono(folder.root / record.file, rate_hz=timeline.rate_hz)
        heard: dict[str, list[np.ndarray]] = {}
        for p in timeline.placements:
            if p.clip is None or p.segment is None:
                continue
            segment = segments[p.segment]
            who = names.get(segment.speaker or "", segment.kind)
            who += " (thinks)" if segment.kind == "thought" else ""
            heard.setdefault(who, []).append(audio[p.start : p.start + p.length, np.newaxis])
        lufs = {
            who: round(measure(parts, rate_hz=timeline.rate_hz, channels=1).integrated_lufs, 2)
            for who, parts in heard.items()
            if sum(map(len, parts)) > LEAST_S * timeline.rate_hz
        }
        plain = [level for who, level in lufs.items() if "(thinks)" not in who]
        row = {"file": record.file, "lufs": lufs, "apart": round(max(plain) - min(plain), 2)}
        print(json.dumps(row, ensure_ascii=False))


if __name__ == "__main__":
    main()
