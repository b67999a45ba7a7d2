"""What a message wants, before anything is searched for it: an answer, a person, or a kind word."""

from kefu.answering.intents.classifier import Classifier, load_classifier
from kefu.answering.intents.emoji import last_words, read_emoji
from kefu.answering.intents.routing import SMALL_TALK, find_intent
from kefu.answering.intents.seeds import load_seeds, read_labelled

__all__ = [
    "SMALL_TALK",
    "Classifier",
    "find_intent",
    "last_words",
    "load_classifier",
    "load_seeds",
    "read_emoji",
    "read_labelled",
]
