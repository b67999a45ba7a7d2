import random
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from math import copysign, log
from pathlib import Path

import pytest
from filling import CountingEmbedder, SilentEmbedder, fill
from httpx import ASGITransport, AsyncClient

from kefu.errors import BadInput, Conflict, NotFound
from kefu.knowledge import K1, Base, ingest
from kefu.knowledge.store.chunks import renew_weights
from kefu.llm import BuiltInEmbedder, FakeEmbedder, Vectors
from kefu.resources import Resources
from kefu.retrieval import Hit, search, weigh_terms
from kefu.retrieval.search import MAX_QUERY_CHARACTERS, build_query, find_hits
from kefu.server import attach, create_app
from kefu.settings import RetrievalSettings
from kefu.text import find_identifiers, index_terms, name_terms, query_terms
from kefu.viewer import ANONYMOUS, OPERATOR, Viewer

B = 0.75
SUPPORT = {
    "Errors": "`InvalidParameter.NotFound` means that the parameter is unknown.",
    "Codes": "LH-4031 says that the account is locked.",
    "More codes": "LH-4032 says that the account is closed.",
    "Release 2.3": "Since v2.3.1 the console has a dark theme.",
    "Release 2.4": "Since v2.4.0 the console has a search box.",
    "Network": "The gateway of the private network is 10.0.0.1 by default.",
    "Other network": "The gateway of the public network is 10.0.0.2 by default.",
    "云主机": "ECS实例创建以后可以修改密码。",
    "数据库": "RDS实例创建以后可以修改端口。",
    "退款": "包年订单七天内可以全额退款。",
}


async def titles(resources: Resources, query: str, **options: object) -> list[str]:
    hits = await search(resources, query, **({"viewer": ANONYMOUS} | options))  # type: ignore[arg-type]
    return [hit.title for hit in hits]


@pytest.fixture(params=["fake", "built in"])
async def embedder(request: pytest.FixtureRequest) -> AsyncIterator[FakeEmbedder | BuiltInEmbedder]:
    embedder = FakeEmbedder() if request.param == "fake" else BuiltInEmbedder()
    yield embedder
    await embedder.aclose()


async def test_what_is_asked_for_literally_comes_first(
    resources: Resources, embedder: FakeEmbedder | BuiltInEmbedder
) -> None:
    resources = replace(resources, embedder=embedder)
    await fill(resources, SUPPORT)
    first = {
        "InvalidParameter.NotFound": "Errors",
        "What does LH-4031 mean?": "Codes",
        "LH-4032 是什么意思？": "More codes",
        "v2.3.1": "Release 2.3",
        "v2.4.0 有什么新功能？": "Release 2.4",
        "ECS实例": "云主机",
        "怎么修改 RDS实例 的端口": "数据库",
        "10.0.0.1": "Network",
        "10.0.0.2": "Other network",
        "包年訂單退款": "退款",
    }
    assert {query: (await titles(resources, query))[0] for query in first} == first


async def test_a_code_behind_many_words_is_still_looked_up(resources: Resources) -> None:
    texts = {f"订单{n}": f"订单{n}付款以后实例没有启动的处理办法。" for n in range(5)}
    await fill(resources, texts | {"Codes": "LH-4031：账户被锁定。"}, embed=False)
    story = "我昨天在控制台购买了订单付款以后实例一直没有启动并且联系客服也没有回复" * 4
    hits = await search(resources, f"{story}，最后显示 LH-4031", viewer=ANONYMOUS)
    assert hits[0].title == "Codes"
    assert hits[0].parts.literal == pytest.approx(1.0)


async def test_words_of_title_and_headings_count(resources: Resources) -> None:
    texts = {
        "Invoices": "# A\n\nThey are sent monthly.",
        "Other": "## Vouchers\n\nThey are valid for a year.\n\n## Taxes\n\nThey are included.",
    }
    await fill(resources, texts, embed=False)
    assert await titles(resources, "invoices") == ["Invoices"]
    hits = await search(resources, "vouchers", viewer=ANONYMOUS)
    assert [hit.title for hit in hits] == ["Other"]
    assert "Vouchers" in [*hits[0].heading_path, *hits[0].text.split()]


async def test_hits_tell_where_they_come_from(resources: Resources) -> None:
    await fill(resources, SUPPORT)
    (hit,) = await search(resources, "LH-4031", viewer=ANONYMOUS, top_k=1)
    assert (hit.title, hit.uri, hit.id, hit.position) == ("Codes", "/public/Codes.md", None, 0)
    assert (hit.text, hit.language) == (SUPPORT["Codes"], "en")
    assert hit.parts.literal > 0
    assert 0 <= hit.score <= 1


