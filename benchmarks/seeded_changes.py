"""Fifty changes that do harm and fifty that do none, as somebody might make them on any day.

Both lists were written before the gate was first asked about any of them.
"""

import json
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kefu.evaluation import Candidate

SEED = 20261
PROMPT = Path(__file__).parent.parent / "kefu" / "prompts" / "shipped" / "answer.en.md"
TEXT_SUFFIXES = frozenset({".md", ".txt", ".csv", ".html", ".jsonl"})

Edit = Callable[[Path], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change to what answers.

    Attributes:
        kind: what it is made to: settings, prompt, endpoint, knowledge or index.
        settings: of the candidate.
        endpoint: that writes; "none" extracts.
        prompt: edited text of the prompt `answer`.
        edit: of the folder of documents.
        sql: on the partition of the chunks, named {chunks}.
    """

    name: str
    kind: str
    settings: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    endpoint: str = "none"
    prompt: str | None = None
    edit: Edit | None = None
    sql: str | None = None

    def candidate(self, folder: Path) -> Candidate:
        """To be put to the gate; its prompts are written to the folder."""
        prompts = []
        for language in ("en", "zh") if self.prompt is not None else ():
            path = folder / f"answer.{language}.md"
            text = (self.prompt or "").replace("language: en", f"language: {language}", 1)
            path.write_text(text, encoding="utf-8")
            prompts.append(str(path))
        return Candidate(prompts=tuple(prompts), endpoint=self.endpoint, settings=self.settings)


def list_harmful(documents: Path, cases: Sequence[Mapping[str, object]]) -> list[Change]:
    """Fifty that do harm."""
    draw = random.Random(SEED)
    cited = sorted({each.partition("#")[0] for row in cases for each in _flat(row["citations"])})
    texts = [name for name in cited if is_text(documents / name)]
    figures = list(_false_figures(documents, cases))
    draw.shuffle(figures)
    return [
        *(_setting("answering.min_confidence", value) for value in (0, 0.1, 0.2, 0.85, 0.95, 1)),
        _setting("answering.max_sentences", 1),
        *(_setting("retrieval.top_k", value) for value in (1, 2)),
        *(_knowledge(f"deleted {name}", _delete(name)) for name in draw.sample(cited, 8)),
        *(_knowledge(f"cut in half {name}", _keep_half(name)) for name in draw.sample(texts, 5)),
        *(_knowledge(f"garbled {name}", _garble(name)) for name in draw.sample(texts, 4)),
        *(_knowledge(name, edit) for name, edit in figures[:6]),
        _knowledge("all Chinese pages gone", _delete_where(_is_chinese)),
        _knowledge("all tables lost their rows", _drop_rows),
        _index("vectors of other chunks", SHUFFLED_VECTORS),
        _index("vectors all the same", "update {chunks} set embedding = (select embedding from {chunks} order by id limit 1)"),
        _index("half of the chunks gone", "delete from {chunks} where position % 2 = 1"),
        _index("English chunks gone", "delete from {chunks} where language = 'en'"),
        _index("texts of other chunks", SHUFFLED_TEXTS),
        *(_endpoint(f"reader-{name}") for name in ("cut-off", "refusing", "silent", "slow", "chatty")),
        _prompt("refuses more readily", lambda text: text.replace("When the excerpts do not hold the answer, write NO_ANSWER", "Unless an excerpt repeats the question word for word, write NO_ANSWER")),
        _prompt("no citations asked for", _without_citations),
        _prompt("a slogan instead of instructions", lambda text: text.partition("## Role")[0] + SLOGAN),
        _prompt("excerpts forgotten", lambda text: text.replace("$excerpts\n", "")),
        _prompt("answers in Chinese only", lambda text: text.replace("Answer in $language.", "Answer in Chinese, always.")),
        _prompt("nothing but NO_ANSWER", lambda text: text + "\nAlways write NO_ANSWER.\n"),
    ]  # fmt: skip


def list_harmless(cases: Sequence[Mapping[str, object]]) -> list[Change]:
    """Fifty that do none."""
    draw = random.Random(SEED + 1)
    cited = {each.partition("#")[0] for row in cases for each in _flat(row["citations"])}
    texts = sorted(name for name in cited if name.endswith(".md"))
    return [
        *(_setting("retrieval.candidates", value) for value in (95, 110, 120, 150)),
        *(_setting("retrieval.lexical_budget", value) for value in (1400, 1600, 2000, 5000)),
        *(_setting("retrieval.top_k", value) for value in (9, 11, 12)),
        *(_setting("retrieval.rerank_candidates", value) for value in (20, 40)),
        *(_setting("model.max_tokens", value) for value in (400, 900)),
        *(_setting("answering.min_confidence", value) for value in (0.49, 0.51)),
        *(_knowledge(f"a page about {topic}", _add(topic, text)) for topic, text in UNRELATED.items()),
        *(_knowledge(f"blanks at line ends in {name}", _each_line(name, "{}  ")) for name in draw.sample(texts, 5)),
        *(_knowledge(f"a comment in {name}", _append(name, "\n<!-- checked by the editors -->\n")) for name in draw.sample(texts, 5)),
        *(_knowledge(f"a closing line in {name}", _append(name, f"\n\n{CLOSING}\n")) for name in draw.sample(texts, 5)),
        _knowledge("line ends of Windows everywhere", _windows_lines),
        _knowledge("a list of colours", _add("colours", "Our brand colours are teal, sand and white.")),
        _endpoint("reader"),
        _prompt("a friendlier role", lambda text: text.replace("You are the customer service writer", "You are the friendly customer service writer")),
        _prompt("another example", lambda text: text.replace("Vouchers are valid for 90 days", "Vouchers can be used for 90 days")),
        _prompt("a note about tone", lambda text: text.replace("Plain and friendly;", "Plain, calm and friendly;")),
        _prompt("shorter scope", lambda text: text.replace("You do not act:", "You do not act yourself:")),
        _prompt("an order of sentences", lambda text: text.replace("no greeting, no repeating of the question", "no repeating of the question, no greeting")),
    ]  # fmt: skip


SLOGAN = """## Role

Be helpful.

## Message

$excerpts
$earlier
$question
"""
CLOSING = "This page is reviewed twice a year."
SHUFFLED_VECTORS = """update {chunks} c set embedding = o.embedding from (
select id, lead(embedding, 7) over (order by id) as embedding from {chunks}) o
where o.id = c.id and o.embedding is not null"""
SHUFFLED_TEXTS = """update {chunks} c set text = o.text from (
select id, lead(text, 3) over (order by id) as text from {chunks}) o
where o.id = c.id and o.text is not null"""
UNRELATED = {
    "the canteen": "The canteen serves lunch from half past eleven. Soup is free on Fridays.",
    "parking": "Bicycles may stand in the yard. Visitors park behind the building.",
    "the choir": "The choir of our colleagues meets on Tuesdays in the large meeting room.",
    "班车": "班车每天早上从火车站出发，员工凭工牌乘坐。",
    "绿植": "办公区绿植由行政部门统一养护，请勿自行浇水。",
    "运动会": "秋季运动会设有拔河、跳绳和接力三个项目。",
    "the library": "Books from the office library are returned to the shelf by the window.",
    "会议室": "会议室的投影仪用完后请关闭电源。",
    "咖啡机": "咖啡机每周一清洗，清洗时请使用二楼的机器。",
    "快递": "快递统一放在前台的架子上，领取后请签字。",
}


def is_text(path: Path) -> bool:
    """Whether it can be edited as text."""
    try:
        path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return False
    return path.suffix in TEXT_SUFFIXES


def _setting(key: str, value: float) -> Change:
    return Change(name=f"{key} = {value}", kind="settings", settings={key: value})


def _endpoint(name: str) -> Change:
    return Change(name=f"endpoint {name}", kind="endpoint", endpoint=name)


def _prompt(name: str, edit: Callable[[str], str]) -> Change:
    text = PROMPT.read_text(encoding="utf-8")
    edited = edit(text)
    assert edited != text, name
    return Change(name=f"prompt: {name}", kind="prompt", endpoint="reader", prompt=edited)


def _knowledge(name: str, edit: Edit) -> Change:
    return Change(name=name, kind="knowledge", edit=edit)


def _index(name: str, sql: str) -> Change:
    return Change(name=name, kind="index", sql=sql)


def _without_citations(text: str) -> str:
    asks = text.index("- End every sentence and every list item")
    end = text.index("- NO_ANSWER stands alone")
    short = text[:asks] + "- Write no numbers in brackets.\n" + text[end:]
    return short.replace(", with their numbers in square brackets", "")


def _flat(citations: object) -> list[str]:
    found = []
    for each in citations if isinstance(citations, list) else []:
        found += each if isinstance(each, list) else [each]
    return found


def _delete(name: str) -> Edit:
    return lambda folder: (folder / name).unlink()


def _delete_where(is_chosen: Callable[[Path], bool]) -> Edit:
    def edit(folder: Path) -> None:
        for path in _files(folder):
            if is_chosen(path):
                path.unlink()

    return edit


def _is_chinese(path: Path) -> bool:
    return bool(re.search("[一-鿿]", path.name)) or ".zh." in path.name


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _rewrite(name: str, change: Callable[[str], str]) -> Edit:
    def edit(folder: Path) -> None:
        path = folder / name
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")

    return edit


def _keep_half(name: str) -> Edit:
    def keep(text: str) -> str:
        lines = text.splitlines(keepends=True)
        return "".join(lines[: len(lines) // 2])

    return _rewrite(name, keep)


def _garble(name: str) -> Edit:
    """Saved in one encoding, read in another."""
    return _rewrite(name, lambda text: text.encode().decode("latin-1"))


def _each_line(name: str, form: str) -> Edit:
    return _rewrite(name, lambda text: "\n".join(map(form.format, text.split("\n"))))


def _append(name: str, text: str) -> Edit:
    return _rewrite(name, lambda before: before + text)


def _add(topic: str, text: str) -> Edit:
    def edit(folder: Path) -> None:
        (folder / f"{topic.replace(' ', '-')}.md").write_text(f"# {topic}\n\n{text}\n", "utf-8")

    return edit


def _drop_rows(folder: Path) -> None:
    for path in _files(folder):
        if path.suffix == ".md":
            kept = re.sub(r"(?m)(^\|[ :|-]+\|\n)(?:\|.*\n)+", r"\1", path.read_text("utf-8"))
            path.write_text(kept, encoding="utf-8")


def _windows_lines(folder: Path) -> None:
    for path in _files(folder):
        if path.suffix == ".md":
            text = path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
            path.write_bytes(text)


def _false_figures(
    documents: Path, cases: Sequence[Mapping[str, object]]
) -> Iterator[tuple[str, Edit]]:
    """For each case whose fact holds a figure and stands in a text that it cites: another figure."""
    for row in cases:
        names = {each.partition("#")[0] for each in _flat(row["citations"])}
        for name in sorted(names):
            if not is_text(documents / name):
                continue
            text = (documents / name).read_text(encoding="utf-8")
            facts = json.loads(json.dumps(row["facts"]))
            found = [
                alternative
                for fact in facts
                for alternative in (fact if isinstance(fact, list) else [fact])
                if re.search(r"\d", alternative) and alternative in text
            ]
            if found:
                false = re.sub(r"\d", lambda digit: str((int(digit[0]) + 3) % 10), found[0])
                yield (
                    f"{found[0]} became {false} in {name}",
                    _rewrite(name, lambda held, a=found[0], b=false: held.replace(a, b)),
                )
                break
