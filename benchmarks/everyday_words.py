"""Words of everyday English: what customers say whatever they ask about.

    python benchmarks/everyday_words.py > kefu/answering/words/everyday.en.txt

A stem that is said in many intents of the training parts of both clinc150 and banking77. What is
said in few is about something.
"""

import csv
import json
from collections import defaultdict

from bench_data import data_root

from kefu.text import query_terms

LEAST_INTENTS = {"clinc": 6, "bank": 4}  # of 150 and of 77
HEAD = "# What customers say whatever they ask about, as stems; by benchmarks/everyday_words.py."
ON_A_LINE = 16


def main() -> None:
    """Print the list."""
    root = data_root()
    intents: dict[str, dict[str, set[str]]] = {name: defaultdict(set) for name in LEAST_INTENTS}
    clinc = json.loads((root / "clinc150" / "data_full.json").read_text(encoding="utf-8"))
    for text, intent in clinc["train"]:
        for term in query_terms(text):
            intents["clinc"][term].add(intent)
    with (root / "banking77" / "banking_data" / "train.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for term in query_terms(row["text"]):
                intents["bank"][term].add(row["category"])
    often = [
        {word for word, names in intents[name].items() if len(names) >= least}
        for name, least in LEAST_INTENTS.items()
    ]
    plain = sorted(word for word in set.intersection(*often) if word.isalpha())
    print(HEAD)
    for at in range(0, len(plain), ON_A_LINE):
        print(" ".join(plain[at : at + ON_A_LINE]))


if __name__ == "__main__":
    main()
