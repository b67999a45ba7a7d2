"""What the settings are made of, and the sections that stand on their own."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from kefu.viewer import DataClass

Seconds = Annotated[float, Field(gt=0, le=3600)]
Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0, le=10)]
Secret = Annotated[SecretStr | None, BeforeValidator(lambda given: given or None)]


class Section(BaseModel):
    """A group of settings; a key it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class RoutingSettings(Section):
    """Which class the data of a question has before any document is read, and how long to wait."""

    conversation_class: DataClass = Field(
        DataClass.INTERNAL, description="Of what customers write."
    )
    customer_class: DataClass = Field(
        DataClass.CONFIDENTIAL, description="Of what is known about an identified customer."
    )
    hedge_seconds: float | None = Field(
        None,
        gt=0,
        le=3600,
        description="Without a word for so long, the next endpoint is asked as well; empty: never.",
    )


class RetrievalSettings(Section):
    """How hits are found and fused."""

    top_k: int = Field(10, ge=1, le=100, description="Hits returned when nothing else is asked.")
    candidates: int = Field(
        100, ge=10, le=1000, description="Candidates each half (lexical, dense) contributes."
    )
    lexical_budget: int = Field(
        1500, ge=100, le=1_000_000, description="Most chunks the lexical half scores per question."
    )
    ef_search: int = Field(
        150, ge=10, le=1000, description="Breadth of the search in the HNSW index."
    )
    lexical_weight: Weight = Field(
        0.5, description="Of the words in common, against 1 for the meaning."
    )
    literal_weight: Weight = Field(
        1.0, description="Of a rare code that a chunk shares with the question, against the same."
    )
    language_bias: Share = Field(
        0.8,
        description="Share of the embedder's bias to the question's language that is taken out.",
    )
    rerank_candidates: int = Field(
        30, ge=2, le=100, description="Best hits that a rerank endpoint puts into its order."
    )
    rerank_seconds: Seconds = Field(
        2.0, description="Longest wait for a rerank endpoint; later the order stays."
    )


class AnsweringSettings(Section):
    """When to answer."""

    min_confidence: Share = Field(
        0.5, description="Below this confidence the question is not answered."
    )
    near_confidence: Share = Field(
        0.3, description="Below it an abstention does not even name the nearest document."
    )
    calibration_slope: float = Field(
        1.0, gt=0, le=20, description="What log odds of confidence are multiplied by."
    )
    calibration_intercept: float = Field(
        0.0, ge=-50, le=50, description="What is added to them after that."
    )
    max_sentences: int = Field(4, ge=1, le=30, description="Longest extractive answer.")
    trust_writer: bool = Field(
        default=False,
        description="Let the writing model say what the knowledge holds, not the search alone.",
    )
    check_entailment: bool = Field(
        default=False,
        description="Have the writing model read again what verification doubts.",
    )
    staff_contact: str = Field(
        "",
        max_length=300,
        description="Where customers reach a person, as said to them; empty: nobody takes over.",
    )
    hand_over_after: int = Field(
        2, ge=0, le=20, description="Abstentions in a row that hand over to a person; 0: never."
    )


class OidcSettings(Section):
    """Where people sign in who have an account at an OpenID Connect provider."""

    issuer: str | None = Field(
        None,
        pattern=r"^(https://[^\s?#]+|http://(localhost|127\.0\.0\.1)(:\d+)?(/[^\s?#]*)?)$",
        description="The provider's issuer, as https://login.example.com; empty: passwords only.",
    )
    name: str = Field(
        "SSO", min_length=1, max_length=60, description="What the provider is called on the page."
    )
    client_id: str = Field("kefu", description="How Kefu is known to the provider.")
    client_secret: Secret = Field(None, description="Secret of the client; empty: PKCE alone.")
    scopes: str = Field(
        "openid email profile", description="What the provider is asked for, spaces between."
    )
    domains: tuple[str, ...] = Field(
        (), description="Only these e-mail domains; whoever is new there becomes staff; empty: all."
    )
    role_claim: str = Field(
        "", description="Claim that decides the role, as groups or realm_access.roles."
    )
    roles: tuple[Annotated[str, Field(pattern=r"^.+=(staff|editor|manager|admin)$")], ...] = Field(
        (), description="What its values stand for, as support-team=staff; the first that fits."
    )
    trusts_unverified: bool = Field(
        default=False, description="Take addresses that the provider does not call verified."
    )


class AnswerCacheSettings(Section):
    """Answers that are given again to the same question."""

    enabled: bool = Field(
        default=True, description="Give an answer again while knowledge and release are the same."
    )
    other_words: bool = Field(
        default=False,
        description="Give it also to the same question put in another way, where that is certain.",
    )
    max_age_minutes: int = Field(
        60, ge=1, le=43_200, description="After so long a question is answered anew."
    )
    max_entries: int = Field(
        10_000, ge=1, le=1_000_000, description="Most answers that are kept; the oldest go first."
    )
    data_class: DataClass = Field(
        DataClass.INTERNAL, description="Highest class of data in an answer that is kept."
    )


class AlertSettings(Section):
    """Where alerts of the monitors are sent."""

    url: str | None = Field(
        None, pattern=r"^https?://[^\s/]+(/\S*)?$", description="Webhook for alerts; empty: none."
    )
    secret: Secret = Field(
        None,
        min_length=24,
        description="Signs what is sent (Standard Webhooks); begins with whsec_.",
    )
    allow_private: bool = Field(
        default=False, description="Send to addresses of the own network too."
    )


class McpSettings(Section):
    """Who asks through `kefu mcp`."""

    key: Secret = Field(
        None, description="API key whose owner `kefu mcp` acts for; empty: a customer."
    )


class AuditSettings(Section):
    """How the audit log is sealed."""

    key: Secret = Field(
        None,
        min_length=32,
        description="Seals the audit log; empty: the last line of audit.key in the data folder.",
    )


class HandOverSettings(Section):
    """When people take over from the chatbot."""

    to_desk: bool = Field(
        default=False, description="Hand customers who need a person to the people at the desk."
    )
    topics: tuple[str, ...] = Field(
        (), max_length=100, description="Words; a question with one of them goes to people at once."
    )
    vip: bool = Field(
        default=False, description="Customers who are marked as VIP go to people at once."
    )
    intents: tuple[Literal["complaint", "urgent", "abusive", "out_of_scope"], ...] = Field(
        (), max_length=4, description="What a message is taken for that goes to people at once."
    )


class VisitorSettings(Section):
    """How much visitors may do whom nobody knows: neither customers who signed in nor API keys."""

    messages_per_minute: int = Field(
        20, ge=0, le=10_000, description="Messages of one visitor; 0: no limit."
    )
    conversations_per_hour: int = Field(
        30, ge=0, le=10_000, description="Conversations that one visitor begins; 0: no limit."
    )
    uploads_per_hour: int = Field(
        30, ge=0, le=10_000, description="Files that one visitor sends; 0: no limit."
    )
    per_address: int = Field(
        20,
        ge=0,
        le=10_000,
        description="So many times as much may come from one address; 0: no limit.",
    )


class ConversationSettings(Section):
    """How long conversations go on, and what they may hold."""

    reopen_days: int = Field(
        7, ge=0, le=365, description="A customer who writes later begins another conversation."
    )
    absent_minutes: int = Field(
        10, ge=1, le=1440, description="People who fall silent so long lose their conversations."
    )
    max_file_mb: int = Field(10, ge=1, le=100, description="Largest file in a message.")
    open_streams: int = Field(
        2000, ge=1, le=100_000, description="Streams of events that a process holds open."
    )