async def test_no_score_is_a_negative_zero(resources: Resources) -> None:
    await fill(resources, SUPPORT)
    hits = await search(resources, "LH-4031", viewer=ANONYMOUS)
    assert {copysign(1, hit.parts.lexical) for hit in hits} == {1.0}


@pytest.mark.parametrize("seed", range(6))
async def test_only_what_the_viewer_may_read_is_found(resources: Resources, seed: int) -> None:
    chance = random.Random(seed)
    groups = ["public", "staff", "partners", "board"]
    for group in groups:
        words = chance.sample(["refund", "invoice", "退款", "发票", "quota"], 3)
        texts = {f"{group} {n}": f"{word} rules {n} of {group}" for n, word in enumerate(words)}
        await fill(resources, texts, audience=group, embed=chance.random() < 0.7)
    for size in range(len(groups) + 1):
        audiences = frozenset(chance.sample(groups, size))
        viewer = Viewer(name="somebody", audiences=audiences)
        for query in ("refund rules", "退款 发票", "board"):
            found = {title.split()[0] for title in await titles(resources, query, viewer=viewer)}
            assert found <= audiences
    assert {title.split()[0] for title in await titles(resources, "rules", viewer=OPERATOR)} == set(
        groups
    )


async def test_bases_do_not_mix(resources: Resources) -> None:
    await fill(resources, {"Here": "Refunds take days."})
    await fill(resources, {"There": "Refunds take weeks."}, base="other")
    assert await titles(resources, "refunds") == ["Here"]
    assert await titles(resources, "refunds", base_name="other") == ["There"]


async def test_chunks_without_vectors_are_found_by_their_words(resources: Resources) -> None:
    await fill(resources, SUPPORT)
    await fill(resources, {"Late": "Ostrich feathers are not refunded."}, embed=False)
    hits = await search(resources, "ostrich feathers", viewer=ANONYMOUS)
    assert hits[0].title == "Late"
    assert (hits[0].parts.dense, hits[0].parts.above_noise) == (None, None)
    assert hits[1].parts.dense is not None


async def test_without_an_embedder_hits_are_found_by_words_alone(resources: Resources) -> None:
    await fill(resources, SUPPORT)
    hits = await search(
        replace(resources, embedder=SilentEmbedder()), "account locked", viewer=ANONYMOUS
    )
    assert [hit.title for hit in hits] == ["Codes", "More codes"]
    assert all(hit.parts.dense is None for hit in hits)


@pytest.mark.parametrize("query", ["", " \n\t", "　", "a" * (MAX_QUERY_CHARACTERS + 1)])
async def test_an_empty_or_too_long_query_is_refused(resources: Resources, query: str) -> None:
    await fill(resources, SUPPORT, embed=False)
    with pytest.raises(BadInput, match="The query is"):
        await search(resources, query, viewer=ANONYMOUS)


@pytest.mark.parametrize(
    "query", ["???", "\x00", "😀", "\ud800", "'; drop table chunks; --", "的了吗", "the of"]
)
async def test_any_other_query_is_answered(resources: Resources, query: str) -> None:
    await fill(resources, SUPPORT)
    await search(resources, query, viewer=ANONYMOUS)


async def test_an_unknown_base_is_named(resources: Resources) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        await search(resources, "refunds", viewer=ANONYMOUS, base_name="nowhere")


async def test_vectors_of_another_embedder_are_not_compared(resources: Resources) -> None:
    await fill(resources, SUPPORT)

    class Other(FakeEmbedder):
        name = "other"

    with pytest.raises(Conflict, match="kefu embed --renew"):
        await search(replace(resources, embedder=Other()), "refunds", viewer=ANONYMOUS)


async def test_an_empty_base_has_no_hits(resources: Resources) -> None:
    await fill(resources, {})
    assert await titles(resources, "refunds") == []


async def test_a_search_sees_changes_and_removals_at_once(
    committed: Resources, tmp_path: Path
) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "a.md").write_text("Refunds take three days.")
    (folder / "b.md").write_text("Refunds of domains are impossible.")
    await ingest(committed, [folder])
    assert len(await titles(committed, "refunds")) == 2
    (folder / "a.md").write_text("Refunds take nine days.")
    (folder / "b.md").unlink()
    await ingest(committed, [folder])
    hits = await search(committed, "refunds", viewer=ANONYMOUS)
    assert [hit.text for hit in hits] == ["Refunds take nine days."]
    weights = await weigh_terms(committed, ["refund", "domain"], base_name="main")
    assert weights == pytest.approx({"refund": idf(1, 1), "domain": idf(1, 0)})


