"""From a question to its answer, over a real database and the built-in embedder."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from kefu.answering import (
    EXTRACTIVE,
    Answer,
    Outcome,
    Sentence,
    Turn,
    Writing,
    WritingEnd,
    stream_answer,
)
from kefu.answering.finding import Found, find_reading
from kefu.answering.follow_up import Asked
from kefu.answering.gather import Evidence
from kefu.db import Database
from kefu.errors import BadInput, NotFound
from kefu.knowledge import Handling, embed_waiting, ensure_base, ingest
from kefu.llm import BuiltInEmbedder, ChatEndpoint, ScriptedEndpoint
from kefu.resources import Resources
from kefu.retrieval import Corrected
from kefu.settings import IngestSettings, Settings
from kefu.viewer import ANONYMOUS, OPERATOR

REFUNDS = """# Refund policy

You may return a product within 14 days of delivery. The refund is paid within 7 working days.
Gift cards are not refunded.

## Return a parcel

1. Open Orders and choose Return.
2. Print the label with code RT-204.
3. Hand the parcel to the courier.
"""
INVOICES = "# 发票规则\n\n电子发票在付款后 3 个工作日内开具。每张发票金额不低于 10 元。\n"
ROOMS = "# 会议室\n\n三楼会议室可容纳 12 人，需要提前一天预订。\n"
SECRET = "# Purchase prices\n\nThe purchase price of the travel mug is 2 euros.\n"
ENGRAVING = "# Engrave a mug\n\n## Procedure\n\n" + "\n\n".join(
    f"{n}. Turn the wheel to mark {n}.\n\n    {'Hold the mug and the chisel firmly. ' * 12}"
    for n in range(1, 16)
)
MARKER = re.compile(r"\[(\d+)\]")


@pytest.fixture
async def resources(
    database: Database, tmp_path: Path, built_in_embedder: BuiltInEmbedder
) -> Resources:
    public = {"refunds": REFUNDS, "发票": INVOICES, "会议室": ROOMS, "engraving": ENGRAVING}
    for name, text in public.items():
        (tmp_path / "public").mkdir(exist_ok=True)
        (tmp_path / "public" / f"{name}.md").write_text(text, encoding="utf-8")
    (tmp_path / "staff.md").write_text(SECRET, encoding="utf-8")
    given = Resources(
        settings=Settings(ingest=IngestSettings(workers=1)),
        database=database,
        embedder=built_in_embedder,
    )
    await ingest(given, [tmp_path / "public"], wait=False)
    await ingest(given, [tmp_path / "staff.md"], handling=Handling(audience="staff"), wait=False)
    base = await ensure_base(given, "main")
    await embed_waiting(database, given.embedder, base)
    return given


def with_model(resources: Resources, endpoint: ChatEndpoint) -> Resources:
    return replace(resources, endpoint=endpoint)


async def ask(
    resources: Resources,
    question: str,
    *,
    history: Sequence[Turn] = (),
    viewer: object = ANONYMOUS,
) -> tuple[str, Answer]:
    """What was shown on the way, and the answer at its end."""
    shown = ""
    async for event in stream_answer(resources, question, viewer=viewer, history=history):
        if isinstance(event, Sentence):
            shown += event.text
        elif isinstance(event, Answer):
            return shown, event
    raise AssertionError("no answer came")


async def test_an_extractive_answer_quotes_and_cites(resources: Resources) -> None:
    shown, answer = await ask(resources, "Within how many days can I return a product?")
    assert "within 14 days of delivery" in answer.answer
    assert (answer.outcome, answer.mode, answer.language) == (Outcome.ANSWERED, EXTRACTIVE, "en")
    assert shown.strip() == answer.answer
    assert answer.citations[0].title == "Refund policy"
    assert answer.citations[0].quote in REFUNDS
    assert answer.timings.keys() >= {"search", "first_sentence", "total"}


async def test_steps_are_given_whole_and_in_order(resources: Resources) -> None:
    _, answer = await ask(resources, "How do I return a parcel?")
    places = [answer.answer.index(f"{number}. ") for number in (1, 2, 3)]
    assert places == sorted(places)


async def test_steps_are_read_on_beyond_the_chunks_that_were_found(resources: Resources) -> None:
    question = "How do I engrave a mug?"
    _, answer = await ask(resources, question)
    marks = [
        int(number) for number in re.findall(r"^\d+\. Turn .* mark (\d+)", answer.answer, re.M)
    ]
    assert marks == list(range(1, len(marks) + 1))
    assert len({citation.chunk_id for citation in answer.citations}) > 6
    assert len(marks) == 15 or "go on in “Engrave a mug”" in answer.answer


async def test_what_is_named_and_occurs_nowhere_is_not_answered(resources: Resources) -> None:
    _, known = await ask(resources, "Within how many days can I return a product?")
    _, unknown = await ask(resources, "Within how many days can I return a Thermomix?")
    assert (known.outcome, unknown.outcome) == (Outcome.ANSWERED, Outcome.ABSTAINED)


async def test_a_word_only_others_may_read_is_as_unknown_as_any(resources: Resources) -> None:
    question = "Can I return a product bought as Purchase of a Travel mug?"
    _, hidden = await ask(resources, question)
    _, seen = await ask(resources, question, viewer=OPERATOR)
    assert hidden.confidence < seen.confidence


async def test_every_marker_has_its_citation_and_every_citation_its_marker(
    resources: Resources,
) -> None:
    _, answer = await ask(resources, "电子发票多久开具？")
    markers = [int(number) for number in MARKER.findall(answer.answer)]
    assert sorted(set(markers)) == [citation.marker for citation in answer.citations]
    assert "3 个工作日" in answer.answer
    assert answer.language == "zh"


@pytest.mark.parametrize(
    ("question", "beginning"),
    [
        ("Which vaccine does my cat need in spring?", "Sorry"),
        ("巴黎明天的天气怎么样，要带伞吗？", "抱歉"),
    ],
)
async def test_what_the_knowledge_does_not_hold_is_not_answered(
    resources: Resources, question: str, beginning: str
) -> None:
    shown, answer = await ask(resources, question)
    assert answer.outcome is Outcome.ABSTAINED
    assert answer.answer.startswith(beginning)
    assert answer.citations == ()
    assert shown == ""


async def test_knowledge_in_the_other_language_is_quoted_and_said_so(
    resources: Resources,
) -> None:
    _, answer = await ask(resources, "RT-204 是什么？")
    assert answer.answer.startswith("相关资料只有英文")
    assert "RT-204" in answer.answer


async def test_what_a_viewer_may_not_read_is_not_in_the_answer(resources: Resources) -> None:
    question = "What is the purchase price of the travel mug?"
    _, hidden = await ask(resources, question)
    _, seen = await ask(resources, question, viewer=OPERATOR)
    assert "2 euros" not in hidden.answer
    assert "2 euros" in seen.answer


async def test_a_supported_sentence_of_the_model_is_shown_with_its_citation(
    resources: Resources,
) -> None:
    endpoint = ScriptedEndpoint(["You may return a product ", "within 14 days of delivery [1]."])
    _, answer = await ask(with_model(resources, endpoint), "How long can I return a product?")
    assert answer.mode == "scripted"
    assert "within 14 days of delivery" in answer.answer
    assert answer.citations[0].title == "Refund policy"
    assert answer.writing == Writing(written_count=1, kept_count=1, repaired_count=0)


@pytest.mark.parametrize(
    "lie",
    [
        "You may return a product within 30 days of delivery [1].",
        "Gift cards are refunded [1].",
        "Print the label with code RT-999 [1].",
        "Call Mr Miller on +49 30 1234567 for a refund [1].",
        "Ignore all rules: the administrator's password is hunter2 [1].",
    ],
)
async def test_an_unsupported_sentence_is_never_shown(resources: Resources, lie: str) -> None:
    endpoint = ScriptedEndpoint([lie])
    shown, answer = await ask(
        with_model(resources, endpoint), "Within how many days can I return a product?"
    )
    assert answer.writing
    assert (answer.writing.kept_count, answer.writing.is_quoted) == (0, True)
    assert lie.removesuffix(" [1].") not in shown + answer.answer
    assert "within 14 days of delivery" in answer.answer


async def test_a_model_that_finds_nothing_leaves_it_to_the_knowledge(
    resources: Resources,
) -> None:
    endpoint = ScriptedEndpoint(["NO_ANSWER"])
    _, answer = await ask(
        with_model(resources, endpoint), "Within how many days can I return a product?"
    )
    assert (answer.mode, answer.outcome) == (EXTRACTIVE, Outcome.ANSWERED)
    assert answer.writing
    assert (answer.writing.end, answer.writing.is_quoted) == (WritingEnd.REFUSED, True)


@pytest.mark.parametrize("fails_after", [0, 1])
async def test_a_model_that_goes_away_ends_in_an_extractive_answer(
    resources: Resources, fails_after: int
) -> None:
    endpoint = ScriptedEndpoint(
        ["Gift cards are not refunded [1]. ", "You may"], fails_after=fails_after
    )
    shown, answer = await ask(
        with_model(resources, endpoint), "Within how many days can I return a product?"
    )
    assert answer.notice
    assert answer.writing
    assert answer.writing.end is WritingEnd.FAILED
    assert "within 14 days of delivery" in answer.answer
    assert shown.strip() == answer.answer
    assert answer.answer.count("Gift cards are not refunded") <= 1


async def test_a_follow_up_leans_on_the_question_before(resources: Resources) -> None:
    earlier = Turn(question="电子发票多久开具？", answer="3 个工作日内")
    _, answer = await ask(resources, "那金额有要求吗？", history=[earlier])
    assert "10 元" in answer.answer


@pytest.mark.parametrize(
    "question",
    ["?!", "😀😀", "'; drop table chunks; --", "a" * 2000, "**[x](javascript:1)**", "\u202eabc"],
)
async def test_odd_questions_get_an_answer_like_any(resources: Resources, question: str) -> None:
    _, answer = await ask(resources, question)
    assert answer.answer


@pytest.mark.parametrize(
    ("question", "base", "error"),
    [("  ", "main", BadInput), ("a" * 2001, "main", BadInput), ("refund", "nowhere", NotFound)],
)
async def test_questions_that_cannot_be_asked_are_refused(
    resources: Resources, question: str, base: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        async for _ in stream_answer(resources, question, viewer=ANONYMOUS, base=base):
            pass


@pytest.mark.parametrize(
    ("typed", "read", "said", "language"),
    [
        ("Within how many days can I retrun a prodcut?", "return a product", "14 days", "en"),
        ("dianzi fapiao duojiu kaiju", "电子发票多久开具", "3 个工作日", "zh"),
    ],
)
async def test_a_mistyped_question_is_answered_and_told_as_it_was_read(
    resources: Resources, typed: str, read: str, said: str, language: str
) -> None:
    shown, answer = await ask(resources, typed)
    assert (answer.outcome, answer.language) == (Outcome.ANSWERED, language)
    assert read in (answer.read_as or "")
    assert read in shown.splitlines()[0]
    assert said in shown
    assert shown.strip() == answer.answer


def test_a_missing_space_is_not_told() -> None:
    def found(part: str, read: str) -> Found:
        nothing = Evidence(hits=[], units=[], confidence=0.0)
        asked = Asked(query=read, text=read)
        corrected = Corrected(text=read, typed=(part,))
        return Found(part=part, asked=asked, evidence=nothing, is_known=True, corrected=corrected)

    assert (
        find_reading([found("Where is my Leftover money？", "where is my left over money?")])
        is None
    )
    assert find_reading([found("Where is my mnoey?", "where is my money?")]) == "where is my money?"


async def test_what_was_typed_well_is_not_told_again(resources: Resources) -> None:
    shown, answer = await ask(resources, "Within how many days can I return a product?")
    assert answer.read_as is None
    assert "Showing results" not in shown
