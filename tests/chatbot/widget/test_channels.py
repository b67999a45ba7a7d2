"""Channels: what they may be called and hold, on the command line too."""

from typing import Any

import pytest
from filling import fill
from httpx import AsyncClient
from psycopg import AsyncConnection

from kefu.chatbot.widget import (
    ChannelLook,
    ProactiveRule,
    add_channel,
    change_channel,
    get_channel,
    read_secret,
    remove_channel,
    rotate_secret,
)
from kefu.chatbot.widget.channels import clean_origin
from kefu.chatbot.widget.records import contrast
from kefu.db import Database
from kefu.errors import BadInput, Conflict, KefuError, NotFound
from kefu.resources import Resources

LOOK = ChannelLook(base="main", title="Shop")


@pytest.fixture
async def main_base(resources: Resources) -> None:
    await fill(resources, {"Opening hours": "We are open from nine to five."})


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("https://Shop.example.com/", "https://shop.example.com"),
        ("https://shop.example.com:443", "https://shop.example.com"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_an_origin_is_kept_as_browsers_send_it(given: str, origin: str) -> None:
    assert clean_origin(given) == origin


@pytest.mark.parametrize(
    "given", ["shop.example.com", "https://a/b", "https://a@b", "*", "null", "ftp://a", "https://"]
)
def test_what_is_no_origin_is_refused(given: str) -> None:
    with pytest.raises(BadInput, match="no address of a web site"):
        clean_origin(given)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"base": "none"}, "no knowledge base"),
        ({"title": " "}, "The title"),
        ({"accent": "red"}, "The colour"),
        ({"starters": ["a"] * 7}, "At most 6 questions"),
        ({"greetings": {"en": "a" * 501}}, "at most 500 characters"),
        ({"proactive_rules": [ProactiveRule(pattern="", seconds=1, text="a")]}, "needs a page"),
        ({"proactive_rules": [ProactiveRule(pattern="/", seconds=-1, text="a")]}, "waits 0 to"),
    ],
)
async def test_what_a_channel_cannot_hold_is_refused(
    conn: AsyncConnection, resources: Resources, main_base: None, changes: Any, problem: str
) -> None:
    look = ChannelLook(**({"base": "main", "title": "Shop"} | changes))
    with pytest.raises(BadInput, match=problem):
        await add_channel(conn, "shop", look, settings=resources.settings, actor="test")


@pytest.mark.parametrize("name", ["", "Shop", "a b", "-a", "a" * 41, "chat"])
async def test_a_name_that_paths_cannot_hold_is_refused(
    conn: AsyncConnection, resources: Resources, main_base: None, name: str
) -> None:
    with pytest.raises(BadInput, match="no name for a channel"):
        await add_channel(conn, name, LOOK, settings=resources.settings, actor="test")


async def test_a_channel_keeps_what_was_decided_and_its_secret_unreadable(
    conn: AsyncConnection, resources: Resources, main_base: None
) -> None:
    settings = resources.settings
    rule = ProactiveRule(pattern="/prices*", seconds=5, text="Need help?")
    added = await add_channel(conn, "shop", LOOK, settings=settings, actor="test")
    changed = ChannelLook(
        base="main", title="Shop", greetings={"en": " Hi. ", "zh": ""}, proactive_rules=[rule]
    )
    await change_channel(conn, "shop", changed, actor="test")
    kept = await get_channel(conn, "shop")
    assert kept.look.greetings == {"en": "Hi."}
    assert kept.look.proactive_rules == [rule]
    assert added.secret.encode() not in kept.encrypted_secret
    assert read_secret(kept, settings=settings) == added.secret
    rotated = await rotate_secret(conn, "shop", settings=settings, actor="test")
    assert read_secret(await get_channel(conn, "shop"), settings=settings) == rotated
    assert rotated != added.secret
    with pytest.raises(Conflict):
        await add_channel(conn, "shop", LOOK, settings=settings, actor="test")
    cursor = await conn.execute("select action, details::text from audit_entries order by number")
    entries = await cursor.fetchall()
    assert [action for action, _ in entries] == [
        "channel.added",
        "channel.changed",
        "channel.secret_rotated",
    ]
    assert all(rotated not in details for _, details in entries)
    await remove_channel(conn, "shop", actor="test")
    with pytest.raises(NotFound):
        await get_channel(conn, "shop")


@pytest.mark.parametrize("accent", ["#ffffff", "#000000", "#ffcc00", "#3451d1", "#767676"])
def test_words_on_the_accent_can_be_read(accent: str) -> None:
    look = ChannelLook(base="main", title="Shop", accent=accent)
    assert contrast(look.on_accent, accent) >= 4.5


def test_channels_are_managed_on_the_command_line(
    committed_database: Database, command: Any, tmp_path: Any
) -> None:
    document = tmp_path / "hours.md"
    document.write_text("# Opening hours\n\nWe are open from nine to five.\n")
    command("ingest", str(document), "--no-wait")
    added = command("channels", "add", "shop", "--origin", "https://shop.example.com", "--json")
    assert added["snippet"] == (
        '<script src="http://127.0.0.1:8210/widget.js" data-channel="shop" async></script>'
    )
    assert command("channels", "show-snippet", "shop").strip() == added["snippet"]
    assert "https://b.example.com" in command(
        "channels", "allow", "shop", "--origin", "https://b.example.com"
    )
    (listed,) = command("channels", "list", "--json")
    assert listed["allowed_origins"] == ["https://b.example.com"]
    assert "https://b.example.com" in command("channels", "list")
    assert command("channels", "rotate-secret", "shop").strip() != added["secret"]
    command("channels", "remove", "shop")
    assert command("channels", "list", "--json") == []
    with pytest.raises(KefuError, match="no channel"):
        command("channels", "show-snippet", "shop")


async def test_a_channel_that_is_not_there_is_not_found(client: AsyncClient) -> None:
    assert (await client.get("/api/widget/none")).status_code == 404
