"""What publish, feed and verify show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.text import Text

from novelcast.show import clock, plain_console, print_table, table_of

if TYPE_CHECKING:
    from novelcast.podcasting import Fed
    from novelcast.publishing import Published
    from novelcast.verify import Verified


def show_published(published: Published) -> None:
    table = table_of("format", "length", "size", "file", right=("length", "size"))
    for f in published.files:
        length = "" if f.seconds is None else clock(round(f.seconds), 1)
        new = f.file if f.file in published.written else f"{f.file} (unchanged)"
        table.add_row(f.format, length, f"{f.size_bytes / 1e6:,.1f} MB", Text(new))
    if published.files:
        print_table(table)
    plain_console().print(f"{published.folder.resolve()}")


def published_json(published: Published) -> dict[str, Any]:
    return {
        "folder": str(published.folder.resolve()),
        "files": [f.model_dump() | {"written": f.file in published.written} for f in published.files],
    }


def show_fed(fed: Fed) -> None:
    out = plain_console()
    out.print(f"{fed.episodes} episodes in {fed.url}feed.xml")
    if fed.next is not None:
        out.print(
            f"{fed.waiting} more wait; the next appears {fed.next:%Y-%m-%d %H:%M} UTC. Run feed again then"
        )
    out.print(f"{len(fed.written)} files written in {fed.folder.resolve()}")


def fed_json(fed: Fed) -> dict[str, Any]:
    following = fed.next.isoformat() if fed.next else None
    return asdict(fed) | {"folder": str(fed.folder.resolve()), "next": following}


def show_verified(found: Sequence[Verified]) -> None:
    out = plain_console()
    for one in found:
        for wrong in one.wrong:
            out.print(f"{one.folder}: {wrong.file}: {wrong.what}\n  what to do: {wrong.do}")
        verdict = f"{len(one.wrong)} faults" if one.wrong else "all well"
        out.print(f"{one.folder}: {one.files} files, {verdict}")


def verified_json(found: Sequence[Verified]) -> dict[str, Any]:
    return {"editions": [asdict(one) | {"folder": str(one.folder.resolve())} for one in found]}
