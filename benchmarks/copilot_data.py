"""Conversations of staff with customers as the copilot reads them, and what it may know."""

import json
import lzma
import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from kefu.copilot import Line, Speaker

_TURN = re.compile(r"\*\*(Agent|Customer):\*\*\s*")
SPEAKERS = {"usr": Speaker.CUSTOMER, "sys": Speaker.STAFF}


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """One conversation.

    Attributes:
        facts: by the place of a line, what it states and a reply should: names, addresses, prices.
        labels: what others say of it.
    """

    id: str
    lines: list[Line]
    facts: dict[int, list[str]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)


def load_contact_center(root: Path) -> list[Talk]:
    """English help desk, with summary, sentiment and topic of each.

    The file has 188 rows of sixteen conversations: each is taken once.
    """
    path = root / "contact_center" / "ContactCenter_usecase" / "sample_processed_data.json"
    rows = json.loads(path.read_text(encoding="utf-8"))
    once = {row["Content"]: row for row in sorted(rows, key=lambda row: row["ConversationId"])}
    return [
        Talk(id=row["ConversationId"], lines=_read_lines(text), labels=row)
        for text, row in once.items()
    ]


def load_transcripts(root: Path) -> list[Talk]:
    """Five more, without labels; those of the other folder do not say who speaks."""
    folder = root / "contact_center" / "ContactCenter_usecase"
    rows = [
        json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("convo_*.json"))
    ]
    return [Talk(id=row["ConversationId"], lines=_read_lines(row["Content"])) for row in rows]


def _read_lines(content: str) -> list[Line]:
    pieces = _TURN.split(content)[1:]
    return [
        Line(speaker=Speaker.STAFF if who == "Agent" else Speaker.CUSTOMER, text=text.strip())
        for who, text in zip(pieces[::2], pieces[1::2], strict=True)
        if text.strip()
    ]


def halve(talks: list[Talk]) -> tuple[list[Talk], list[Talk]]:
    """Two halves, each known once while the other is asked."""
    ordered = sorted(talks, key=lambda talk: talk.id)
    return ordered[::2], ordered[1::2]


def earlier_replies(talks: list[Talk]) -> dict[str, str]:
    """What staff replied, each under what the customer had said."""
    return {
        f"{talk.id}#{at}": f"## {before.text}\n\n{line.text}"
        for talk in talks
        for at, (before, line) in enumerate(zip(talk.lines, talk.lines[1:], strict=False))
        if (before.speaker, line.speaker) == (Speaker.CUSTOMER, Speaker.STAFF)
    }


def load_crosswoz(root: Path, name: str) -> list[Talk]:
    """Chinese questions about restaurants, sights and hotels, with what each reply states."""
    talks = []
    with lzma.open(root / "crosswoz" / f"{name}.jsonl.xz", "rt", encoding="utf-8") as rows:
        for row in map(json.loads, rows):
            lines, facts = [], {}
            for at, turn in enumerate(row["turns"]):
                lines.append(Line(speaker=SPEAKERS[turn["role"]], text=turn["text"]))
                told = [value for act, _, _, value in turn["acts"] if act == "Inform"]
                if turn["role"] == "sys":
                    facts[at] = [value for value in told if value not in {"none", "无", "是", "否"}]
            talks.append(Talk(id=row["id"], lines=lines, facts=facts))
    return talks


def list_places(root: Path, *names: str) -> dict[str, str]:
    """A page for each place, of what the replies of all conversations state about it.

    The set's own database is not part of the data; a reply is about the place that was named last
    in its domain.
    """
    told: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for name in names:
        with lzma.open(root / "crosswoz" / f"{name}.jsonl.xz", "rt", encoding="utf-8") as rows:
            for row in map(json.loads, rows):
                current: dict[str, str] = {}
                for turn in row["turns"]:
                    informed = [each[1:] for each in turn["acts"] if each[0] == "Inform"]
                    names_told = [
                        (domain, value) for domain, slot, value in informed if slot == "名称"
                    ]
                    if len({value for _, value in names_told}) == len(names_told):
                        current |= dict(names_told)
                    if turn["role"] != "sys" or len(names_told) > 1:
                        continue
                    for domain, slot, value in informed:
                        if slot != "名称" and domain in current and value not in {"none", "无"}:
                            told[domain, current[domain]][slot].add(value)
    return {
        f"{domain}/{place}": "\n".join(
            [
                f"# {place}（{domain}）",
                "",
                *(
                    f"- {place}的{slot}：{'、'.join(sorted(values))}"
                    for slot, values in slots.items()
                ),
            ]
        )
        for (domain, place), slots in sorted(told.items())
    }
