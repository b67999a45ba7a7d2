"""Every setting, in one typed tree: environment first, then kefu.toml, then the defaults here."""

import difflib
import os
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, get_origin

import platformdirs
from pydantic import (
    BaseModel,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from kefu.errors import BadSettings
from kefu.sections import (
    AlertSettings,
    AnswerCacheSettings,
    AnsweringSettings,
    AuditSettings,
    ConversationSettings,
    HandOverSettings,
    McpSettings,
    OidcSettings,
    RetrievalSettings,
    RoutingSettings,
    Seconds,
    Secret,
    Section,
    VisitorSettings,
)
from kefu.viewer import DataClass

CONFIG_FILE = Path("kefu.toml")
PREFIX = "KEFU_"
DELIMITER = "__"
BENCHMARK_PREFIX = "KEFU_BENCH_"

Purpose = Literal["chat", "embedding", "rerank", "transcription"]
Preset = Literal["dashscope", "openai", "deepseek", "vllm", "ollama", "llama.cpp", "local"]
Location = Literal["own_premises", "private_cloud", "public_cloud"]
Price = Annotated[Decimal, Field(ge=0, le=1_000_000, max_digits=14, decimal_places=6)]


class ServerSettings(Section):
    """Where the web server listens."""

    host: str = Field("127.0.0.1", description="Address the web server listens on.")
    port: int = Field(8210, ge=1, le=65535, description="Port the web server listens on.")
    public_url: str | None = Field(
        None,
        pattern=r"^https?://[^/]+$",
        description="Where people reach Kefu, e.g. https://help.example.com; empty: host and port.",
    )

    trusted_proxies: tuple[str, ...] = Field(
        (),
        max_length=50,
        description="Proxies on other machines whose X-Forwarded-For and -Proto count.",
    )

    @property
    def url(self) -> str:
        """What links begin with."""
        return self.public_url or f"http://{self.host}:{self.port}"


class AccountSettings(Section):
    """How people who work here sign in."""

    session_hours: int = Field(
        12, ge=1, le=720, description="A sign-in ends after so long, however much it is used."
    )
    idle_minutes: int = Field(
        60, ge=5, le=43_200, description="A sign-in ends when it was not used for so long."
    )
    attempts: int = Field(
        5, ge=1, le=100, description="Failed sign-ins with one address until it is locked."
    )
    lock_minutes: int = Field(
        15, ge=1, le=1440, description="How long an address stays locked, and failures are counted."
    )
    link_hours: int = Field(
        48, ge=1, le=720, description="How long an invitation or another one-time link works."
    )


class CustomerSettings(Section):
    """How the host site tells Kefu who a customer is."""

    identity_key: Secret = Field(
        None, min_length=32, description="Key that signs identities of customers; empty: none."
    )
    identity_audience: str = Field(
        "kefu", min_length=1, description="What the claim `aud` of a signed identity must be."
    )


class EmbeddingSettings(Section):
    """Which embedder turns text into vectors; without endpoint and URL the built-in one."""

    endpoint: str | None = Field(
        None, description="Name of an endpoint whose purpose is embedding; empty: by url."
    )
    url: str | None = Field(
        None, description="OpenAI-compatible endpoint, e.g. https://host/v1; empty: built in."
    )
    model: str = Field("multilingual-e5-small", description="Name of the embedding model.")
    key: Secret = Field(None, description="Key of the embedding endpoint.")
    query_prefix: str = Field("", description="Put before a question for the remote embedder.")
    document_prefix: str = Field("", description="Put before a chunk for the remote embedder.")
    timeout_seconds: Seconds = Field(30.0, description="Longest wait for one batch.")
    data_class: DataClass | None = Field(
        None, description="Highest class of data it may see; empty: by its address."
    )


class ModelSettings(Section):
    """Which language model writes answers; none: answers are extracted and quoted."""

    url: str | None = Field(
        None, description="OpenAI-compatible endpoint, e.g. http://localhost:11434/v1."
    )
    name: str = Field("", description="Name of the model at the endpoint.")
    key: Secret = Field(None, description="Key of the endpoint.")
    local: bool = Field(
        default=False, description="Run the bundled small model in this process (extra `local`)."
    )
    first_token_seconds: Seconds = Field(20.0, description="Longest wait for the first token.")
    between_tokens_seconds: Seconds = Field(10.0, description="Longest wait for the next token.")
    max_tokens: int = Field(700, ge=16, le=8192, description="Longest answer, in tokens.")
    context_tokens: int = Field(
        3000, ge=200, le=200_000, description="Most tokens of retrieved text given to the model."
    )
    max_excerpts: int = Field(
        12, ge=1, le=12, description="Most hits given to the model, as far as there is room."
    )


class EndpointSettings(Section):
    """One model endpoint; `[[endpoints]]` in kefu.toml stands once for each.

    Money is in the currency of `currency`; prices are per million tokens.
    """

    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$", description="What it is called in Kefu."
    )
    purpose: Purpose = Field("chat", description="What it is asked for.")
    preset: Preset | None = Field(None, description="Whose address and location it has.")
    url: str | None = Field(None, description="Address, e.g. https://host/v1; empty: the preset's.")
    model: str = Field("", description="Name of the model; of a local one the path of its file.")
    key: Secret = Field(None, description="Key, or env:VARIABLE or file:PATH that holds it.")
    location: Location | None = Field(None, description="Where it runs; empty: by its address.")
    data_class: DataClass | None = Field(
        None, description="Highest class of data it may see; empty: by its location."
    )
    context_tokens: int = Field(8192, ge=256, le=10_000_000, description="Prompt and answer.")
    input_price: Price | None = Field(None, description="Empty: the published list price.")
    output_price: Price | None = Field(None, description="Empty: the published list price.")
    currency: Literal["USD", "CNY", "EUR"] = Field("USD", description="Of prices and budget.")
    budget_per_day: Price | None = Field(None, description="Money it may cost in a day (UTC).")
    concurrency: int = Field(8, ge=1, le=10_000, description="Calls in flight per process.")
    queue: int = Field(32, ge=0, le=100_000, description="Calls that may wait for a place.")
    queue_seconds: Seconds = Field(5.0, description="Longest wait for a place.")
    requests_per_minute: int | None = Field(None, ge=1, description="Per process; empty: no limit.")
    tokens_per_minute: int | None = Field(None, ge=1, description="Per process; empty: no limit.")
    first_token_seconds: Seconds = Field(20.0, description="Longest wait for the first token.")
    between_tokens_seconds: Seconds = Field(10.0, description="Longest wait for the next token.")

    @field_validator("key", mode="after")
    @classmethod
    def _read_key(cls, key: SecretStr | None) -> SecretStr | None:
        return _resolve_secret(key)


