"""The list of characters that a user gives: who is in the book, what else they are called, gender and age.

Three ways to write it, told apart by the file's name: TOML (`[[character]]` tables), JSON (a list of objects),
and plain text, one person a line: 孙少平 = 少平, 平娃 (male, young).
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from novelcast.errors import InputError, toml_fault
from novelcast.model import Age, Gender, Speaker, SpeakerField

SUFFIXES = (".toml", ".json", ".txt")
_HINT = "see docs/script-format.md; a line of a .txt list reads: 孙少平 = 少平, 平娃 (male, young)"

_GENDERS = {"male": "male", "female": "female", "男": "male", "女": "female"}
_AGES = {a: a for a in get_args(Age) if a != "unknown"} | {
    "儿童": "child", "小孩": "child", "青年": "young", "年轻": "young", "成年": "adult", "中年": "adult", "老年": "elderly",
}  # fmt: skip
_UNKNOWN = ("unknown", "?", "？", "")
_NAME = r"\"[^\"]+\"|“[^”]+”|[^=＝,，、()（）:：\"]+"
_PERSON = re.compile(
    rf"\s*(?P<name>{_NAME})\s*(?:[=＝]\s*(?P<aliases>(?:{_NAME}|[,，、\s])*))?"
    r"(?:[(（](?P<traits>[^()（）]*)[)）])?\s*"
)


@dataclass(frozen=True)
class Characters:
    """People of the book; `by_user` is what the user says of them. `only`: nobody else is in it."""

    people: tuple[Speaker, ...] = ()
    only: bool = False

    @property
    def digest(self) -> str:
        """A short digest of all that is said, "" where nothing is."""
        if not self.people and not self.only:
            return ""
        said = json.dumps([self.only, *(p.model_dump(mode="json") for p in self.people)], ensure_ascii=False)
        return hashlib.sha256(said.encode()).hexdigest()[:16]


NOBODY = Characters()


def person_of(text: str) -> Speaker:
    """The person in a line `NAME = ALIAS, ALIAS (GENDER, AGE)`. Raises ValueError saying what is wrong.

    What follows a semicolon in the brackets is a remark. A name with one of = , ( ) : in it is written in "".
    """
    found = _PERSON.fullmatch(text)
    if found is None:
        raise ValueError("not NAME = ALIAS, ALIAS (GENDER, AGE)")
    aliases = [_unquoted(a) for a in re.findall(_NAME, found["aliases"] or "")]
    gender, age = _traits(re.split(r"[;；]", found["traits"] or "")[0])
    return person(_unquoted(found["name"]), [a for a in aliases if a], gender, age)


def person(name: str, aliases: list[str], gender: str = "unknown", age: str = "unknown") -> Speaker:
    """A speaker with what a user says of them; who they are is known by their name."""
    aliases = [a for a in dict.fromkeys(aliases) if a != name]
    said: list[SpeakerField] = ["name"]
    said += ["aliases"] if aliases else []
    said += ["gender"] if gender != "unknown" else []
    said += ["age"] if age != "unknown" else []
    return Speaker.model_validate(
        {
            "id": name, "name": name, "aliases": tuple(aliases), "gender": gender, "age": age,
            "sure": float(gender != "unknown"), "by_user": tuple(said),
        }
    )  # fmt: skip


def line_of(speaker: Speaker, remark: str = "") -> str:
    """The line that `person_of` reads."""
    aliases = f" = {', '.join(map(quoted, speaker.aliases))}" if speaker.aliases else ""
    gender = "?" if speaker.gender == "unknown" else speaker.gender
    age = "" if speaker.age == "unknown" else f", {speaker.age}"
    return f"{quoted(speaker.name)}{aliases} ({gender}{age}{'; ' + remark if remark else ''})"


def quoted(name: str) -> str:
    """A name as it stands in a list: in quotation marks where it could be misread."""
    return name if re.fullmatch(r"[^=＝,，、()（）:：\"“”]+", name) and name == name.strip() else f'"{name}"'


def _unquoted(name: str) -> str:
    name = name.strip()
    return name[1:-1] if len(name) > 2 and name[0] + name[-1] in ('""', "“”") else name


def _traits(text: str) -> tuple[Gender, Age]:
    gender, age = "unknown", "unknown"
    for word in re.split(r"[,，、/\s]+", text.strip()):
        if word in _GENDERS:
            gender = _GENDERS[word]
        elif word in _AGES:
            age = _AGES[word]
        elif word not in _UNKNOWN:
            raise ValueError(
                f"{word!r} is neither a gender (male, female, ?) nor an age (child, young, adult, elderly)"
            )
    return gender, age  # type: ignore[return-value]


# ---------------------------------------------------------------- files


def load_characters(path: Path) -> Characters:
    """The people in a file. Raises InputError with the line that cannot be read."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InputError(f"{path}: {reason}", hint="give a .txt, .toml or .json list of characters") from None
    reader = {".toml": _from_toml, ".json": _from_json}.get(path.suffix.lower(), _from_lines)
    rows, only = reader(path, text)
    _refuse_doubles(path, rows)
    if not rows:
        raise InputError(f"{path}: it names nobody", hint=_HINT)
    return Characters(tuple(p.model_copy(update={"listed": True}) for p, _ in rows), only)


