"""Which files are found, and which are left out and said to be."""

import os
from pathlib import Path

import pytest

from kefu.errors import BadInput
from kefu.knowledge.scan import Scan, resolve_roots, scan


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("text")


def found(folder: Path, result: Scan) -> list[str]:
    return [str(file.path.relative_to(folder)) for file in result.files]


def test_files_come_in_order_with_size_and_time(tmp_path: Path) -> None:
    write(tmp_path, "b.md", "a.md", "sub/c.txt")
    result = scan(tmp_path)
    assert found(tmp_path, result) == ["a.md", "b.md", "sub/c.txt"]
    assert result.files[0].size_bytes == 4
    assert result.files[0].modified_ns == (tmp_path / "a.md").stat().st_mtime_ns


def test_suffix_may_be_written_large(tmp_path: Path) -> None:
    write(tmp_path, "A.MD", "B.Txt")
    assert found(tmp_path, scan(tmp_path)) == ["A.MD", "B.Txt"]


def test_other_formats_are_counted(tmp_path: Path) -> None:
    write(tmp_path, "a.exe", "b.EXE", "Makefile", "c.md")
    assert scan(tmp_path).unsupported == {".exe": 2, "": 1}


def test_hidden_files_folders_and_office_locks_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, ".a.md", ".git/b.md", "~$c.docx", "d.md")
    assert found(tmp_path, scan(tmp_path)) == ["d.md"]


def test_empty_folder_holds_nothing(tmp_path: Path) -> None:
    assert scan(tmp_path) == Scan(root=str(tmp_path), files=(), unsupported={}, unreadable=())


def test_single_file_is_taken_whatever_its_suffix(tmp_path: Path) -> None:
    write(tmp_path, "a.exe")
    assert found(tmp_path, scan(tmp_path / "a.exe")) == ["a.exe"]


def test_folder_named_like_a_file_is_a_folder(tmp_path: Path) -> None:
    write(tmp_path, "a.md/b.md")
    assert found(tmp_path, scan(tmp_path)) == ["a.md/b.md"]


def test_linked_file_is_taken_and_linked_folder_is_not(tmp_path: Path) -> None:
    write(tmp_path, "in/a.md", "out/b.md", "out/c.md")
    (tmp_path / "in" / "link.md").symlink_to(tmp_path / "out" / "b.md")
    (tmp_path / "in" / "folder").symlink_to(tmp_path / "out")
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    assert found(tmp_path / "in", scan(tmp_path / "in")) == ["a.md", "link.md"]


@pytest.mark.parametrize("target", ["nowhere", "self.md", "/dev/zero", "/dev/null", "pipe"])
def test_link_to_no_file_is_reported_and_never_opened(tmp_path: Path, target: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "self.md").symlink_to(target)
    result = scan(tmp_path)
    assert result.files == ()
    assert result.unreadable == (str(tmp_path / "self.md"),)


def test_pipe_is_passed_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    assert scan(tmp_path).files == ()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_folder_that_may_not_be_read_is_reported(tmp_path: Path) -> None:
    write(tmp_path, "closed/a.md", "b.md")
    (tmp_path / "closed").chmod(0)
    try:
        result = scan(tmp_path)
    finally:
        (tmp_path / "closed").chmod(0o700)
    assert found(tmp_path, result) == ["b.md"]
    assert result.unreadable == (str(tmp_path / "closed"),)


def test_name_that_is_not_utf8_becomes_text(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff\xfe.md")).write_text("text")
    (file,) = scan(tmp_path).files
    assert file.name == f"{tmp_path}/\\xff\\xfe.md"
    assert file.path.read_text() == "text"


def test_long_and_odd_names_are_kept(tmp_path: Path) -> None:
    names = {"x" * 252 + ".md", "two\nlines.md", 'it\'s "quoted".md', "客服，中文.md", "%s{0}.md"}
    write(tmp_path, *names)
    assert set(found(tmp_path, scan(tmp_path))) == names


def test_roots_inside_another_or_given_twice_count_once(tmp_path: Path) -> None:
    write(tmp_path, "a/b/c.md", "d.md")
    given = [tmp_path / "a" / "b" / "c.md", tmp_path / "a", tmp_path / "d.md", tmp_path / "a/b/.."]
    assert resolve_roots(given) == [tmp_path / "a", tmp_path / "d.md"]


def test_linked_root_is_the_same_as_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert resolve_roots([tmp_path / "link", tmp_path / "real"]) == [tmp_path / "real"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("not there", "does not exist"),
        ("file.md/below", "cannot be used"),
        ("x" * 5000, "cannot be used"),
        ("loop", "cannot be used"),
        ("pipe", "neither a file nor a folder"),
        ("~no-such-user/x", "cannot be used"),
    ],
)
def test_root_that_cannot_be_used_is_refused(
    tmp_path: Path, name: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "file.md", "good.md")
    os.mkfifo("pipe")
    Path("loop").symlink_to("loop")
    with pytest.raises(BadInput, match=f"{sentence}.*Nothing was changed"):
        resolve_roots([Path("good.md"), Path(name)])
