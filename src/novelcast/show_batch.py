"""What `novelcast batch` shows."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from novelcast.batch.ledger import STATES
from novelcast.show import clock, plain_console, print_table, table_of

if TYPE_CHECKING:
    from novelcast.batch import Row

MOST_ROWS = 40
"""Books that are done are counted where there are more; what failed is always listed."""


def show_batch(rows: Sequence[Row], ledger: Path) -> None:
    long = len(rows) > MOST_ROWS
    shown = [row for row in rows if not long or row.state not in ("done", "waiting")]
    table = table_of(
        "book", "state", "chapters", "length", "took", "why", right=("chapters", "length", "took")
    )
    for row in shown:
        table.add_row(
            Text(Path(row.source).name), row.state, str(row.chapters), clock(round(row.audio_s), 1), _took(row),
            Text(row.reason),
        )  # fmt: skip
    if shown:
        print_table(table)
    counts = Counter(row.state for row in rows)
    states = ", ".join(f"{counts[state]} {state}" for state in STATES if counts[state])
    plain_console().print(
        f"{len(rows)} books: {states}; {clock(round(sum(r.audio_s for r in rows)), 1)} in all"
    )
    if counts["failed"] or counts["partly"]:
        plain_console().print("--retry-failed tries again what failed")
    plain_console().print(f"{ledger.resolve()}")


def batch_json(rows: Sequence[Row], ledger: Path) -> dict[str, Any]:
    return {
        "ledger": str(ledger.resolve()),
        "states": dict(Counter(row.state for row in rows)),
        "audio_s": round(sum(row.audio_s for row in rows), 1),
        "books": [asdict(row) for row in rows],
    }


def _took(row: Row) -> str:
    if row.began_s is None:
        return ""
    return clock(round((row.ended_s or time.time()) - row.began_s), 1)
