"""Whether two statements of different documents cannot both be right.

Both speak of the same thing: no title, heading or word of one sets it apart from the other. And of
that they say another figure, or one denies what the other says. What is true of another product,
plan or case differs by a word: a word of either in the place of another is the end of it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

from kefu.answering.assertions import Assertion
from kefu.answering.exchanged import unpaired
from kefu.answering.facts import Fact, FactKind, find_facts, has_same_facts, plain
from kefu.answering.grounds import content_terms, is_said
from kefu.answering.loaded_words import count_denials
from kefu.answering.numerals import dimension
from kefu.answering.statements import Place, Statement
from kefu.answering.word_lists import LIGHT
from kefu.knowledge import bare_title
from kefu.text import SpanKind, fold_text

MOST_OWN = 0.4
"""Of the content words of either, that the other has not."""

LEAST_COMMON = 2
"""Content words in both, titles and headings among them."""

LEAST_ANNOUNCED, FEWEST_ANNOUNCED = 0.6, 2
"""Of the content words of what is announced, and how many, that the rule holds that stands."""

MOST_UNSAID = 0.5
"""Of the words of a rule's title and headings, that what is announced does not say."""

MOST_DENIED = 2
"""Content words of a cell that is a plain no: no refund, 不支持退款."""

_LISTED = re.compile(r"[,，、;；/]|\band\b|\bor\b|[和或及]")
_KIND = re.compile(
    r"政策|规定|规则|制度|办法|细则|说明|指南|手册|常见问题|问答|帮助|公告|通知|介绍|概述|条款|协议|须知|草稿|草案|副本"
    r"|\b(?:policy|policies|rules?|guides?|guidelines?|faqs?|questions?|answers?|help|handbook"
    r"|manual|overview|terms|conditions|notice|information|summary|page|about|our|your|draft|copy"
    r"|announcements?|news|updates?)\b",
    re.IGNORECASE,
)
_ANNOUNCES = re.compile(
    r"(?:调整|修改|变更|更新|延长|缩短|提高|上调|增加|降低|下调|减少|改)(?:为|至|到)"
    r"|[自从][^，。]{0,20}起|即日起|今后"
    r"|\b(?:[Ff]rom now on|[Aa]s of|no longer|now)\b|\b[Ff]rom (?:\d{1,2} [A-Z]|[A-Z][a-z]+ \d)"
    r"|\b(?:chang|rais|reduc|extend|shorten|lower|increas)(?:e|ed|es|ened)? (?:to|from)\b"
)
"""How a text says that a rule is another one from some day on."""

_ORDINAL = re.compile(r"^(?:第?[\d一二三四五六七八九十]+[、.．)）章节条]?)+\s*")
_MEASURED = frozenset({FactKind.NUMBER, FactKind.TIME, FactKind.WEEKDAY, FactKind.PHONE})


def contradicts(one: Statement, other: Statement) -> bool:
    """Whether they cannot both be right."""
    kinds = {one.kind, other.kind}
    if one.key == other.key or SpanKind.CODE in kinds:
        return False
    if SpanKind.TABLE_ROW in kinds:
        if len(kinds) > 1:
            row, said = (one, other) if one.kind is SpanKind.TABLE_ROW else (other, one)
            return _is_denied_in_a_cell(row, said)
        return _differ_in_a_cell(one, other) and _is_about_the_same(one, other)
    mine, theirs = one.asserted, other.asserted
    if not (mine.facts or mine.turns or mine.marks) or mine.restates(theirs):
        return False
    if _announces_otherwise(one, other):
        return True
    return (_denies(mine, theirs) or _differs_in_a_figure(mine, theirs)) and _speaks_of_the_same(
        one, other
    )


def name_subject(title: str) -> str:
    """A title without what tells versions, kinds of text and drafts apart."""
    return _KIND.sub(" ", bare_title(title))


def name_headings(headings: Iterable[str]) -> str:
    """Headings in one line, likewise, without their numbers."""
    return " ".join(_KIND.sub(" ", _ORDINAL.sub("", each)) for each in headings)


def _subject_terms(place: Place) -> frozenset[str]:
    """What title and headings say that a text is about."""
    title, *headings = place
    return _words(name_subject(title)) | _words(name_headings(headings))


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    return content_terms(plain(text)) - LIGHT


def _speaks_of_the_same(one: Statement, other: Statement) -> bool:
    mine, theirs = one.asserted, other.asserted
    if _weekdays(mine) != _weekdays(theirs) and not all(map(_weekdays, (mine, theirs))):
        return False
    if mine.names != theirs.names or _codes(mine.facts) != _codes(theirs.facts):
        return False
    about_mine, about_theirs = _subject_terms(one.place), _subject_terms(other.place)
    own, their_own = unpaired(
        mine.telling_terms - theirs.telling_terms - about_theirs,
        theirs.telling_terms - mine.telling_terms - about_mine,
    )
    if own and their_own:
        return False
    if len(own) > MOST_OWN * len(mine.telling_terms):
        return False
    if len(their_own) > MOST_OWN * len(theirs.telling_terms):
        return False
    common = (mine.telling_terms | about_mine) & (theirs.telling_terms | about_theirs)
    is_enough = len(common) >= LEAST_COMMON or (common and not own and not their_own)
    return bool(is_enough) and _is_about_the_same(one, other)


