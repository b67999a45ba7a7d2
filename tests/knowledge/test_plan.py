"""The cheapest set of changes that a scan asks for."""

from pathlib import Path

import pytest

from kefu.knowledge.plan import Changes, file_checksum, plan_changes
from kefu.knowledge.records import StoredFile
from kefu.knowledge.scan import FoundFile, Scan


def found(name: str, *, size: int = 1, modified: int = 1) -> FoundFile:
    return FoundFile(
        path=Path(f"/d/{name}"), name=f"/d/{name}", size_bytes=size, modified_ns=modified
    )


def stored(
    name: str,
    checksum: str | None = "a",
    *,
    size: int = 1,
    modified: int = 1,
    is_outdated: bool = False,
) -> StoredFile:
    return StoredFile(
        id=hash(name),
        source_id=1,
        path=f"/d/{name}",
        size_bytes=size,
        modified_ns=modified,
        checksum=checksum,
        problem=None,
        is_outdated=is_outdated,
    )


def planned(
    files: list[FoundFile],
    known: list[StoredFile],
    contents: dict[str, str | None],
    unreadable: tuple[str, ...] = (),
) -> Changes:
    scan = Scan(root="/d", files=tuple(files), unsupported={}, unreadable=unreadable)
    return plan_changes(scan, known, checksum=lambda path: contents[path.name])


def names(changes: Changes) -> dict[str, list[str]]:
    return {
        "touched": [each.name for _, each in changes.touched],
        "renamed": [f"{before.path} -> {each.name}" for before, each in changes.renamed],
        "to_read": [each.found.name for each in changes.to_read],
        "vanished": [each.path for each in changes.vanished],
    }


def only(**expected: list[str]) -> dict[str, list[str]]:
    return {"touched": [], "renamed": [], "to_read": [], "vanished": []} | expected


def test_unchanged_file_is_not_even_opened() -> None:
    changes = planned([found("a.md")], [stored("a.md")], contents={})
    assert changes.unchanged_count == 1
    assert names(changes) == only()


@pytest.mark.parametrize("difference", [{"size": 2}, {"modified": 2}])
def test_changed_bytes_are_read(difference: dict[str, int]) -> None:
    changes = planned([found("a.md", **difference)], [stored("a.md")], {"a.md": "b"})
    assert names(changes) == only(to_read=["/d/a.md"])


def test_same_bytes_with_another_time_are_not_read() -> None:
    changes = planned([found("a.md", modified=9)], [stored("a.md")], {"a.md": "a"})
    assert names(changes) == only(touched=["/d/a.md"])


def test_file_that_was_not_finished_is_read_again() -> None:
    changes = planned([found("a.md")], [stored("a.md", None)], {"a.md": "a"})
    assert names(changes) == only(to_read=["/d/a.md"])


def test_same_bytes_under_another_name_are_a_rename() -> None:
    changes = planned([found("b.md")], [stored("a.md")], {"b.md": "a"})
    assert names(changes) == only(renamed=["/d/a.md -> /d/b.md"])


def test_each_vanished_file_is_renamed_once() -> None:
    changes = planned([found("b.md"), found("c.md")], [stored("a.md")], {"b.md": "a", "c.md": "a"})
    assert names(changes) == only(renamed=["/d/a.md -> /d/b.md"], to_read=["/d/c.md"])


def test_copy_beside_its_original_is_no_rename() -> None:
    changes = planned([found("a.md"), found("b.md")], [stored("a.md")], {"b.md": "a"})
    assert names(changes) == only(to_read=["/d/b.md"])


def test_same_bytes_in_another_format_are_read() -> None:
    changes = planned([found("a.md")], [stored("a.txt")], {"a.md": "a"})
    assert names(changes) == only(to_read=["/d/a.md"], vanished=["/d/a.txt"])


def test_two_files_that_cannot_be_read_are_no_rename() -> None:
    changes = planned([found("b.md")], [stored("a.md", None)], {"b.md": None})
    assert names(changes) == only(to_read=["/d/b.md"], vanished=["/d/a.md"])


@pytest.mark.parametrize(
    ("unreadable", "vanished"),
    [
        ((), ["/d/sub/a.md"]),
        (("/d/sub",), []),
        (("/d/sub/a.md",), []),
        (("/d/su",), ["/d/sub/a.md"]),
        (("/d",), []),
    ],
)
def test_what_could_not_be_looked_at_has_not_vanished(
    unreadable: tuple[str, ...], vanished: list[str]
) -> None:
    changes = planned([], [stored("sub/a.md")], {}, unreadable)
    assert names(changes) == only(vanished=vanished)


@pytest.mark.parametrize("path", ["/other/a.md", "/d2/a.md", "/a.md"])
def test_file_elsewhere_has_not_vanished(path: str) -> None:
    before = StoredFile(
        id=1, source_id=1, path=path, size_bytes=1, modified_ns=1, checksum="a", problem=None
    )
    assert names(planned([], [before], {})) == only()


def test_checksum_is_of_the_bytes_up_to_a_limit(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 10)
    (tmp_path / "b").write_bytes(b"x" * 10)
    assert file_checksum(tmp_path / "a", max_bytes=10) == file_checksum(
        tmp_path / "b", max_bytes=10
    )
    assert file_checksum(tmp_path / "a", max_bytes=9) is None
    assert file_checksum(tmp_path / "not there", max_bytes=10) is None


@pytest.mark.parametrize("modified", [1, 2])
def test_file_that_an_older_kefu_read_is_read_again(modified: int) -> None:
    known = stored("a.md", is_outdated=True)
    changes = planned([found("a.md", modified=modified)], [known], {"a.md": "a"})
    assert names(changes) == only(to_read=["/d/a.md"])


def test_file_that_an_older_kefu_read_is_renamed_and_read_again() -> None:
    changes = planned([found("b.md")], [stored("a.md", is_outdated=True)], {"b.md": "a"})
    assert names(changes) == only(renamed=["/d/a.md -> /d/b.md"], to_read=["/d/b.md"])
