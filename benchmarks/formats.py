"""Outputs of models in wrong forms: what of them is shown, and in which form.

    python benchmarks/formats.py [-v]

The outputs stand in `malformed_outputs.jsonl`: answers, and JSON that the program reads. An answer
is mended when what is shown is well-formed by the checks below, which are not the product's, holds
the model's supported sentences and nothing that must not be shown. "Without" is the output as it
came. It passes what the wire takes out on its way, as thinking aloud, and comes in small pieces.
"""

import argparse
import asyncio
import json
import re
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vectors import embed_cached

from kefu.answering.citing import Citer
from kefu.answering.judging import Judge
from kefu.answering.write import ModelRefused, Sending, build_prompt, fit_excerpts
from kefu.answering.written import Written, write_verified
from kefu.llm import BuiltInEmbedder, ScriptedEndpoint, Unreadable, estimate_tokens
from kefu.llm.structured import find_object
from kefu.llm.thinking import ThinkingFilter
from kefu.prompts import list_shipped
from kefu.retrieval import Hit
from kefu.retrieval.records import ScoreParts
from kefu.text import detect_language
from kefu.viewer import DataClass

Row = dict[str, Any]

OUTPUTS = Path(__file__).parent / "malformed_outputs.jsonl"
PIECE = 5  # characters that come at once
DOCUMENTS = {
    "en": {
        "Refunds": "A refund takes 7 working days. Gift cards are not refunded.\n\n"
        "The money goes back to the card that was used.",
        "Plans": "| Plan | Storage | Price a month |\n|---|---|---|\n| Starter | 20 GB | 5 EUR |\n"
        "| Pro | 80 GB | 9 EUR |",
        "Returns": "To return a parcel:\n\n1. Open Orders.\n2. Choose Return.\n3. Print the label.",
    },
    "zh": {
        "退款": "退款在 7 个工作日内到账。礼品卡不支持退款。\n\n款项退回原支付方式。",
        "套餐": "| 套餐 | 空间 | 每月价格 |\n|---|---|---|\n| 入门版 | 20 GB | 30 元 |\n"
        "| 专业版 | 80 GB | 60 元 |",
        "退货": "退货步骤：\n\n1. 打开“订单”。\n2. 选择“退货”。\n3. 打印面单。",
    },
}
ANSWER = next(each for each in list_shipped() if each.key.name == "answer")
MARKER = re.compile(r"\[(\d+)\]")
OTHER_FORMS = re.compile(
    r"[【】†¹²³］［\r]|\[\^|\[\[|\(#\d|[（(]\d{1,2}[)）]|\[[^\]\d\n][^\]\n]*\d\]|来源：|\[\s*$"
    r"|</?\w+>|<\|\w+\|>|^#{1,6} |^\s*\{|\"answer\"|^(?:Answer|答|A)[:：]",
    re.MULTILINE | re.IGNORECASE,
)
END = re.compile(r"[.!?。！？:：;；)）”\"*`|]$")
LINE_OF_LIST = re.compile(r"\s*(?:[-*+]|\d+[.)])\s")


class CachedEmbedder(BuiltInEmbedder):
    """The built-in embedder with the vectors of earlier runs."""

    async def embed_documents(self, texts: Sequence[str]) -> Any:
        """From the cache where it can."""
        return embed_cached(texts, is_query=False)


def list_hits(language: str) -> list[Hit]:
    """The documents as they are found."""
    parts = ScoreParts(lexical=1.0, lexical_share=1.0, dense=None, above_noise=None, literal=0.0)
    return [
        Hit(
            chunk_id=number,
            document_id=number,
            uri=title,
            id=None,
            title=title,
            heading_path=[],
            text=text,
            kind="text",
            page=None,
            position=0,
            language=language,
            status=None,
            updated_at=datetime(2026, 1, 1, tzinfo=UTC),
            data_class=DataClass.PUBLIC,
            score=1.0,
            parts=parts,
        )
        for number, (title, text) in enumerate(DOCUMENTS[language].items(), 1)
    ]


def as_it_comes(raw: str) -> list[str]:
    """The output in pieces, behind the wire."""
    thinking = ThinkingFilter()
    pieces = [thinking.feed(raw[at : at + PIECE]) for at in range(0, len(raw), PIECE)]
    return [piece for piece in (*pieces, thinking.flush()) if piece]


async def show(question: str, raw: str) -> tuple[str, int]:
    """What is shown of an output, and how many citations it has."""
    language = detect_language(question)
    hits = list_hits(language)
    excerpts = fit_excerpts(hits, budget_tokens=900, count_tokens=estimate_tokens)
    prompt = build_prompt(question, excerpts, specification=ANSWER, language=language)
    citer = Citer()
    sentences: AsyncGenerator[Any, None] = write_verified(
        ScriptedEndpoint(as_it_comes(raw)),
        prompt,
        sending=Sending(max_tokens=700, data_class=DataClass.PUBLIC),
        judge=Judge(question, hits, language=language, embedder=CachedEmbedder(), citer=citer),
        written=Written(),
    )
    text = ""
    try:
        async for sentence in sentences:
            text += sentence.text
    except ModelRefused:
        pass
    return text.strip(), len(citer.citations)


