"""How often ordinary documentation is taken for text that addresses a model.

    python benchmarks/injections.py

The forms were chosen with alicloud at hand; the others were only measured.
"""

import json
import lzma
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bench_data import data_root

from kefu.safety import find_signs

CORPORA = {
    "alicloud, zh": "alicloud/corpus.zh.jsonl.xz",
    "alicloud, en": "alicloud/corpus.en.jsonl.xz",
    "mtrag, cloud": "mtrag/pooled_corpus/cloud.jsonl.xz",
    "mtrag, fiqa (forum)": "mtrag/pooled_corpus/fiqa.jsonl.xz",
    "mtrag, clapnq (Wikipedia)": "mtrag/pooled_corpus/clapnq.jsonl.xz",
}


def read_texts(path: Path) -> Iterator[str]:
    """One passage after another."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)["text"]


def main() -> None:
    """Print the table."""
    print("| corpus | passages | noticed | share | by sign |\n|---|---|---|---|---|")
    for name, path in CORPORA.items():
        signs: Counter[str] = Counter()
        count = noticed = 0
        for text in read_texts(data_root() / path):
            found = find_signs(text)
            signs.update(found)
            count += 1
            noticed += bool(found)
        by_sign = ", ".join(f"{sign} {number}" for sign, number in signs.most_common())
        print(f"| {name} | {count:,} | {noticed} | {noticed / count:.3%} | {by_sign} |")


if __name__ == "__main__":
    main()
