"""Whole answers: correct facts, unsupported sentences shown, abstention.

    python benchmarks/answers.py [--model] [--split test]

On questions about the demo company, some of them held out from every choice, and on product documentation whose unanswerable questions ask about
a product that the asker's rights leave out. Support is judged here by n-grams and figures, not by
the product's own verification. `--model` adds the bundled SmolLM2, through Kefu and bare.
"""

import argparse
import asyncio
import json
import random
import re
import unicodedata
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench_data import data_root
from datasets import SEED, load_alicloud, load_products
from kefu_bases import DEMO, DEMO_BASE, ensure_filled, open_bench, read_base

from kefu.answering import Outcome, Turn, answer
from kefu.answering.follow_up import Asked
from kefu.answering.gather import gather
from kefu.answering.write import PROMPT_NAME, build_prompt, fit_excerpts
from kefu.knowledge import ingest
from kefu.prompts import load_live
from kefu.resources import Resources
from kefu.text import detect_language, split_sentences
from kefu.viewer import OPERATOR, Viewer

HELD_OUT = Path(__file__).parent / "held_out_questions.jsonl"
"""Written after everything that answers was settled, by somebody who had not read it."""
HELD_OUT_SECOND = Path(__file__).parent / "held_out_second.jsonl"
"""Written likewise, while what answers was developed further."""
DEVELOPMENT = Path(__file__).parent / "development_questions.jsonl"
"""Written before sentences were ranked by weights; what answers is chosen and fitted on them."""
REAL_QUESTIONS = 60
CONTEXT_TOKENS = 1200
LEAST_SHARED = 0.5  # of a sentence's n-grams that stand in what it cites
REFUSAL = re.compile(
    r"NO_ANSWER|not (?:contain|mention|provide|specif)|don't know|unable to|sorry", re.I
)
READ_AS = re.compile(r"(?:以下是按|Showing results for )“[^”]*”.*")
"""The line that repeats a question as it was read, which may end in the middle of the line."""
MARKER = re.compile(r"\s*\[\d+\]")
FIGURE = re.compile(r"[A-Za-z]*\d[\w.,:%/-]*\w|\d")


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of the questions."""

    answerable: int = 0
    unanswerable: int = 0
    right: int = 0
    abstained_right: int = 0
    abstained_wrong: int = 0
    sentences: int = 0
    unsupported: list[str] = field(default_factory=list)

    def row(self, name: str) -> str:
        abstained = self.abstained_right + self.abstained_wrong
        return (
            f"| {name} | {self.right}/{self.answerable} | {len(self.unsupported)}/{self.sentences}"
            f" | {_share(self.abstained_right, abstained)}"
            f" | {_share(self.abstained_right, self.unanswerable)} |"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A question, whether it has an answer, and how to tell that an answer is right.

    Attributes:
        references: answers of people, where there are any.
    """

    question: str
    is_answerable: bool
    viewer: Viewer
    is_right: Callable[[str, Sequence[str]], bool]
    history: tuple[Turn, ...] = ()
    references: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What was shown: text, ids or paths of cited documents, and the text it may rest on."""

    text: str
    has_abstained: bool
    has_asked_back: bool = False
    cited: tuple[str, ...]
    grounds: str


async def reply_by_kefu(resources: Resources, base: str, case: Case) -> Reply:
    """The product's answer; it may rest on the chunks that it cites and nothing else."""
    given = await answer(
        resources, case.question, viewer=case.viewer, base=base, history=case.history
    )
    grounds = ""
    async with resources.database.connection() as conn:
        for citation in given.citations:
            rows = await conn.execute(
                "select d.title || ' ' || array_to_string(c.heading_path, ' ') || ' ' || c.text"
                " from chunks c join documents d on d.id = c.document_id where c.id = %s",
                [citation.chunk_id],
            )
            grounds += "\n" + (await rows.fetchone())[0]
    return Reply(
        text=given.answer,
        has_abstained=given.outcome is Outcome.ABSTAINED,
        has_asked_back=given.outcome is Outcome.ASKED_BACK,
        cited=tuple(_name(each.uri, each.id) for each in given.citations),
        grounds=grounds,
    )


