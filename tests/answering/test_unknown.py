import pytest
from hits import make_hit, make_parts

from kefu.answering.confidence import confidence, logit
from kefu.answering.unknown import NOTHING_UNKNOWN, Unknown, find_unknown
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


@pytest.mark.parametrize("missing", [NAME, NOUN])
def test_what_is_unknown_outweighs_any_similarity(missing: Unknown) -> None:
    assert logit(0.5, missing) < 0 < logit(0.5, NOTHING_UNKNOWN)


def test_the_name_of_a_product_alone_makes_nothing_certain() -> None:
    hit = make_hit("MySQL Workbench uses SSL.", parts=make_parts(above_noise=0.0, literal=1.0))
    assert confidence("How do I reset my MySQL root password?", [hit], []) < 0.2
    assert confidence("What does LH-4031 mean?", [hit], []) > 0.9
