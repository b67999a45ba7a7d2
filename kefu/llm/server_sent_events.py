"""Server-sent events as they come off the wire, cut anywhere (WHATWG HTML, section 9.2.6)."""

MOST_BYTES = 256 * 1024
"""An event that is longer comes from no model."""


class EventReader:
    """Takes bytes, gives back the data of every event that is complete; names and ids are not kept.

    A line ends with LF, CR LF or CR.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []

    def feed(self, received: bytes) -> list[bytes]:
        """The data of events that these bytes complete.

        Raises:
            ValueError: one is too long.
        """
        lines = (self._rest + received).splitlines(keepends=True)
        is_cut = bool(lines) and not lines[-1].endswith(b"\n")  # a CR may be half an end
        self._rest = lines.pop() if is_cut else b""
        taken = [self._take(line.rstrip(b"\r\n")) for line in lines]
        if len(self._rest) + sum(map(len, self._data)) > MOST_BYTES:
            raise ValueError("an event is too long")
        return [data for data in taken if data is not None]

    def finish(self) -> list[bytes]:
        """The last event, where the server left out the empty line after it."""
        line, self._rest = self._rest.rstrip(b"\r"), b""
        taken = [self._take(line), self._take(b"")]
        return [data for data in taken if data is not None]

    def _take(self, line: bytes) -> bytes | None:
        if line.startswith(b"data:"):
            self._data.append(line[5:].removeprefix(b" "))
        if line or not self._data:
            return None
        data = b"\n".join(self._data)
        self._data.clear()
        return data
