"""Questions offered after an answer: how often, whether they are answered too, and what they cost.

    python benchmarks/related.py [--product NAME] [--questions 60] [--show]

The demo company's questions, and with `--product` real questions to the documentation of one of `alicloud` in both
languages (KEFU_BENCH_DATA), taken in from files as `kefu ingest` does; those questions are headings of it, so
that answering them is easy: they say nothing about answers. After each answer the related questions are
looked for, so that both costs are of one run; then once more, when what was looked up is remembered. Each
question offered is then asked by itself. Without a language model.
"""

import argparse
import asyncio
import json
import lzma
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib.resources import as_file, files
from pathlib import Path
from statistics import mean, median
from time import perf_counter, process_time

from bench_data import data_root

from kefu.answering import Answer, Outcome, answer, find_related
from kefu.evaluation import read_lines
from kefu.knowledge import ingest
from kefu.resources import Resources, open_resources
from kefu.settings import load_settings
from kefu.viewer import ANONYMOUS

MOST = 3
WARM_UP = 3


@dataclass
class Cost:
    """Milliseconds: waited for, and of the processor."""

    waited: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)

    async def take(self, work):  # type: ignore[no-untyped-def]
        begun, used = perf_counter(), process_time()
        done = await work
        self.waited.append(1000 * (perf_counter() - begun))
        self.worked.append(1000 * (process_time() - used))
        return done

    def __str__(self) -> str:
        return f"{median(self.waited):.0f} / {mean(self.worked):.0f}"


@dataclass
class Tally:
    """What happened to the questions of one base."""

    counts: list[int] = field(default_factory=list)
    answered: int = 0
    elsewhere: int = 0
    answering: Cost = field(default_factory=Cost)
    relating: Cost = field(default_factory=Cost)
    remembering: Cost = field(default_factory=Cost)


async def main(product: str, count: int, *, shows: bool) -> None:
    """Print the table."""
    print("| questions to | answered | with any offered | offered | of these answered | from elsewhere"
          " | answer, ms / CPU ms | related | remembered |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="kefu-bench-") as folder:
        settings = load_settings().model_copy(update={"data_dir": Path(folder) / "data"})
        async with open_resources(settings) as opened:
            resources = replace(opened, endpoint=None, endpoints=None)
            with as_file(files("kefu.demo") / "documents") as documents:
                await ingest(resources, [documents], base_name="demo")
            text = (files("kefu.demo") / "questions.jsonl").read_text(encoding="utf-8")
            questions = [case.question for case in read_lines(text)]
            await run(resources, "demo", questions[:count], shows=shows)
            for language in ("zh", "en") if product else ():
                documents = unpack(product, language, Path(folder))
                await ingest(resources, [documents], base_name=language)
                questions = read_questions(product, language)
                await run(resources, language, questions[:count], shows=shows)


def unpack(product: str, language: str, folder: Path) -> Path:
    """The documents of a product as files."""
    path = data_root() / "alicloud" / f"docs.{language}.tar.xz"
    with lzma.open(path) as packed, tarfile.open(fileobj=packed) as archive:
        place = f"{language}/{product}/"
        wanted = [each for each in archive if each.name.startswith(place)]
        archive.extractall(folder, wanted, filter="data")
    return folder / language / product


def read_questions(product: str, language: str) -> list[str]:
    lines = (data_root() / "alicloud" / f"queries.{language}.jsonl").read_text().splitlines()
    return [each["text"] for each in map(json.loads, lines) if each["product"] == product]


async def run(resources: Resources, base: str, questions: Sequence[str], *, shows: bool) -> None:
    tally = Tally()
    for question in questions[:WARM_UP]:
        await answer(resources, question, viewer=ANONYMOUS, base=base)
    for question in questions:
        given = await tally.answering.take(answer(resources, question, viewer=ANONYMOUS, base=base))
        if given.outcome is not Outcome.ANSWERED:
            tally.answering.waited.pop()
            tally.answering.worked.pop()
            continue

        def relate(given: Answer = given, question: str = question):  # type: ignore[no-untyped-def]
            return find_related(
                resources, given, asked=[question], viewer=ANONYMOUS, base=base, most=MOST
            )

        related = await tally.relating.take(relate())
        await tally.remembering.take(relate())
        tally.counts.append(len(related))
        if shows:
            print(question, "->", given.answer[:60].replace("\n", " "))
        for each in related:
            follow = await answer(resources, each, viewer=ANONYMOUS, base=base)
            cited = {one.chunk_id for one in given.citations}
            tally.answered += follow.outcome is Outcome.ANSWERED
            tally.elsewhere += not {one.chunk_id for one in follow.citations} <= cited
            if shows:
                print("     ", follow.outcome, each, "->", follow.answer[:60].replace("\n", " "))
    print(
        f"| {base} | {len(tally.counts)} of {len(questions)}"
        f" | {mean(count > 0 for count in tally.counts):.2f} | {sum(tally.counts)}"
        f" | {tally.answered} | {tally.elsewhere}"
        f" | {tally.answering} | {tally.relating} | {tally.remembering} |"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--product", default="")
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--show", action="store_true")
    arguments = parser.parse_args()
    asyncio.run(main(arguments.product, arguments.questions, shows=arguments.show))
