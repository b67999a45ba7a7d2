"""Whether text that others wrote can be taken for instructions."""

import re
from collections.abc import Iterator

from kefu.prompts.checks.subject import Subject, is_negated, shorten, used_variables
from kefu.prompts.records import Origin, SectionName, VariableType
from kefu.prompts.rendering import FENCE

_NAMES_OF_FOREIGN_TEXT = re.compile(
    r"(?:customer|user|client)(?:_\w+)?|(?:\w+_)?(?:question|message|conversation|transcript|history"
    r"|excerpts?|documents?|passages?|context|knowledge|ticket|email|review|comment|draft|answer"
    r"|reply|sources?)"
)
_FOLLOWS_ORDERS = re.compile(
    r"\b(?:follow|obey|execute|carry out|comply with)\b[^.\n]{0,40}"
    r"\b(?:instructions?|commands?|orders?|requests?)\b"
    r"|\bdo (?:whatever|what|as|everything)\b[^.\n]{0,20}\b(?:customer|user|excerpts?|documents?)\b"
    r"|(?:按照?|遵循|遵照|执行|服从|听从|满足)[^。\n]{0,16}(?:客户|用户|问题|资料|文档|消息|摘录)"
    r"[^。\n]{0,10}(?:指令|要求|命令|指示|吩咐)",
    re.IGNORECASE,
)
_MARKS = re.compile(r"\bmarks\b|标记", re.IGNORECASE)


def foreign_text_in_instructions(subject: Subject) -> Iterator[str]:
    """Text of others above the message, where the model looks for its orders."""
    foreign = {each.name for each in subject.specification.variables if each.is_foreign}
    for name, text in subject.texts():
        if name is not SectionName.MESSAGE:
            yield from (f"${each}" for each in sorted(foreign & used_variables(text)))


def foreign_text_in_a_sentence(subject: Subject) -> Iterator[str]:
    """Text of others that shares its line, so that its fence stands inside a sentence."""
    message = subject.specification.body(SectionName.MESSAGE)
    for each in subject.specification.variables:
        for line in message.splitlines() if each.is_foreign else ():
            if each.name in used_variables(line) and line.strip().strip("${}") != each.name:
                yield f"${each.name}"


def trusted_foreign_text(subject: Subject) -> Iterator[str]:
    """Variables stated as Kefu's own whose name or use says that somebody else wrote them."""
    given = {each.name: each for each in (subject.contract.variables if subject.contract else ())}
    for each in subject.specification.variables:
        is_text = each.type in {VariableType.TEXT, VariableType.LINE}
        is_named_so = is_text and _NAMES_OF_FOREIGN_TEXT.fullmatch(each.name)
        is_foreign_here = each.name in given and given[each.name].is_foreign
        if each.origin is Origin.KEFU and (is_named_so or is_foreign_here):
            yield f"${each.name}"


def unexplained_fence(subject: Subject) -> Iterator[str]:
    """Text of others is given, but the safety section does not say what its marks mean.

    It may speak of the marks that the message names.
    """
    safety = subject.specification.body(SectionName.SAFETY)
    message = used_variables(subject.specification.body(SectionName.MESSAGE))
    foreign = [each.name for each in subject.specification.variables if each.is_foreign]
    is_said = FENCE in used_variables(safety) or (FENCE in message and _MARKS.search(safety))
    if message.intersection(foreign) and not is_said:
        yield f"${FENCE}"


def invited_orders(subject: Subject) -> Iterator[str]:
    """Rules that have the model do what the customer or a document says."""
    for rule in subject.rules():
        if _FOLLOWS_ORDERS.search(rule) and not is_negated(rule):
            yield shorten(rule)
