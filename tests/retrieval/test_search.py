import random
from collections.abc import AsyncIterator
from dataclasses import replace
from math import copysign
from pathlib import Path

import pytest
from filling import SUPPORT, SilentEmbedder, fill, idf, main_base
from httpx import AsyncClient

from kefu.errors import BadInput, Conflict, NotFound
from kefu.knowledge import ingest
from kefu.llm import BuiltInEmbedder, FakeEmbedder
from kefu.resources import Resources
from kefu.retrieval import Hit, search, weigh_terms
from kefu.retrieval.search import MAX_QUERY_CHARACTERS
from kefu.viewer import ANONYMOUS, OPERATOR, Viewer


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


async def test_one_of_two_codes_counts_half(resources: Resources) -> None:
    await fill(resources, SUPPORT)
    (alone,) = await search(resources, "LH-4031", viewer=ANONYMOUS, top_k=1)
    both = await search(resources, "LH-4031 LH-4032", viewer=ANONYMOUS, top_k=2)
    assert {hit.title for hit in both} == {"Codes", "More codes"}
    assert [hit.parts.literal for hit in both] == pytest.approx([alone.parts.literal / 2] * 2)


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
    base, terms = await main_base(committed), ["refund", "domain"]
    weights = await weigh_terms(committed, terms, viewer=ANONYMOUS, base=base)
    assert weights.idf == pytest.approx({"refund": idf(1, 1), "domain": idf(1, 0)})


@pytest.mark.parametrize("top_k", [1, 3, 100])
async def test_top_k_bounds_the_hits(resources: Resources, top_k: int) -> None:
    await fill(resources, SUPPORT)
    hits = await search(resources, "account", viewer=ANONYMOUS, top_k=top_k)
    assert len(hits) == min(top_k, len(SUPPORT))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


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
        "lexical", "lexical_share", "dense", "above_noise", "literal", "rerank"
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
