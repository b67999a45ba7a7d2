"""Two prompts side by side, on a real database."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from kefu.answering.cases import Case, count_facts, read_cases
from kefu.answering.compare import Comparison, compare, contend_by_prompts, sum_up
from kefu.answering.listening import Listener
from kefu.db import Database
from kefu.errors import BadInput, ModelUnavailable
from kefu.knowledge import embed_waiting, ensure_base, ingest
from kefu.llm import BuiltInEmbedder, ChatEndpoint, ScriptedEndpoint, open_endpoints
from kefu.prompts import Specification, list_shipped, plain_specification
from kefu.resources import Resources
from kefu.settings import IngestSettings, Settings
from kefu.viewer import OPERATOR

REFUNDS = """# Refund policy

You may return a product within 14 days of delivery. The refund is paid within 7 working days.
"""
QUESTION = "Within how many days can I return a product?"
SHIPPED = {str(each.key): each for each in list_shipped()}
ANSWER = SHIPPED["answer.en"]
ONE_LINE = plain_specification("Answer the customer.", like=ANSWER)


@pytest.fixture
async def resources(
    database: Database, tmp_path: Path, built_in_embedder: BuiltInEmbedder
) -> Resources:
    (tmp_path / "refunds.md").write_text(REFUNDS)
    given = Resources(
        settings=Settings(ingest=IngestSettings(workers=1)),
        database=database,
        embedder=built_in_embedder,
    )
    await ingest(given, [tmp_path / "refunds.md"], wait=False)
    await embed_waiting(database, given.embedder, await ensure_base(given, "main"))
    return given


async def compare_pair(
    resources: Resources,
    endpoint: ChatEndpoint,
    cases: list[Case],
    *,
    pair: tuple[Specification, Specification] = (ANSWER, ONE_LINE),
) -> Comparison:
    given = replace(resources, endpoint=endpoint)
    contenders = await contend_by_prompts(given, dict(zip(("left", "right"), pair, strict=True)))
    compared = [each async for each in compare(given, contenders, cases, viewer=OPERATOR)]
    return sum_up(contenders, compared)


async def test_both_prompts_get_the_same_excerpts_and_are_counted(resources: Resources) -> None:
    endpoint = ScriptedEndpoint(["You may return a product within 14 days of delivery [1]."])
    case = Case(question=QUESTION, facts=(("14 days", "two weeks"), "7 working days"))
    comparison = await compare_pair(resources, endpoint, [case])
    (compared,) = comparison.cases
    assert "within 14 days" in compared.sides[0].shown
    assert compared.sides[0].written == "You may return a product within 14 days of delivery [1]."
    left, right = comparison.results
    assert (compared.fact_count, left.right_count) == (2, 1)
    assert left.shown_count == right.shown_count == 1
    assert left.input_tokens > 3 * right.input_tokens > 0
    assert left.output_tokens > 0
    (specified, _), (bare, _) = endpoint.prompts
    assert specified.startswith("## Role")
    assert bare == "Answer the customer."
    assert all("14 days" in sent for _, sent in endpoint.prompts)
    assert json.loads(json.dumps(asdict(comparison), default=str))["fact_count"] == 2


async def test_what_does_not_hold_counts_for_its_words_but_not_as_shown(
    resources: Resources,
) -> None:
    endpoint = ScriptedEndpoint(["You may return a product within 30 days of delivery [1]."])
    comparison = await compare_pair(
        resources, endpoint, [Case(question=QUESTION, facts=("30 days",))]
    )
    left, _ = comparison.results
    assert left.shown_count == 0
    assert (left.right_count, left.written_right_count) == (0, 1)


async def test_other_prompts_are_filled_in_and_sent(resources: Resources) -> None:
    endpoint = ScriptedEndpoint(['{"reason": ', '"refund"}'])
    classify = SHIPPED["classify.en"]
    bare = plain_specification("Which reason? Write JSON.", like=classify)
    case = Case(
        values={"message": "My money, please.", "reasons": ["refund: money back"]},
        facts=("refund",),
    )
    comparison = await compare_pair(resources, endpoint, [case], pair=(classify, bare))
    assert comparison.results[1].right_count == 1
    assert comparison.cases[0].sides[0].shown == '{"reason": "refund"}'
    assert all("My money, please." in sent for _, sent in endpoint.prompts)
    assert "- refund: money back" in endpoint.prompts[0][0]


async def test_a_model_that_is_away_leaves_an_extractive_answer(resources: Resources) -> None:
    endpoint = ScriptedEndpoint([], fails_after=0)
    comparison = await compare_pair(
        resources, endpoint, [Case(question=QUESTION, facts=("14 days",))]
    )
    left, _ = comparison.results
    assert (left.shown_count, left.right_count, left.failed_count) == (0, 1, 1)
    assert left.output_tokens == 0
    assert "fails as it was told" in comparison.cases[0].sides[0].problem
    pair = (SHIPPED["rewrite.en"], SHIPPED["rewrite.zh"])
    case = Case(values={"earlier": "x", "question": "y"})
    with pytest.raises(ModelUnavailable):
        await compare_pair(resources, endpoint, [case], pair=pair)


async def test_without_a_model_there_is_nothing_to_compare(resources: Resources) -> None:
    with pytest.raises(BadInput, match="No language model"):
        await contend_by_prompts(resources, {"answer": ANSWER})
    async with open_endpoints(resources.settings) as endpoints:
        given = replace(resources, endpoint=endpoints, endpoints=endpoints)
        with pytest.raises(BadInput, match="No language model"):
            await contend_by_prompts(given, {"answer": ANSWER})


async def test_a_listener_passes_on_everything_and_leaves_the_endpoint_open() -> None:
    listener = Listener(ScriptedEndpoint(["a", "b"]))
    pieces = [piece async for piece in listener.stream(instructions="i", prompt="p", max_tokens=9)]
    await listener.aclose()
    assert (pieces, listener.text, listener.name) == (["a", "b"], "ab", "scripted")
    assert listener.cost_micros is None


@pytest.mark.parametrize(
    ("fact", "text"),
    [("7 working days", "Within **7 Working\nDays**."), (("七天", "7 天"), "７ 天内")],
)
def test_a_fact_is_right_whatever_its_markup(fact: str | tuple[str, ...], text: str) -> None:
    assert count_facts([fact], text) == 1


@pytest.mark.parametrize(("fact", "text"), [("1%", "1 percent"), ("14 days", "4 days")])
def test_another_figure_is_no_right_fact(fact: str, text: str) -> None:
    assert count_facts([fact], text) == 0


def test_cases_are_read_from_lines() -> None:
    text = '{"id": "d1", "question": "Why?", "facts": ["a", ["b", "c"]]}\n\n{"values": {"a": 1}}\n'
    first, second = read_cases(text)
    assert (first.question, first.facts) == ("Why?", ("a", ("b", "c")))
    assert second.values == {"a": 1}


@pytest.mark.parametrize(
    ("text", "said"), [("", "1 to 1000"), ("{", "Line 1"), ('{"question": []}', "Line 1")]
)
def test_what_is_no_case_is_refused(text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read_cases(text)
