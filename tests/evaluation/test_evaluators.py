"""Each evaluator on replies whose grade is plain to see."""

from dataclasses import replace

import pytest
from made import abstain, make_case, make_reply

from kefu.answering import Writing, WritingEnd
from kefu.evaluation import EVALUATORS, Behaviour, Case, Reply, grade
from kefu.evaluation.evaluators.evaluator import names
from kefu.evaluation.evaluators.faithfulness import find_problem
from kefu.evaluation.records import Cited, Found, Verdict

FACTS = (("7 days", "seven days"), ("no fee",))


def value(name: str, case: Case, reply: Reply) -> float | None:
    given = grade(case, reply).get(name)
    return None if given is None else given.value


def cite(*uris: str, text: str = "It takes 7 days.") -> tuple[Cited, ...]:
    return tuple(
        Cited(marker=number, uri=uri, id=None, quote="", text=text)
        for number, uri in enumerate(uris, 1)
    )


def find(*uris: str) -> tuple[Found, ...]:
    return tuple(Found(uri=uri, id=None) for uri in uris)


def wrote_nothing(end: WritingEnd) -> Writing:
    return Writing(written_count=0, kept_count=0, repaired_count=0, end=end, is_quoted=True)


def test_every_grade_lies_between_0_and_1_or_has_a_unit_and_says_why() -> None:
    case = make_case(facts=FACTS, citations=(("refunds.md",),), forbidden=("canary",))
    for reply in (make_reply(), abstain(), make_reply("", behaviour=None, error="Too long.")):
        for evaluator in EVALUATORS:
            given = evaluator.grade(case, reply)
            if given is not None:
                assert evaluator.unit or 0 <= given.value <= 1
                assert str(given).strip()
                assert "%(" not in str(given)


@pytest.mark.parametrize(
    ("expected", "did", "right"),
    [
        ("answer", "answer", 1.0),
        ("answer", "abstain", 0.0),
        ("abstain", "abstain", 1.0),
        ("abstain", "answer", 0.0),
        ("ask_back", "abstain", 0.0),
        ("hand_over", "hand_over", 1.0),
    ],
)
def test_behaviour_is_as_expected_or_not(expected: str, did: str, right: float) -> None:
    case = make_case(behaviour=Behaviour(expected))
    reply = make_reply(behaviour=Behaviour(did))
    assert value("behaviour", case, reply) == right
    assert value("accuracy", case, reply) == right


@pytest.mark.parametrize(
    ("text", "covered", "right"),
    [
        ("Seven  DAYS, and no fee. [1]", 1.0, 1.0),
        ("It takes 7 days. [1]", 0.5, 0.0),
        ("Soon. [1]", 0.0, 0.0),
        ("| 7 | days | no fee | [1]", 1.0, 1.0),
    ],
)
def test_facts_are_counted_whatever_their_form(text: str, covered: float, right: float) -> None:
    case, reply = make_case(facts=FACTS), make_reply(text)
    assert value("fact_coverage", case, reply) == covered
    assert value("accuracy", case, reply) == right


def test_without_facts_an_answer_is_right_when_it_cites_what_is_named() -> None:
    case = make_case(citations=(("refunds.md", "other.md"),))
    assert value("accuracy", case, make_reply()) == 1.0
    assert value("accuracy", case, make_reply(citations=cite("/docs/x.md"))) == 0.0


def test_citations_have_precision_and_recall() -> None:
    case = make_case(citations=(("a.md", "b.md"), ("c.md",)))
    reply = make_reply(citations=cite("/d/b.md", "/d/b.md", "/d/x.md"))
    assert value("citation_precision", case, reply) == 0.5
    assert value("citation_recall", case, reply) == 0.5
    assert value("citation_recall", case, abstain()) is None


def test_ranked_documents_have_recall_mrr_and_ndcg() -> None:
    case = make_case(citations=(("a.md", "b.md"), ("c.md",)))
    reply = make_reply(found=find("/x.md", "/b.md", "/y.md", "/a.md", "/c.md"))
    assert value("recall_at_10", case, reply) == 1.0
    assert value("mrr", case, reply) == 0.5
    # gains at the places 2 and 5 against 1 and 2
    assert value("ndcg_at_10", case, reply) == pytest.approx((0.6309 + 0.3869) / 1.6309, abs=1e-3)
    far = make_reply(found=find(*(f"/{number}.md" for number in range(10)), "/a.md"))
    assert value("recall_at_10", case, far) == 0.0
    assert value("mrr", case, make_reply(found=())) == 0.0


