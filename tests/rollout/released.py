"""A server's resources with an endpoint, and a company's own version of a prompt."""

from dataclasses import replace
from pathlib import Path

from filling import fill

from kefu.db import Connection, Database
from kefu.llm import FakeEmbedder
from kefu.prompts import list_shipped, save_prompt
from kefu.releases import Release
from kefu.resources import Resources
from kefu.rollout import Changes, begin, propose
from kefu.settings import Settings
from tests.evaluation.shop import DOCUMENTS, TEXT

AUTHOR = "li@example.com"
OPEN = TEXT.replace('"split": "test"', '"split": "train"')
GATES = """
least_cases = 3
accuracy = 0.6
abstention_f1 = 0.5
p95_first_sentence_seconds = 60.0
"""
SHIPPED_ANSWER = next(each for each in list_shipped() if str(each.key) == "answer.en").text


async def open_shop(database: Database, folder: Path) -> Resources:
    """A small shop that extracts its answers, with something live and its gates.toml."""
    (folder / "gates.toml").write_text(GATES)
    resources = Resources(
        settings=Settings(database_url=database.url), database=database, embedder=FakeEmbedder()
    )
    await fill(resources, DOCUMENTS)
    async with database.transaction() as conn:
        await begin(conn, resources)
    return resources


async def save_shorter(conn: Connection) -> str:
    """A version of the prompt that answers, and how it is named."""
    text = SHIPPED_ANSWER.replace("One to five short sentences", "One to three short sentences")
    version = await save_prompt(conn, text, author=AUTHOR)
    return f"answer.en@{version.number}"


async def propose_setting(conn: Connection, resources: Resources, **values: float) -> Release:
    """A release with other settings of retrieval."""
    settings = {f"retrieval.{name}": value for name, value in values.items()}
    return await propose(conn, resources, Changes(settings=settings), author=AUTHOR)


def with_retrieval(resources: Resources, **values: int) -> Resources:
    """The same as if kefu.toml said something else of retrieval."""
    retrieval = resources.settings.retrieval.model_copy(update=values)
    settings = resources.settings.model_copy(update={"retrieval": retrieval})
    return replace(resources, settings=settings)