def list_problems(text: str, language: str, citations: int) -> list[str]:
    """What is wrong with the form of an answer."""
    problems = [f"holds {found[0]!r}" for found in [OTHER_FORMS.search(text)] if found]
    problems += [f"cites [{n}]" for n in MARKER.findall(text) if not 1 <= int(n) <= citations]
    problems += ["a fence is open"] if text.count("```") % 2 else []
    problems += ["another language"] if text and detect_language(text) != language else []
    paragraphs = [MARKER.sub("", each).strip() for each in re.split(r"\n\s*\n", text)]
    problems += ["a paragraph twice"] if len(set(paragraphs)) < len(paragraphs) else []
    sentences = [each.strip() for each in re.split(r"(?<=[.。])\s*", MARKER.sub("", text))]
    said = [each for each in sentences if len(each) > 3]
    problems += ["a sentence twice"] if len(set(said)) < len(said) else []
    for block in re.split(r"\n\s*\n", text):
        problems += _table_problems(block.strip("\n").split("\n"))
        lines = [MARKER.sub("", line).strip() for line in block.split("\n")]
        prose = [line for line in lines if line and "|" not in line and "```" not in line]
        open_ended = [
            line for line in prose if not LINE_OF_LIST.match(line) and not END.search(line)
        ]
        problems += ["no end mark"] if open_ended else []
    return problems


def _table_problems(lines: Sequence[str]) -> list[str]:
    rows = [line.strip() for line in lines if "|" in line]
    if not rows:
        return []
    if len(rows) < 2 or not re.fullmatch(r"\|(?:\s*:?-+:?\s*\|)+", rows[1]):
        return ["a table without its rule"]
    is_closed = all(row.startswith("|") and row.endswith("|") for row in rows)
    is_even = len({row.count("|") for row in rows}) == 1
    return [] if is_closed and is_even else ["a table with ragged rows"]


def judge(row: Row, text: str, citations: int) -> list[str]:
    """What is wrong with what is shown of an answer."""
    problems = list_problems(text, detect_language(row["question"]), citations)
    plain = re.sub(r"\s*\[\d+\]|\*\*", "", text)
    problems += [f"lost: {each}" for each in row["keeps"] if each not in plain]
    return problems + [f"shown: {each}" for each in row["never"] if each in text]


def read(raw: str) -> object:
    """JSON as a program reads it, None where there is none."""
    try:
        return find_object("".join(as_it_comes(raw)))
    except Unreadable:
        return None


def _loads(raw: str) -> object:
    try:
        return json.loads(raw)
    except ValueError:
        return None


async def count_answers(rows: Sequence[Row], *, is_verbose: bool) -> tuple[int, int]:
    """How many are well-formed and whole as they came, and as they are shown."""
    as_it_came = mended = 0
    for row in rows:
        as_it_came += not judge(row, row["raw"].strip(), len(DOCUMENTS["en"]))
        text, citations = await show(row["question"], row["raw"])
        problems = judge(row, text, citations)
        mended += not problems
        if is_verbose and problems:
            print(f"- {row['kind']}: {problems}\n    {row['raw'][:160]!r}\n    {text!r}")
    return as_it_came, mended


def count_objects(rows: Sequence[Row], *, is_verbose: bool) -> tuple[int, int]:
    """How many are read as they were meant, or refused, by a plain reader and by Kefu."""
    plain = found = 0
    for row in rows:
        plain += _loads(row["raw"]) == row["wanted"]
        given = read(row["raw"])
        is_right = given == row["wanted"] or (row["wanted"] is None and not _is_plan(given))
        found += is_right
        if is_verbose and not is_right:
            print(f"- {row['kind']}: {given}")
    return plain, found


async def main() -> None:
    """Print the table, and with -v what is wrong with each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-v", "--verbose", action="store_true")
    is_verbose = parser.parse_args().verbose
    rows = [json.loads(line) for line in OUTPUTS.read_text(encoding="utf-8").splitlines()]
    print("| outputs | without | with |\n|---|---|---|")
    for look, name in ((1, "mended by"), (2, "looked at once")):
        answers = [row for row in rows if "question" in row and row["look"] == look]
        objects = [row for row in rows if "wanted" in row and row["look"] == look]
        came, shown = await count_answers(answers, is_verbose=is_verbose)
        print(f"| answers, {name} | {came}/{len(answers)} | {shown}/{len(answers)} |")
        came, shown = count_objects(objects, is_verbose=is_verbose)
        print(f"| JSON, {name} | {came}/{len(objects)} | {shown}/{len(objects)} |")


def _is_plan(given: object) -> bool:
    return isinstance(given, dict) and isinstance(given.get("parts"), list)


if __name__ == "__main__":
    asyncio.run(main())
