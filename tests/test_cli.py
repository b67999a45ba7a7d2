"""The command line as people and scripts meet it: a process, its output and its exit code."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from kefu.cli import LATER, app
from kefu.cli.loading import LaterCommand
from kefu.db import run_embedded

NARROW = 80


class Kefu:
    """Runs commands on a data folder of its own."""

    def __init__(self, data_dir: Path, folder: Path) -> None:
        self.data_dir = data_dir
        self.folder = folder
        self.environment = {
            "KEFU_DATA_DIR": str(data_dir),
            "PATH": os.defpath,
            "COLUMNS": str(NARROW),
        }

    def hold(self, stack: ExitStack) -> "Kefu":
        """Have PostgreSQL run on: starting and stopping it takes longer than most commands."""
        stack.enter_context(run_embedded(self.data_dir))
        return self

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "kefu", *arguments],
            env=self.environment | variables,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=_hear_ctrl_c,  # noqa: PLW1509 - the tests have no threads here
        )

    def run(self, *arguments: str, code: int = 0, **variables: str) -> str:
        """Standard output, or what stands on standard error when it fails."""
        process = self.start(*arguments, **variables)
        output, errors = process.communicate()
        assert process.returncode == code, (output, errors)
        assert "Traceback" not in errors
        return output if code in (0, 3) else errors

    def json(self, *arguments: str, code: int = 0) -> Any:
        return json.loads(self.run(*arguments, "--json", code=code))


@pytest.fixture(scope="module")
def running() -> Iterator[ExitStack]:
    """The servers that run on."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture(scope="module")
def kefu(tmp_path_factory: pytest.TempPathFactory) -> Kefu:
    folder = tmp_path_factory.mktemp("cli")
    (folder / "docs").mkdir()
    (folder / "docs" / "refund.md").write_text("# Refunds\n\nRefunds are paid within seven days.\n")
    (folder / "docs" / "delivery.md").write_text("# 发货\n\n货物将在三天内送达。\n")
    return Kefu(folder / "data", folder)


@pytest.fixture(scope="module")
def filled(kefu: Kefu, running: ExitStack) -> Kefu:
    report = kefu.json("ingest", "docs")
    assert (report["added_count"], report["waiting_count"], report["problems"]) == (2, 0, [])
    return kefu.hold(running)


@pytest.fixture
def stopped(filled: Kefu, running: ExitStack) -> Iterator[Kefu]:
    """Filled, and every command starts and stops PostgreSQL itself."""
    running.close()
    yield filled
    filled.hold(running)


def assert_one_sentence(errors: str) -> None:
    lines = errors.strip().splitlines()
    assert len(lines) == 1, errors
    assert lines[0].startswith("kefu: ")
    assert lines[0].endswith((".", "?"))


def test_empty_data_folder_says_how_to_begin(kefu: Kefu, tmp_path: Path) -> None:
    assert "kefu ingest PATH" in Kefu(tmp_path / "data", tmp_path).run("status")


def test_ingest_says_what_it_did(filled: Kefu) -> None:
    process = filled.start("ingest", "docs")
    output, errors = process.communicate()
    assert (process.returncode, output) == (0, "")
    assert "2 files, 2 unchanged" in " ".join(errors.split())


def test_status_fits_a_narrow_terminal(filled: Kefu) -> None:
    lines = filled.run("status").splitlines()
    assert lines[0] == "main"
    assert "  Documents  2" in lines
    assert "  Languages  en 1, zh 1" in lines
    assert max(map(len, lines)) <= NARROW


def test_status_for_machines(filled: Kefu) -> None:
    (status,) = filled.json("status")
    assert (status["name"], status["document_count"], status["waiting_count"]) == ("main", 2, 0)


def test_search_finds_and_shows_where(filled: Kefu) -> None:
    best, *_ = filled.json("search", "how long does a refund take")
    assert best["title"] == "Refunds"
    shown = filled.run("search", "多久发货", "--top-k", "1")
    assert "1. 发货" in shown
    assert "delivery.md" in shown.replace("\n", "")


