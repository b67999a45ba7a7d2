"""Where the words of a query stand in a text."""

import re

from kefu.text import index_terms, query_terms, simplify_text

WORD = re.compile(r"[A-Za-z0-9][\w.\-]*|[\u4e00-\u9fff]+")


def find_matches(query: str, text: str) -> list[tuple[int, int]]:
    """Offsets of what matches a term of the query, ascending, without overlap."""
    wanted = set(query_terms(query))
    spans: list[tuple[int, int]] = []
    for word in WORD.finditer(text):
        if word[0][0].isascii():
            if wanted & set(index_terms(word[0])):
                spans.append(word.span())
        else:
            spans += _chinese_matches(wanted, word[0], word.start())
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
