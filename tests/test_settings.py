"""Where settings come from, and what is said about those that cannot be used."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from kefu.errors import BadSettings
from kefu.settings import BENCHMARK_PREFIX, Section, Settings, list_keys, load_settings, variable

SECRET = "sk-only-for-me"


def write_config(text: str | bytes) -> None:
    Path("kefu.toml").write_bytes(text if isinstance(text, bytes) else text.encode())


def refusal() -> str:
    with pytest.raises(BadSettings) as caught:
        load_settings()
    assert caught.value.__cause__ is None
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence


def test_everything_has_a_default() -> None:
    settings = load_settings()
    assert settings.database_url is None
    assert settings.model.url is None
    assert settings.server.port == 8210
    assert settings.data_dir.name == "kefu"


def test_environment_beats_the_file_and_the_file_beats_the_defaults(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_config("[server]\nport = 1111\nhost = '0.0.0.0'\n")
    monkeypatch.setenv("KEFU_SERVER__PORT", "2222")
    server = load_settings().server
    assert (server.host, server.port) == ("0.0.0.0", 2222)


def test_arguments_beat_everything(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KEFU_DATA_DIR", "/elsewhere")
    assert load_settings(data_dir=tmp_path).data_dir == tmp_path


def test_variable_may_be_written_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("kefu_server__port", "2222")
    assert load_settings().server.port == 2222


@pytest.mark.parametrize("name", ["KEFU_DATABASE_URL", "KEFU_MODEL__KEY", "KEFU_SERVER__PORT"])
def test_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "")
    assert load_settings() == Settings()


def test_empty_secret_in_the_file_is_none() -> None:
    write_config('database_url = ""\n[embedding]\nkey = ""\n')
    settings = load_settings()
    assert settings.database_url is None
    assert settings.embedding.key is None


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("KEFU_SERVER__PROT", "KEFU_SERVER__PORT"),
        ("KEFU_DATABSE_URL", "KEFU_DATABASE_URL"),
        ("KEFU_SERVER__PORT__X", "KEFU_SERVER__PORT"),
        ("KEFU_MODEL", "KEFU_MODEL__URL"),
        ("KEFU_ZZZZZZZZ", "KEFU"),
    ],
)
def test_unknown_variable_is_refused_with_suggestions(
    monkeypatch: pytest.MonkeyPatch, name: str, suggestion: str
) -> None:
    monkeypatch.setenv(name, "1")
    sentence = refusal()
    assert f"Unknown setting {name}." in sentence
    assert suggestion in sentence


@pytest.mark.parametrize(
    ("text", "key", "suggestion"),
    [
        ("[server]\nprot = 1", "server.prot", "server.port"),
        ("databse_url = 'x'", "databse_url", "database_url"),
        ("[chatbots]\nname = 'x'", "chatbots", "chatbot"),
    ],
)
def test_unknown_key_is_refused_with_suggestions(text: str, key: str, suggestion: str) -> None:
    write_config(text)
    sentence = refusal()
    assert f"Unknown setting {key}." in sentence
    assert suggestion in sentence.partition("Did you mean")[2]


def test_variables_of_the_benchmarks_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{BENCHMARK_PREFIX}CACHE", "/somewhere")
    assert load_settings() == Settings()


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("server.port", "70000", "65535"),
        ("server.port", "http", "integer"),
        ("log_level", "loud", "'debug', 'info', 'warning' or 'error'"),
        ("answering.min_confidence", "1.5", "less than or equal to 1"),
        ("model.local", "perhaps", "boolean"),
        ("ingest.parse_seconds", "0", "greater than 0"),
        ("chatbot.examples", "no list", "JSON list"),
        ("chatbot.examples", '["a", 3]', "valid string"),
    ],
)
def test_bad_value_names_key_variable_and_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, key: str, value: str, allowed: str
) -> None:
    monkeypatch.setenv(variable(key), value)
    sentence = refusal()
    assert f"{key} ({variable(key)})" in sentence
    assert allowed in sentence


def test_every_bad_value_is_named_at_once() -> None:
    write_config("[server]\nport = 0\n[retrieval]\ntop_k = 0\n")
    sentence = refusal()
    assert "server.port" in sentence
    assert "retrieval.top_k" in sentence


def test_section_that_is_no_table_is_named() -> None:
    write_config("server = 3")
    assert refusal().startswith("server: ")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[server\n", "is not valid TOML"),
        ("port = \n", "is not valid TOML"),
        (b"\xff\xfe[server]\n", "is not UTF-8 text"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(text: str | bytes, problem: str) -> None:
    write_config(text)
    assert f"kefu.toml {problem}" in refusal()


@pytest.mark.parametrize("key", ["database_url", "embedding.key", "model.key"])
def test_secret_is_shown_nowhere(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv(variable(key), SECRET)
    settings = load_settings()
    for shown in (repr(settings), str(settings), settings.model_dump_json(), str(vars(settings))):
        assert SECRET not in shown


@pytest.mark.parametrize(
    "text",
    [
        f"[model]\nkey = {{ value = '{SECRET}' }}",
        f"[model]\nkey = ['{SECRET}']",
        f"[model]\nkeyy = '{SECRET}'",
        f"model = '{SECRET}'",
        f"database_url = ['{SECRET}']",
    ],
)
def test_secret_is_not_in_an_error(text: str) -> None:
    write_config(text)
    assert SECRET not in refusal()


def test_every_key_says_what_it_means() -> None:
    for key, field in list_keys():
        assert field.description, key
        assert field.description.endswith("."), key


def test_list_of_keys_covers_the_whole_tree() -> None:
    def leaves(value: BaseModel, prefix: str = "") -> set[str]:
        found: set[str] = set()
        for name in type(value).model_fields:
            inner = getattr(value, name)
            is_section = isinstance(inner, Section)
            found |= leaves(inner, f"{prefix}{name}.") if is_section else {f"{prefix}{name}"}
        return found

    keys = [key for key, _ in list_keys()]
    assert set(keys) == leaves(load_settings())
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("key", [key for key, _ in list_keys()])
def test_variable_of_every_key_is_known(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv(variable(key), "")
    load_settings()