def test_ask_answers_with_a_citation(filled: Kefu) -> None:
    answer = filled.json("ask", "When are refunds paid?")
    assert "seven days" in answer["answer"]
    assert answer["citations"][0]["title"] == "Refunds"
    shown = filled.run("ask", "When are refunds paid?")
    assert "seven days" in shown
    assert "[1]" in shown


def test_embed_has_nothing_left_to_do(filled: Kefu) -> None:
    assert filled.json("embed") == {"base": "main", "embedded_count": 0}
    assert "0 chunks embedded" in filled.run("embed")


def test_doctor_finds_everything_in_order(filled: Kefu) -> None:
    findings = {each["name"]: each["is_fine"] for each in filled.json("doctor")}
    expected = {"settings", "gates", "disk", "database", "embedder", "model", "index"}
    assert set(findings) == expected
    assert all(findings.values())
    assert filled.run("doctor").count("✓") == len(findings)


def test_doctor_fails_and_says_how_to_mend(filled: Kefu) -> None:
    url = "postgresql://kefu:sk-secret@127.0.0.1:1/kefu"
    process = filled.start("doctor", KEFU_DATABASE_URL=url)
    output, errors = process.communicate()
    assert process.returncode == 1
    assert "✗ database" in output
    assert "sk-secret" not in output + errors


def test_back_up_and_restore_bring_the_same_answers(
    filled: Kefu, tmp_path: Path, running: ExitStack
) -> None:
    file = str(tmp_path / "kefu.backup")
    assert filled.json("backup", file)["size_bytes"] == Path(file).stat().st_size
    other = Kefu(tmp_path / "data", tmp_path)
    assert other.json("restore", file) == {"bases": ["main"]}
    other.hold(running)
    for command in (["status"], ["search", "refund"]):
        before, after = filled.json(*command), other.json(*command)
        for each in (*before, *after):
            each.pop("index_bytes", None)
        assert after == before
    assert_one_sentence(other.run("restore", file, code=2))
    assert "Restored: main" in other.run("restore", file, "--replace")


def test_back_up_and_restore_are_recorded_and_the_log_given_up_is_kept(
    filled: Kefu, tmp_path: Path, running: ExitStack
) -> None:
    file = str(tmp_path / "kefu.backup")
    kefu = Kefu(tmp_path / "data", filled.folder).hold(running)
    kefu.json("ingest", "docs")
    kefu.json("backup", file)
    kefu.json("backup", str(tmp_path / "another.backup"))
    anchor = kefu.json("audit", "verify")["anchor"]
    kefu.json("restore", file, "--replace")
    entries = kefu.json("audit", "list")
    assert [each["action"] for each in entries] == ["database.restored", "database.backed_up"]
    assert entries[0]["details"] == {"given_up": anchor}
    assert entries[0]["actor"].startswith("operator:")
    number, _, seal = anchor.partition(":")
    shown = [line.strip() for line in kefu.run("audit", "list").splitlines()]
    assert f"given_up: {number}:{seal[:12]}" in shown
    assert kefu.json("audit", "verify")["is_whole"]
    (kept,) = (tmp_path / "data").glob("audit-before-restore-*.jsonl")
    assert kefu.json("audit", "verify", "--file", str(kept))["anchor"] == anchor


def test_audit_log_is_shown_exported_and_verified(tmp_path: Path, running: ExitStack) -> None:
    kefu = Kefu(tmp_path / "data", tmp_path).hold(running)
    assert "Nothing was recorded." in kefu.run("audit", "list")
    assert "Nothing was recorded." in kefu.run("audit", "verify")
    assert "audit.jsonl: 1 entries." in kefu.run("audit", "export", "audit.jsonl")
    assert "audit.exported" in kefu.run("audit", "list")
    shown = kefu.run("audit", "verify")
    assert "the log is whole" in shown
    anchor = shown.split("Anchor: ")[1].strip()
    assert anchor in kefu.run("audit", "verify", "--file", "audit.jsonl", "--expect", anchor)
    lines = (tmp_path / "audit.jsonl").read_text()
    (tmp_path / "edited.jsonl").write_text(lines.replace("operator:", "somebody:"))
    process = kefu.start("audit", "verify", "--file", "edited.jsonl")
    output, _ = process.communicate()
    assert process.returncode == 1
    assert "✗ Entry 1 (" in output
    assert "the log is NOT whole" in output
    assert_one_sentence(kefu.run("audit", "verify", "--expect", "nonsense", code=2))
    assert_one_sentence(kefu.run("audit", "export", "not/there/file", code=2))


