"""The process in which files are parsed: requests come in as JSON lines, messages go out framed.

A message has a `kind`: ready, documents, done, BadInput, TooLarge, memory or unforeseen.
"""

import ctypes
import dataclasses
import json
import logging
import mmap
import os
import queue
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from kefu.errors import BadInput, TooLarge
from kefu.parsing.files import parse_file
from kefu.parsing.framing import frame
from kefu.parsing.limits import MEGABYTE, ParseLimits
from kefu.parsing.records import ParsedDocument

_PR_SET_PDEATHSIG = 1
_BATCH_DOCUMENTS = 64
_BATCH_LETTERS = 256 * 1024


def main() -> None:
    """Serve until the parent closes the pipe or dies."""
    output = _private_output()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent to answer
    die_with_parent()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    os.putenv("OPENBLAS_NUM_THREADS", "1")  # each thread reserves memory that a file may need

    def report_unforeseen(
        kind: type[BaseException],
        error: BaseException,  # noqa: ARG001 - the signature is given
        trace: TracebackType | None,  # noqa: ARG001
    ) -> None:
        _send(output, {"kind": "unforeseen", "text": kind.__name__})

    sys.excepthook = report_unforeseen
    requests = queue.SimpleQueue[dict[str, Any]]()
    threading.Thread(target=_read_requests, args=(requests,), daemon=True).start()
    _send(output, {"kind": "ready"})
    while True:
        request = requests.get()
        limits = ParseLimits(**request["limits"])
        allow_memory(limits)
        _serve(Path(request["path"]), limits, output)


def _serve(path: Path, limits: ParseLimits, output: BinaryIO) -> None:
    try:
        for batch in _batches(parse_file(path, limits=limits)):
            documents = [dataclasses.asdict(document) for document in batch]
            _send(output, {"kind": "documents", "documents": documents})
        message = {"kind": "done"}
    except (BadInput, TooLarge) as error:
        message = {"kind": type(error).__name__, "text": str(error)}
    except MemoryError:
        message = {"kind": "memory", "text": ""}
    _send(output, message)


def _batches(documents: Iterator[ParsedDocument]) -> Iterator[list[ParsedDocument]]:
    """Documents in groups small enough to be held and large enough to be worth a message."""
    batch: list[ParsedDocument] = []
    letters = 0
    for document in documents:
        batch.append(document)
        letters += len(document.markdown)
        if len(batch) >= _BATCH_DOCUMENTS or letters >= _BATCH_LETTERS:
            yield batch
            batch, letters = [], 0
    if batch:
        yield batch


def _send(output: BinaryIO, message: dict[str, Any]) -> None:
    output.write(frame(message))
    output.flush()


def _private_output() -> BinaryIO:
    """The pipe to the parent, out of reach of whatever a library prints."""
    private = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    return private


def _read_requests(requests: queue.SimpleQueue[dict[str, Any]]) -> None:
    for line in sys.stdin.buffer:
        requests.put(json.loads(line))
    os._exit(0)


def die_with_parent() -> None:
    """Also when this process is busy in C code and would not see the pipe close."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def allow_memory(limits: ParseLimits) -> None:
    """Let the process grow by as much as one file may take."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - not on Windows

        allowed = _address_space() + limits.parse_memory_mb * MEGABYTE
        resource.setrlimit(resource.RLIMIT_AS, (allowed, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _address_space() -> int:
    """Bytes this process has reserved."""
    if sys.platform != "linux":
        import psutil  # noqa: PLC0415 - takes as long as all other imports of a worker together

        return psutil.Process().memory_info().vms
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    return int(pages) * mmap.PAGESIZE


if __name__ == "__main__":
    main()
