"""Adding and changing channels; each change stands in the audit log."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kefu.audit import record_audit
from kefu.chatbot.widget.records import Channel, ChannelLook, ProactiveRule
from kefu.chatbot.widget.store import (
    delete_channel,
    get_channel,
    insert_channel,
    update_channel,
    update_secret,
)
from kefu.db import Connection
from kefu.errors import BadInput, Conflict
from kefu.knowledge import find_base
from kefu.llm import Vault
from kefu.settings import Settings

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
OWN_PAGE = "chat"  # the channel of conversations on Kefu's own chat page
ORIGIN = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+|\[[0-9a-f:]+\])(:(?P<port>\d{1,5}))?"
)
USUAL_PORTS = {"http": "80", "https": "443"}
COLOUR = re.compile(r"#[0-9a-f]{6}")
MOST_ORIGINS = 50
MOST_STARTERS = 6
MOST_RULES = 20
LONGEST_TITLE = 60
LONGEST_TEXT = 500
LONGEST_WAIT_SECONDS = 3600
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedChannel:
    """A channel with its secret, which the host site signs identities with."""

    channel: Channel
    secret: str


async def add_channel(
    conn: Connection, name: str, look: ChannelLook, *, settings: Settings, actor: str
) -> AddedChannel:
    """Add a channel with a secret of its own.

    Raises:
        BadInput: a name or value cannot be used.
        Conflict: there is a channel of this name.
    """
    if not NAME.fullmatch(name) or name == OWN_PAGE:
        raise BadInput(
            "%(name)r is no name for a channel: up to 40 small letters, digits and hyphens.",
            name=name[:60],
        )
    look = await _clean(conn, look)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    closed = Vault(settings.data_dir).close(secret)
    if not await insert_channel(conn, name, look, encrypted_secret=closed, changed_by=actor):
        raise Conflict("There is a channel %(name)r already.", name=name)
    await record_audit(conn, actor=actor, action="channel.added", subject=name, details=_tell(look))
    return AddedChannel(channel=await get_channel(conn, name), secret=secret)


async def change_channel(conn: Connection, name: str, look: ChannelLook, *, actor: str) -> Channel:
    """Replace what was decided of a channel.

    Raises:
        NotFound: there is none of this name.
        BadInput: a value cannot be used.
    """
    await get_channel(conn, name)
    look = await _clean(conn, look)
    await update_channel(conn, name, look, changed_by=actor)
    await record_audit(
        conn, actor=actor, action="channel.changed", subject=name, details=_tell(look)
    )
    return await get_channel(conn, name)


async def rotate_secret(conn: Connection, name: str, *, settings: Settings, actor: str) -> str:
    """Give a channel another secret: what was signed with the one before is refused at once.

    Raises:
        NotFound: there is none of this name.
    """
    await get_channel(conn, name)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    closed = Vault(settings.data_dir).close(secret)
    await update_secret(conn, name, closed, changed_by=actor)
    await record_audit(conn, actor=actor, action="channel.secret_rotated", subject=name)
    return secret


async def remove_channel(conn: Connection, name: str, *, actor: str) -> None:
    """Take a channel away; its conversations stay.

    Raises:
        NotFound: there is none of this name.
    """
    await get_channel(conn, name)
    await delete_channel(conn, name)
    await record_audit(conn, actor=actor, action="channel.removed", subject=name)


def read_secret(channel: Channel, *, settings: Settings) -> str:
    """What the host site signs identities with.

    Raises:
        BadSettings: the key of the data folder is gone or another one.
    """
    opened = Vault(settings.data_dir).open(channel.encrypted_secret)
    assert opened is not None
    return opened.get_secret_value()


def build_snippet(name: str, *, settings: Settings) -> str:
    """What the host site puts on its pages."""
    address = f"{settings.server.url}/widget.js"
    return f'<script src="{address}" data-channel="{name}" async></script>'


async def _clean(conn: Connection, look: ChannelLook) -> ChannelLook:
    if await find_base(conn, look.base) is None:
        raise BadInput("There is no knowledge base %(name)r.", name=look.base)
    if not look.title.strip() or len(look.title) > LONGEST_TITLE:
        raise BadInput("The title has 1 to %(most)s characters.", most=LONGEST_TITLE)
    accent = look.accent.strip().lower()
    if not COLOUR.fullmatch(accent):
        raise BadInput("The colour is written as in #3451d1.")
    texts = [*look.greetings.values(), *look.starters, *(r.text for r in look.proactive_rules)]
    if any(len(text) > LONGEST_TEXT for text in texts):
        raise BadInput("A text of the widget has at most %(most)s characters.", most=LONGEST_TEXT)
    return replace(
        look,
        title=look.title.strip(),
        accent=accent,
        allowed_origins=_clean_origins(look.allowed_origins),
        greetings={name: text.strip() for name, text in look.greetings.items() if text.strip()},
        starters=_clean_starters(look.starters),
        proactive_rules=_clean_rules(look.proactive_rules),
    )


def _clean_origins(given: Sequence[str]) -> list[str]:
    origins = list(dict.fromkeys(clean_origin(each) for each in given if each.strip()))
    if len(origins) > MOST_ORIGINS:
        raise BadInput("A channel has at most %(most)s web sites.", most=MOST_ORIGINS)
    return origins


def clean_origin(given: str) -> str:
    """An origin as browsers send it.

    Raises:
        BadInput: it is none.
    """
    text = given.strip().lower().rstrip("/")
    match = ORIGIN.fullmatch(text)
    if match is None:
        raise BadInput(
            "%(text)r is no address of a web site: write it as https://shop.example.com.",
            text=given[:80],
        )
    scheme, host, port = match["scheme"], match["host"], match["port"]
    is_usual = port in {None, USUAL_PORTS[scheme]}
    return f"{scheme}://{host}" if is_usual else f"{scheme}://{host}:{port}"


def _clean_starters(given: Sequence[str]) -> list[str]:
    starters = [text.strip() for text in given if text.strip()]
    if len(starters) > MOST_STARTERS:
        raise BadInput("At most %(most)s questions are offered.", most=MOST_STARTERS)
    return starters


def _clean_rules(given: Sequence[ProactiveRule]) -> list[ProactiveRule]:
    rules = [replace(rule, text=rule.text.strip(), pattern=rule.pattern.strip()) for rule in given]
    if len(rules) > MOST_RULES:
        raise BadInput("A channel has at most %(most)s messages by itself.", most=MOST_RULES)
    for rule in rules:
        if not rule.pattern.startswith(("/", "*")) or not rule.text:
            raise BadInput("A message by itself needs a page, as in /prices*, and a text.")
        if not 0 <= rule.seconds <= LONGEST_WAIT_SECONDS:
            raise BadInput(
                "A message by itself waits 0 to %(most)s seconds.", most=LONGEST_WAIT_SECONDS
            )
    return rules


def _tell(look: ChannelLook) -> dict[str, str | Sequence[str]]:
    return {"base": look.base, "title": look.title, "allowed_origins": look.allowed_origins}