def test_restore_of_garbage_changes_nothing(filled: Kefu, tmp_path: Path) -> None:
    (tmp_path / "garbage").write_text("garbage")
    errors = filled.run("restore", str(tmp_path / "garbage"), "--replace", code=2)
    assert_one_sentence(errors)
    assert "not a back-up of Kefu" in errors
    assert filled.json("status")[0]["document_count"] == 2


def test_problems_are_listed_and_end_with_their_own_code(filled: Kefu) -> None:
    (filled.folder / "bad").mkdir()
    (filled.folder / "bad" / "broken.pdf").write_text("no PDF")
    (filled.folder / "bad" / "program.exe").write_text("no text")
    report = filled.json("ingest", "bad", "--base", "bad", code=3)
    assert report["problems"][0]["path"].endswith("broken.pdf")
    assert report["unsupported"] == {".exe": 1}
    process = filled.start("ingest", "bad", "--base", "bad")
    _, errors = process.communicate()
    assert process.returncode == 3
    assert ".exe (1)" in errors
    assert "broken.pdf" in errors.replace("\n", "")


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["ingest", "not-there"], 2, "does not exist"),
        (["ingest", "docs", "--base", "No!"], 2, "cannot name a knowledge base"),
        (["ingest", "docs", "--audience", ""], 2, "cannot name an audience"),
        (["search", " "], 2, "The query is empty"),
        (["search", "x", "--base", "nope"], 1, "no knowledge base 'nope'. `kefu status` lists"),
        (["ask", "x", "--base", "nope"], 1, "no knowledge base 'nope'"),
        (["embed", "--base", "nope"], 1, "no knowledge base 'nope'"),
        (["embed", "--renew", "--base", "nope"], 1, "no knowledge base 'nope'"),
        (["backup", "not/there/file"], 2, "name a file in a folder that exists"),
        (["backup", "docs"], 2, "name a file in a folder that exists"),
        (["restore", "not-there"], 2, "not-there does not exist"),
        (["ask", "\udcff\udcfe"], 2, "not UTF-8 text: set the terminal to UTF-8"),
        (["ask", "\udcff" * 2000], 2, "not UTF-8 text"),
    ],
)
def test_mistake_is_one_sentence(
    filled: Kefu, arguments: list[str], code: int, sentence: str
) -> None:
    if arguments[0] == "restore":
        arguments = [*arguments, "--replace"]
    errors = filled.run(*arguments, code=code)
    assert_one_sentence(errors)
    assert sentence in errors


@pytest.mark.parametrize(
    ("variable", "value", "code", "sentence"),
    [
        ("KEFU_SERVER__PROT", "1", 2, "Did you mean one of: KEFU_SERVER__PORT"),
        ("KEFU_SERVER__PORT", "http", 2, "server.port"),
        ("KEFU_DATABASE_URL", "nonsense", 1, "not a PostgreSQL URL"),
        ("KEFU_DATABASE_URL", "postgresql://a:sk-x@127.0.0.1:1/b", 1, "does not answer"),
        ("KEFU_DATA_DIR", "docs/refund.md/data", 1, "cannot be used"),
    ],
)
def test_wrong_setting_is_one_sentence(
    filled: Kefu, variable: str, value: str, code: int, sentence: str
) -> None:
    errors = filled.run("status", code=code, **{variable: value})
    assert_one_sentence(errors)
    assert sentence in errors
    assert "sk-x" not in errors


@pytest.mark.parametrize(
    "arguments",
    [
        ["nope"],
        ["search"],
        ["search", "x", "--top-k", "0"],
        ["traces", "list", "--hours", "9" * 14],
        ["traces", "prune", "--days", "9" * 14],
        ["copilot", "figures", "--days", "9" * 14],
        ["conversations", "metrics", "--since", "9" * 14],
    ],
)
def test_wrong_usage_ends_with_two(arguments: list[str]) -> None:
    assert CliRunner().invoke(app, arguments).exit_code == 2


