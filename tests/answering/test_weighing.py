import json
from pathlib import Path

import pytest
from hits import make_hit, make_parts, rank

from kefu.answering.kinds import Kind, holds, kinds_asked
from kefu.answering.wording import concepts_in, is_everyday
from kefu.text import content_words

DEVELOPMENT = Path(__file__).parents[2] / "benchmarks" / "development_questions.jsonl"


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("专票几天能开好？", {Kind.DURATION}),
        ("重装系统会不会把数据盘也清了？", {Kind.WHETHER}),
        ("一个月多少钱？", {Kind.MONEY}),
        ("过户要收费不？", {Kind.MONEY, Kind.WHETHER}),
        ("你们周末几点下班？", {Kind.TIME}),
        ("How many days do I have?", {Kind.DURATION, Kind.COUNT}),
        ("What does it cost?", {Kind.MONEY}),
        ("Where do I find it?", {Kind.PLACE}),
        ("What happens when my card is declined?", set()),
    ],
)
def test_the_kind_that_is_asked_for_is_told_from_the_form(question: str, kinds: set[Kind]) -> None:
    assert kinds_asked(question) == kinds


@pytest.mark.parametrize(
    ("kind", "held", "lacking"),
    [
        (Kind.MONEY, "It is US$12 a month.", "It is charged monthly."),
        (Kind.DURATION, "审核需要 3 个工作日。", "审核由专人负责。"),
        (Kind.TIME, "每天 8:00-24:00", "全天可提交"),
        (Kind.WHETHER, "数据盘不受影响。", "数据盘的快照。"),
        (Kind.WHETHER, "首次过户免费。", "首次过户。"),
        (Kind.REASON, "为防止垃圾邮件，默认封禁。", "默认封禁。"),
    ],
)
def test_a_sentence_holds_a_kind_or_does_not(kind: Kind, held: str, lacking: str) -> None:
    assert holds(kind, held)
    assert not holds(kind, lacking)


def test_other_words_for_the_same_are_one_concept_in_both_languages() -> None:
    assert concepts_in("把钱退回来") & concepts_in("refund")
    assert concepts_in("boxes are shut down") & concepts_in("服务器停机")
    assert not concepts_in("番茄汤")


@pytest.mark.parametrize(
    ("question", "telling"),
    [
        ("API 一秒钟能调多少次？", ["API"]),
        ("How long do I have to wait?", []),
        ("Do snapshots get encrypted?", ["snapshots", "encrypted"]),
        ("Is it OK on an IP?", []),
    ],
)
def test_words_that_are_said_of_anything_tell_nothing(question: str, telling: list[str]) -> None:
    assert [word.word for word in content_words(question) if not is_everyday(word)] == telling


def test_a_sentence_in_a_customers_words_comes_before_one_in_other_words() -> None:
    other = make_hit("代金券可以合并使用。", chunk_id=2)
    refund = make_hit("审核通过后原路退还。", chunk_id=3)
    assert rank("钱什么时候能退回来？", other, refund)[0].hit is refund


def test_what_is_asked_for_comes_before_what_is_only_about_it() -> None:
    hit = make_hit("The price depends on the plan. A plan costs US$12 a month.", language="en")
    assert "US$12" in rank("How much does a plan cost?", hit)[0].span.text


def test_a_chunk_that_is_nearer_by_meaning_comes_first() -> None:
    far = make_hit("第一句话。", chunk_id=2, parts=make_parts(above_noise=0.0))
    near = make_hit("第二句话。", chunk_id=3, parts=make_parts(above_noise=0.05))
    assert rank("押金", far, near)[0].hit is near


def test_a_question_in_one_language_finds_its_sentence_in_another() -> None:
    hit = make_hit(
        "The sender bears the fees of a wire transfer. A card may be added later.", language="en"
    )
    assert "wire transfer" in rank("电汇手续费谁出？", hit)[0].span.text


def test_development_questions_are_whole_and_cite_documents_that_exist() -> None:
    documents = Path(__file__).parents[2] / "kefu" / "demo" / "documents"
    rows = [json.loads(line) for line in DEVELOPMENT.read_text(encoding="utf-8").splitlines()]
    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        assert bool(row["facts"]) == (row["behaviour"] == "answer"), row["id"]
        assert all((documents / name.partition("#")[0]).exists() for name in row["citations"])
