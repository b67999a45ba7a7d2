import pytest
from hits import make_hit, make_parts, rank

from kefu.answering.confidence import confidence, logit, signals
from kefu.answering.unknown import NOTHING_UNKNOWN, Unknown, find_unknown, unsaid_share
from kefu.retrieval import Hit
from kefu.text import content_words, detect_language, index_terms

DOCUMENTS = "Install a certificate on nginx. Pay the server by Alipay. 证书购买后可以部署到服务器。"
NAME = Unknown(has_name=True, has_noun=False)
NOUN = Unknown(has_name=False, has_noun=True)


def unknown(question: str, *hits: Hit) -> Unknown:
    held = set(index_terms(DOCUMENTS))
    language = detect_language(question)
    return find_unknown(content_words(question), held, hits, language=language)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How do I install a certificate on nginx?", NOTHING_UNKNOWN),
        ("How do I install a certificate on Caddy?", NAME),
        ("证书可以部署到 Synology 吗", NAME),
        ("学生购买证书", NOUN),
        ("Can I purchase a certificate?", NOTHING_UNKNOWN),
        ("How do I pay for my VMs?", NOTHING_UNKNOWN),
    ],
)
def test_a_name_that_occurs_nowhere_is_unknown(question: str, expected: Unknown) -> None:
    assert unknown(question, make_hit(DOCUMENTS, language=detect_language(question))) == expected


def test_a_typing_error_is_not_unknown() -> None:
    hit = make_hit("Kubernetes runs on nginx.", language="en")
    assert unknown("How do I install Kubernets?", hit) == NOTHING_UNKNOWN
    assert unknown("How do I install Kubernets?") == NAME


def test_nouns_say_nothing_where_the_whole_question_is_worded_otherwise() -> None:
    assert unknown("学生想买证书，能便宜点吗", make_hit(DOCUMENTS)) == NOTHING_UNKNOWN


def test_nouns_say_nothing_about_documents_in_another_language() -> None:
    assert unknown("学生购买证书", make_hit(DOCUMENTS, language="en")) == NOTHING_UNKNOWN


def test_an_unknown_name_outweighs_any_similarity() -> None:
    assert logit(signals(0.5, NAME, 0.2)) < 0 < logit(signals(0.5, NOTHING_UNKNOWN, 0.0))


def unsaid(question: str, text: str, *, language: str = "zh") -> float:
    hit = make_hit(text, language=language, title="", heading_path=[])
    units = rank(question, hit)
    return unsaid_share(content_words(question), units, language=detect_language(question))


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("专票几天能开好？", "专用发票需要 3 个工作日。"),
        ("When is my money back?", "A refund is possible within 7 days."),
        ("周末几点到几点有真人接？", "星期天 9:00-18:00 有人工服务。"),
        ("发来的短信多久之内要验证？", "短信须在 24 小时内验证。"),
        ("发飘几天能开好？", "发票需要 3 个工作日开好。"),
        ("Roughly how soon do somebody's servers restart?", "Servers restart in a minute."),
    ],
)
def test_what_is_said_in_other_words_is_said(question: str, text: str) -> None:
    assert unsaid(question, text, language=detect_language(text)) == 0


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("负载均衡支持 WebSocket 吗？", "负载均衡支持 HTTP 和 HTTPS。"),
        ("代金券可以延期吗？", "代金券有效期 30 天。"),
        ("Does the plan include mailboxes?", "The plan includes ten websites."),
    ],
)
def test_a_fact_that_is_missing_is_unsaid(question: str, text: str) -> None:
    assert unsaid(question, text, language=detect_language(text)) >= 0.25


def test_in_another_language_names_and_concepts_alone_can_be_unsaid() -> None:
    assert unsaid("陶艺作品退款要多少钱？", "A refund is 20 yuan.", language="en") == 0
    assert unsaid("QUIC 退款要多少钱？", "A refund is 20 yuan.", language="en") > 0
    assert unsaid("谁赢了足球比赛？", "A refund is 20 yuan.", language="en") == 0.75


def test_everyday_words_count_half_where_there_are_no_others() -> None:
    assert unsaid("What do you think of it today?", "The price is 20 yuan.", language="en") == 0.5


def test_the_name_of_a_product_alone_makes_nothing_certain() -> None:
    hit = make_hit("MySQL Workbench uses SSL.", parts=make_parts(above_noise=0.0, literal=1.0))
    assert confidence("How do I reset my MySQL root password?", [hit], [], unsaid=0.6) < 0.2
    assert confidence("What does LH-4031 mean?", [hit], []) > 0.9
