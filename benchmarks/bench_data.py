"""Where the real data for the benchmarks is."""

import os
import sys
from pathlib import Path

DEFAULT = Path(__file__).parent.parent.parent / "shared" / "data"


def data_root() -> Path:
    """The folder in KEFU_BENCH_DATA, or the default beside the repository; ends the run without."""
    root = Path(os.environ.get("KEFU_BENCH_DATA", DEFAULT))
    if not (root / "alicloud").is_dir():
        sys.exit(
            f"The benchmark data is absent: {root} has no alicloud folder. Set KEFU_BENCH_DATA."
        )
    return root
