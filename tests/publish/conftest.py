from pathlib import Path

import pytest

from edition import Edition, edition_in


@pytest.fixture(scope="session")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    """The small edition of edition.py, rendered once. Its files are for reading."""
    folder: Path = tmp_path_factory.mktemp("edition")
    return edition_in(folder)
