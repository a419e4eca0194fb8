"""Script + catalogue -> Cast: a voice for the narrator, for system lines and for each speaker.

The cast lives in cast.toml, which is the user's: what stands there is kept, only new speakers are added.
"""

from novelcast.casting.assign import NarratorVoice, alternatives, cast_script, misfits, without_roles
from novelcast.casting.carry import carried
from novelcast.casting.store import load_cast, save_cast
from novelcast.casting.table import RoleRow, role_rows
from novelcast.casting.wishes import role_in, who_is, with_wishes

__all__ = [
    "NarratorVoice",
    "RoleRow",
    "alternatives",
    "carried",
    "cast_script",
    "load_cast",
    "misfits",
    "role_in",
    "role_rows",
    "save_cast",
    "who_is",
    "with_wishes",
    "without_roles",
]
