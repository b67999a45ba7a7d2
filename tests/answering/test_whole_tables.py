"""Lists of prices: a question about all of them is answered by the table, under its heading."""

from pathlib import Path

import pytest

from kefu.answering import answer
from kefu.db import Database
from kefu.knowledge import ingest
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.settings import AnsweringSettings, IngestSettings, Settings
from kefu.viewer import ANONYMOUS

CAKES = """# Cake price list

This page holds the prices of our cakes. Gift wrapping is $3 extra.

## Prices in US dollars

| Size | Whole | Slice |
|---|---|---|
| small | 21 | 4 |
| medium | 32 | 5 |
| large | 43 | 6 |

## Prices in Chinese yuan

| Size | Whole | Slice |
|---|---|---|
| small | 150 | 28 |
| medium | 230 | 35 |
| large | 310 | 42 |
"""

RENT = """# 自行车租金表

本页列出自行车的租金。儿童座椅另收 5 元。

## 租金（元/天）

| 车型 | 平日 | 周末 |
|---|---|---|
| 城市车 | 41 | 52 |
| 山地车 | 63 | 74 |
| 折叠车 | 35 | 46 |
"""


@pytest.fixture
async def resources(committed_database: Database, tmp_path: Path) -> Resources:
    settings = Settings(
        ingest=IngestSettings(workers=1), answering=AnsweringSettings(min_confidence=0)
    )
    shop = Resources(settings=settings, database=committed_database, embedder=FakeEmbedder())
    (tmp_path / "cakes.md").write_text(CAKES, encoding="utf-8")
    (tmp_path / "rent.md").write_text(RENT, encoding="utf-8")
    await ingest(shop, [tmp_path])
    return shop


async def ask(resources: Resources, question: str) -> str:
    return (await answer(resources, question, viewer=ANONYMOUS)).answer


@pytest.mark.parametrize("question", ["What do your cakes cost?", "Cake price list please"])
async def test_every_table_that_fits_is_shown_under_its_heading(
    resources: Resources, question: str
) -> None:
    said = await ask(resources, question)
    for row in ("Whole: 21", "Whole: 32", "Whole: 43", "Whole: 150", "Whole: 230", "Whole: 310"):
        assert row in said
    dollars, yuan = said.index("**Prices in US dollars**"), said.index("**Prices in Chinese yuan**")
    assert dollars < said.index("Whole: 21") < yuan < said.index("Whole: 150")


@pytest.mark.parametrize("question", ["自行车租金表", "自行车的租金是多少钱？"])
async def test_a_chinese_question_gets_the_whole_table(resources: Resources, question: str) -> None:
    said = await ask(resources, question)
    assert "**租金（元/天）**" in said
    assert all(price in said for price in ("平日：41", "平日：63", "平日：35"))


async def test_what_a_sentence_says_needs_no_table(resources: Resources) -> None:
    said = await ask(resources, "How much does gift wrapping cost?")
    assert "$3" in said
    assert "Whole" not in said


async def test_a_row_that_is_asked_about_needs_no_table(resources: Resources) -> None:
    said = await ask(resources, "How much does a medium cake cost?")
    assert "Whole: 32" in said
    assert "**Prices" not in said


async def test_every_row_is_cited_where_it_stands(resources: Resources) -> None:
    given = await answer(resources, "What do your cakes cost?", viewer=ANONYMOUS)
    quotes = [citation.quote for citation in given.citations]
    assert sum("small" in quote for quote in quotes) == 2
    assert all(f"[{citation.marker}]" in given.answer for citation in given.citations)


@pytest.mark.parametrize("question", ["Which shops are there?", "你们有哪些门店？"])
async def test_what_the_heading_names_is_listed_whole(
    resources: Resources, tmp_path: Path, question: str
) -> None:
    shops = """# Shops 门店

We run three shops. Parcels can be left at every shop.

| Town | Street |
|---|---|
| Leipzig | Am Markt 1 |
| Jena | Holzmarkt 2 |
| Gera | Sorge 3 |
"""
    (tmp_path / "shops.md").write_text(shops, encoding="utf-8")
    await ingest(resources, [tmp_path])
    said = await ask(resources, question)
    assert all(street in said for street in ("Am Markt 1", "Holzmarkt 2", "Sorge 3"))
    assert "Parcels" not in said