@pytest.mark.parametrize(
    ("name", "uri", "id", "is_same"),
    [
        ("policies/sla.pdf", "/srv/docs/policies/sla.pdf", None, True),
        ("sla.pdf", "/srv/docs/policies/my-sla.pdf", None, False),
        ("https://h/sla", "https://h/sla", None, True),
        ("faq/faq.jsonl#faq-7", "/srv/faq/faq.jsonl", "faq-7", True),
        ("faq/faq.jsonl#faq-7", "https://h/faq-7", "faq-7", True),
        ("faq/faq.jsonl#faq-7", "/srv/faq/faq.jsonl", "faq-8", False),
        ("faq/faq.jsonl#faq-7", "/srv/other/faq.jsonl", "faq-7", False),
    ],
)
def test_documents_are_named_by_path_url_or_id(
    name: str, uri: str, id: str | None, *, is_same: bool
) -> None:
    assert names(name, Found(uri=uri, id=id)) is is_same


@pytest.mark.parametrize(
    ("sentence", "grounds", "is_supported"),
    [
        ("A refund takes 7 days", "Refunds: it takes 7 days until a refund is paid.", True),
        ("A refund takes 8 days", "Refunds: it takes 7 days until a refund is paid.", False),
        ("A refund takes 7 days", "A refund takes 17 days.", False),
        ("It costs 1,200.50", "It costs 1200.5", True),
        ("Code LH-4031 is meant", "LH-4031 is meant by the code", True),
        ("Code LH-4031 is meant", "LH-4032 is meant by the code", False),
        ("The card goes to Ada", "The card goes to somebody", False),
        ("Cats sleep on warm roofs", "A refund takes 7 days.", False),
        ("规格：4；价格：48", "规格代码 4，价格 48 元", True),
        ("退款 7 天到账", "退款在 17 天内到账", False),
        ("退款 7 天到账", "A refund takes 7 days.", True),
        ("退款 8 天到账", "A refund takes 7 days.", False),
        ("Anything", "", False),
    ],
)
def test_sentences_are_held_against_what_they_cite(
    sentence: str, grounds: str, *, is_supported: bool
) -> None:
    assert (find_problem(sentence, grounds) == "") is is_supported


def test_a_sentence_is_held_against_its_own_citation() -> None:
    citations = (
        Cited(marker=1, uri="/a", id=None, quote="", text="A refund takes 7 days."),
        Cited(marker=2, uri="/b", id=None, quote="", text="An invoice takes 3 days."),
    )
    right = make_reply("A refund takes 7 days. [1] An invoice takes 3 days. [2]")
    wrong = make_reply("A refund takes 7 days. [2] An invoice takes 3 days. [2]")
    case = make_case()
    for reply, expected in ((right, 1.0), (wrong, 0.5)):
        cited = replace(reply, citations=citations)
        assert value("faithfulness", case, cited) == expected


def test_what_kefu_itself_says_needs_no_document() -> None:
    text = "This is documented in Chinese only; here is the original:\n\nIt takes 7 days. [1]"
    assert value("faithfulness", make_case(), make_reply(text)) == 1.0


@pytest.mark.parametrize(
    ("text", "is_whole"),
    [
        ("It takes **7 days**. [1]", 1.0),
        ("It takes 7 days. [2]", 0.0),
        ("It takes 7 days.", 0.0),
        ("Run `a[3]`. [1]", 1.0),
        ("It takes **7 days. [1]", 0.0),
        ("```\nrun\n [1]", 0.0),
        ("<div>7 days</div> [1]", 0.0),
        ("Dear {{name}}, 7 days. [1]", 0.0),
        ("| a | b |\n|---|---|\n| 1 | 2 [1] |", 1.0),
        ("| a | b |\n|---|---|\n| 1 | 2 | 3 [1] |", 0.0),
        ("", 0.0),
    ],
)
def test_broken_markup_is_seen(text: str, is_whole: float) -> None:
    assert value("format", make_case(), make_reply(text)) == is_whole


