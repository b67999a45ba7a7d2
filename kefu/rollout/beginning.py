"""What a server does about releases when it starts: the first one, an upgrade, changed settings."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import kefu
from kefu.db import Connection
from kefu.releases import (
    Content,
    MoveKind,
    Release,
    SettingValue,
    find_live,
    find_seen,
    lock_releases,
    move_live,
    replace_seen,
)
from kefu.resources import Resources
from kefu.rollout.proposing import capture, keep_content, renew_pins

AUTHOR = "kefu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Began:
    """How things are when the server has started.

    Attributes:
        live: what answers customers.
        proposed: what the settings say now, where they were changed and are not what is live.
    """

    live: Release
    proposed: Release | None = None


async def begin(conn: Connection, resources: Resources) -> Began:
    """Make sure that what is live is a release.

    At the first start it is what the settings, the labels and the endpoints say. Later a change
    of the settings makes another release that waits. With another Kefu the same content is a
    release of its own, live at once: what was live cannot answer any more.
    """
    await lock_releases(conn)
    here = await capture(conn, resources)
    live = await find_live(conn)
    if live is None:
        live = await keep_content(conn, here, author=AUTHOR, note="What answered at the start.")
        await move_live(conn, live.id, kind=MoveKind.FIRST, author=AUTHOR)
        await replace_seen(conn, here.settings, here.endpoints)
        return Began(live=live)
    live = await _follow_upgrade(conn, live, here.settings)
    return Began(live=live, proposed=await notice_changes(conn, live, here))


async def notice_changes(conn: Connection, live: Release, here: Content) -> Release | None:
    """A release of what the settings and endpoints say, where they say something else than before.

    None where they do not, or it is what is live.
    """
    seen = await find_seen(conn)
    await replace_seen(conn, here.settings, here.endpoints)
    if seen is None:
        return None
    settings, endpoints = seen
    changed = replace(
        live.content,
        settings=dict(live.content.settings) | _changed(settings, here.settings),
        endpoints=live.content.endpoints if here.endpoints == endpoints else here.endpoints,
    )
    if changed == live.content:
        return None
    note = "The settings or the endpoints were changed."
    return await keep_content(conn, changed, author=AUTHOR, note=note)


async def _follow_upgrade(
    conn: Connection, live: Release, settings: Mapping[str, SettingValue]
) -> Release:
    """Another Kefu may ship other texts, and know other settings, which are taken as they are."""
    content = replace(
        live.content,
        kefu=kefu.__version__,
        prompts=await renew_pins(conn, live.content.prompts),
        settings={key: live.content.settings.get(key, value) for key, value in settings.items()},
    )
    if content == live.content:
        return live
    note = f"Kefu {live.content.kefu} became {content.kefu}."
    release = await keep_content(conn, content, author=AUTHOR, note=note)
    await move_live(conn, release.id, kind=MoveKind.UPGRADED, author=AUTHOR, reason=note)
    return release


def _changed(
    before: Mapping[str, SettingValue], after: Mapping[str, SettingValue]
) -> dict[str, SettingValue]:
    """Settings that have another value than when the server last started."""
    return {key: after[key] for key in before.keys() & after.keys() if before[key] != after[key]}
