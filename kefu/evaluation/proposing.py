"""Cases from what there is: conversations, feedback and knowledge, proposed for a review."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import pairwise
from uuid import UUID

from kefu.answering import Statement
from kefu.audit import record_audit
from kefu.conversations import (
    Message,
    find_message,
    get_conversation,
    list_messages,
    sample_conversations,
)
from kefu.db import Connection
from kefu.errors import BadInput, NotFound
from kefu.evaluation.asking import BEHAVIOURS
from kefu.evaluation.cases import (
    LONGEST_ANSWER,
    LONGEST_NOTE,
    LONGEST_QUESTION,
    CaseLine,
    ExchangeLine,
    build_case,
)
from kefu.evaluation.coverage import DocumentCoverage
from kefu.evaluation.records import (
    Behaviour,
    Case,
    Origin,
    Proposal,
    digest_json,
)
from kefu.evaluation.store.datasets import find_dataset, list_datasets, lock_dataset
from kefu.evaluation.store.proposals import find_proposal_of, insert_proposal
from kefu.evaluation.unproven import Doubt, Unproven
from kefu.knowledge import DEFAULT_BASE, SampledChunk, get_base, sample_chunks
from kefu.safety import mask_personal_data
from kefu.text import split_sentences
from kefu.tracing import Feedback, RatedAnswer, list_feedback, list_rated

MOST_MESSAGES = 40
MOST_FACTS = 2
LONGEST_NAME = 63
FEEDBACK_DATASET = "feedback"
UNASKED = {Doubt.GARBLED, Doubt.UNREADABLE, Doubt.LAPSED}
"""What no question can be asked about."""

_FIGURE = re.compile(
    r"(?<![A-Za-z0-9_.])(?:\d{1,2}[:：]\d{2}(?!\d)|\d{4}-\d{1,2}-\d{1,2}(?!\d)"
    r"|\d[\d,.]*\d?\s?(?:%|(?:(?:working|business|calendar) )?[A-Za-z]{2,12}\b"
    r"|个?(?:工作日|自然日|小时|分钟|月|天|日|年|周|元|次|台"
    r"|张|份|倍|秒|人|条|级|核|折))?)"
)


async def propose_from_conversations(
    conn: Connection,
    dataset: str,
    *,
    count: int,
    days: int,
    seed: int,
    base: str = DEFAULT_BASE,
) -> int:
    """Cases of a sample of the conversations of the last days, and how many are not known yet.

    Only conversations about the base of the dataset count; one that is begun is about `base`. The
    last question that was answered is asked, with everything before it; personal data is
    masked. What Kefu did is proposed as what it should do.
    """
    since = datetime.now(UTC) - timedelta(days=days)
    about = await _find_base(conn, dataset) or base
    conversations = await sample_conversations(
        conn, since=since, count=count, seed=seed, base=about
    )
    proposed = 0
    for conversation in conversations:
        messages = await list_messages(conn, conversation.id, limit=MOST_MESSAGES)
        exchanges = _pair(messages)
        if exchanges:
            case = _build(exchanges, tags=("conversation",))
            key = str(exchanges[-1][1].id)
            proposed += await keep_proposal(
                conn, dataset, case, Origin.CONVERSATION, key, base=about
            )
    return proposed


async def propose_from_feedback(
    conn: Connection, dataset: str, *, count: int, days: int, base: str = DEFAULT_BASE
) -> int:
    """Cases of the answers about the base of the dataset that customers rated last.

    What a customer calls right is proposed with the documents it cites; of what one calls wrong the
    comment and the correction stand in the note, for whoever reviews it.
    """
    since = datetime.now(UTC) - timedelta(days=days)
    proposed = 0
    about = await _find_base(conn, dataset) or base
    for rated in await list_rated(conn, since=since, limit=count, base=about):
        messages = await list_messages(conn, rated.conversation_id, limit=MOST_MESSAGES)
        exchanges = _until(_pair(messages), rated)
        if exchanges:
            case = _build(exchanges, tags=("feedback", f"thumbs-{rated.rating}"), rated=rated)
            proposed += await keep_proposal(
                conn, dataset, case, Origin.FEEDBACK, str(rated.message_id), base=about
            )
    return proposed


async def propose_answer(conn: Connection, message_id: UUID, *, author: str) -> Proposal:
    """A case of one answer that somebody here found bad; one that was proposed is found again.

    It is kept for the largest dataset about the base of the conversation. What the customer says
    would have been right is expected, as far as it holds figures.

    Raises:
        NotFound: there is no such message.
        BadInput: it answers no question.
    """
    message = await find_message(conn, message_id)
    if message is None:
        raise NotFound("There is no message %(number)s.", number=message_id)
    conversation = await get_conversation(conn, message.conversation_id)
    exchanges = _pair(
        await list_messages(conn, conversation.id, limit=MOST_MESSAGES, until=message.position)
    )
    if not exchanges or exchanges[-1][1].id != message_id:
        raise BadInput("Only an answer to a question becomes a case.")
    known = await find_proposal_of(conn, str(message_id), base=conversation.base)
    if known is not None:
        return known
    given = await list_feedback(conn, [message_id])
    tags = ("feedback", *(f"thumbs-{each.rating}" for each in given))
    case = _build(exchanges, tags=tags, rated=_read_rating(message, given))
    dataset = await _choose_dataset(conn, conversation.base)
    key = str(message_id)
    await keep_proposal(conn, dataset, case, Origin.FEEDBACK, key, base=conversation.base)
    proposal = await find_proposal_of(conn, key, base=conversation.base)
    assert proposal is not None
    await record_audit(
        conn,
        actor=author,
        action="evaluation.proposed",
        subject=dataset,
        details={"proposal": proposal.id, "message": key},
    )
    return proposal


async def propose_from_knowledge(
    conn: Connection, dataset: str, *, base: str, count: int, seed: int
) -> int:
    """Cases of a sample of the sections that hold a figure, asked by their headings.

    The figures of the first sentence that has one are the facts, its document is to be cited.
    """
    chunks = await sample_chunks(conn, await get_base(conn, base), count=count, seed=seed)
    proposed = 0
    for chunk in chunks:
        case = ask_about(chunk)
        if case is not None:
            key = digest_json([case.question, chunk.uri, chunk.external_id])
            proposed += await keep_proposal(conn, dataset, case, Origin.KNOWLEDGE, key, base=base)
    return proposed


async def propose_unproven(
    conn: Connection, dataset: str, unproven: Sequence[Unproven], *, base: str
) -> int:
    """Cases of statements that a change makes or takes back, and how many are not known yet."""
    proposed = 0
    for each in unproven:
        case = ask_statement(each)
        if case is not None:
            key = digest_json([case.question, each.uri, each.id, each.before, each.after])
            proposed += await keep_proposal(conn, dataset, case, Origin.KNOWLEDGE, key, base=base)
    return proposed


async def propose_statement(
    conn: Connection, document: DocumentCoverage, statement: Statement, *, base: str
) -> str:
    """A case of what a document says, and for which dataset: the largest about the base."""
    dataset = await _choose_dataset(conn, base)
    stated = Unproven(
        doubt=Doubt.CHANGED,
        uri=document.uri,
        id=document.id,
        place=statement.place,
        before="",
        after=statement.text,
        language=document.language,
        audience=document.audience,
    )
    await propose_unproven(conn, dataset, [stated], base=base)
    return dataset


def ask_statement(unproven: Unproven) -> Case | None:
    """A question whose answer is the statement after the change.

    Of one that is gone: a question that is not to be answered with it any more. None for text that
    cannot be read, and for a document that holds no longer.
    """
    if unproven.doubt in UNASKED or unproven.language not in {"zh", "en"}:
        return None
    is_gone = not unproven.after
    text = unproven.before if is_gone else unproven.after
    facts = find_facts(text) or [text.rstrip(" .。;；")]
    title, *headings = unproven.place
    about = text.partition(";")[0].partition(":")[2].strip()
    heading = " – ".join(each for each in (*headings[-1:], about) if each)
    words = _load_words()["zh" if unproven.language == "zh" else "en"]
    template = words["about"] if heading else words["title"]
    name = f"{unproven.uri}#{unproven.id}" if unproven.id else unproven.uri
    return build_case(
        CaseLine(
            question=template.format(title=title, heading=heading)[:LONGEST_QUESTION],
            behaviour=Behaviour.ABSTAIN if is_gone else Behaviour.ANSWER,
            facts=[] if is_gone else list(facts),
            citations=[] if is_gone else [name],
            forbidden=list(facts) if is_gone else [],
            tags=["knowledge"],
            audiences=[unproven.audience],
            note=" -> ".join(each for each in (unproven.before, unproven.after) if each)[
                :LONGEST_NOTE
            ],
        )
    )


def ask_about(chunk: SampledChunk) -> Case | None:
    """A question about a section with its figures as facts; None where it has none."""
    facts = find_facts(chunk.text)
    if not facts or chunk.language not in {"zh", "en"}:
        return None
    heading = chunk.heading_path[-1] if chunk.heading_path else ""
    words = _load_words()["zh" if chunk.language == "zh" else "en"]
    if re.search(words["asks"], heading.strip()):
        question = heading.strip()
    elif heading:
        question = words["about"].format(title=chunk.title, heading=heading)
    else:
        question = words["title"].format(title=chunk.title)
    name = f"{chunk.uri}#{chunk.external_id}" if chunk.external_id else chunk.uri
    return build_case(
        CaseLine(
            question=question[:LONGEST_QUESTION],
            facts=list(facts),
            citations=[name],
            tags=["knowledge"],
            audiences=[chunk.audience],
        )
    )


async def keep_proposal(
    conn: Connection, dataset: str, case: Case, origin: Origin, key: str, *, base: str = ""
) -> bool:
    """Have a case wait for a review, in a dataset that is begun where it is missing."""
    found = await find_dataset(conn, dataset)
    dataset_id = found.id if found else await lock_dataset(conn, dataset, base=base or DEFAULT_BASE)
    return await insert_proposal(conn, dataset_id, case, origin=origin, origin_key=key)


async def _find_base(conn: Connection, dataset: str) -> str | None:
    found = await find_dataset(conn, dataset)
    return None if found is None else found.base


async def _choose_dataset(conn: Connection, base: str) -> str:
    """The largest about the base; without one a name that no other base uses."""
    datasets = await list_datasets(conn)
    about = [each for each in datasets if each.base == base]
    if about:
        return max(about, key=lambda each: each.case_count).name
    name = FEEDBACK_DATASET
    return f"{name}.{base}"[:LONGEST_NAME] if any(each.name == name for each in datasets) else name


def _read_rating(message: Message, given: Sequence[Feedback]) -> RatedAnswer:
    """What the customer thinks of it; who picks an answer out that nobody rated calls it wrong."""
    return RatedAnswer(
        conversation_id=message.conversation_id,
        message_id=message.id,
        rating=given[0].rating if given else "down",
        comment=given[0].comment if given else None,
        correction=given[0].correction if given else None,
    )


def _pair(messages: Sequence[Message]) -> list[tuple[Message, Message]]:
    """Questions with their answers."""
    return [
        (question, answer)
        for question, answer in pairwise(messages)
        if question.role == "customer" and answer.role == "chatbot"
    ]


def _until(
    exchanges: Sequence[tuple[Message, Message]], rated: RatedAnswer
) -> list[tuple[Message, Message]]:
    """Everything up to the answer that was rated; nothing when it is not among them."""
    for place, (_, answer) in enumerate(exchanges):
        if answer.id == rated.message_id:
            return list(exchanges[: place + 1])
    return []


def _build(
    exchanges: Sequence[tuple[Message, Message]],
    *,
    tags: tuple[str, ...],
    rated: RatedAnswer | None = None,
) -> Case:
    question, answer = exchanges[-1]
    given: Mapping[str, object] = answer.answer or {}
    did = BEHAVIOURS[str(given.get("outcome"))]
    is_wrong = rated is not None and rated.rating == "down"
    notes = [rated.comment, rated.correction] if rated else []
    correction = (rated and rated.correction) or ""
    cited = () if is_wrong or did is not Behaviour.ANSWER else _list_cited(given)
    return build_case(
        CaseLine(
            question=mask_personal_data(question.text)[:LONGEST_QUESTION],
            behaviour=Behaviour.ANSWER if is_wrong else did,
            history=[
                ExchangeLine(
                    question=mask_personal_data(earlier.text)[:LONGEST_QUESTION],
                    answer=mask_personal_data(reply.text)[:LONGEST_ANSWER],
                )
                for earlier, reply in exchanges[:-1]
            ],
            facts=list(find_facts(mask_personal_data(correction))) if is_wrong else [],
            citations=list(cited),
            tags=list(tags),
            note="\n".join(mask_personal_data(each) for each in notes if each)[:LONGEST_NOTE],
        )
    )


def _list_cited(given: Mapping[str, object]) -> tuple[str, ...]:
    citations = given.get("citations")
    if not isinstance(citations, list):
        return ()
    names = [f"{each['uri']}#{each['id']}" if each.get("id") else each["uri"] for each in citations]
    return tuple(dict.fromkeys(names))


def find_facts(text: str) -> list[str]:
    """The figures of the first sentence that holds some."""
    for span in split_sentences(text):
        found = [each.strip(" ,.") for each in _FIGURE.findall(span.text)]
        telling = [each for each in found if len(each) > 1]
        if telling:
            return list(dict.fromkeys(telling))[:MOST_FACTS]
    return []


@cache
def _load_words() -> dict[str, dict[str, str]]:
    text = (files("kefu.evaluation") / "words" / "questions.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
