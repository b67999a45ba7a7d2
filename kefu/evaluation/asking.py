"""A case becomes a reply: asked as a customer would ask it, with everything that is measured."""

from collections.abc import Sequence
from dataclasses import replace

from kefu.answering import Answer, Listener, Turn, answer, find_candidates
from kefu.db import Connection
from kefu.errors import BadInput, ModelUnavailable, NotFound
from kefu.evaluation.candidates import Setup
from kefu.evaluation.judging import judge
from kefu.evaluation.records import Behaviour, Case, Cited, Found, Reply
from kefu.knowledge import get_excerpt
from kefu.llm import ChatEndpoint
from kefu.resources import Resources
from kefu.retrieval import Hit
from kefu.text import detect_language
from kefu.viewer import OPERATOR, highest_class

BEHAVIOURS = {
    "answered": Behaviour.ANSWER,
    "abstained": Behaviour.ABSTAIN,
    "asked_back": Behaviour.ASK_BACK,
    "handed_over": Behaviour.HAND_OVER,
    "replied": Behaviour.REPLY,
}
"""What an outcome of answering means."""


async def ask(setup: Setup, case: Case, *, is_compared: bool = True) -> Reply:
    """What the candidate does with a case; without the cosine where that is not compared.

    Raises:
        DatabaseUnavailable: nothing can be read.
    """
    resources = setup.resources
    endpoint = resources.endpoint
    listener = Listener(endpoint) if endpoint is not None else None
    hits: list[Hit] = []
    try:
        given = await answer(
            replace(resources, endpoint=listener),
            case.question,
            viewer=case.viewer,
            base=setup.base.name,
            history=_list_turns(setup, case),
            specification=setup.prompts.get(detect_language(case.question)),
            on_hits=hits.extend,
        )
    except BadInput as error:
        return Reply(
            answer="", behaviour=None, language="", mode="", confidence=0.0, error=str(error)
        )
    read = await read_reply(resources, case.question, given, is_compared=is_compared)
    reply = replace(read, found=list_documents(hits))
    if listener is None:
        return reply
    return replace(
        reply,
        input_tokens=listener.input_tokens,
        output_tokens=listener.output_tokens,
        cost_micros=listener.cost_micros,
        currency=listener.currency,
    )


async def read_reply(
    resources: Resources, question: str, given: Answer, *, is_compared: bool = True
) -> Reply:
    """An answer as evaluators see it, with the text of what it cites."""
    async with resources.database.connection() as conn:
        citations = await _read_cited(conn, given)
    return Reply(
        answer=given.answer,
        behaviour=BEHAVIOURS[given.outcome.value],
        language=given.language,
        mode=given.mode,
        confidence=given.confidence,
        citations=citations,
        similarity=await _compare(resources, question, given) if is_compared else None,
        first_sentence_seconds=given.timings.get("first_sentence"),
        total_seconds=given.timings["total"],
        notice=given.notice,
        writing=given.writing,
    )


async def find_documents(setup: Setup, case: Case) -> Sequence[Found]:
    """The documents that an answer to a case chooses from, best first."""
    try:
        hits = await find_candidates(
            setup.resources,
            case.question,
            viewer=case.viewer,
            base=setup.base.name,
            history=_list_turns(setup, case),
        )
    except BadInput:
        return ()
    return list_documents(hits)


async def add_verdict(
    resources: Resources, endpoint: ChatEndpoint | None, case: Case, reply: Reply
) -> Reply:
    """The reply with what this endpoint thinks of it; without, where it cannot say."""
    if endpoint is None or not reply.is_answer:
        return replace(reply, verdict=None)
    if reply.verdict is not None and reply.verdict.judge == endpoint.name:
        return reply
    async with resources.database.connection() as conn:
        verdict = await judge(conn, endpoint, case, reply, resources=resources)
    return replace(reply, verdict=verdict)


def _list_turns(setup: Setup, case: Case) -> list[Turn]:
    data_class = setup.resources.settings.routing.conversation_class
    return [
        Turn(question=each.question, answer=each.answer, data_class=data_class)
        for each in case.history
    ]


async def _read_cited(conn: Connection, given: Answer) -> tuple[Cited, ...]:
    """What a customer sees who opens the citation; of a chunk that is gone the quote alone."""
    cited = []
    for each in given.citations:
        try:
            excerpt = await get_excerpt(conn, each.chunk_id, viewer=OPERATOR)
            text = "\n".join((each.title, *each.heading_path, excerpt.text))
        except NotFound:
            text = each.quote
        cited.append(
            Cited(marker=each.marker, uri=each.uri, id=each.id, quote=each.quote, text=text)
        )
    return tuple(cited)


def list_documents(hits: Sequence[Hit]) -> tuple[Found, ...]:
    """The documents of the hits, best first, each once."""
    return tuple(dict.fromkeys(Found(uri=hit.uri, id=hit.id) for hit in hits))


async def _compare(resources: Resources, question: str, given: Answer) -> float | None:
    """The cosine of question and answer, where the embedder may see them and answers."""
    embedder = resources.embedder
    asked = resources.settings.routing.conversation_class
    if highest_class(asked, given.data_class).rank > embedder.data_class.rank:
        return None
    try:
        wanted = (await embedder.embed_queries([question]))[0]
        held = (await embedder.embed_documents([given.answer]))[0]
    except ModelUnavailable:
        return None
    return float(held @ wanted)