class ChatbotSettings(Section):
    """What customers meet."""

    name: str = Field("Kefu", max_length=60, description="Name of the chatbot on its page.")
    examples: tuple[str, ...] = Field(
        (), max_length=6, description="Questions offered on the page; empty: general ones."
    )
    related_questions: int = Field(
        3, ge=0, le=3, description="Questions offered after an answer, at most; 0: none."
    )
    concurrent_answers: int = Field(
        32, ge=1, le=1000, description="Answers written at the same time; other questions wait."
    )


class IngestSettings(Section):
    """Limits on what is taken in."""

    max_file_mb: int = Field(100, ge=1, le=4096, description="Larger files are skipped.")
    max_unpacked_mb: int = Field(
        500, ge=1, le=16384, description="Office files that unpack to more are skipped."
    )
    parse_seconds: Seconds = Field(120.0, description="Parsing one file may take so long.")
    parse_memory_mb: int = Field(
        2048, ge=256, le=65536, description="Parsing one file may take so much memory."
    )
    workers: int = Field(2, ge=1, le=64, description="Processes that parse at the same time.")
    chunk_tokens: int = Field(
        320, ge=64, le=480, description="Largest chunk, in tokens of the embedder."
    )


class TracingSettings(Section):
    """What is kept of how answers came about, and where else it goes."""

    retention_days: int = Field(30, ge=1, le=3650, description="Traces are kept so many days.")
    content: bool = Field(default=True, description="Keep what was asked and answered, masked.")
    buffer_spans: int = Field(
        10_000, ge=100, le=1_000_000, description="Spans that may wait; more are lost."
    )
    collector_url: str | None = Field(
        None, description="OTLP/HTTP endpoint for traces, e.g. http://localhost:4318/v1/traces."
    )
    collector_authorization: Secret = Field(
        None, description="Value of the Authorization header for the collector."
    )


