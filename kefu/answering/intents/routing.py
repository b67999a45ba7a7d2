"""Which way a message takes: rules first, then the classifier where it is sure."""

import re
from collections.abc import Sequence

from opentelemetry import trace

from kefu.answering.handing_over import asks_for_person
from kefu.answering.intents.classifier import load_classifier
from kefu.answering.intents.emoji import read_emoji
from kefu.answering.intents.seeds import find_seed
from kefu.answering.records import Intent, Outcome, Turn
from kefu.errors import ModelForbidden, ModelUnavailable
from kefu.resources import Resources

LEAST_SHARE = 0.5
"""Of the probability, below which a message is a question."""
MOST_QUESTION = 0.1
"""Probability of a question above which it is searched for, whatever else it is."""
SEARCHED = frozenset({Intent.QUESTION, Intent.COMPLAINT, Intent.URGENT, Intent.OUT_OF_SCOPE})
LONGEST_TALK = 80
"""Characters of a message that may be small talk; longer ones have something to ask."""
SMALL_TALK = frozenset({Intent.GREETING, Intent.THANKS, Intent.GOODBYE, Intent.IDENTITY})
_BUT = re.compile(r"\b(?:but|however|although)\b|但|不过|可是|然而", re.IGNORECASE)
"""Behind this stands what somebody wants who is thankful all the same."""

tracer = trace.get_tracer("kefu.answering")


async def find_intent(resources: Resources, message: str, history: Sequence[Turn]) -> Intent:
    """What a message wants; a question where nothing else is certain."""
    with tracer.start_as_current_span("classify", attributes={"kefu.input": message}) as span:
        intent = await _find(resources, message, history)
        span.set_attribute("kefu.intent", intent)
    return intent


async def _find(resources: Resources, message: str, history: Sequence[Turn]) -> Intent:
    if asks_for_person(message):
        return Intent.PERSON
    if history and history[-1].outcome is Outcome.ASKED_BACK:
        return Intent.QUESTION
    return find_seed(message) or read_emoji(message) or await _classify(resources, message)


async def _classify(resources: Resources, message: str) -> Intent:
    classifier = load_classifier()
    embedder = resources.embedder
    said = resources.settings.routing.conversation_class
    if embedder.name != classifier.embedder or embedder.data_class.rank < said.rank:
        return Intent.QUESTION
    try:
        shares = classifier.classify(await embedder.embed_queries([message]))[0]
    except (ModelForbidden, ModelUnavailable):
        return Intent.QUESTION
    intent = Intent(classifier.labels[int(shares.argmax())])
    may_ask = shares[classifier.labels.index(Intent.QUESTION)] > MOST_QUESTION or (
        intent in SMALL_TALK and (len(message) > LONGEST_TALK or _BUT.search(message) is not None)
    )
    is_lost = may_ask and intent not in SEARCHED
    return Intent.QUESTION if is_lost or shares.max() < LEAST_SHARE else intent
