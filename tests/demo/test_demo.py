"""The demo company: its documents can be taken in, and its questions can be answered from them."""

import json
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pytest

from kefu.answering.commands import print_answer
from kefu.db import Database
from kefu.demo.commands import LOOK, QUESTIONS
from kefu.knowledge import ingest
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.settings import IngestSettings, Settings
from kefu.viewer import ANONYMOUS

LINES = (files("kefu.demo") / "questions.jsonl").read_text(encoding="utf-8").splitlines()
ASKED: list[dict[str, Any]] = [json.loads(line) for line in LINES]


@pytest.fixture
def documents() -> Iterator[Path]:
    with as_file(files("kefu.demo") / "documents") as folder:
        yield folder.resolve()


def fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def test_the_company_is_called_on_the_widget_as_in_its_documents(documents: Path) -> None:
    text = "".join(each.read_text(encoding="utf-8") for each in documents.rglob("*.md"))
    _, name = LOOK.title.rsplit(" ", 1)
    assert name in text


def test_there_are_as_many_questions_as_said() -> None:
    assert len({each["id"] for each in ASKED}) == 60
    assert Counter(each["behaviour"] for each in ASKED) == {"answer": 45, "abstain": 15}
    assert Counter(each["language"] for each in ASKED) == {"zh": 30, "en": 30}
    assert Counter(each["split"] for each in ASKED) == {"tune": 20, "test": 40}


def test_what_is_to_be_answered_has_facts_and_citations() -> None:
    for each in ASKED:
        is_answered = each["behaviour"] == "answer"
        assert bool(each["facts"]) is bool(each["citations"]) is is_answered, each["id"]


def test_cited_documents_exist(documents: Path) -> None:
    for each in ASKED:
        for citation in each["citations"]:
            assert (documents / citation.partition("#")[0]).is_file(), (each["id"], citation)


async def test_documents_are_taken_in_and_hold_the_facts(
    committed_database: Database, documents: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(ingest=IngestSettings(workers=1))
    resources = Resources(settings=settings, database=committed_database, embedder=FakeEmbedder())
    report = await ingest(resources, [documents], base_name="demo")
    assert report.problems == []
    assert (report.file_count, report.unsupported) == (42, {})
    texts = await read_texts(committed_database, documents)
    for each in ASKED:
        for fact in each["facts"]:
            forms = [fact] if isinstance(fact, str) else fact
            held = [fold(form) in texts[cited] for form in forms for cited in each["citations"]]
            assert any(held), (each["id"], fact)
    for question in QUESTIONS:
        await print_answer(resources, question, viewer=ANONYMOUS, base="demo")
    assert capsys.readouterr().out.count("confidence") == len(QUESTIONS)


async def read_texts(database: Database, folder: Path) -> dict[str, str]:
    """Path below the documents, with #id for an entry -> title and text as they were parsed."""
    async with database.connection() as conn:
        cursor = await conn.execute(
            "select f.path, d.external_id, d.title, c.heading_path, c.text from chunks c"
            " join documents d on d.id = c.document_id join files f on f.id = d.file_id"
            " order by d.id, c.position"
        )
        rows = await cursor.fetchall()
    texts: defaultdict[str, str] = defaultdict(str)
    for path, external_id, title, headings, text in rows:
        name = str(Path(path).relative_to(folder))
        name += f"#{external_id}" if external_id else ""
        texts[name] += f" {fold(title)} {fold(' '.join(headings))} {fold(text)}"
    return texts