class Settings(BaseSettings):
    """The whole tree."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter=DELIMITER,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
    )

    data_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("kefu")),
        description="Where the embedded database and everything else Kefu keeps lives.",
    )
    database_url: Secret = Field(
        None, description="PostgreSQL 16+ with pgvector 0.8+; empty: the embedded server."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "warning", description="How much is logged."
    )
    server: ServerSettings = ServerSettings()
    accounts: AccountSettings = AccountSettings()
    customers: CustomerSettings = CustomerSettings()
    conversations: ConversationSettings = ConversationSettings()
    hand_over: HandOverSettings = HandOverSettings()
    visitors: VisitorSettings = VisitorSettings()
    embedding: EmbeddingSettings = EmbeddingSettings()
    model: ModelSettings = ModelSettings()
    endpoints: tuple[EndpointSettings, ...] = Field(
        (), max_length=100, description="Model endpoints, asked in this order; see the reference."
    )
    routing: RoutingSettings = RoutingSettings()
    retrieval: RetrievalSettings = RetrievalSettings()
    answering: AnsweringSettings = AnsweringSettings()
    chatbot: ChatbotSettings = ChatbotSettings()
    answer_cache: AnswerCacheSettings = AnswerCacheSettings()
    ingest: IngestSettings = IngestSettings()
    oidc: OidcSettings = OidcSettings()
    audit: AuditSettings = AuditSettings()
    alerts: AlertSettings = AlertSettings()
    mcp: McpSettings = McpSettings()
    tracing: TracingSettings = TracingSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is given
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then environment, then the file; no .env, no secrets folder."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, CONFIG_FILE)


def load_settings(**overrides: Any) -> Settings:
    """Read the settings.

    Raises:
        BadSettings: naming the key, what is wrong with it and what is allowed.
    """
    _refuse_unknown_variables()
    try:
        return Settings(**overrides)
    except ValidationError as error:
        # The cause is left out: it quotes what was given, which may be a secret.
        raise BadSettings("; ".join(_explain(problem) for problem in error.errors())) from None
    except SettingsError:
        lists = [key for key, field in list_keys() if get_origin(field.annotation) is tuple]
        names = ", ".join(f"{key} ({variable(key)})" for key in lists)
        raise BadSettings(f'{names}: write a JSON list, as in ["first", "second"].') from None
    except UnicodeDecodeError:
        raise BadSettings(f"{CONFIG_FILE} is not UTF-8 text: save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(f"{CONFIG_FILE} is not valid TOML: {error}.") from None
    except OSError as error:
        raise BadSettings(f"{CONFIG_FILE} cannot be read: {error.strerror}.") from error


def list_keys(
    section: type[BaseModel] = Settings, prefix: str = ""
) -> Iterator[tuple[str, FieldInfo]]:
    """Every key as it stands in kefu.toml ("server.port"), with its type, default and meaning."""
    for name, field in section.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, Section):
            yield from list_keys(inner, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", field


def variable(key: str) -> str:
    """The environment variable of a key: "server.port" is KEFU_SERVER__PORT."""
    return PREFIX + key.replace(".", DELIMITER).upper()


def _resolve_secret(given: SecretStr | None) -> SecretStr | None:
    kind, separator, place = (given.get_secret_value() if given else "").partition(":")
    if not separator or kind not in {"env", "file"}:
        return given
    if kind == "env":
        found = os.environ.get(place, "")  # noqa: TID251
    else:
        try:
            found = Path(place).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            found = ""
    if not found:
        raise ValueError(f"{kind}:{place} holds no key")
    return SecretStr(found)


def _refuse_unknown_variables() -> None:
    known = {variable(key) for key, _ in list_keys()}
    given = {name.upper() for name in os.environ if name.upper().startswith(PREFIX)}  # noqa: TID251
    for name in sorted(given - known):
        if not name.startswith(BENCHMARK_PREFIX):
            raise BadSettings(_unknown(name, known))


def _explain(problem: ErrorDetails) -> str:
    keys = dict(list_keys())
    given = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        fields = {f"endpoints.{name}" for name in EndpointSettings.model_fields}
        return _unknown(given, set(keys) | (fields if given.startswith("endpoints.") else set()))
    key = next((key for key in keys if f"{given}.".startswith(f"{key}.")), None)
    if key is None:
        return f"{given}: {problem['msg']}."
    is_secret = keys[key].annotation == SecretStr | None or given.endswith(".key")
    is_whole = isinstance(problem["input"], dict)  # an endpoint, its key included
    shown = "" if is_secret or is_whole else f", not {problem['input']!r:.60}"
    name = given if key == "endpoints" else key
    return f"{name} ({variable(key)}): {problem['msg']}{shown}."


def _unknown(name: str, known: set[str]) -> str:
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    allowed = close or sorted({key.split(".")[0] for key in known})
    return f"Unknown setting {name}. Did you mean one of: {', '.join(allowed)}?"
