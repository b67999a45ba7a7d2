"""A draft for the knowledge, of what solved a conversation, for an editor to review."""

import logging
import re
from collections.abc import Sequence

from opentelemetry import trace

from kefu.answering import EXTRACTIVE, Consultation, consult, strip_markers, supports
from kefu.copilot.phrases import has_cue, phrase
from kefu.copilot.reading import list_sentences
from kefu.copilot.records import Article, Lines, Speaker
from kefu.copilot.summarising import find_wish_sentences, holds_fact
from kefu.errors import BadInput, ModelForbidden, ModelUnavailable
from kefu.resources import Resources
from kefu.safety import mask_personal_data
from kefu.text import Language, detect_language, split_sentences

PROMPT_NAME = "draft-knowledge"
NO_GROUNDS = "NO_GROUNDS"
MAX_TOKENS = 700
LONGEST_TITLE = 120
MOST_SENTENCES = 12
_FENCE = re.compile(r"^```\w*\s*$", re.MULTILINE)

log = logging.getLogger(__name__)
tracer = trace.get_tracer("kefu.copilot")


async def draft_article(resources: Resources, lines: Lines) -> Article:
    """What staff answered, as an article, without personal data.

    Raises:
        BadInput: the conversation holds no question of a customer, or no answer of staff.
    """
    masked = [
        type(line)(speaker=line.speaker, text=mask_personal_data(line.text)) for line in lines
    ]
    question = " ".join(find_wish_sentences(masked))
    answers = _find_answers(masked)
    if not question or not answers:
        raise BadInput("An article needs a question of the customer and an answer of staff.")
    with tracer.start_as_current_span("draft_article") as span:
        language = detect_language(" ".join(answers))
        written = await _write(resources, question, answers, language)
        article = written or _extract(question, answers, language)
        span.set_attribute("kefu.mode", article.mode)
    return article


def _find_answers(lines: Lines) -> list[str]:
    """Sentences of staff that tell the customer something, in their order."""
    told = [text for _, text in list_sentences(lines, Speaker.STAFF) if not _asks(text)]
    telling = [text for text in told if has_cue("instructs", text) or holds_fact(text)]
    return (telling or told)[:MOST_SENTENCES]


def _asks(text: str) -> bool:
    return text.rstrip().endswith(("?", "？")) and not has_cue("instructs", text)


def _extract(question: str, answers: Sequence[str], language: Language) -> Article:
    title = _title(question)
    markdown = "\n".join(
        [
            f"# {title}",
            "",
            f"## {phrase('article_question', language)}",
            "",
            question,
            "",
            f"## {phrase('article_answer', language)}",
            "",
            *(f"- {each}" for each in answers),
            "",
        ]
    )
    return Article(title=title, markdown=markdown, language=language, mode=EXTRACTIVE)


def _title(question: str) -> str:
    spans = split_sentences(question)
    title = spans[-1].text if spans else question
    return title.rstrip(" .。!！?？")[:LONGEST_TITLE]


async def _write(
    resources: Resources, question: str, answers: Sequence[str], language: Language
) -> Article | None:
    """As a model writes it; None where it cannot, or says what staff did not."""
    endpoint = await resources.find_writer()
    if endpoint is None:
        return None
    sources = "\n\n".join(f"[{number}] {text}" for number, text in enumerate(answers, 1))
    asked = Consultation(
        name=PROMPT_NAME,
        values={"gap": " ".join(question.split()), "sources": sources, "language": language},
        language=language,
        max_tokens=MAX_TOKENS,
        data_class=resources.settings.routing.conversation_class,
    )
    try:
        written = await consult(resources, endpoint, asked)
    except (ModelForbidden, ModelUnavailable) as error:
        log.info("An article is drafted without a model: %s", error)
        return None
    markdown = _FENCE.sub("", strip_markers(written)).strip()
    heading, _, body = markdown.partition("\n")
    claims = [span.text for span in split_sentences(body)]
    is_whole = heading.startswith("# ") and claims and NO_GROUNDS not in markdown
    if not is_whole or not all(supports(each, answers, question).is_supported for each in claims):
        return None
    title = heading.removeprefix("# ").strip()[:LONGEST_TITLE]
    return Article(title=title, markdown=f"{markdown}\n", language=language, mode=endpoint.name)
