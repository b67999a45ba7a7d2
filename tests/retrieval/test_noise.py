"""How noise floors are measured, kept and used."""

from collections.abc import Sequence
from dataclasses import replace

from filling import SUPPORT, CountingEmbedder, fill

from kefu.llm import FakeEmbedder, Vectors
from kefu.resources import Resources
from kefu.retrieval import search
from kefu.settings import RetrievalSettings
from kefu.viewer import ANONYMOUS


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
