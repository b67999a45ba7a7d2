"""Cases from what there is: conversations, feedback and knowledge, proposed for a review."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import pairwise

from kefu.audit import record_audit
from kefu.conversations import Message, list_messages, sample_conversations
from kefu.db import Connection
from kefu.errors import BadInput
from kefu.evaluation.asking import BEHAVIOURS
from kefu.evaluation.cases import (
    LONGEST_ANSWER,
    LONGEST_NOTE,
    LONGEST_QUESTION,
    CaseLine,
    ExchangeLine,
    build_case,
)
from kefu.evaluation.datasets import save_version
from kefu.evaluation.records import (
    Behaviour,
    Case,
    DatasetVersion,
    Origin,
    ProposalStatus,
    digest_json,
)
from kefu.evaluation.store.datasets import find_dataset, get_version, list_cases, lock_dataset
from kefu.evaluation.store.proposals import insert_proposal, list_proposals, update_proposals
from kefu.knowledge import DEFAULT_BASE, SampledChunk, get_base, sample_chunks
from kefu.safety import mask_personal_data
from kefu.text import split_sentences
from kefu.tracing import RatedAnswer, list_rated

MOST_MESSAGES = 40
MOST_FACTS = 2
_FIGURE = re.compile(
    r"(?<![\w.])\d[\d,.]*\d?\s?(?:%|[A-Za-z]{2,12}\b|个?(?:工作日|自然日|小时|分钟|月|天|日|年|周|元|次|台"
    r"|张|份|倍|秒|人|条|级|核|折))?"
)


async def propose_from_conversations(
    conn: Connection, dataset: str, *, count: int, days: int, seed: int
) -> int:
    """Cases of a sample of the conversations of the last days, and how many are not known yet.

    The last question that was answered is asked, with everything before it; personal data is
    masked. What Kefu did is proposed as what it should do.
    """
    since = datetime.now(UTC) - timedelta(days=days)
    conversations = await sample_conversations(conn, since=since, count=count, seed=seed)
    proposed = 0
    for conversation in conversations:
        messages = await list_messages(conn, conversation.id, limit=MOST_MESSAGES)
        exchanges = _pair(messages)
        if exchanges:
            case = _build(exchanges, tags=("conversation",))
            key = str(exchanges[-1][1].id)
            proposed += await _propose(conn, dataset, case, Origin.CONVERSATION, key)
    return proposed


async def propose_from_feedback(conn: Connection, dataset: str, *, count: int, days: int) -> int:
    """Cases of the answers that customers rated last; raises as the others.

    What a customer calls right is proposed with the documents it cites; of what one calls wrong the
    comment and the correction stand in the note, for whoever reviews it.
    """
    since = datetime.now(UTC) - timedelta(days=days)
    proposed = 0
    for rated in await list_rated(conn, since=since, limit=count):
        messages = await list_messages(conn, rated.conversation_id, limit=MOST_MESSAGES)
        exchanges = _until(_pair(messages), rated)
        if exchanges:
            case = _build(exchanges, tags=("feedback", f"thumbs-{rated.rating}"), rated=rated)
            proposed += await _propose(conn, dataset, case, Origin.FEEDBACK, str(rated.message_id))
    return proposed


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
            proposed += await _propose(conn, dataset, case, Origin.KNOWLEDGE, key, base=base)
    return proposed


async def review(
    conn: Connection,
    dataset: str,
    *,
    accepted: Sequence[int],
    rejected: Sequence[int],
    reviewer: str,
) -> DatasetVersion | None:
    """Make a version with the accepted cases; None when none was.

    Raises:
        BadInput: a number is no proposal of the dataset that waits.
    """
    waiting = {each.id: each for each in await list_proposals(conn, dataset)}
    for number in (*accepted, *rejected):
        if number not in waiting:
            raise BadInput(
                "The dataset %(dataset)s has no proposal %(number)s that waits.",
                dataset=dataset,
                number=number,
            )
    both = sorted(set(accepted) & set(rejected))
    if both:
        raise BadInput("Proposal %(number)s is either accepted or rejected.", number=both[0])
    await update_proposals(conn, rejected, status=ProposalStatus.REJECTED, reviewer=reviewer)
    await update_proposals(conn, accepted, status=ProposalStatus.ACCEPTED, reviewer=reviewer)
    version = None
    if accepted:
        version = await _add(conn, dataset, [waiting[each].case for each in accepted], reviewer)
    await record_audit(
        conn,
        actor=reviewer,
        action="evaluation.reviewed",
        subject=dataset,
        details={"accepted": len(accepted), "rejected": len(rejected)},
    )
    return version


def ask_about(chunk: SampledChunk) -> Case | None:
    """A question about a section with its figures as facts; None where it has none."""
    facts = _find_facts(chunk.text)
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


async def _propose(
    conn: Connection, dataset: str, case: Case, origin: Origin, key: str, *, base: str = ""
) -> bool:
    found = await find_dataset(conn, dataset)
    dataset_id = found.id if found else await lock_dataset(conn, dataset, base=base or DEFAULT_BASE)
    return await insert_proposal(conn, dataset_id, case, origin=origin, origin_key=key)


async def _add(
    conn: Connection, dataset: str, cases: Sequence[Case], reviewer: str
) -> DatasetVersion:
    found = await find_dataset(conn, dataset)
    before: Sequence[Case] = ()
    if found is not None and found.version_count:
        before = await list_cases(conn, (await get_version(conn, dataset)).id)
    known = {case.asked_digest for case in before}
    fresh = [case for case in cases if case.asked_digest not in known]
    note = f"{len(fresh)} reviewed cases added."
    return await save_version(conn, dataset, [*before, *fresh], author=reviewer, note=note)


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
    did = BEHAVIOURS.get(str(given.get("outcome")), Behaviour.HAND_OVER)
    is_wrong = rated is not None and rated.rating == "down"
    notes = [rated.comment, rated.correction] if rated else []
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


def _find_facts(text: str) -> list[str]:
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
