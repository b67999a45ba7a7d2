"""Whole answers with a capable model, whose replies to Kefu's own prompts were recorded.

    python benchmarks/capable_model.py [--list NAME] [--ask FILE] [--add FILE]

The replies stand in `benchmarks/recorded_replies.jsonl`, each under the digest of the prompt that it
is for. A change of prompts, of search or of the demo documents makes other prompts: how many have no
recording is printed, and such a one counts as "there is no answer". `--ask` writes them down, to be
put to a model; `--add` takes its replies in.
"""

import argparse
import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

from answers import DEVELOPMENT, HELD_OUT, HELD_OUT_SECOND, Case, Tally, load_demo, run
from kefu_bases import DEMO, DEMO_BASE, open_bench

from kefu.answering.write import NO_ANSWER
from kefu.evaluation.statistics import estimate_mean
from kefu.knowledge import ingest
from kefu.llm.fakes import ScriptedEndpoint
from kefu.resources import Resources
from kefu.text import content_digest

RECORDED = Path(__file__).parent / "recorded_replies.jsonl"
LISTS = {
    "demo company": DEMO / "questions.jsonl",
    "development": DEVELOPMENT,
    "held out": HELD_OUT,
    "second held out": HELD_OUT_SECOND,
}
SEED = 0


class RecordedModel(ScriptedEndpoint):
    """Says what a model said to the same prompt.

    Attributes:
        missing: prompts without a recording, by digest.
        searches_again: whether it says a question in other words.
        reads_again: whether it reads what verification doubts.
        call_count: of all that it was asked.
    """

    name = "recorded"

    def __init__(self) -> None:
        super().__init__((), context_tokens=32_000)
        self.searches_again = True
        self.reads_again = True
        self.call_count = 0
        self.missing: dict[str, dict[str, str]] = {}
        rows = map(json.loads, RECORDED.read_text(encoding="utf-8").splitlines())
        self._replies = {row["id"]: row["reply"] for row in rows}

    async def stream(self, **sent) -> AsyncGenerator[str, None]:
        """The reply, or that there is no answer."""
        asked = {key: sent[key] for key in ("instructions", "prompt")}
        name = content_digest("\n\n".join(asked.values()))[:16]
        is_search, is_reading = (mark in asked["instructions"] for mark in ('"queries"', '"yes"'))
        if (is_search and not self.searches_again) or (is_reading and not self.reads_again):
            yield NO_ANSWER
            return
        self.call_count += 1
        if name not in self._replies:
            self.missing[name] = {"id": name} | asked
        yield self._replies.get(name, NO_ANSWER)


def trusting(resources: Resources, model: RecordedModel | None, *, trusts: bool) -> Resources:
    """The same, with this model to write, and trusted or not."""
    settings = resources.settings
    answering = settings.answering.model_copy(
        update={"trust_writer": trusts, "check_entailment": model is not None}
    )
    settings = settings.model_copy(update={"answering": answering})
    return replace(resources, settings=settings, endpoint=model, endpoints=None)


def describe(name: str, tally: Tally, call_count: int) -> str:
    """A row of the table."""
    count = tally.answerable + tally.unanswerable
    right = tally.right + tally.abstained_right
    share = estimate_mean([1.0] * right + [0.0] * (count - right), seed=SEED)
    return (
        f"{tally.row(name)} {share.mean:.2f} [{share.low:.2f}, {share.high:.2f}]"
        f" | {call_count / count:.2f} |"
    )


def add(file: Path) -> None:
    """Take replies in that a model gave; of two to one prompt the later one counts."""
    rows = {}
    for source in (RECORDED, file):
        for line in source.read_text(encoding="utf-8").splitlines() if source.exists() else ():
            row = json.loads(line)
            rows[row["id"]] = {"id": row["id"], "reply": row["reply"]}
    lines = [json.dumps(rows[name], ensure_ascii=False) for name in sorted(rows)]
    RECORDED.write_text("\n".join(lines) + "\n", encoding="utf-8")


async def main() -> None:
    """Print a table a list."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", choices=sorted(LISTS), action="append")
    parser.add_argument("--ask", type=Path, help="where to write prompts without a recording")
    parser.add_argument("--add", type=Path, help="replies to take in, as JSON Lines: id, reply")
    options = parser.parse_args()
    if options.add is not None:
        add(options.add)
    model = RecordedModel()
    async with open_bench() as resources:
        await ingest(replace(resources, endpoint=None), [DEMO / "documents"], base_name=DEMO_BASE)
        for name in options.list or LISTS:
            await measure(resources, model, name, load_demo(LISTS[name]))
    if options.ask is not None:
        lines = [json.dumps(each, ensure_ascii=False) for each in model.missing.values()]
        options.ask.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


async def measure(resources: Resources, model: RecordedModel, name: str, cases: list[Case]) -> None:
    """Ask every question of a list of every system."""
    print(
        f"\n### {name}: {len(cases)} questions\n\n| system | right | unsupported shown"
        " | abstention precision | abstention recall | right in all | calls a question |\n"
        "|---|---|---|---|---|---|---|"
    )
    for label, writer, trusts, searches_again, reads_again in (
        ("kefu, extractive", None, False, False, False),
        ("kefu, capable model", model, False, False, False),
        ("kefu, capable model, trusted, without a second search", model, True, False, False),
        ("kefu, capable model, trusted", model, True, True, False),
        ("kefu, capable model, trusted, which reads again", model, True, True, True),
    ):
        model.searches_again, model.reads_again = searches_again, reads_again
        before = model.call_count
        tally = await run(trusting(resources, writer, trusts=trusts), DEMO_BASE, cases)
        print(describe(label, tally, model.call_count - before), flush=True)
    print(f"\nPrompts without a recording so far: {len(model.missing)}")


if __name__ == "__main__":
    asyncio.run(main())
