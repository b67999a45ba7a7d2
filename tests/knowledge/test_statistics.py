"""The counters and weights of BM25 stay right whatever happens to the files."""

import random
from pathlib import Path

import pytest
from taken_in import (
    require_right_statistics,
    require_right_weights,
    rows,
    take_in,
    write_lines,
)

from kefu.knowledge.lexical_index import MAX_LENGTH_DRIFT
from kefu.knowledge.withdraw import withdraw
from kefu.resources import Resources

WORDS = [
    "refund",
    "delivery",
    "invoice",
    "退款",
    "发货",
    "发票",
    "card",
    "account",
    "server",
    "备案",
    "域名",
    "LH-4031",
]


def change(folder: Path, chance: random.Random) -> None:
    """Add, edit, rename or remove something."""
    files = sorted(folder.glob("*.*"))
    action = chance.choice(["add", "add", "edit", "rename", "remove", "lines"])
    text = " ".join(chance.choices(WORDS, k=chance.randint(1, 60)))
    if action == "add" or not files:
        (folder / f"{chance.random()}.md").write_text(text)
    elif action == "edit":
        path = chance.choice(files)
        path.write_text(text if path.suffix == ".md" else f'{{"text": "{text}"}}')
    elif action == "rename":
        path = chance.choice(files)
        path.rename(folder / f"{chance.random()}{path.suffix}")
    elif action == "remove":
        chance.choice(files).unlink()
    else:
        numbers = chance.sample(range(20), k=chance.randint(1, 12))
        texts = [" ".join(chance.choices(WORDS, k=8)) for _ in numbers]
        write_lines(
            folder / "lines.jsonl",
            [{"id": n, "text": text} for n, text in zip(numbers, texts, strict=True)],
        )


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_counters_equal_a_recount_after_any_changes(
    resources: Resources, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    for _ in range(5):
        for _ in range(chance.randint(1, 4)):
            change(tmp_path, chance)
        report = await take_in(resources, tmp_path, wait=False)
        assert report.problems == []
        await require_right_statistics(resources.database)
        await require_right_weights(resources.database)


async def test_nothing_is_left_of_a_base_that_was_emptied(
    resources: Resources, tmp_path: Path
) -> None:
    for seed in range(3):
        change(tmp_path, random.Random(seed))
    await take_in(resources, tmp_path)
    await withdraw(resources.database, tmp_path, base_name="main")
    assert await rows(resources.database, "select count(*) from terms") == [(0,)]
    await require_right_statistics(resources.database)


async def test_weights_are_renewed_when_the_average_length_drifts(
    resources: Resources, tmp_path: Path
) -> None:
    (tmp_path / "short.md").write_text("refund")
    await take_in(resources, tmp_path)
    (tmp_path / "long.md").write_text(" ".join(WORDS * 5))
    await take_in(resources, tmp_path)
    ((assumed, average),) = await rows(
        resources.database,
        "select weighted_length, length_sum::float / chunk_count from knowledge_bases",
    )
    assert assumed == pytest.approx(average)
    await require_right_weights(resources.database)


async def test_small_drift_leaves_the_weights_alone(resources: Resources, tmp_path: Path) -> None:
    lines = [{"id": n, "text": " ".join(WORDS)} for n in range(40)]
    write_lines(tmp_path / "lines.jsonl", lines)
    await take_in(resources, tmp_path)
    before = await rows(resources.database, "select weighted_length from knowledge_bases")
    lines.append({"id": 40, "text": " ".join(WORDS * 2)})
    write_lines(tmp_path / "lines.jsonl", lines)
    await take_in(resources, tmp_path)
    ((assumed, average),) = await rows(
        resources.database,
        "select weighted_length, length_sum::float / chunk_count from knowledge_bases",
    )
    assert [(assumed,)] == before
    assert 0 < abs(average / assumed - 1) < MAX_LENGTH_DRIFT
    await require_right_weights(resources.database)