def _is_about_the_same(one: Statement, other: Statement) -> bool:
    """Whether title and headings of one add nothing to what the other is about."""
    codes = [_codes(find_facts(plain(" ".join(each.place)))) for each in (one, other)]
    if all(codes) and codes[0] != codes[1]:
        return False
    about_mine, about_theirs = _subject_terms(one.place), _subject_terms(other.place)
    said = one.asserted.terms & other.asserted.terms
    mine, theirs = unpaired(about_mine - about_theirs - said, about_theirs - about_mine - said)
    return not mine or not theirs


def _announces_otherwise(one: Statement, other: Statement) -> bool:
    """Whether one says that the figure of a rule is changed, and the other one still has the old.

    Announcements are short and say little but what changes: the rule may say more.
    """
    mine, theirs = one.asserted, other.asserted
    if not _ANNOUNCES.search(mine.text) or not _codes(mine.facts) <= _codes(theirs.facts):
        return False
    read, held = _measures(mine.facts), _measures(theirs.facts)
    if len(read) != 1 or any(
        name not in held or not values.isdisjoint(held[name]) for name, values in read.items()
    ):
        return False
    words = Assertion(_ANNOUNCES.sub(" ", mine.text)).telling_terms
    shared = [word for word in words if is_said(word, theirs.telling_terms)]
    least = max(FEWEST_ANNOUNCED, LEAST_ANNOUNCED * len(words))
    if len(shared) < least:
        return False
    about = mine.telling_terms | _subject_terms(one.place)
    subject = _subject_terms(other.place)
    own = [word for word in subject if not is_said(word, about)]
    return len(shared) == len(words) or len(own) <= MOST_UNSAID * len(subject)


def _denies(one: Assertion, other: Assertion) -> bool:
    """Whether they differ by a denial and by nothing else."""
    is_one_negative = ("negative" in one.marks) != ("negative" in other.marks)
    return is_one_negative and has_same_facts(one.facts, other.facts)


def _differs_in_a_figure(one: Assertion, other: Assertion) -> bool:
    """Whether both measure one thing, and one alone, with another result."""
    if one.turns != other.turns:
        return False
    mine, theirs = _measures(one.facts), _measures(other.facts)
    different = [each for each in mine.keys() & theirs.keys() if mine[each] != theirs[each]]
    if one.telling_terms == other.telling_terms and not different:
        return not has_same_facts(one.facts, other.facts) and mine.keys() == theirs.keys()
    if len(different) != 1:
        return False
    has_same_words = one.telling_terms == other.telling_terms
    return has_same_words or mine[different[0]].isdisjoint(theirs[different[0]])


def _measures(facts: list[Fact]) -> Mapping[str, frozenset[tuple[str, str]]]:
    """What is measured -> results; only the bound of a result is left out."""
    measures: dict[str, frozenset[tuple[str, str]]] = {}
    for fact in facts:
        if fact.kind in _MEASURED:
            name = dimension(fact.unit) or fact.unit or fact.kind
            measures[name] = measures.get(name, frozenset()) | {(fact.value, fact.unit or "")}
    return measures


def _weekdays(assertion: Assertion) -> frozenset[str]:
    return frozenset(each.value for each in assertion.facts if each.kind is FactKind.WEEKDAY)


def _codes(facts: list[Fact]) -> frozenset[str]:
    return frozenset(each.value for each in facts if each.kind is FactKind.CODE)


def _differ_in_a_cell(one: Statement, other: Statement) -> bool:
    """Whether rows of the same things have other figures under the same heads."""
    mine, theirs = _cells(one), _cells(other)
    shared = mine.keys() & theirs.keys()
    if len(shared) < LEAST_COMMON or next(iter(mine)) not in shared:
        return False
    read = {head: (_read_figures(mine[head]), _read_figures(theirs[head])) for head in shared}
    figures = {head for head, (one_read, other_read) in read.items() if one_read and other_read}
    keys = shared - figures
    different = [head for head in figures if read[head][0] != read[head][1]]
    return bool(keys and different) and all(mine[head] == theirs[head] for head in keys)


def _is_denied_in_a_cell(row: Statement, said: Statement) -> bool:
    """Whether a row has a plain no for what a sentence says of the same thing without one."""
    if count_denials(said.text):
        return False
    key, *cells = row.cells.values()
    about = content_terms(plain(" ".join((*said.place, said.text))))
    named = [content_terms(part) for part in _LISTED.split(key.text)]
    if not any(terms and terms <= about for terms in named):
        return False
    return any(
        count_denials(cell.text) == 1
        and 0 < len(cell.telling_terms) <= MOST_DENIED
        and all(is_said(term, said.asserted.telling_terms) for term in cell.telling_terms)
        for cell in cells
    )


def _cells(row: Statement) -> Mapping[str, str]:
    """Head -> value."""
    pairs = (each.partition(":")[::2] for each in re.split(r"[;；]\s*", fold_text(row.text)))
    return {head.strip(" *`"): value.strip(" *`") for head, value in pairs}


@lru_cache(maxsize=4096)
def _read_figures(value: str) -> Counter[tuple[str, str]]:
    """Of a cell; nothing where it holds none."""
    return Counter(
        (each.value, each.unit or "")
        for each in find_facts(plain(value))
        if each.kind is not FactKind.CODE
    )