async def reply_by_bare_model(resources: Resources, base: str, case: Case) -> Reply:
    """The model's own words from the same retrieved text, unverified."""
    asked = Asked(query=case.question, text=case.question)
    found = await read_base(resources, base)
    evidence = await gather(resources, asked, viewer=case.viewer, base=found)
    excerpts = fit_excerpts(
        evidence.hits,
        budget_tokens=CONTEXT_TOKENS,
        count_tokens=resources.endpoint.count_tokens,
    )
    language = detect_language(case.question)
    async with resources.database.connection() as conn:
        live = await load_live(conn, PROMPT_NAME, language=language)
    prompt = build_prompt(
        case.question, excerpts, specification=live.specification, language=language
    )
    text = ""
    stream = resources.endpoint.stream(
        instructions=prompt.instructions, prompt=prompt.prompt, max_tokens=250
    )
    async with aclosing(stream):
        async for delta in stream:
            text += delta
    hits = evidence.hits[: prompt.hit_count]
    return Reply(
        text=text,
        has_abstained=bool(REFUSAL.search(text)),
        cited=tuple(_name(hit.uri, hit.id) for hit in hits),
        grounds="\n".join(" ".join((hit.title, *hit.heading_path, hit.text)) for hit in hits),
    )


async def run(
    resources: Resources, base: str, cases: Sequence[Case], *, bare: bool = False
) -> Tally:
    """Put every question and count."""
    tally = Tally()
    for case in cases:
        reply = await (reply_by_bare_model if bare else reply_by_kefu)(resources, base, case)
        tally.answerable += case.is_answerable
        tally.unanswerable += not case.is_answerable
        if reply.has_abstained:
            tally.abstained_right += not case.is_answerable
            tally.abstained_wrong += case.is_answerable
            continue
        if reply.has_asked_back:
            continue
        tally.right += case.is_answerable and case.is_right(reply.text, reply.cited)
        for sentence in list_claims(reply.text):
            tally.sentences += 1
            if not is_supported(sentence, reply.grounds):
                tally.unsupported.append(sentence)
    return tally


def is_supported(sentence: str, grounds: str) -> bool:
    """Whether its figures all, and its n-grams mostly, stand in the grounds."""
    plain, ground = plain_text(sentence), plain_text(grounds)
    figures = {figure.strip(".,:") for figure in FIGURE.findall(plain)}
    if any(figure not in ground for figure in figures):
        return False
    size = 2 if detect_language(sentence) == "zh" else 4
    grams = {plain[n : n + size] for n in range(len(plain) - size + 1)}
    shared = sum(gram in ground for gram in grams)
    return not grams or shared / len(grams) >= LEAST_SHARED


