"""Pure algorithms on Chinese and English text.

Normal forms, language, the terms of the lexical index, sentences with their places, and digests.
Nothing here reads a file, a setting or a database.
"""

from kefu.text.catalogue import translatable
from kefu.text.checksum import TERM_IDS, content_digest, term_id
from kefu.text.content import ContentWord, content_words
from kefu.text.dates import Period, find_periods
from kefu.text.front_matter import BadYaml, read_yaml, refers_back
from kefu.text.garbled import count_scripts, find_garbled, is_foreign
from kefu.text.grids import Grid, GridRow, find_grids
from kefu.text.identifiers import find_identifiers, name_terms
from kefu.text.language import Language, detect_language
from kefu.text.lattice import Arc, decode, list_neighbours
from kefu.text.misspelling import Slip, list_spellings
from kefu.text.mistakes import explain_mistake
from kefu.text.normalise import HAN, clean_text, fold_text, simplify_text, to_simplified
from kefu.text.pinyin import Sounds, load_sounds
from kefu.text.segment import (
    find_tokens,
    index_terms,
    is_chinese_word,
    list_words,
    query_terms,
    stem_word,
)
from kefu.text.sentences import Span, SpanKind, split_sentences
from kefu.text.spelling import one_spelling
from kefu.text.spreadsheets import write_csv
from kefu.text.stop_words import CHINESE_STOP_WORDS, ENGLISH_STOP_WORDS

__all__ = [
    "CHINESE_STOP_WORDS",
    "ENGLISH_STOP_WORDS",
    "HAN",
    "TERM_IDS",
    "Arc",
    "BadYaml",
    "ContentWord",
    "Grid",
    "GridRow",
    "Language",
    "Period",
    "Slip",
    "Sounds",
    "Span",
    "SpanKind",
    "clean_text",
    "content_digest",
    "content_words",
    "count_scripts",
    "decode",
    "detect_language",
    "explain_mistake",
    "find_garbled",
    "find_grids",
    "find_identifiers",
    "find_periods",
    "find_tokens",
    "fold_text",
    "index_terms",
    "is_chinese_word",
    "is_foreign",
    "list_neighbours",
    "list_spellings",
    "list_words",
    "load_sounds",
    "name_terms",
    "one_spelling",
    "query_terms",
    "read_yaml",
    "refers_back",
    "simplify_text",
    "split_sentences",
    "stem_word",
    "term_id",
    "to_simplified",
    "translatable",
    "write_csv",
]
