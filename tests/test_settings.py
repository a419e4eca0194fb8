import pytest

from novelcast.errors import SettingsError
from novelcast.settings import bytes_in


@pytest.mark.parametrize(
    ("size", "count"),
    [("5GB", 5 * 10**9), ("1.5 g", 1_500_000_000), ("300mb", 3 * 10**8), ("0", 0), ("42", 42)],
)
def test_a_size_is_what_people_write(size: str, count: int) -> None:
    assert bytes_in(size) == count


@pytest.mark.parametrize("size", ["", "lots", "-1GB", "5 parsecs", "GB"])
def test_what_is_no_size_is_refused(size: str) -> None:
    with pytest.raises(SettingsError, match="size"):
        bytes_in(size)
