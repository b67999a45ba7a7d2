"""Summaries, moods and next steps, of conversations that tests make up."""

import json

import pytest
from talks import talk, with_model

from kefu.answering import load_classifier
from kefu.copilot import Action, Mood, Reading, Reply, propose_steps, read_mood, summarise
from kefu.copilot.moods import find_haste, load_seeds
from kefu.copilot.summarising import extract_summary
from kefu.db import Database
from kefu.llm import BuiltInEmbedder, FakeEmbedder
from kefu.resources import Resources
from kefu.settings import Settings
from kefu.viewer import DataClass

CALM = Reading(mood=Mood.CALM, share=1.0, is_urgent=False)
PRINTER = (
    "C: Hello!",
    "C: My printer LX-200 does not print since the update, order 20391.",
    "B: Please restart the printer. [1]",
    "C: I did, that did not help.",
    "S: Please try another cable.",
    "S: I will send you a new cable tomorrow.",
    "C: And who pays for it?",
)


@pytest.fixture
def bare(database: Database) -> Resources:
    """Without knowledge and without vectors that the classifier reads."""
    return Resources(settings=Settings(), database=database, embedder=FakeEmbedder())


def test_an_extracted_summary_says_what_is_wanted_known_tried_and_open() -> None:
    summary = extract_summary(talk(*PRINTER), CALM)
    assert "LX-200 does not print" in summary.wish
    assert any("20391" in fact for fact in summary.facts)
    assert any("another cable" in each for each in summary.tried)
    assert "I did, that did not help." in summary.tried
    assert "And who pays for it?" in summary.open
    assert "I will send you a new cable tomorrow." in summary.open


def test_a_summary_of_nothing_says_nothing() -> None:
    summary = extract_summary([], CALM)
    assert (summary.wish, summary.facts, summary.tried, summary.open) == ("", (), (), ())


async def test_of_a_model_only_what_was_said_is_kept(bare: Resources) -> None:
    note = {
        "wish": "The printer LX-200 does not print since the update.",
        "facts": ["order 20391", "The printer costs 300 EUR."],
        "tried": ["restart the printer"],
        "open": ["send a new cable"],
        "mood": "annoyed",
    }
    drafting, _ = with_model(bare, json.dumps(note))
    summary = await summarise(drafting, talk(*PRINTER))
    assert summary.mode == "scripted"
    assert summary.wish == note["wish"]
    assert summary.facts == ("order 20391",)
    assert summary.tried == ("restart the printer",)


async def test_a_model_that_writes_no_note_leaves_the_extract(bare: Resources) -> None:
    drafting, _ = with_model(bare, "The customer is unhappy.")
    assert (await summarise(drafting, talk(*PRINTER))).mode == "extractive"


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("This is completely unacceptable, I will call my lawyer.", Mood.ANGRY),
        ("太过分了，我要投诉！", Mood.ANGRY),
        ("It keeps crashing and I already tried that.", Mood.ANNOYED),
        ("我都等了两个星期了，还是不行", Mood.ANNOYED),
        ("太好了，非常感谢", Mood.PLEASED),
        ("My order number is 20391.", Mood.CALM),
    ],
)
async def test_words_show_a_mood(bare: Resources, text: str, mood: Mood) -> None:
    assert (await read_mood(bare, talk(f"C: {text}"))).mood is mood


async def test_the_last_line_counts_most(bare: Resources) -> None:
    lines = talk("C: This is ridiculous!", "S: It is on its way.", "C: Perfect, it works now!")
    assert (await read_mood(bare, lines)).mood is Mood.PLEASED


async def test_what_staff_writes_shows_no_mood_of_the_customer(bare: Resources) -> None:
    lines = talk("C: The order is 20391.", "S: That is unacceptable, we are very sorry.")
    assert (await read_mood(bare, lines)).mood is Mood.CALM


@pytest.mark.parametrize("text", ["I need this urgently, our shop is down", "很急，今天之内要用"])
def test_haste_is_told_by_its_words(text: str) -> None:
    assert find_haste(text)


def test_the_shipped_classifier_knows_every_mood() -> None:
    classifier = load_classifier("kefu.copilot", "moods")
    assert set(classifier.labels) == {mood.value for mood in Mood}
    assert classifier.embedder == BuiltInEmbedder.name
    assert set(load_seeds().values()) == set(Mood)


def reply(question: str = "Who pays?", *, is_grounded: bool = False) -> Reply:
    return Reply(
        text="I will look into this.",
        language="en",
        question=question,
        citations=(),
        mode="extractive",
        is_grounded=is_grounded,
        is_sure=is_grounded,
        confidence=0.0,
        data_class=DataClass.INTERNAL,
    )


@pytest.mark.parametrize(
    ("texts", "question", "actions"),
    [
        (["C: Who pays?"], "Who pays?", [Action.LOOK_UP]),
        (["C: Where is my parcel?"], "Where is my parcel?", [Action.ASK_NUMBER]),
        (["C: Who pays?", "S: We do."], "", [Action.WAIT]),
        (["C: Who pays?", "S: We do.", "C: Great, thanks, that is all."], "", [Action.CLOSE]),
        ([], "", []),
    ],
)
def test_the_next_step_follows_from_what_was_said(
    texts: list[str], question: str, actions: list[Action]
) -> None:
    steps = propose_steps(talk(*texts), reply(question), CALM)
    assert [each.action for each in steps] == actions


def test_haste_and_anger_come_first() -> None:
    angry = Reading(mood=Mood.ANGRY, share=1.0, is_urgent=True, because=("asap",))
    steps = propose_steps(talk("C: Who pays? asap"), reply(), angry)
    assert [each.action for each in steps[:2]] == [Action.RAISE_PRIORITY, Action.CALM_DOWN]
    assert steps[0].because == "asap"
