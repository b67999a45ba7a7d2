"""What a message wants, before anything is searched for it: an answer, a person, or a kind word."""

from kefu.answering.intents.classifier import Classifier, load_classifier
from kefu.answering.intents.routing import find_intent
from kefu.answering.intents.seeds import load_seeds

__all__ = ["Classifier", "find_intent", "load_classifier", "load_seeds"]