async def test_a_question_of_common_words_is_bounded(resources: Resources) -> None:
    texts = {f"Note {n}": f"Refund {n}" for n in range(130)}
    base = await fill(resources, texts, embed=False)
    settings = RetrievalSettings(lexical_budget=100, candidates=1000)
    query = build_query(base, "refund", vector=None, settings=settings)
    async with resources.database.connection() as conn:
        hits = await find_hits(conn, base, query, viewer=ANONYMOUS, floors={}, top_k=1000)
    assert len(hits) == 100


def idf(chunk_count: int, holding_count: int) -> float:
    return log(1 + (chunk_count - holding_count + 0.5) / (holding_count + 0.5))


def bm25(chunks: dict[str, str], wanted: Iterable[str]) -> dict[str, float]:
    """Title -> score, straight from the formula."""
    counts = {title: Counter(index_terms(f"{title}\n{text}")) for title, text in chunks.items()}
    average = sum(sum(each.values()) for each in counts.values()) / len(counts)
    held = Counter(term for each in counts.values() for term in each)
    scores = {}
    for title, terms in counts.items():
        norm = K1 * (1 - B + B * sum(terms.values()) / average)
        scores[title] = sum(
            idf(len(chunks), held[term]) * terms[term] * (K1 + 1) / (terms[term] + norm)
            for term in set(wanted)
        )
    return {title: score for title, score in scores.items() if score > 0}


async def lexical_scores(resources: Resources, base: Base, question: str) -> dict[str, float]:
    query = build_query(base, question, vector=None, settings=RetrievalSettings(candidates=1000))
    async with resources.database.connection() as conn:
        hits = await find_hits(conn, base, query, viewer=ANONYMOUS, floors={}, top_k=1000)
    return {hit.title: hit.parts.lexical for hit in hits}


ENGLISH = [
    "refund",
    "invoice",
    "quota",
    "snapshot",
    "disk",
    "region",
    "LH-4031",
    "v2.3.1",
    "account",
    "billing",
]
CHINESE = ["退款", "发票", "配额", "快照", "云盘", "地域", "账户", "账单", "ECS", "备案"]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("words", [ENGLISH, CHINESE])
async def test_the_lexical_score_is_bm25(resources: Resources, words: list[str], seed: int) -> None:
    chance = random.Random(seed)
    joint = " " if words is ENGLISH else ""
    chunks = {
        f"{chance.choice(words)}{joint}{n}": joint.join(
            chance.choices(words, k=chance.randint(1, 30))
        )
        for n in range(chance.randint(1, 20))
    }
    await fill(resources, chunks, embed=False)
    base = await fill(resources, {}, embed=False)
    await renew(resources, base)
    for _ in range(3):
        question = joint.join(chance.choices(words, k=3))
        expected = bm25(chunks, query_terms(question))
        assert await lexical_scores(resources, base, question) == pytest.approx(expected, abs=1e-3)


async def renew(resources: Resources, base: Base) -> None:
    """Give the stored weights the average length of all chunks."""
    async with resources.database.transaction() as conn:
        await renew_weights(conn, base)


async def test_of_a_chunk_in_another_language_only_names_are_compared(resources: Resources) -> None:
    chunks = {"价格": "ECS 的 price 和 refund 说明，另见 LH-4031。", "条款": "refund 条款说明。"}
    base = await fill(resources, chunks, embed=False)
    question = "What is the refund price of ECS, error LH-4031?"
    await renew(resources, base)
    assert not {"price", "refund"} & set(name_terms(question))
    expected = bm25(chunks, [*name_terms(question), *find_identifiers(question)])
    assert expected.keys() == {"价格"}
    assert await lexical_scores(resources, base, question) == pytest.approx(expected, abs=1e-3)


async def test_noise_is_measured_once_and_again_after_growth(resources: Resources) -> None:
    embedder = CountingEmbedder()
    resources = replace(resources, embedder=embedder)
    await fill(resources, SUPPORT)
    for query in ("refunds", "invoices"):
        await search(resources, query, viewer=ANONYMOUS)
    assert embedder.calls == [1, 16, 1]
    await fill(resources, {f"Note {n}": f"Note number {n}" for n in range(4)})
    await search(resources, "quotas", viewer=ANONYMOUS)
    assert embedder.calls[3:] == [1, 16]


