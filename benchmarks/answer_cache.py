"""How often a repeated question is answered from the cache, and how long that takes.

    python benchmarks/answer_cache.py

Every question of the demo company is asked three times as a customer asks it, in a conversation of its
own: as it stands, with another mark and spaces, and as it stands. Then one document is changed, and
all are asked once more: nothing may come from the cache. At last, with `answer_cache.other_words`, they are
asked as they stand and politely. Without a language model.
"""

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.resources import as_file, files
from pathlib import Path

from kefu.answering import Outcome, stream_answer
from kefu.chatbot import ChatAnswer, begin_turn, finish_turn
from kefu.chatbot.turns import wait_for_answer
from kefu.evaluation import read_lines
from kefu.knowledge import ingest
from kefu.resources import Resources, open_resources
from kefu.rollout import begin
from kefu.settings import load_settings
from kefu.text import detect_language
from kefu.viewer import ANONYMOUS

BASE = "demo"


@dataclass
class Counting:
    """Answers as Kefu does, and counts."""

    count: int = 0

    def __call__(self, resources, question, *, viewer, base="main", history=()):  # type: ignore[no-untyped-def]
        self.count += 1
        return stream_answer(resources, question, viewer=viewer, base=base, history=history)


async def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="kefu-bench-") as folder:
        settings = load_settings().model_copy(update={"data_dir": Path(folder) / "data"})
        async with open_resources(settings) as opened:
            await run(replace(opened, endpoint=None, endpoints=None), Path(folder))


async def run(resources: Resources, folder: Path) -> None:
    with as_file(files("kefu.demo") / "documents") as documents:
        await ingest(resources, [documents], base_name=BASE)
    async with resources.database.transaction() as conn:
        await begin(conn, resources)
    text = (files("kefu.demo") / "questions.jsonl").read_text(encoding="utf-8")
    questions = [case.question for case in read_lines(text)]
    counting = Counting()
    print("| asked | questions | answered, not abstained | from the cache | ms p50 | ms p95 |")
    print("|---|---|---|---|---|---|")
    await ask_all(resources, counting, "for the first time", questions)
    varied = [f" {each.rstrip('?？')}  ！" for each in questions]
    await ask_all(resources, counting, "with other marks and spaces", varied)
    await ask_all(resources, counting, "again", questions)
    (folder / "Parking.md").write_text("# Parking\n\nThe garage closes at 9 pm.\n")
    await ingest(resources, [folder / "Parking.md"], base_name=BASE)
    await ask_all(resources, counting, "after a document was added", questions)
    (folder / "Parking.md").write_text("# Parking\n\nThe garage closes at 8 pm.\n")
    await ingest(resources, [folder / "Parking.md"], base_name=BASE)
    cache = resources.settings.answer_cache.model_copy(update={"other_words": True})
    settings = resources.settings.model_copy(update={"answer_cache": cache})
    resources = replace(resources, settings=settings)
    await ask_all(resources, counting, "under `other_words`, for the first time", questions)
    polite = [
        ("请问" if detect_language(each) == "zh" else "Hello, please: ") + each
        for each in questions
    ]
    await ask_all(resources, counting, "under `other_words`, politely", polite)


async def ask_all(
    resources: Resources, counting: Counting, name: str, questions: Sequence[str]
) -> None:
    before = counting.count
    given = [await ask(resources, counting, each) for each in questions]
    answered = sum(each.outcome is Outcome.ANSWERED for each in given)
    hits = len(questions) - (counting.count - before)
    times = sorted(each.timings["total"] * 1000 for each in given)
    print(
        f"| {name} | {len(questions)} | {answered} | {hits} |"
        f" {times[len(times) // 2]:.1f} | {times[int(len(times) * 0.95)]:.1f} |",
        flush=True,
    )


async def ask(resources: Resources, counting: Counting, question: str) -> ChatAnswer:
    turn = await begin_turn(resources, question, viewer=ANONYMOUS, base=BASE)
    return await wait_for_answer(finish_turn(resources, turn, viewer=ANONYMOUS, answerer=counting))


if __name__ == "__main__":
    asyncio.run(main())
