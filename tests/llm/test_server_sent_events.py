import pytest

from kefu.llm.server_sent_events import MOST_BYTES, EventReader

STREAM = (
    b": a comment\n\ndata: one\n\nevent: named\r\ndata: two\r\ndata:lines\r\n\r\n"
    b"data: \xe4\xb8\x83\xe5\xa4\xa9\r\rid: 7\ndata:  spaced\n\n"
)
EVENTS = [b"one", b"two\nlines", "七天".encode(), b" spaced"]


@pytest.mark.parametrize("size", [1, 2, 3, 7, len(STREAM)])
def test_events_are_read_wherever_the_bytes_are_cut(size: int) -> None:
    reader = EventReader()
    found = []
    for start in range(0, len(STREAM), size):
        found += reader.feed(STREAM[start : start + size])
    assert found + reader.finish() == EVENTS


def test_a_last_event_without_an_end_is_read() -> None:
    reader = EventReader()
    assert reader.feed(b"data: x") == []
    assert reader.finish() == [b"x"]
    assert reader.finish() == []


@pytest.mark.parametrize("piece", [b"x" * 4096, b"data: " + b"x" * 4096 + b"\n"])
def test_what_never_ends_is_refused(piece: bytes) -> None:
    reader = EventReader()
    for _ in range(MOST_BYTES // len(piece)):
        assert reader.feed(piece) == []
    with pytest.raises(ValueError, match="too long"):
        reader.feed(piece * 2)
