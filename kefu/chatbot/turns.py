"""One turn of a conversation: the question is stored, answered, and its answer stored."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from uuid import UUID

from opentelemetry import trace

from kefu.answering import Answer, Outcome, Progress, Sentence, Stage, Turn, find_related
from kefu.chatbot.answerer import ANSWER, Answerer
from kefu.chatbot.cached import find_place, keep_answer
from kefu.chatbot.history import build_history
from kefu.chatbot.records import ChatAnswer, PendingTurn
from kefu.chatbot.repeating import (
    address,
    find_known,
    name_beginning,
    read_answer,
    repeat_turn,
    store_once,
    wait_for_other,
)
from kefu.chatbot.shadowing import Shadow, start_shadow
from kefu.chatbot.showing import show_writing
from kefu.chatbot.staffed import find_reason, plan_hand_over, say_hand_over, tell_place
from kefu.conversations import (
    Conversation,
    Message,
    NewMessage,
    find_reply,
    get_message,
    get_state,
    go_on,
    hand_over,
    list_messages,
    lock_conversation,
    record_answer,
    require_own,
    send_as_customer,
    start_conversation,
)
from kefu.db import Connection
from kefu.errors import BadInput, NotFound
from kefu.knowledge import choose_base, find_base
from kefu.releases import Serving, apply_release, choose_release
from kefu.resources import Resources
from kefu.text import clean_text
from kefu.tracing import Value, current_trace_id, trace_steps
from kefu.viewer import Viewer

MAX_QUESTION_CHARACTERS = 2000
HISTORY_TURNS = 6

tracer = trace.get_tracer("kefu.chatbot")

ChatEvent = Progress | Sentence | ChatAnswer


async def begin_turn(  # noqa: PLR0913 - what a question may come with
    resources: Resources,
    question: str,
    *,
    viewer: Viewer,
    base: str | None = None,
    conversation_id: UUID | None = None,
    history: Sequence[Turn] = (),
    client_key: str | None = None,
) -> PendingTurn:
    """Store a question, in a conversation begun with it when none is given.

    A question that is sent again with the same `client_key` is stored and answered once; one that
    begins a conversation begins no second.

    Without a base it is the one that questions go to unless others are named or, where there is no
    such base, the only one that the viewer may read.

    `history` is what was said before a conversation that begins here, where the channel knows it;
    of a conversation that goes on Kefu has it stored.

    Raises:
        BadInput: the question is empty or too long, or the conversation is about another base.
        NotFound: there is no such conversation or base.
    """
    sent = NewMessage(text=_clean(question), client_key=client_key)
    async with resources.database.transaction() as conn:
        if conversation_id is None:
            conversation = await _start(conn, sent, base=base, viewer=viewer)
        else:
            conversation = await _go_on(conn, conversation_id, base=base, viewer=viewer)
        sent, known = await find_known(conn, conversation, sent)
        given = None if known is None else await find_reply(conn, known)
        if given is not None:
            return repeat_turn(given, question=sent.text, base=conversation.base)
        reopen_days = resources.settings.conversations.reopen_days
        conversation = await go_on(conn, conversation, reopen_days=reopen_days)
        if conversation.served_by == "staff":
            return await _leave_to_staff(conn, conversation, sent, viewer=viewer)
        said = history if conversation_id is None else None
        return await _take(conn, resources, conversation, sent, known=known, history=said)


async def _take(
    conn: Connection,
    resources: Resources,
    conversation: Conversation,
    sent: NewMessage,
    *,
    known: Message | None,
    history: Sequence[Turn] | None,
) -> PendingTurn:
    """Store a question that the chatbot answers; without a history that of the conversation."""
    latest: Sequence[Message] = []
    if history is None or sent.client_key is not None:
        latest = await list_messages(conn, conversation.id, limit=2 * HISTORY_TURNS + 1)
    asked, is_elsewhere = await store_once(
        conn, sent, conversation=conversation, latest=latest, known=known
    )
    if history is None:
        before = [each for each in latest if each.id != asked.id][-2 * HISTORY_TURNS :]
        history = build_history(before)
    reason = await find_reason(conn, conversation, sent.text, settings=resources.settings.hand_over)
    return PendingTurn(
        conversation_id=asked.conversation_id,
        question=sent.text,
        base=conversation.base,
        history=tuple(history),
        serving=await choose_release(conn, conversation.id, started_at=conversation.created_at),
        told=None if reason is None else say_hand_over(conversation.language),
        reason=reason,
        asked=asked,
        is_elsewhere=is_elsewhere,
    )


async def _start(
    conn: Connection, sent: NewMessage, *, base: str | None, viewer: Viewer
) -> Conversation:
    await _require_base(conn, base)
    about = base or await choose_base(conn, viewer)
    return await start_conversation(
        conn,
        sent.text,
        base=about,
        customer_id=viewer.customer_id,
        beginning=name_beginning(sent, base=about, viewer=viewer),
    )


async def _go_on(
    conn: Connection, conversation_id: UUID, *, base: str | None, viewer: Viewer
) -> Conversation:
    conversation = await lock_conversation(conn, conversation_id)
    require_own(conversation, viewer)
    if base not in {None, conversation.base}:
        await _require_base(conn, base)
        raise BadInput(
            "The conversation is about the base %(base)s, not %(other)s: leave base out,"
            " or leave conversation_id out to begin another conversation.",
            base=conversation.base,
            other=base,
        )
    return conversation


async def _leave_to_staff(
    conn: Connection, conversation: Conversation, sent: NewMessage, *, viewer: Viewer
) -> PendingTurn:
    """Put a message where people answer it, and say so."""
    message = await send_as_customer(conn, conversation.id, sent, viewer=viewer, reopen_days=0)
    state = await get_state(conn, conversation.id, viewer=viewer)
    return PendingTurn(
        conversation_id=conversation.id,
        question=sent.text,
        base=conversation.base,
        history=(),
        serving=Serving(release=None, trial=None, shadow=None),
        told=tell_place(state, conversation.language),
        left_id=message.id,
    )


async def resume_turn(
    resources: Resources, message_id: UUID, *, conversation_id: UUID, viewer: Viewer
) -> PendingTurn | None:
    """The turn of a question that is stored; None when people serve, or somebody has answered.

    Raises:
        NotFound: there is no such conversation, or it has no such message.
    """
    async with resources.database.transaction() as conn:
        conversation = await lock_conversation(conn, conversation_id)
        require_own(conversation, viewer)
        question = await get_message(conn, message_id, conversation_id=conversation_id)
        latest = await list_messages(conn, conversation_id, limit=2 * HISTORY_TURNS + 1)
        after = {each.role for each in latest if each.position > question.position}
        if conversation.served_by != "chatbot" or after & {"chatbot", "staff"}:
            return None
        messages = await list_messages(
            conn, conversation_id, limit=2 * HISTORY_TURNS + 1, until=question.position
        )
        serving = await choose_release(conn, conversation_id, started_at=conversation.created_at)
    return PendingTurn(
        conversation_id=conversation_id,
        question=question.text,
        base=conversation.base,
        history=build_history(messages),
        serving=serving,
        asked=question,
    )


async def finish_turn(
    resources: Resources, turn: PendingTurn, *, viewer: Viewer, answerer: Answerer
) -> AsyncGenerator[ChatEvent, None]:
    """Answer a stored question; the answer is stored before it is yielded."""
    if turn.is_elsewhere and turn.asked is not None:
        yield Progress(stage=Stage.WRITING)
        turn = replace(turn, given=await wait_for_other(resources, turn.asked))
    if turn.given is not None:
        answer = read_answer(turn.given)
        yield Sentence(text=answer.answer, citations=answer.citations)
        yield answer
        return
    span = tracer.start_span(
        "turn",
        attributes={
            "kefu.product": "chatbot",
            "kefu.base": turn.base,
            "kefu.input": turn.question,
            "gen_ai.conversation.id": str(turn.conversation_id),
            **describe_serving(turn.serving),
        },
    )
    events = _answer(resources, turn, viewer=viewer, answerer=answerer)
    steps = trace_steps(span, events, describe=describe_event)
    async with aclosing(steps), show_writing(resources, turn):
        async for event in steps:
            if isinstance(event, ChatAnswer):
                _begin_shadow(resources, turn, event, viewer=viewer, answerer=answerer)
            yield event


def _begin_shadow(
    resources: Resources,
    turn: PendingTurn,
    given: ChatAnswer,
    *,
    viewer: Viewer,
    answerer: Answerer,
) -> None:
    serving = turn.serving
    if serving.shadow is None or serving.trial is None:
        return
    start_shadow(
        resources,
        Shadow(
            turn=turn,
            message_id=given.message_id,
            release=serving.shadow,
            trial=serving.trial,
            viewer=viewer,
        ),
        answerer=answerer,
    )


def describe_event(event: ChatEvent) -> dict[str, Value]:
    """A stored answer as attributes of the span of its turn."""
    if not isinstance(event, ChatAnswer):
        return {}
    return {
        "kefu.outcome": event.outcome,
        "kefu.output": event.answer,
        "kefu.language": event.language,
        "kefu.message_id": str(event.message_id),
    }


def describe_serving(serving: Serving) -> dict[str, Value]:
    """The release that answers, and the trial it takes part in, as attributes of a span."""
    described: dict[str, Value] = {}
    if serving.release is not None:
        described["kefu.release"] = serving.release.id
    if serving.trial is not None:
        described["kefu.trial"] = serving.trial.id
    return described


async def _answer(
    resources: Resources, turn: PendingTurn, *, viewer: Viewer, answerer: Answerer
) -> AsyncGenerator[ChatEvent, None]:
    if turn.told is not None:
        yield Sentence(text=turn.told.answer, citations=())
        yield await _store(resources, turn, turn.told)
        return
    release = turn.serving.release
    if release is not None:
        resources = await apply_release(resources, release)
    place = await find_place(resources, turn, viewer=viewer)
    if place is not None and place.held is not None:
        yield Sentence(text=place.held.answer, citations=place.held.citations)
        yield await _store(resources, turn, _with_fewer(place.held, resources))
        return
    events = answerer(resources, turn.question, viewer=viewer, base=turn.base, history=turn.history)
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Answer):
                answer = await _relate(resources, turn, event, viewer=viewer)
                yield await _store(resources, turn, answer)
                if place is not None:
                    await keep_answer(resources, place, answer)
            else:
                yield event


async def _relate(
    resources: Resources, turn: PendingTurn, answer: Answer, *, viewer: Viewer
) -> Answer:
    """The answer with questions that lead on from it."""
    related = await find_related(
        resources,
        answer,
        asked=[turn.question, *(each.question for each in turn.history)],
        viewer=viewer,
        base=turn.base,
        most=resources.settings.chatbot.related_questions,
    )
    return replace(answer, related=related)


def _with_fewer(answer: Answer, resources: Resources) -> Answer:
    """An answer that was kept, with as many related questions as the settings say by now."""
    return replace(answer, related=answer.related[: resources.settings.chatbot.related_questions])


async def wait_for_answer(events: AsyncGenerator[ChatEvent, None]) -> ChatAnswer:
    """Run a turn to its end."""
    answer: ChatAnswer | None = None
    async with aclosing(events):
        async for event in events:
            if isinstance(event, ChatAnswer):
                answer = event
    assert answer is not None
    return answer


async def _store(resources: Resources, turn: PendingTurn, answer: Answer) -> ChatAnswer:
    if turn.left_id is not None:
        return address(answer, turn.conversation_id, turn.left_id)
    with tracer.start_as_current_span("store"):
        async with resources.database.transaction() as conn:
            conversation = await lock_conversation(conn, turn.conversation_id)
            asked = turn.asked
            if asked is not None and asked.created_at != conversation.last_message_at:
                given = await find_reply(conn, asked)
                if given is not None:  # to the same question, sent once more
                    return read_answer(given)
            message = await record_answer(
                conn,
                answer.answer,
                conversation_id=turn.conversation_id,
                answer=ANSWER.dump_python(answer, mode="json"),
                trace_id=current_trace_id(),
                release_id=resources.release_id,
                reply_to=asked.id if asked else None,
            )
            if answer.outcome is Outcome.HANDED_OVER and resources.settings.hand_over.to_desk:
                wanted = plan_hand_over(
                    turn.question, turn.history, answer.intent, reason=turn.reason
                )
                await hand_over(conn, turn.conversation_id, wanted)
    return address(answer, turn.conversation_id, message.id)


def _clean(question: str) -> str:
    kept = clean_text(question).strip()
    if not kept:
        raise BadInput("The question is empty.")
    if len(kept) > MAX_QUESTION_CHARACTERS:
        raise BadInput(
            "The question has %(count)s characters; at most %(most)s are read.",
            count=len(kept),
            most=MAX_QUESTION_CHARACTERS,
        )
    return kept


async def _require_base(conn: Connection, name: str | None) -> None:
    if name is not None and await find_base(conn, name) is None:
        raise NotFound("There is no knowledge base %(name)r.", name=name)
