"""Markers of a class in what is sent, and endpoints that say what they may see by their model."""

import re
from collections.abc import Iterable

from kefu.viewer import DataClass
from tests.llm.misbehaving import Request

MARKED = re.compile(rb"secret\d*(public|internal|confidential|restricted)marker")
SEEING = re.compile(rb"may-see-(public|internal|confidential|restricted)")


def mark(data_class: DataClass, number: int = 0) -> str:
    """A word by which data of this class is known again."""
    return f"secret{number}{data_class}marker"


def model_for(data_class: DataClass) -> str:
    """The name of a model that may see so much."""
    return f"may-see-{data_class}"


def who_may_see(request: Request) -> DataClass:
    """What the model may see that a request is for."""
    found = SEEING.search(request.sent)
    assert found
    return DataClass(found[1].decode())


def require_no_leak(requests: Iterable[Request]) -> None:
    """No byte above its class reached a model."""
    for request in requests:
        held = {DataClass(each.decode()) for each in MARKED.findall(request.sent)}
        assert all(each.rank <= who_may_see(request).rank for each in held), request.path