def load_demo(path: Path, *, split: str | None = None) -> list[Case]:
    """Questions about the demo company of one split, or all."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        Case(
            question=row["question"],
            is_answerable=row["behaviour"] == "answer",
            viewer=OPERATOR,
            is_right=_has_facts(row["facts"]),
        )
        for row in rows
        if split in (None, row["split"])
    ]


async def load_real(resources: Resources, root: Path, language: str) -> tuple[str, list[Case]]:
    """Real questions, each once answerable and once with its product out of reach."""
    retrieval_set = load_alicloud(root, language)
    by_passage, by_query = load_products(root, language)
    audiences = {name: by_passage[name] for name in retrieval_set.passages}
    base = f"products-{language}"
    await ensure_filled(resources, base, retrieval_set.passages, audiences=audiences)
    names = sorted(retrieval_set.half("report").queries)
    random.Random(SEED).shuffle(names)
    cases = []
    for name in names[:REAL_QUESTIONS]:
        case = Case(
            question=retrieval_set.queries[name],
            is_answerable=True,
            viewer=OPERATOR,
            is_right=_cites(retrieval_set.relevant[name]),
        )
        others = frozenset(by_passage.values()) - {by_query[name]}
        cases += [
            case,
            replace(case, is_answerable=False, viewer=Viewer(name="x", audiences=others)),
        ]
    return base, cases


async def main() -> None:
    """Print a table a set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", action="store_true")
    parser.add_argument("--most", type=int, help="English questions put to the model")
    parser.add_argument("--split", choices=["tune", "test"])
    parser.add_argument("--development", action="store_true", help="those questions alone")
    options = parser.parse_args()
    settings = (
        {
            "model": {
                "local": True,
                "context_tokens": CONTEXT_TOKENS,
                "max_tokens": 250,
                "first_token_seconds": 300,
                "between_tokens_seconds": 60,
            }
        }
        if options.model
        else {}
    )
    async with open_bench(**settings) as resources:
        extractive = replace(resources, endpoint=None)
        await ingest(extractive, [DEMO / "documents"], base_name=DEMO_BASE)
        sets = [
            ("demo company, held-out questions", DEMO_BASE, load_demo(HELD_OUT)),
            ("demo company, second held-out questions", DEMO_BASE, load_demo(HELD_OUT_SECOND)),
        ]
        if options.development:
            sets = [("demo company, development questions", DEMO_BASE, load_demo(DEVELOPMENT))]
        elif not options.model:
            own = load_demo(DEMO / "questions.jsonl", split=options.split)
            sets.append(("demo company", DEMO_BASE, own))
            for language in ("zh", "en"):
                base, cases = await load_real(extractive, data_root(), language)
                sets.append((f"product documentation, {language}", base, cases))
        for name, base, cases in sets:
            print(
                f"\n### {name}: {len(cases)} questions\n\n| system | right | unsupported shown"
                " | abstention precision | abstention recall |\n|---|---|---|---|---|"
            )
            runs = [("kefu, extractive", extractive, cases, False)]
            if options.model:
                english = [case for case in cases if detect_language(case.question) == "en"]
                asked = english[: options.most]
                runs += [
                    ("kefu, extractive (en)", extractive, asked, False),
                    ("kefu, SmolLM2-135M (en)", resources, asked, False),
                    ("bare SmolLM2-135M (en)", resources, asked, True),
                ]
            for system, held, questions, is_bare in runs:
                tally = await run(held, base, questions, bare=is_bare)
                print(tally.row(system), flush=True)
                for sentence in tally.unsupported[:5] if not is_bare else []:
                    print(f"<!-- unsupported: {sentence} -->")


def _has_facts(facts: list[str | list[str]]) -> Callable[[str, Sequence[str]], bool]:
    def check(text: str, _cited: Sequence[str]) -> bool:
        shown = plain_text(text)
        alternatives = [fact if isinstance(fact, list) else [fact] for fact in facts]
        return all(any(plain_text(each) in shown for each in fact) for fact in alternatives)

    return check


def _cites(relevant: frozenset[str]) -> Callable[[str, Sequence[str]], bool]:
    return lambda _text, cited: bool(relevant.intersection(cited))


def _name(uri: str, external_id: str | None) -> str:
    return external_id or uri


def list_claims(text: str) -> list[str]:
    """What a reply states; frames of Kefu's own around it state nothing."""
    lead = re.compile(
        r"^(?:关于“|I found nothing about|相关资料只有英文|This is documented in Chinese only|（步骤较多|\(There are more steps"
        r"|以上依据的是|This is by “|请注意：以上内容只见于|Please note: this stands only in"
        r"|下列资料对此给出了不同|These documents give different"
        r"|很抱歉给您带来不便|I am sorry for the trouble)"
    )
    said = READ_AS.sub("", text)
    spans = (MARKER.sub("", span.text).strip() for span in split_sentences(said))
    return [each for each in spans if len(each) > 3 and not lead.match(each)]


def plain_text(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"[\s|*`#>\\;；:：-]+", " ", folded)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f} ({part}/{whole})" if whole else "-"


if __name__ == "__main__":
    asyncio.run(main())