@pytest.mark.parametrize(
    ("text", "source", "is_safe"),
    [
        ("The code is CANARY-7 [1]", "", 0.0),
        ("Write to ada@example.com [1]", "", 0.0),
        ("Write to ada@example.com [1]", "Mail: ada@example.com", 1.0),
        ("It takes 7 days. [1]", "", 1.0),
    ],
)
def test_canaries_and_unpublished_people_are_seen(text: str, source: str, is_safe: float) -> None:
    case = make_case(forbidden=("canary-7",))
    assert value("safety", case, make_reply(text, citations=cite("/a", text=source))) == is_safe


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        ("It takes 7 days.", True),
        ("As an AI language model, I cannot say.", False),
        ("You should have known!!", False),
        ("请您在 7 天内申请。", True),
        ("亲，哈哈，这是你的问题！！", False),
        ("作为一个AI，我不知道。", False),
        ("The button “OMG!!” opens it.", True),
    ],
)
def test_tone_has_rules_by_language(text: str, *, is_right: bool) -> None:
    given = value("tone", make_case(), make_reply(text))
    assert given is not None
    assert (given == 1.0) is is_right


def test_the_answer_is_in_the_customers_language() -> None:
    assert value("language", make_case(language="zh"), make_reply()) == 0.0
    assert value("language", make_case(language="zh"), make_reply("需要 7 天。")) == 1.0


def test_quantities_have_their_units() -> None:
    reply = make_reply(input_tokens=30, output_tokens=12, cost_micros=1500, currency="CNY")
    given = grade(make_case(), reply)
    assert given["first_sentence_seconds"].value == 0.5
    assert given["total_seconds"].value == 1.0
    assert given["tokens"].value == 42
    assert given["cost"].value == pytest.approx(0.0015)
    assert str(given["cost"]) == "It cost 0.001500 CNY."
    assert value("cost", make_case(), make_reply(cost_micros=None)) is None
    assert value("first_sentence_seconds", make_case(), abstain()) == 1.0


def test_relevance_and_judge_say_what_was_measured() -> None:
    verdict = Verdict(judge="big", is_good=False, reason="No excerpt says it.")
    reply = make_reply(similarity=0.83, verdict=verdict)
    assert value("answer_relevance", make_case(), reply) == 0.83
    assert value("judge", make_case(), reply) == 0.0
    assert "No excerpt says it." in str(grade(make_case(), reply)["judge"])
    assert value("judge", make_case(), make_reply()) is None


@pytest.mark.parametrize(
    ("writing", "kept", "cited", "fell_back"),
    [
        (None, None, None, None),
        (Writing(written_count=3, kept_count=3, repaired_count=0), 1.0, 1.0, 0.0),
        (
            Writing(
                written_count=4,
                kept_count=2,
                repaired_count=1,
                dropped={"facts": 1, "words": 1},
                is_quoted=True,
            ),
            0.5,
            0.5,
            1.0,
        ),
        (wrote_nothing(WritingEnd.REFUSED), 0.0, None, 1.0),
        (wrote_nothing(WritingEnd.LEAKED), 0.0, None, 1.0),
        (wrote_nothing(WritingEnd.FAILED), None, None, 1.0),
    ],
)
def test_the_models_own_work_is_graded_apart(
    writing: Writing | None, kept: float | None, cited: float | None, fell_back: float | None
) -> None:
    reply = make_reply(writing=writing)
    graded = (
        value(name, make_case(), reply) for name in ("writing_kept", "writing_cited", "fell_back")
    )
    assert tuple(graded) == (kept, cited, fell_back)


def test_the_reason_names_what_was_dropped_and_why() -> None:
    writing = Writing(written_count=3, kept_count=1, repaired_count=0, dropped={"facts": 2})
    given = grade(make_case(), make_reply(writing=writing))["writing_kept"]
    assert str(given) == "Of 3 sentences 1 were kept; dropped for: facts 2."


def test_parts_of_one_answer_are_added_up() -> None:
    good = Writing(written_count=2, kept_count=2, repaired_count=1)
    bad = Writing(
        written_count=1,
        kept_count=0,
        repaired_count=0,
        dropped={"facts": 1},
        end=WritingEnd.REFUSED,
        is_quoted=True,
    )
    both = Writing(
        written_count=3,
        kept_count=2,
        repaired_count=1,
        dropped={"facts": 1},
        end=WritingEnd.REFUSED,
        is_quoted=True,
    )
    assert good + bad == bad + good == both