async def test_noise_measured_on_a_part_of_the_vectors_is_not_kept(resources: Resources) -> None:
    embedder = CountingEmbedder()
    resources = replace(resources, embedder=embedder)
    await fill(resources, {"One": "The only chunk with a vector."})
    await fill(resources, SUPPORT, embed=False)
    await search(resources, "refunds", viewer=ANONYMOUS)
    await fill(resources, {})
    await search(resources, "refunds", viewer=ANONYMOUS)
    await search(resources, "refunds", viewer=ANONYMOUS)
    assert embedder.calls == [1, 16, 1, 16, 1]


async def test_noise_is_measured_again_for_a_language_that_came_since(resources: Resources) -> None:
    texts = {f"说明{n}": f"第{n}条：实例的快照保留{n}天。" for n in range(10)}
    await fill(resources, texts)
    await search(resources, "How long are snapshots kept?", viewer=ANONYMOUS)
    await fill(resources, {"Snapshots": "Snapshots are kept for nine days."})
    hits = await search(resources, "How long are snapshots kept?", viewer=ANONYMOUS)
    assert hits[0].title == "Snapshots"
    assert hits[0].parts.above_noise is not None


class Bilingual(FakeEmbedder):
    """Takes 退款 for refund."""

    async def embed_documents(self, texts: Sequence[str]) -> Vectors:
        return await super().embed_documents([text.replace("退款", " refund ") for text in texts])


async def test_noise_in_the_questions_language_does_not_hide_the_other(
    resources: Resources,
) -> None:
    settings = resources.settings.model_copy(update={"retrieval": RetrievalSettings(candidates=10)})
    resources = replace(resources, embedder=Bilingual(), settings=settings)
    noise = {f"n{n}": f"How refund {n}" for n in range(40)}
    await fill(resources, noise | {"政策": "退款退款，其余条款与此无关，另行通知。"})
    hits = await search(resources, "How refund", viewer=ANONYMOUS, top_k=100)
    assert "政策" in {hit.title for hit in hits}


@pytest.mark.parametrize("top_k", [1, 3, 100])
async def test_top_k_bounds_the_hits(resources: Resources, top_k: int) -> None:
    await fill(resources, SUPPORT)
    hits = await search(resources, "account", viewer=ANONYMOUS, top_k=top_k)
    assert len(hits) == min(top_k, len(SUPPORT))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.fixture
async def client(resources: Resources) -> AsyncIterator[AsyncClient]:
    app = create_app(resources.settings)
    attach(app, resources)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://kefu") as client:
        yield client


async def test_the_route_gives_hits_with_the_parts_of_their_scores(
    resources: Resources, client: AsyncClient
) -> None:
    await fill(resources, SUPPORT)
    response = await client.get("/api/search", params={"q": "LH-4031", "top_k": 2})
    assert response.status_code == 200
    first, _ = response.json()
    assert first.keys() == {*Hit.__dataclass_fields__}
    assert (first["uri"], first["title"], first["id"]) == ("/public/Codes.md", "Codes", None)
    assert (first["heading_path"], first["text"]) == ([], SUPPORT["Codes"])
    assert first["parts"].keys() == {
        "lexical", "lexical_share", "dense", "above_noise", "literal"
    }  # fmt: skip


async def test_the_route_shows_nobody_what_is_not_public(
    resources: Resources, client: AsyncClient
) -> None:
    await fill(resources, {"Secret": "The margin of LH-4031 is nine percent."}, audience="staff")
    await fill(resources, SUPPORT)
    for query in ("margin", "LH-4031", "nine percent", "Secret"):
        response = await client.get("/api/search", params={"q": query, "top_k": 100})
        assert "margin" not in response.text
        assert "Secret" not in response.text


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({}, 400),
        ({"q": ""}, 400),
        ({"q": "  "}, 400),
        ({"q": "a" * 2001}, 400),
        ({"q": "a", "top_k": "0"}, 400),
        ({"q": "a", "top_k": "101"}, 400),
        ({"q": "a", "base": "nowhere"}, 404),
        ({"q": "a", "base": "\x00"}, 404),
    ],
)
async def test_the_route_refuses_with_a_sentence(
    resources: Resources, client: AsyncClient, params: dict[str, str], status: int
) -> None:
    await fill(resources, SUPPORT, embed=False)
    response = await client.get("/api/search", params=params)
    assert response.status_code == status
    assert response.json()["error"]["message"].endswith(".")
