"""The copilot on real conversations: replies, summaries, moods and closings, beside simpler ways.

    python benchmarks/copilot.py [--write] [--model [--most 24]] [PART ...]

`--write` fits the classifier of moods that Kefu ships, on the utterances that it ships. `--model`
has the bundled SmolLM2 write as well (the extra `local`), `--most` bounds the replies and summaries
of a set. Of the help desk one half of the conversations is known while the other is asked, and then
the other way round; of CrossWOZ the pages of the places are known. Whether a claim has support is
judged by n-grams and figures, not by the product's own verification.
"""

import argparse
import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from answers import CONTEXT_TOKENS, is_supported, list_claims
from bench_data import data_root
from copilot_data import (
    Talk,
    earlier_replies,
    halve,
    list_places,
    load_contact_center,
    load_crosswoz,
    load_transcripts,
)
from copilot_moods import list_said, measure_moods, write_moods
from intents import load_banking77
from kefu_bases import ensure_filled, open_bench
from vectors import embed_cached

from kefu.answering import EXTRACTIVE, find_facts
from kefu.copilot import (
    Line,
    Reply,
    Speaker,
    Summary,
    suggest_reply,
    summarise,
    vote,
)
from kefu.copilot.closings import NEIGHBOURS
from kefu.copilot.phrases import has_cue, list_phrases
from kefu.copilot.records import Neighbour
from kefu.copilot.summarising import tell
from kefu.resources import Resources
from kefu.text import fold_text, query_terms, simplify_text, split_sentences
from kefu.viewer import OPERATOR

PARTS = ("moods", "closings", "summaries", "help-desk", "places")
REPLIES = 150
PLACES_TALKS = 60
SEED = 20261
MODEL = {
    "local": True,
    "context_tokens": CONTEXT_TOKENS,
    "first_token_seconds": 300,
    "between_tokens_seconds": 60,
}
CHRF_ORDER, CHRF_BETA = 6, 2.0


def chrf(written: str, wanted: str) -> float:
    """Character n-grams of 1 to 6, recall counting twice (Popovic 2015), without spaces."""
    mine, theirs = ("".join(text.split()) for text in (written, wanted))
    scores = []
    for order in range(1, CHRF_ORDER + 1):
        held, asked = (
            Counter(text[at : at + order] for at in range(len(text) - order + 1))
            for text in (mine, theirs)
        )
        if not asked:
            continue
        both = sum((held & asked).values())
        precision, recall = both / max(sum(held.values()), 1), both / sum(asked.values())
        weight = CHRF_BETA**2
        bottom = weight * precision + recall
        scores.append((1 + weight) * precision * recall / bottom if bottom else 0.0)
    return float(np.mean(scores)) if scores else 0.0


def word_f1(written: str, wanted: str) -> tuple[float, float]:
    """Recall and F1 of the telling words."""
    held, asked = set(query_terms(written)), set(query_terms(wanted))
    both = len(held & asked)
    recall, precision = both / max(len(asked), 1), both / max(len(held), 1)
    return recall, 2 * both / max(len(held) + len(asked), 1) if precision + recall else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A place in a conversation at which staff replied."""

    lines: list[Line]
    wanted: str
    facts: list[str]


def _points(talks: list[Talk], *, most: int) -> list[Point]:
    """A sample of the replies of staff that say something after something was asked.

    A small one begins with those that state facts, as there are few.
    """
    points = [
        Point(
            lines=talk.lines[:at],
            wanted=line.text,
            facts=talk.facts.get(at, [])
            or [fact.value for fact in find_facts(simplify_text(line.text))],
        )
        for talk in talks
        for at, line in enumerate(talk.lines)
        if line.speaker is Speaker.STAFF
        and at
        and talk.lines[at - 1].speaker is Speaker.CUSTOMER
        and any(not has_cue("courtesy", span.text) for span in split_sentences(line.text))
    ]
    chosen = random.Random(SEED).sample(points, min(most, len(points)))
    if most >= REPLIES // 2:
        return chosen
    shuffled = random.Random(SEED).sample(points, len(points))
    return sorted(shuffled, key=lambda point: not point.facts)[:most]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What one way makes of a point.

    Attributes:
        is_written: by a model, rather than quoted or put together of phrases.
        claims: what it says beside courtesies, where knowledge is to stand behind it.
        unsupported: those that stand neither in what it cites nor in the conversation.
    """

    point: Point
    text: str
    is_grounded: bool
    is_written: bool = False
    claims: int = 0
    unsupported: Sequence[str] = ()
    seconds: float = 0.0


