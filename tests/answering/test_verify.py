import numpy as np
import pytest

from kefu.answering.verify import Nearest, supports
from kefu.llm import BuiltInEmbedder
from kefu.text import split_sentences
from tests.answering import demo_statements
from tests.answering.statements import SOURCES, SUPPORTED, TRANSLATED, UNSUPPORTED

LOST_IN_TRANSLATION = {"You can get a full refund within 7 days of payment."}
LEAKED_IN_TRANSLATION = {"使用代金券支付的部分可以退。"}


@pytest.mark.parametrize(("source", "sentence"), SUPPORTED)
def test_supported_sentence_passes(source: str, sentence: str) -> None:
    assert supports(sentence, [SOURCES[source]], "").reasons == ()


@pytest.mark.parametrize(("source", "sentence"), UNSUPPORTED)
def test_unsupported_sentence_is_refused(source: str, sentence: str) -> None:
    assert not supports(sentence, [SOURCES[source]], "").is_supported


@pytest.mark.parametrize(("source", "sentence"), demo_statements.SUPPORTED)
def test_true_sentence_about_the_demo_passes(source: str, sentence: str) -> None:
    verdict = supports(sentence, [demo_statements.DOCUMENTS[source]], "")
    assert verdict.is_supported == (sentence not in demo_statements.LOST)


@pytest.mark.parametrize(("source", "sentence"), demo_statements.UNSUPPORTED)
def test_false_sentence_about_the_demo_is_refused(source: str, sentence: str) -> None:
    verdict = supports(sentence, [demo_statements.DOCUMENTS[source]], "")
    assert verdict.is_supported == (sentence in demo_statements.LEAKS)


@pytest.mark.parametrize(("source", "sentence", "is_true"), TRANSLATED)
async def test_translation_needs_a_near_sentence_with_the_same_facts(
    source: str, sentence: str, *, is_true: bool
) -> None:
    embedder = BuiltInEmbedder()
    spans = [span.text for span in split_sentences(SOURCES[source])]
    vectors = await embedder.embed_documents([sentence, *spans])
    await embedder.aclose()
    similarities = vectors[1:] @ vectors[0]
    best = int(np.argmax(similarities))
    nearest = Nearest(spans[best], float(similarities[best]))
    expected = (is_true and sentence not in LOST_IN_TRANSLATION) or (
        sentence in LEAKED_IN_TRANSLATION
    )
    assert supports(sentence, [SOURCES[source]], "", nearest=nearest).is_supported == expected


def test_translation_alone_is_refused() -> None:
    verdict = supports("Keys are valid for 90 days.", [SOURCES["account zh"]], "")
    assert "another language" in verdict.reasons[-1]


def test_reasons_name_what_is_missing() -> None:
    verdict = supports("退款需要 9 天，请致电 400-000-1111。", [SOURCES["refund zh"]], "")
    assert any("9 day" in reason for reason in verdict.reasons)
    assert any("4000001111" in reason for reason in verdict.reasons)


def test_facts_may_come_from_several_cited_texts() -> None:
    sentence = "密钥默认有效期为 90 天，发票问题请发邮件至 invoice@lanhe.example。"
    texts = [SOURCES["account zh"], SOURCES["contact zh"]]
    assert supports(sentence, texts, "").is_supported
    assert not supports(sentence, texts[:1], "").is_supported


@pytest.mark.parametrize("sentence", ["", "!!", "——", "1.", "[x](", "七" * 3000, "a " * 3000])
def test_odd_sentences_are_judged(sentence: str) -> None:
    assert isinstance(supports(sentence, ["退款 7 天内"], "").is_supported, bool)


def test_nothing_cited_supports_nothing() -> None:
    assert not supports("退款 7 天内到账。", [], "").is_supported
    assert not supports("Refunds take time.", [""], "").is_supported


@pytest.mark.parametrize(
    ("claim", "source", "failed"),
    [
        (
            "No, you are not allowed to open a second bank account.",
            "A bank will let you open a free checking account.",
            {"negation"},
        ),
        ("您不能开立第二个银行账户。", "您可以免费开立银行账户。", {"negation"}),
        ("Returns within 30 days are free.", "There is no charge for returns in 30 days.", set()),
        ("There is no charge for returns.", "Returns are free.", set()),
        ("退货不收取运费。", "退货免费，运费由我们承担。", set()),
    ],
)
def test_free_denies_a_price_and_nothing_else(claim: str, source: str, failed: set[str]) -> None:
    verdict = supports(claim, [source], "second bank account?")
    assert set(verdict.failed) & {"negation"} == failed


@pytest.mark.parametrize(
    ("claim", "question", "source"),
    [
        (
            "Yes, there is a maximum number of email addresses you can verify.",
            "Is there a maximum number of email addresses I can verify?",
            "After an email address is verified, you do not need to verify it again.",
        ),
        (
            "可以在部署业务时通过程序区分云服务器实例。",
            "部署业务时如何通过程序区分云服务器实例？",
            "可以把云服务器实例加入白名单。部署业务前请联系商务经理。",
        ),
    ],
)
def test_the_question_said_once_more_is_no_answer(claim: str, question: str, source: str) -> None:
    assert "words" in supports(claim, [source], question).failed
    assert supports(source, [source], question).is_supported
