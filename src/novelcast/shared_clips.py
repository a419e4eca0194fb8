"""Clips that a team shares: a folder or bucket behind any fsspec address, with everybody's own cache in front.

What is fetched is kept in the own cache and checked there like any clip; what is spoken here is sent. A store that
fails in the middle of a run costs nothing but the sharing: lines are spoken here, and the run ends with a warning.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from novelcast.errors import SettingsError

AT_ONCE = 16
"""Clips under way at once: one takes some 20 to 50 ms from a store, nearly all of it waiting."""
MOST_FAILURES = 8
"""So many failures in a row, and the store is not asked any more in this run."""


def shared_clips(address: str | None) -> SharedClips | None:
    """The store at an fsspec address (s3://bucket/clips, /mnt/team/clips …), None for None.

    Raises SettingsError where fsspec or the address's own package is missing, or the store cannot be reached.
    """
    if address is None:
        return None
    try:
        import fsspec
    except ImportError:
        raise SettingsError(
            "a shared cache needs fsspec",
            hint="pip install 'novelcast[shared]', and s3fs for s3:// addresses",
        ) from None
    try:
        files, root = fsspec.core.url_to_fs(address)
        store = SharedClips(files, root.rstrip("/"))
        store.check()
    except Exception as error:  # each store has errors of its own
        raise SettingsError(
            f"shared_cache {address}: {error or type(error).__name__}",
            hint="look at the address, its package (s3fs for s3://, gcsfs for gs://) and your rights there",
        ) from None
    return store


class SharedClips:
    """`files` is an fsspec file system. Clips are stored whole or not at all: under another name first, where a name
    may be changed (folders); a bucket shows an object only when it is complete."""

    def __init__(self, files: Any, root: str) -> None:
        self._files, self._root = files, root
        self._in_a_row = 0
        self._lock = threading.Lock()
        self.failures = 0
        self.last_failure = ""

    def check(self) -> None:
        """Raises what the store raises if it cannot be read."""
        with suppress(FileNotFoundError):  # nothing was put there yet
            self._files.ls(self._root)

    @property
    def given_up(self) -> bool:
        return self._in_a_row >= MOST_FAILURES

    def fetch(self, key: str, into: Path) -> bool:
        """The clip's file as `into`; False where the store has none, or fails."""
        return self._tried(lambda: self._files.get_file(self._place(key), str(into)))

    def fetch_all(self, keys: Collection[str], fetch: Callable[[str], object]) -> None:
        """Call `fetch` for each key, several at once."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for _ in pool.map(fetch, keys):
                pass

    def send(self, key: str, file: Path) -> bool:
        """Whether the store has the clip now."""
        return self._tried(lambda: self._put(key, file))

    def _put(self, key: str, file: Path) -> None:
        place = self._place(key)
        if "file" not in self._protocols():
            self._files.put_file(str(file), place)
            return
        self._files.makedirs(place.rpartition("/")[0], exist_ok=True)
        self._files.put_file(str(file), f"{place}.writing-{threading.get_ident()}")
        self._files.mv(f"{place}.writing-{threading.get_ident()}", place)

    def _protocols(self) -> tuple[str, ...]:
        protocol = self._files.protocol
        return (protocol,) if isinstance(protocol, str) else tuple(protocol)

    def _place(self, key: str) -> str:
        return f"{self._root}/{key[:2]}/{key}.flac"

    def _tried(self, work: Callable[[], object]) -> bool:
        if self.given_up:
            return False
        try:
            work()
        except FileNotFoundError:
            self._in_a_row = 0
            return False
        except Exception as error:  # each store has errors of its own
            with self._lock:
                self.failures += 1
                self._in_a_row += 1
                self.last_failure = f"{error or type(error).__name__}"
            return False
        self._in_a_row = 0
        return True
