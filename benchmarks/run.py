"""Everything that docs/benchmarks.md states, one table after another: `make bench`.

    python benchmarks/run.py [NAME ...]

Takes one to two hours on two cores the first time, most of it embedding; vectors are cached in
~/.cache/kefu-bench (KEFU_BENCH_CACHE). KEFU_BENCH_DATA names the folder with the data.
"""

import subprocess
import sys
from pathlib import Path

from bench_data import data_root

HERE = Path(__file__).parent
RUNS = {
    "parsing": ["parsing.py"],
    "page_boxes": ["page_boxes.py"],
    "retrieval": ["retrieval.py"],
    "rewriting": ["rewriting.py"],
    "robustness": ["robustness.py"],
    "messages": ["messages.py"],
    "hops": ["hops.py"],
    "tuning": ["tuning.py"],
    "latency": ["latency.py"],
    "weighing": ["weighing.py"],
    "abstention": ["abstention.py"],
    "calibration": ["calibration.py"],
    "answers": ["answers.py", "--split", "test"],
    "model": ["answers.py", "--split", "test", "--model"],
    "pipelines": ["pipelines.py"],
    "capable": ["capable_model.py"],
    "ingestion": ["ingestion.py"],
    "tracing": ["tracing.py"],
    "endpoints": ["endpoint_layer.py"],
    "formats": ["formats.py"],
    "injections": ["injections.py"],
    "knowledge": ["knowledge_gate.py"],
    "cache": ["answer_cache.py"],
    "related": ["related.py"],
    "copilot": ["copilot.py"],
    "other_words": ["other_words.py"],
    "versions": ["versions.py"],
    "consolidation": ["consolidation.py"],
    "regressions": ["regressions.py"],
    "online": ["online.py"],
    "load": ["load.py"],
}


def main() -> None:
    """Run the benchmarks named, or all, each in a process of its own."""
    names = sys.argv[1:] or list(RUNS)
    unknown = set(names) - RUNS.keys()
    if unknown:
        sys.exit(f"No such benchmark: {', '.join(unknown)}. There are: {', '.join(RUNS)}.")
    data_root()
    failed = []
    for name in names:
        print(f"\n## {name}\n", flush=True)
        script, *options = RUNS[name]
        result = subprocess.run([sys.executable, "-u", HERE / script, *options], check=False)
        failed += [name] if result.returncode else []
    if failed:
        sys.exit(f"Failed: {', '.join(failed)}.")


if __name__ == "__main__":
    main()
