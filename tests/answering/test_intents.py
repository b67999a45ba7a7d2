"""What a message wants: kind words for small talk, a search for all that may be a question."""

from dataclasses import replace

import pytest
from filling import fill

from kefu.answering import Answer, Outcome, Turn, answer
from kefu.answering.intents import find_intent, load_classifier, load_seeds
from kefu.answering.records import Intent
from kefu.answering.replies import open_answer
from kefu.db import Database
from kefu.llm import BuiltInEmbedder, FakeEmbedder
from kefu.resources import Resources
from kefu.settings import Settings
from kefu.viewer import ANONYMOUS

CONTACT = "service@example.org"


@pytest.fixture(scope="module")
def embedder() -> BuiltInEmbedder:
    return BuiltInEmbedder()


@pytest.fixture
async def shop(database: Database, embedder: BuiltInEmbedder) -> Resources:
    settings = Settings(answering={"staff_contact": CONTACT})
    resources = Resources(settings=settings, database=database, embedder=embedder)
    await fill(
        resources, {"Refunds": "A refund to a bank card takes five working days."}, embed=True
    )
    return resources


async def ask(resources: Resources, question: str, *history: Turn) -> Answer:
    return await answer(resources, question, viewer=ANONYMOUS, history=history)


@pytest.mark.parametrize(
    ("message", "intent", "said"),
    [
        ("您好！", Intent.GREETING, "有什么可以帮您"),
        ("hello, anybody home?", Intent.GREETING, "What can I help"),
        ("太感谢你了，问题解决啦", Intent.THANKS, "不客气"),
        ("Thanks a lot for the help!!", Intent.THANKS, "welcome"),
        ("ok bye bye", Intent.GOODBYE, "Goodbye"),
        ("你到底是人还是机器人？", Intent.IDENTITY, "不是真人"),
        ("are you some kind of robot?", Intent.IDENTITY, "not a person"),
        ("you stupid idiot bot", Intent.ABUSIVE, "sorry"),
    ],
)
async def test_small_talk_gets_a_kind_word(
    shop: Resources, message: str, intent: Intent, said: str
) -> None:
    given = await ask(shop, message)
    assert (given.outcome, given.intent) == (Outcome.REPLIED, intent)
    assert said in given.answer
    assert given.citations == ()


@pytest.mark.parametrize(
    "message",
    [
        "Hi, how long does a refund to a bank card take?",
        "how long does a refund to a bank card take, thanks",
        "How long does a refund to a bank card take? I am losing my patience",
    ],
)
async def test_a_question_is_answered_however_it_is_wrapped(shop: Resources, message: str) -> None:
    given = await ask(shop, message)
    assert given.outcome is Outcome.ANSWERED
    assert "five working days" in given.answer


@pytest.mark.parametrize(
    "message",
    [
        "Thanks a lot for the help, but the money is not there",
        "太感谢你了，不过钱还没到",
        "that's a relief, but I could really use the money",
    ],
)
async def test_thanks_with_a_but_are_looked_up(shop: Resources, message: str) -> None:
    assert await find_intent(shop, message, ()) not in {Intent.THANKS, Intent.GOODBYE}


def test_one_empty_line_parts_an_apology_from_what_follows() -> None:
    assert [*open_answer(Intent.COMPLAINT, None, "en")] == ["I am sorry for the trouble."]
    first, _ = open_answer(Intent.COMPLAINT, "where is my refund", "en")
    assert first == "I am sorry for the trouble.\n\n"


async def test_a_complaint_that_nothing_answers_is_handed_over(shop: Resources) -> None:
    complaint = "This is ridiculous, your service is the worst I have ever seen"
    given = await ask(shop, complaint)
    assert (given.outcome, given.intent) == (Outcome.HANDED_OVER, Intent.COMPLAINT)
    assert CONTACT in given.answer
    alone = replace(shop, settings=Settings())
    given = await ask(alone, complaint)
    assert given.outcome is Outcome.ABSTAINED
    assert given.answer.startswith("I see that this is a nuisance. Sorry, ")


async def test_what_is_out_of_scope_is_told_so(shop: Resources) -> None:
    given = await ask(shop, "can you write me a poem about autumn")
    assert (given.outcome, given.intent) == (Outcome.ABSTAINED, Intent.OUT_OF_SCOPE)
    assert "products and services" in given.answer


async def test_after_asking_back_a_short_word_is_an_answer(shop: Resources) -> None:
    before = Turn(question="Plans?", answer="Which?", outcome=Outcome.ASKED_BACK)
    assert await find_intent(shop, "ok", ()) is Intent.THANKS
    assert await find_intent(shop, "ok", [before]) is Intent.QUESTION


@pytest.mark.parametrize(
    ("message", "intent"),
    [
        ("😊👍", Intent.THANKS),
        ("❤️ !!", Intent.THANKS),
        ("👍🏽", Intent.THANKS),
        ("👋", Intent.GREETING),
        ("😡", Intent.COMPLAINT),
        ("😊😡", Intent.COMPLAINT),
        ("🤔", Intent.QUESTION),
        ("🤔❓", Intent.QUESTION),
    ],
)
async def test_only_kind_emoji_are_thanks(shop: Resources, message: str, intent: Intent) -> None:
    assert await find_intent(shop, message, ()) is intent


async def test_a_message_without_words_is_not_searched_for(shop: Resources) -> None:
    before = Turn(question="退款多久到账？", answer="三天。", outcome=Outcome.ANSWERED)
    for message, history, said in (
        ("😡", (), "I am sorry that you are upset."),
        ("😡", (before,), "很抱歉让您不愉快"),
        ("🤔", (), "What can I help you with?"),
        ("👍", (before,), "不客气"),
    ):
        given = await ask(shop, message, *history)
        assert given.outcome is Outcome.REPLIED
        assert said in given.answer


async def test_small_talk_does_not_end_a_row_of_failures(shop: Resources) -> None:
    talk = Turn(question="hello refunds", answer="Hello!", outcome=Outcome.REPLIED)
    failed = Turn(question="Whales?", answer="Sorry.", outcome=Outcome.ABSTAINED)
    given = await ask(shop, "Do you ship whales to the moon?", failed, talk)
    assert given.outcome is Outcome.HANDED_OVER


async def test_vectors_of_another_embedder_are_not_classified(shop: Resources) -> None:
    other = replace(shop, embedder=FakeEmbedder())
    assert await find_intent(other, "hello, anybody home?", ()) is Intent.QUESTION
    assert await find_intent(other, "hello", ()) is Intent.GREETING


def test_the_classifier_was_fitted_on_the_seeds(embedder: BuiltInEmbedder) -> None:
    classifier = load_classifier()
    assert set(classifier.labels) == {intent.value for intent in load_seeds().values()}
    assert classifier.embedder == embedder.name


async def test_it_still_tells_what_it_was_fitted_on(embedder: BuiltInEmbedder) -> None:
    seeds = dict(list(load_seeds().items())[::8])
    shares = load_classifier().classify(await embedder.embed_queries(list(seeds)))
    told = [load_classifier().labels[best] for best in shares.argmax(axis=1)]
    assert shares.sum(axis=1) == pytest.approx(1, abs=1e-4)
    assert sum(a == b for a, b in zip(told, seeds.values(), strict=True)) >= 0.95 * len(seeds)