async def measure_help_desk(resources: Resources, root: Path, most: int) -> None:
    """What is suggested against what staff wrote next, from what the others wrote."""
    halves = halve([*load_contact_center(root), *load_transcripts(root)])
    for number, (known, asked) in enumerate((halves, halves[::-1]), 1):
        replies = earlier_replies(known)
        base = f"copilot-helpdesk-{number}"
        await ensure_filled(resources, base, replies)
        points = _points(asked, most=most // 2)
        await _measure_replies(resources, f"help desk, en, half {number}", base, points, replies)


async def measure_places(resources: Resources, root: Path, most: int) -> None:
    """What is suggested against what staff wrote next, from pages of places."""
    places = list_places(root, "val", "test")
    await ensure_filled(resources, "copilot-places", places)
    talks = random.Random(SEED).sample(load_crosswoz(root, "test"), PLACES_TALKS)
    points = [point for point in _points(talks, most=10**6) if point.facts]
    points = random.Random(SEED).sample(points, min(most, len(points)))
    await _measure_replies(resources, "CrossWOZ, zh", "copilot-places", points, places)


async def _measure_replies(
    resources: Resources, name: str, base: str, points: list[Point], known: dict[str, str]
) -> None:
    print(f"\n### {name}: {len(points)} replies, {len(known)} texts known\n")
    print(
        "| reply | facts of staff's reply in it | all of them | chrF | telling words found |"
        " grounded | unsupported claims | written by the model | words | ms |\n|" + "---|" * 10
    )
    alone = replace(resources, endpoint=None)
    ways = {"kefu, without a model": (alone, False), "last message only": (alone, True)}
    writer = await resources.find_writer()
    if writer is not None:
        ways[f"kefu, {writer.name}"] = (resources, False)
    for way, (opened, last_only) in ways.items():
        rows = [await _suggest(opened, point, base=base, last_only=last_only) for point in points]
        _print_replies(way, rows)
    nearest = _nearest(points, known)
    _print_replies(
        "nearest known text (cosine)",
        [Shown(point=p, text=t, is_grounded=True) for p, t in zip(points, nearest, strict=True)],
    )


async def _suggest(resources: Resources, point: Point, *, base: str, last_only: bool) -> Shown:
    lines = point.lines[-1:] if last_only else point.lines
    started = time.perf_counter()
    reply = await suggest_reply(resources, lines, viewer=OPERATOR, base=base)
    seconds = time.perf_counter() - started
    claims = _list_claims(reply) if reply.is_grounded else []
    grounds = await _read_grounds(resources, reply, lines)
    return Shown(
        point=point,
        text=reply.text,
        is_grounded=reply.is_grounded,
        is_written=reply.mode != EXTRACTIVE,
        claims=len(claims),
        unsupported=[each for each in claims if not is_supported(each, grounds)],
        seconds=seconds,
    )


def _list_claims(reply: Reply) -> list[str]:
    text = reply.text
    for courtesy in list_phrases(reply.language):
        text = text.replace(courtesy, "")
    return [each for each in list_claims(text) if not has_cue("courtesy", each)]


async def _read_grounds(resources: Resources, reply: Reply, lines: Sequence[Line]) -> str:
    """What is cited, and what was said."""
    async with resources.database.connection() as conn:
        rows = await conn.execute(
            "select d.title || ' ' || array_to_string(c.heading_path, ' ') || ' ' || c.text"
            " from chunks c join documents d on d.id = c.document_id where c.id = any(%s)",
            [[each.chunk_id for each in reply.citations]],
        )
        cited = [text for (text,) in await rows.fetchall()]
    return "\n".join([*cited, *(line.text for line in lines)])


def _nearest(points: list[Point], known: dict[str, str]) -> list[str]:
    texts = [text.partition("\n\n")[2] for text in known.values()]
    vectors = embed_cached(list(known.values()), is_query=False)
    asked = embed_cached([point.lines[-1].text for point in points], is_query=True)
    return [texts[int(best)] for best in (asked @ vectors.T).argmax(axis=1)]


def _print_replies(way: str, rows: Sequence[Shown]) -> None:
    with_facts = [row for row in rows if row.point.facts]
    shares = [
        np.mean([fold_text(fact) in fold_text(row.text) for fact in row.point.facts])
        for row in with_facts
    ]
    words = [word_f1(row.text, row.point.wanted)[0] for row in rows]
    unsupported = [each for row in rows for each in row.unsupported]
    claims = sum(row.claims for row in rows)
    cells = [
        f"{np.mean(shares):.2f} of {len(shares)}",
        f"{np.mean([share == 1.0 for share in shares]):.2f}",
        f"{np.mean([chrf(row.text, row.point.wanted) for row in rows]):.3f}",
        f"{np.mean(words):.2f}",
        f"{np.mean([row.is_grounded for row in rows]):.2f}",
        f"{len(unsupported)}/{claims}" if claims else "-",
        f"{sum(row.is_written for row in rows)}",
        f"{np.mean([len(query_terms(row.text)) for row in rows]):.0f}",
        f"{np.median([row.seconds for row in rows]) * 1000:.0f}",
    ]
    print(f"| {way} | {' | '.join(cells)} |", flush=True)
    for each in unsupported:
        print(f"<!-- unsupported: {each} -->")


async def measure_summaries(resources: Resources, root: Path, most: int) -> None:
    """Against the summaries of the set, which a large model wrote."""
    asked = load_contact_center(root)[:most]
    print(
        f"\n| summary of {len(asked)} conversations | telling words found | F1 | chrF | the complaint's words in"
        " what is wished | unsupported entries | written by the model | words |\n|" + "---|" * 8
    )
    alone = replace(resources, endpoint=None)
    writer = await resources.find_writer()
    notes = [await summarise(alone, talk.lines) for talk in asked]
    _print_notes("kefu, without a model", notes, asked)
    if writer is not None:
        notes = [await summarise(resources, talk.lines) for talk in asked]
        _print_notes(f"kefu, {writer.name}", notes, asked)
    ways: dict[str, Callable[[Talk], str]] = {
        "last message only": lambda talk: list_said(talk)[-1],
        "first message of the customer": lambda talk: list_said(talk)[0],
        "first three and last message": lambda talk: " ".join(
            [*list_said(talk)[:3], list_said(talk)[-1]]
        ),
        "everything": lambda talk: " ".join(line.text for line in talk.lines),
    }
    for name, choose in ways.items():
        texts = [choose(talk) for talk in asked]
        _print_summaries(name, texts, texts, asked, checked="- | -")


def _print_notes(name: str, notes: Sequence[Summary], talks: Sequence[Talk]) -> None:
    """Kefu's own, with what of them nobody said."""
    entries = [
        (entry.removesuffix("…"), " ".join(line.text for line in talk.lines))
        for note, talk in zip(notes, talks, strict=True)
        for entry in tell(note).splitlines()
    ]
    unsupported = [entry for entry, said in entries if not is_supported(entry, said)]
    written = sum(note.mode != EXTRACTIVE for note in notes)
    checked = f"{len(unsupported)}/{len(entries)} | {written}"
    texts = [tell(note) for note in notes]
    _print_summaries(name, texts, [note.wish for note in notes], talks, checked=checked)
    for each in unsupported:
        print(f"<!-- unsupported: {each} -->")


def _print_summaries(
    name: str, texts: Sequence[str], wishes: Sequence[str], talks: Sequence[Talk], *, checked: str
) -> None:
    pairs = [word_f1(text, t.labels["summary"]) for text, t in zip(texts, talks, strict=True)]
    scores = [chrf(text, talk.labels["summary"]) for text, talk in zip(texts, talks, strict=True)]
    complaints = [
        word_f1(wish, talk.labels["complaint"])[0] for wish, talk in zip(wishes, talks, strict=True)
    ]
    words = np.mean([len(text.split()) for text in texts])
    recall, f1 = np.mean(pairs, axis=0)
    print(
        f"| {name} | {recall:.2f} | {f1:.2f} | {np.mean(scores):.3f} | {np.mean(complaints):.2f}"
        f" | {checked} | {words:.0f} |",
        flush=True,
    )


def measure_closings(root: Path) -> None:
    """Closings proposed as the like messages were closed: the intents of bank customers."""
    train, test, _ = load_banking77(root)
    known = embed_cached(train[0], is_query=True)
    asked = embed_cached(test[0], is_query=True)
    print(
        f"\n| {len(test[0])} messages, {len(set(train[1]))} closings | right | among the proposed |"
    )
    print("|---|---|---|")
    for name, most in (("kefu, like conversations", NEIGHBOURS), ("the nearest one alone", 1)):
        proposed = [_propose(each @ known.T, train[1], most) for each in asked]
        first = np.mean([names[:1] == [one] for names, one in zip(proposed, test[1], strict=True)])
        among = np.mean([one in names for names, one in zip(proposed, test[1], strict=True)])
        print(f"| {name} | {first:.3f} | {among:.3f} |", flush=True)
    commonest = Counter(train[1]).most_common(1)[0][0]
    print(f"| always the commonest | {np.mean([one == commonest for one in test[1]]):.3f} | |")


def _propose(similarities: np.ndarray, known: Sequence[str], most: int) -> list[str]:
    best = np.argsort(-similarities)[:most]
    neighbours = [
        Neighbour(disposition=known[at], labels=(), similarity=float(similarities[at]))
        for at in best
    ]
    return [closing.disposition for closing in vote(neighbours)]


async def main() -> None:
    """Measure what is named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--model", action="store_true")
    parser.add_argument("--most", type=int, default=REPLIES, help="replies and summaries of a set")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    options = parser.parse_args()
    if options.write:
        write_moods()
        return
    root, parts = data_root(), options.parts or PARTS
    settings: dict[str, object] = {"model": MODEL} if options.model else {}
    async with open_bench(**settings) as resources:
        if "moods" in parts:
            await measure_moods(resources, root)
        if "closings" in parts:
            measure_closings(root)
        if "summaries" in parts:
            await measure_summaries(resources, root, options.most)
        if "help-desk" in parts:
            await measure_help_desk(resources, root, options.most)
        if "places" in parts:
            await measure_places(resources, root, options.most)


if __name__ == "__main__":
    asyncio.run(main())
