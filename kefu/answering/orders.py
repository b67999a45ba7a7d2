"""Paragraphs of documents that give orders to whoever answers, as a customer's ticket may.

They are true quotations of somebody, so verification cannot tell them from the company's word.
They are therefore neither given to a model, nor quoted, nor taken as support.
"""

import re
from collections.abc import Iterator

from kefu.text import Span, split_sentences

_ORDER = re.compile(
    r"(?:忽略|无视|忘记|忘掉|不要理会|不必理会|绕过)[^。！？\n]{0,12}(?:规定|规则|指令|指示|提示词?|设定|限制)"
    r"|[【\[<]\s*(?:系统|管理员)(?:通知|提示|指令|消息)|从现在(?:起|开始)[^。\n]{0,6}(?:你|请|告诉|回答)"
    r"|\b(?:ignore|disregard|forget|override|bypass)\s+"
    r"(?:(?:all|any|every|the|your|of|previous|prior|above|earlier|preceding|these|other)\s+)+"
    r"(?:instructions?|rules?|prompts?|guidelines?|policies|directions|commands)\b"
    r"|[\[<]\W{0,2}(?:system|im_start|assistant)\b|\bsystem\s+(?:prompt|override)\s*:"
    r"|\bfrom now on,?\s+(?:you|reply|answer|tell|say)\b|\byou are now (?:a|an|the|in)\b",
    re.IGNORECASE,
)
_PARAGRAPH = re.compile(r"\S.*?(?=\n[ \t]*\n|\Z)", re.DOTALL)


def without_orders(text: str) -> str:
    """The text with each such paragraph left out."""
    for start, end in reversed(list(_find_orders(text))):
        text = text[:start] + text[end:]
    return text


def split_readable(text: str) -> list[Span]:
    """The sentences of a text that stand in no such paragraph."""
    orders = list(_find_orders(text))
    return [
        span
        for span in split_sentences(text)
        if not any(start <= span.start < end for start, end in orders)
    ]


def _find_orders(text: str) -> Iterator[tuple[int, int]]:
    if _ORDER.search(text):
        for paragraph in _PARAGRAPH.finditer(text):
            if _ORDER.search(paragraph[0]):
                yield paragraph.span()
