"""Whether answers say what a reference says, as read by who was not told whose they are.

A reference answer in somebody's own words, pages long, shares few words with any quotation. So
answers can be read: `pipelines.py --ask FILE` writes down what nobody has read, without the name of
the system, and `--add FILE` takes verdicts in, as JSON Lines: id, right. They are kept under the
digest of question and answer; another answer has to be read anew.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from kefu.text import content_digest

RECORDED = Path(__file__).parent / "read_answers.jsonl"


class Readings:
    """The verdicts so far.

    Attributes:
        unread: questions, references and answers without one, by digest.
    """

    def __init__(self) -> None:
        self.unread: dict[str, dict[str, object]] = {}
        self._verdicts = _read(RECORDED)

    def find(self, question: str, references: Sequence[str], answer: str) -> bool | None:
        """What was said of an answer; None: nobody read it."""
        name = content_digest(f"{question}\n\n{answer}")[:16]
        if name not in self._verdicts:
            asked = {"question": question, "references": list(references), "answer": answer}
            self.unread[name] = {"id": name, **asked}
        return self._verdicts.get(name)

    def write_unread(self, file: Path) -> None:
        """Those without a verdict, in the order of their digests."""
        lines = [json.dumps(self.unread[name], ensure_ascii=False) for name in sorted(self.unread)]
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def add(file: Path) -> None:
    """Take verdicts in; of two about one answer the later one counts."""
    verdicts = _read(RECORDED) | _read(file)
    lines = [json.dumps({"id": name, "right": verdicts[name]}) for name in sorted(verdicts)]
    RECORDED.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _read(file: Path) -> dict[str, bool]:
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else ()
    return {row["id"]: row["right"] for row in map(json.loads, lines)}
