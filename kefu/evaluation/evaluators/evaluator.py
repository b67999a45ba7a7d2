"""What an evaluator is, and how it names the documents that cases name."""

from collections.abc import Callable
from dataclasses import dataclass

from kefu.evaluation.records import Case, Cited, Found, Grade, Reply

WEB = ("http://", "https://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluator:
    """Grades one reply.

    Attributes:
        grade: None where it has nothing to say.
        unit: of a quantity; empty for a grade of 0..1.
        is_lower_better: seconds, tokens, money.
    """

    name: str
    grade: Callable[[Case, Reply], Grade | None]
    unit: str = ""
    is_lower_better: bool = False


def names(name: str, document: Found | Cited) -> bool:
    """Whether a case names this document.

    A name is the document's URL, the end of its path, or path#id for one of several documents in a
    file; where such a document has a URL of its own, the id alone decides.
    """
    path, mark, id = name.partition("#")
    if document.uri == name:
        return True
    is_at_path = document.uri == path or document.uri.endswith("/" + path.lstrip("/"))
    if mark:
        return document.id == id and (is_at_path or document.uri.startswith(WEB))
    return is_at_path
