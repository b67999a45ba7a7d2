"""Where the words of a query stand in a text."""

import re

from kefu.text import index_terms, query_terms, simplify_text

_HAN = "\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_LETTER = f"[^\\W_{_HAN}]"
_RUN = re.compile(rf"{_LETTER}+(?:['’.@+&_-]+{_LETTER}+)*|(?P<chinese>[{_HAN}]+)")


def find_matches(query: str, text: str) -> list[tuple[int, int]]:
    """Offsets of what matches a term of the query, ascending, without overlap."""
    wanted = set(query_terms(query))
    spans: list[tuple[int, int]] = []
    for run in _RUN.finditer(text):
        if run["chinese"]:
            spans += _chinese_matches(wanted, run[0], run.start())
        elif wanted & set(index_terms(run[0])):
            spans.append(run.span())
    return spans


def _chinese_matches(wanted: set[str], run: str, offset: int) -> list[tuple[int, int]]:
    simplified = simplify_text(run)
    if len(simplified) != len(run):
        simplified = run
    pattern = "|".join(
        re.escape(term) for term in sorted(wanted, key=len, reverse=True) if not term.isascii()
    )
    if not pattern:
        return []
    return [
        (offset + match.start(), offset + match.end()) for match in re.finditer(pattern, simplified)
    ]