def _hear_ctrl_c() -> None:
    """A shell starts its background jobs deaf to Ctrl-C, and they hand that down."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_help_names_every_command_and_the_exit_codes() -> None:
    shown = CliRunner().invoke(app, ["--help"]).output
    commands = ["ingest", "status", "embed", "search", "ask", "demo", "serve", "doctor"]
    for command in [*commands, "backup", "restore"]:
        assert f"│ {command} " in shown
    assert "3 when some files" in shown


def test_version_is_shown() -> None:
    assert CliRunner().invoke(app, ["--version"]).output.startswith("kefu 0.")


@pytest.mark.parametrize("arguments", [["ingest", "many", "--base", "many"], ["serve"]])
def test_ctrl_c_ends_without_a_traceback(stopped: Kefu, arguments: list[str]) -> None:
    (stopped.folder / "many").mkdir(exist_ok=True)
    for number in range(200):
        (stopped.folder / "many" / f"{number}.md").write_text(
            f"# File {number}\n\n" + "text " * 900
        )
    with stopped.start(*arguments, KEFU_SERVER__PORT="18210") as process:
        while not (stopped.folder / "data" / "postgres" / "postmaster.pid").exists():
            time.sleep(0.05)
        time.sleep(2)  # long enough to be in the midst of it
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert not (stopped.folder / "data" / "postgres" / "postmaster.pid").exists()


@pytest.mark.parametrize(
    ("words", "unloaded"),
    [
        (["--help"], ["psycopg", "numpy", "pydantic", "kefu.db", "kefu.knowledge"]),
        (["nope"], ["psycopg", "numpy", "kefu.db", "kefu.knowledge"]),
        (["audit", "--help"], ["kefu.answering", "kefu.evaluation"]),
        (["ask", "--help"], ["kefu.evaluation", "kefu.rollout", "fastapi", "uvicorn"]),
        (["evaluation", "--help"], ["fastapi", "uvicorn"]),
    ],
)
def test_a_command_loads_what_it_needs(words: list[str], unloaded: list[str]) -> None:
    code = (
        "import sys, kefu.cli\nsys.argv[0] = 'kefu'\n"
        "try:\n    kefu.cli.main()\nexcept SystemExit:\n    print(*sys.modules, file=sys.stderr)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, *words], check=True, capture_output=True, text=True
    )
    assert not set(unloaded) & set(result.stderr.split())


@pytest.mark.parametrize("later", [each for each in LATER if isinstance(each, LaterCommand)])
def test_help_says_of_a_command_what_it_says_itself(later: LaterCommand) -> None:
    whole = later.load().help or ""
    assert later.help == " ".join(whole.partition("\n\n")[0].split())


def test_an_answer_can_be_traced_from_its_id(filled: Kefu) -> None:
    answer = filled.run("ask", "When are refunds paid? My number is 13812345678")
    trace_id = answer.rpartition("trace ")[2].strip()
    shown = filled.run("traces", "show", trace_id)
    assert "gather" in shown
    assert "[phone]" in shown
    assert "13812345678" not in shown
    listed = filled.json("traces", "list", "--product", "cli")
    assert trace_id in {each["trace_id"].replace("-", "") for each in listed}
    assert filled.json("traces", "show", trace_id)["spans"][0]["name"] == "ask"


def test_traces_that_are_not_there_get_a_sentence(filled: Kefu) -> None:
    assert_one_sentence(filled.run("traces", "show", "0" * 32, code=1))
    assert_one_sentence(filled.run("traces", "show", "nonsense", code=2))
    assert filled.run("traces", "list", "--slow", "1000") == "No traces.\n"


def test_pruning_keeps_the_traces_of_today(filled: Kefu) -> None:
    before = filled.json("traces", "list")
    assert filled.json("traces", "prune", "--days", "0") == {"dropped_days": []}
    assert filled.json("traces", "list") == before
