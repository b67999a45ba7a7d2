"""A sentence that verification doubts is put to a model once more, beside what it cites.

Verification compares words, so it also doubts what says the same in other words or in another
language. A model that reads can tell, and is asked for one word. What it cannot overrule: a figure,
date, code or address that nothing cited holds, and whatever is wrong with a draft beside that.
"""

import asyncio
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass

from opentelemetry import trace

from kefu.answering.consulting import Consultation, consult
from kefu.answering.orders import without_orders
from kefu.answering.verify import CHECKS, has_its_facts
from kefu.answering.write import LONGEST_QUESTION
from kefu.errors import ModelUnavailable
from kefu.llm import ChatEndpoint
from kefu.resources import Resources
from kefu.retrieval import Hit
from kefu.text import Language
from kefu.viewer import DataClass

PROMPT = "entailment"
MOST_READ = 6  # sentences of what one call wrote
MOST_CITED = 3  # excerpts that one of them may rest on
PATIENCE_SECONDS = 5.0
REPLY_TOKENS = 10

_YES = re.compile(r"[\W_]*yes\b[\W_]*", re.IGNORECASE | re.ASCII)

log = logging.getLogger(__name__)
tracer = trace.get_tracer("kefu.answering")


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubtful:
    """What is read: the claims of a draft, and the hits that it cites."""

    claims: Sequence[str]
    hits: Sequence[Hit]


def may_be_read(problem: str, doubtful: Doubtful) -> bool:
    """Whether a model could overrule the problem of a draft."""
    texts = [place_and_text(hit) for hit in doubtful.hits]
    return (
        problem in CHECKS
        and 0 < len(texts) <= MOST_CITED
        and all(without_orders(hit.text) == hit.text for hit in doubtful.hits)
        and all(has_its_facts(claim, texts) for claim in doubtful.claims)
    )


def place_and_text(hit: Hit) -> str:
    """What a sentence that cites the hit may rest on."""
    return f"{hit.breadcrumb}\n\n{without_orders(hit.text)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntailmentReader:
    """Asks an endpoint.

    Attributes:
        data_class: the highest in the question and the hits.
    """

    resources: Resources
    endpoint: ChatEndpoint
    question: str
    language: Language
    data_class: DataClass

    async def read(self, doubtful: Sequence[Doubtful]) -> list[bool]:
        """For each whether the model finds it stated; nothing is, beyond the first few."""
        found = await asyncio.gather(*map(self._finds_stated, doubtful[:MOST_READ]))
        return [*found, *[False] * (len(doubtful) - len(found))]

    async def _finds_stated(self, doubtful: Doubtful) -> bool:
        sentence = "\n".join(doubtful.claims)
        asked = Consultation(
            name=PROMPT,
            values={
                "excerpts": "\n\n".join(map(place_and_text, doubtful.hits)),
                "question": self.question[:LONGEST_QUESTION],
                "sentence": sentence,
            },
            language=self.language,
            max_tokens=REPLY_TOKENS,
            data_class=self.data_class,
        )
        with tracer.start_as_current_span("entail", attributes={"kefu.input": sentence}) as span:
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    reply = await consult(self.resources, self.endpoint, asked)
            except (ModelUnavailable, TimeoutError) as error:
                log.info("Nobody read what verification doubts: %s", error)
                reply = ""
            is_stated = _YES.fullmatch(reply) is not None
            span.set_attribute("kefu.is_supported", is_stated)
        return is_stated
