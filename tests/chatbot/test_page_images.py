"""The source of an answer from a PDF file shows its page, the quote outlined."""

import io
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from kefu.answering import Answer, answer
from kefu.db import Database
from kefu.knowledge import Handling, ingest
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.server import attach, create_app
from kefu.settings import IngestSettings, Settings
from kefu.viewer import OPERATOR

QUESTION = "How many yuan does the Nimbus plan cost per month?"
QUOTE = "The Nimbus plan costs 35 yuan per month."
ORANGE = (214, 92, 20)


@pytest.fixture
def resources(committed_database: Database) -> Resources:
    settings = Settings(ingest=IngestSettings(workers=1))
    return Resources(settings=settings, database=committed_database, embedder=FakeEmbedder())


@pytest.fixture
async def client(resources: Resources) -> AsyncIterator[AsyncClient]:
    app = create_app(resources.settings)
    attach(app, resources)
    transport = ASGITransport(app)
    async with AsyncClient(transport=transport, base_url="http://kefu") as client:
        yield client


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    path = tmp_path / "knowledge" / "prices.pdf"
    path.parent.mkdir()
    canvas = Canvas(str(path))
    canvas.drawString(72, 700, "Plans of the Nimbus cloud are paid in advance.")
    canvas.showPage()
    canvas.drawString(72, 500, QUOTE)
    canvas.save()
    return path


def remove(path: Path) -> None:
    path.unlink()


def replace_by_link(path: Path) -> None:
    elsewhere = path.parent.parent / "elsewhere.pdf"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


async def ask(resources: Resources, path: Path, *, audience: str = "public") -> Answer:
    await ingest(resources, [path.parent], handling=Handling(audience=audience))
    return await answer(resources, QUESTION, viewer=OPERATOR)


async def picture(client: AsyncClient, given: Answer, *, page: int = 2) -> Image.Image | int:
    [citation] = [each for each in given.citations if each.quote == QUOTE]
    path = f"/sources/{citation.chunk_id}/pages/{page}"
    response = await client.get(path, params={"quote": QUOTE})
    if response.status_code != 200:
        return response.status_code
    assert response.headers["content-type"] == "image/png"
    return Image.open(io.BytesIO(response.content)).convert("RGB")


async def test_a_citation_names_page_and_box_of_its_quote(
    resources: Resources, prices: Path
) -> None:
    given = await ask(resources, prices)
    [citation] = [each for each in given.citations if each.quote == QUOTE]
    [box] = citation.boxes
    assert (citation.page, box.page) == (2, 2)
    assert box.y0 < 1 - 500 / 841.89 < box.y1 + 0.01
    assert box.x0 == pytest.approx(72 / 595.28, abs=0.005)


async def test_the_page_is_drawn_with_a_frame_around_the_quote(
    client: AsyncClient, resources: Resources, prices: Path
) -> None:
    given = await ask(resources, prices)
    image = await picture(client, given)
    assert isinstance(image, Image.Image)
    framed = [
        (x / image.width, y / image.height)
        for x in range(image.width)
        for y in range(image.height)
        if image.getpixel((x, y)) == ORANGE
    ]
    [box] = next(each.boxes for each in given.citations if each.quote == QUOTE)
    assert min(x for x, _ in framed) == pytest.approx(box.x0, abs=0.01)
    assert max(x for x, _ in framed) == pytest.approx(box.x1, abs=0.01)
    assert min(y for _, y in framed) == pytest.approx(box.y0, abs=0.01)
    assert max(y for _, y in framed) == pytest.approx(box.y1, abs=0.01)


async def test_the_source_shows_the_image_and_names_the_page(
    client: AsyncClient, resources: Resources, prices: Path
) -> None:
    [citation, *_] = (await ask(resources, prices)).citations
    shown = await client.get(f"/sources/{citation.chunk_id}", params={"quote": QUOTE})
    assert f'<img src="/sources/{citation.chunk_id}/pages/2?quote=The%20Nimbus' in shown.text
    assert "p. 2" in shown.text


async def test_the_api_gives_the_boxes_of_the_chunk(
    client: AsyncClient, resources: Resources, prices: Path
) -> None:
    [citation, *_] = (await ask(resources, prices)).citations
    excerpt = (await client.get(f"/api/chunks/{citation.chunk_id}")).json()
    assert [box["page"] for box in excerpt["boxes"]] == [1, 2]


async def test_a_page_where_nothing_was_quoted_is_not_drawn(
    client: AsyncClient, resources: Resources, prices: Path
) -> None:
    assert await picture(client, await ask(resources, prices), page=1) == 404


async def test_pages_of_what_is_not_public_are_not_drawn(
    client: AsyncClient, resources: Resources, prices: Path
) -> None:
    assert await picture(client, await ask(resources, prices, audience="staff")) == 404


async def test_a_file_that_has_changed_or_gone_is_not_drawn(
    client: AsyncClient, resources: Resources, prices: Path
) -> None:
    given = await ask(resources, prices)
    os.utime(prices, ns=(1, 1))
    assert await picture(client, given) == 404
    remove(prices)
    assert await picture(client, given) == 404
    [citation, *_] = given.citations
    shown = await client.get(f"/sources/{citation.chunk_id}", params={"quote": QUOTE})
    assert shown.status_code == 200
    assert "<img" not in shown.text


async def test_a_link_out_of_the_source_is_not_followed(
    client: AsyncClient, resources: Resources, prices: Path
) -> None:
    given = await ask(resources, prices)
    replace_by_link(prices)
    assert await picture(client, given) == 404


async def test_what_was_taken_in_without_places_goes_on_as_before(
    client: AsyncClient, resources: Resources, prices: Path
) -> None:
    await ask(resources, prices)
    async with resources.database.transaction() as conn:
        await conn.execute("update chunks set places = null")
    given = await answer(resources, QUESTION, viewer=OPERATOR)
    [citation] = [each for each in given.citations if each.quote == QUOTE]
    assert (citation.page, citation.boxes) == (1, ())
    assert await picture(client, given) == 404
