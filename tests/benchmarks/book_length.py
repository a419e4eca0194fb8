"""How time and memory grow with a book: analysis, script.md written and read back, a chapter added.

    PYTHONPATH=tests python tests/benchmarks/book_length.py [CHAPTERS …]

Each size runs in a process of its own. Prints a JSON line for each: characters, seconds of each step, the most
memory the process had (MB). Chapters are those of tests/long_book.py.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time

from long_book import long_book
from novelcast.catalog import load_cue_sounds
from novelcast.characters import NOBODY
from novelcast.editing.edits import read_edits
from novelcast.editing.markdown import write_page
from novelcast.editing.merge import merge
from novelcast.script import write_script
from novelcast.script.spoken import spoken_form


def measured(chapters: int) -> dict[str, float]:
    book, _ = long_book(chapters)
    shorter = book.model_copy(update={"chapters": book.chapters[:-1]})
    sounds = load_cue_sounds()
    write_script(long_book(1)[0], sounds)  # tables and dictionaries are loaded once
    steps: dict[str, float] = {}
    clock = time.perf_counter()

    def done(step: str) -> None:
        nonlocal clock
        now = time.perf_counter()
        steps[step] = round(now - clock, 2)
        clock = now

    script = write_script(book, sounds)
    done("analyse")
    page = write_page(script, [c.title for c in book.chapters], 0.7)
    done("write_page")
    edited = read_edits(
        page.text, script, {s.name for s in sounds}, NOBODY, 0.7, lambda t: spoken_form(t, "zh")
    )
    done("read_page")
    assert edited.script == script and not edited.faults
    old = write_script(shorter, sounds)
    clock = time.perf_counter()
    merge(old, script, lambda t: spoken_form(t, "zh"), keep_labels=True)
    done("merge")
    characters = sum(len(p.text) for c in book.chapters for p in c.paragraphs)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"chapters": chapters, "characters": characters, **steps, "memory_mb": memory}


def main() -> None:
    if len(sys.argv) == 2:
        print(json.dumps(measured(int(sys.argv[1]))), flush=True)
        return
    for chapters in sys.argv[1:] or ("50", "100", "200", "400"):
        subprocess.run([sys.executable, __file__, chapters], check=True)


if __name__ == "__main__":
    main()
