import threading

import pytest

from novelcast.ahead import ahead


def test_everything_comes_in_order() -> None:
    assert list(ahead(iter(range(1000)))) == list(range(1000))


def test_no_more_is_made_ahead_than_asked() -> None:
    made: list[int] = []

    def numbers():
        for n in range(100):
            made.append(n)
            yield n

    stream = ahead(numbers(), depth=3)
    next(stream)
    for _ in range(50):
        threading.Event().wait(0.01)
    assert len(made) <= 6
    stream.close()


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_what_goes_wrong_there_is_raised_here_after_what_came_before(error: type[BaseException]) -> None:
    def broken():
        yield 1
        raise error

    stream = ahead(broken())
    assert next(stream) == 1
    with pytest.raises(error):
        next(stream)
    assert all(t.name != "ahead" for t in threading.enumerate())


def test_a_stream_that_is_closed_leaves_no_thread() -> None:
    def endless():
        while True:
            yield 1

    stream = ahead(endless())
    assert next(stream) == 1
    stream.close()
    assert all(t.name != "ahead" for t in threading.enumerate())
