"""Pure algorithms on Chinese and English text.

Normal forms, language, the terms of the lexical index, sentences with their places, and digests.
Nothing here reads a file, a setting or a database.
"""

from kefu.text.checksum import TERM_IDS, content_digest, term_id
from kefu.text.content import ContentWord, content_words
from kefu.text.dates import Period, find_periods
from kefu.text.garbled import count_scripts, find_garbled, is_foreign
from kefu.text.grids import Grid, GridRow, find_grids
from kefu.text.identifiers import find_identifiers, name_terms
from kefu.text.language import Language, detect_language
from kefu.text.normalise import clean_text, fold_text, simplify_text
from kefu.text.segment import find_tokens, index_terms, query_terms
from kefu.text.sentences import Span, SpanKind, split_sentences

__all__ = [
    "TERM_IDS",
    "ContentWord",
    "Grid",
    "GridRow",
    "Language",
    "Period",
    "Span",
    "SpanKind",
    "clean_text",
    "content_digest",
    "content_words",
    "count_scripts",
    "detect_language",
    "find_garbled",
    "find_grids",
    "find_identifiers",
    "find_periods",
    "find_tokens",
    "fold_text",
    "index_terms",
    "is_foreign",
    "name_terms",
    "query_terms",
    "simplify_text",
    "split_sentences",
    "term_id",
]
