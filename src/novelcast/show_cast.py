"""What the commands `cast` and `audition` show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from novelcast.casting import RoleRow
    from novelcast.model import Role, Segment
    from novelcast.recast import Audition, Casting


def sound_text(role: Role) -> str:
    """A role as `--set` takes it, after the name."""
    parts = [role.voice]
    parts += [f"{name}={value:g}" for name, value, plain in (
        ("rate", role.rate, 1.0), ("pitch", role.pitch_st, 0.0), ("gain", role.gain_db, 0.0)
    ) if value != plain]  # fmt: skip
    parts += [f"mix={other}:{share:g}" for other, share in role.mix.items()]
    return ",".join(parts + ([f"effect={role.effect}"] if role.effect else []))


def cast_json(done: Casting) -> dict[str, Any]:
    return {
        "engine": done.cast.engine,
        "file": str(done.folder.cast.resolve()),
        "roles": [row.model_dump() for row in done.rows],
    }


def show_cast(done: Casting) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("speaker", "lines", "gender", "age", "voice", "why", "nearest whom they meet"):
        table.add_column(column, justify="right" if column == "lines" else "left", overflow="fold")
    for row in done.rows:
        near = f"{row.nearest} {row.distance:.2f}" if row.distance is not None else ""
        table.add_row(
            Text(row.name), str(row.lines), _gender(row), "" if row.age == "unknown" else row.age,
            sound_text(row.role), row.why, Text(near),
        )  # fmt: skip
    console = Console()
    (console if console.is_terminal else Console(width=200)).print(table)
    out = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
    out.print(
        f"engine {done.cast.engine}; change a voice with --set NAME=VOICE, hear some with `novelcast audition`"
    )
    out.print(str(done.folder.cast.resolve()))


def _gender(row: RoleRow) -> str:
    if row.name.startswith("("):
        return ""
    return "unknown" if row.gender == "unknown" else f"{row.gender} {row.sure:.2f}"


def audition_json(lines: Sequence[Segment], takes: Sequence[Audition]) -> dict[str, Any]:
    return {
        "lines": [{"segment": s.id, "text": s.text} for s in lines],
        "takes": [
            {"voice": t.voice, "role": t.role.model_dump(), "file": str(t.path.resolve())} for t in takes
        ],
    }


def show_audition(lines: Sequence[Segment], takes: Sequence[Audition]) -> None:
    out = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
    for segment in lines:
        out.print(segment.text)
    for take in takes:
        out.print(f"{sound_text(take.role)}: {take.path.resolve()}")
