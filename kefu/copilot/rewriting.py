"""What staff wrote, in another tone or language; what it states may not change."""

import logging
import re
from collections import Counter
from collections.abc import Sequence

from opentelemetry import trace

from kefu.answering import EXTRACTIVE, Consultation, consult, find_facts, is_negative
from kefu.copilot.phrases import phrase
from kefu.copilot.records import Rewriting, Rewritten, Tone
from kefu.copilot.summarising import holds_fact
from kefu.copilot.typed import join_sentences
from kefu.errors import BadInput, ModelForbidden, ModelUnavailable
from kefu.resources import Resources
from kefu.text import (
    Language,
    detect_language,
    find_identifiers,
    query_terms,
    simplify_text,
    split_sentences,
)

MAX_TOKENS = 700
LONGEST_TEXT = 8000
SHORTER = 0.6  # of the sentences that are kept at most, those with facts aside
TRANSLATING = {Tone.CHINESE: "zh", Tone.ENGLISH: "en"}
_CONTRACTIONS = {
    r"\bcan['’]t\b": "cannot",
    r"\bwon['’]t\b": "will not",
    r"n['’]t\b": " not",
    r"['’]re\b": " are",
    r"['’]ll\b": " will",
    r"['’]ve\b": " have",
    r"\bI['’]m\b": "I am",
    r"\b(it|that|there|here|what)['’]s\b": r"\1 is",
}
_FAMILIAR = re.compile("你(?!们)")

log = logging.getLogger(__name__)
tracer = trace.get_tracer("kefu.copilot")


async def rewrite(resources: Resources, text: str, tone: Tone) -> Rewritten:
    """The text in another tone or language, by a model where one can, else by rules.

    What a model writes counts only if it states the same numbers, codes and names, and denies what
    the text denies.

    Raises:
        BadInput: there is nothing to write again, or too much.
    """
    if not text.strip():
        raise BadInput("There is no text to rewrite.")
    if len(text) > LONGEST_TEXT:
        raise BadInput(
            "The text has %(count)s characters; at most %(most)s are rewritten.",
            count=len(text),
            most=LONGEST_TEXT,
        )
    with tracer.start_as_current_span("rewrite", attributes={"kefu.tone": tone}) as span:
        written = await _write(resources, text, tone)
        rewritten = written or rewrite_by_rules(text, tone)
        span.set_attribute("kefu.how", rewritten.how)
    return rewritten


def rewrite_by_rules(text: str, tone: Tone) -> Rewritten:
    """What can be done without a model; a text that no rule changes comes back as it is."""
    if tone in TRANSLATING:
        return Rewritten(text=text, how=Rewriting.UNCHANGED, mode=EXTRACTIVE, reason="needs_model")
    language = detect_language(text)
    by_tone = {Tone.FRIENDLY: _befriend, Tone.SHORTER: _shorten, Tone.FORMAL: _formalise}
    changed = by_tone[tone](text, language)
    if changed == text or not keeps_facts(text, changed):
        return Rewritten(text=text, how=Rewriting.UNCHANGED, mode=EXTRACTIVE, reason="no_rule")
    return Rewritten(text=changed, how=Rewriting.RULES, mode=EXTRACTIVE)


def keeps_facts(before: str, after: str) -> bool:
    """Whether both state the same numbers, dates, codes and addresses, neither more nor less."""
    return _facts(before) == _facts(after)


def keeps_denial(before: str, after: str) -> bool:
    """Whether what is denied stays denied, and nothing is that was not."""
    return _denies(before) == _denies(after)


def _facts(text: str) -> Counter[tuple[str, str, str]]:
    facts = Counter(
        (fact.kind.value, fact.value, fact.unit or "") for fact in find_facts(simplify_text(text))
    )
    codes = Counter(("code", code.casefold(), "") for code in find_identifiers(text))
    return Counter(dict.fromkeys(facts | codes, 1))


def _denies(text: str) -> bool:
    return any(is_negative(simplify_text(span.text)) for span in split_sentences(text))


def _befriend(text: str, language: Language) -> str:
    greeting, closing = phrase("greeting", language), phrase("closing", language)
    if language == "en":
        greeting += "\n"
    has_greeting = re.match(r"\s*(?:您好|你好|hi\b|hello\b|dear\b|good )", text, re.IGNORECASE)
    opening = [] if has_greeting else [greeting]
    ending = [] if _closes(text) else [closing]
    polite = _FAMILIAR.sub("您", text) if language == "zh" else text
    return join_sentences([*opening, polite, *ending])


def _closes(text: str) -> bool:
    last = [span.text for span in split_sentences(text)][-1:]
    return any(
        re.search(r"随时|祝您|谢谢|感谢|regards|let (?:me|us) know|thank", each, re.IGNORECASE)
        for each in last
    )


def _shorten(text: str, _language: Language) -> str:
    """The sentences that hold facts, and of the others those that say most of the whole."""
    spans = [span.text for span in split_sentences(text)]
    if len(spans) < 2:
        return text
    weights = Counter(term for each in spans for term in set(query_terms(each)))
    firm = {each for each in spans if holds_fact(each) or is_negative(simplify_text(each))}
    room = max(1, round(SHORTER * len(spans))) - len(firm)
    loose = sorted(
        (each for each in spans if each not in firm), key=lambda each: -_telling(each, weights)
    )
    kept = firm | set(loose[: max(room, 0)])
    return join_sentences([each for each in spans if each in kept])


def _telling(text: str, weights: Counter[str]) -> float:
    terms = set(query_terms(text))
    return sum(weights[term] for term in terms) / (len(terms) + 2)


def _formalise(text: str, language: Language) -> str:
    if language == "zh":
        return _FAMILIAR.sub("您", text)
    for short, whole in _CONTRACTIONS.items():
        text = re.sub(short, whole, text, flags=re.IGNORECASE)
    return text


async def _write(resources: Resources, text: str, tone: Tone) -> Rewritten | None:
    """None where no model could; the text as it was where it changed what is said."""
    endpoint = await resources.find_writer()
    if endpoint is None:
        return None
    own = detect_language(text)
    target: Language = "zh" if tone is Tone.CHINESE else "en" if tone is Tone.ENGLISH else own
    if tone in TRANSLATING and target == own:
        return Rewritten(text=text, how=Rewriting.UNCHANGED, mode=endpoint.name, reason="no_rule")
    values = {"draft": text, "language": target}
    asked = Consultation(
        name="translate" if tone in TRANSLATING else "rephrase",
        values=values if tone in TRANSLATING else {**values, "tone": tone.value},
        language=target,
        max_tokens=MAX_TOKENS,
        data_class=resources.settings.routing.conversation_class,
    )
    try:
        written = (await consult(resources, endpoint, asked)).strip()
    except (ModelForbidden, ModelUnavailable) as error:
        log.info("A text is rewritten without a model: %s", error)
        return None
    checks = [keeps_facts(text, written), keeps_denial(text, written)]
    if not written or detect_language(written) != target or not all(checks):
        return _fall_back(text, tone)
    return Rewritten(text=written, how=Rewriting.MODEL, mode=endpoint.name)


def _fall_back(text: str, tone: Tone) -> Rewritten:
    """By rules, where a model said something else; it is told that it did."""
    ruled = rewrite_by_rules(text, tone)
    return Rewritten(text=ruled.text, how=ruled.how, mode=EXTRACTIVE, reason="facts")


def list_tones(*, has_model: bool) -> Sequence[Tone]:
    """Those that can be offered; without a model nothing is translated."""
    return [tone for tone in Tone if has_model or tone not in TRANSLATING]