_Rows = list[tuple[Speaker, int]]


def _from_lines(path: Path, text: str) -> tuple[_Rows, bool]:
    rows: _Rows = []
    only = False
    for number, line in enumerate(text.splitlines(), 1):
        line = re.sub(r"(?:^|\s)#.*", "", line).strip().removeprefix("- ")
        if not line:
            continue
        if (said := re.fullmatch(r"only\s*(?:=\s*(true|false))?", line)) is not None:
            only = said[1] != "false"
            continue
        try:
            rows.append((person_of(line), number))
        except ValueError as error:
            raise InputError(f"{path}, line {number}: {error}: {line}", hint=_HINT) from None
    return rows, only


def _from_toml(path: Path, text: str) -> tuple[_Rows, bool]:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: {toml_fault(text, error)}", hint="mend that line") from None
    starts = [n for n, line in enumerate(text.splitlines(), 1) if line.strip().startswith("[[character]]")]
    return _rows(path, data, data.pop("character", []), starts)


def _from_json(path: Path, text: str) -> tuple[_Rows, bool]:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{path}, line {error.lineno}: {error.msg}", hint="mend that line") from None
    starts = [text.count("\n", 0, m.start()) + 1 for m in re.finditer(r'"name"\s*:', text)]
    if isinstance(data, list):
        return _rows(path, {}, data, starts)
    if not isinstance(data, dict):
        raise InputError(f"{path}: neither a list nor an object", hint=_HINT)
    key = "roster" if "roster" in data else "characters"
    return _rows(path, data, data.pop(key, []), starts)


def _rows(path: Path, data: dict[str, Any], table: Any, starts: list[int]) -> tuple[_Rows, bool]:
    only = data.pop("only", False)
    if data or not isinstance(table, list) or not isinstance(only, bool):
        other = f"{next(iter(data))!r} is not known" if data else "the characters are not a list"
        raise InputError(f"{path}: {other}; it holds only = true or false, and characters", hint=_HINT)
    return [
        (_from_row(f"{path}, line {line}", row), line)
        for row, line in zip(table, [*starts, *[1] * len(table)], strict=False)
    ], only


def _from_row(where: str, row: Any) -> Speaker:
    if not isinstance(row, dict) or not isinstance(name := row.get("name"), str) or not name.strip():
        raise InputError(f"{where}: a character without a name", hint=_HINT)
    if unknown := row.keys() - {"name", "aliases", "gender", "age"}:
        raise InputError(
            f"{where}: {name}: {sorted(unknown)[0]!r} is not known",
            hint="a character has name, aliases, gender, age",
        )
    aliases = row.get("aliases") or []
    if not isinstance(aliases, list) or not all(isinstance(a, str) and a.strip() for a in aliases):
        raise InputError(
            f"{where}: {name}: aliases is not a list of words", hint='aliases = ["少平", "平娃"]'
        )
    gender, age = row.get("gender") or "unknown", row.get("age") or "unknown"
    for value, valid in ((gender, get_args(Gender)), (age, get_args(Age))):
        if value not in valid:
            raise InputError(f"{where}: {name}: {value!r}", hint=f"choose one of: {', '.join(valid)}")
    return person(name.strip(), [a.strip() for a in aliases], gender, age)


def _refuse_doubles(path: Path, rows: _Rows) -> None:
    seen: dict[str, int] = {}
    for found, line in rows:
        if found.name in seen:
            raise InputError(
                f"{path}, line {line}: {found.name} stands in line {seen[found.name]} too",
                hint="put all that is said of a person in one place",
            )
        seen[found.name] = line
