"""A question with typing errors as it was probably meant.

Nothing but what the base does not hold is read otherwise, and only as what it holds: a Latin word
one slip of the fingers away, a Chinese character that sounds the same, Chinese for pinyin. The
index knows its terms by their numbers alone, so what may be meant is made up and looked up. Codes,
figures, names and words that the built-in embedder's vocabulary has stay as they are; with another
embedder, whose vocabulary is not known here, all Latin words do.
"""

from opentelemetry import trace

from kefu.knowledge import Base
from kefu.llm import BuiltInEmbedder
from kefu.resources import Resources
from kefu.retrieval.hearing import hear
from kefu.retrieval.search import MAX_QUERY_CHARACTERS
from kefu.retrieval.spelling import spell
from kefu.retrieval.typed import Corrected, apply, list_latin, list_pairs, list_runs
from kefu.retrieval.vocabulary import Vocabulary
from kefu.text import ENGLISH_STOP_WORDS, simplify_text, stem_word
from kefu.viewer import Viewer

MOST_UNKNOWN = 0.6  # of the Latin words of a question; of more, it is about something else
FEW_UNKNOWN = 2  # that many are looked at in any case
FEW_WORDS = 3  # a word in capitals, or two, may be names

tracer = trace.get_tracer("kefu.retrieval")


async def correct(
    resources: Resources, question: str, *, viewer: Viewer, base: Base
) -> Corrected | None:
    """The question as it was probably meant; None where it is taken as it stands."""
    if len(question) > MAX_QUERY_CHARACTERS:
        return None
    text = simplify_text(question)
    runs = list_runs(text)
    is_loud = text.isupper() and not runs and len(text.split()) >= FEW_WORDS
    if is_loud:
        text = text.lower()
    words = list(list_latin(text))
    with tracer.start_as_current_span("correct") as span:
        async with resources.database.connection() as conn:
            vocabulary = Vocabulary(conn, base, viewer=viewer)
            pairs = {pair for run in runs for pair in list_pairs(run.text)}
            await vocabulary.look_up({*pairs, *(stem_word(word.text) for word in words)})
            changes = await hear(vocabulary, text, runs, words)
            heard = {change.start for change in changes}
            telling = [word for word in words if word.text not in ENGLISH_STOP_WORDS]
            unknown = [
                word
                for word in telling
                if word.start not in heard and not vocabulary.count(stem_word(word.text))
            ]
            has_dictionary = resources.embedder.name == BuiltInEmbedder.name
            if has_dictionary and 0 < len(unknown) <= max(MOST_UNKNOWN * len(telling), FEW_UNKNOWN):
                count_tokens = resources.embedder.count_tokens
                changes += await spell(
                    vocabulary, unknown, among_chinese=bool(runs), count_tokens=count_tokens
                )
        span.set_attribute("kefu.corrected", len(changes))
    return apply(text, changes) if changes or is_loud else None
