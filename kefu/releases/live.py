"""What is live, and what it therefore keeps from being changed beside a release."""

from kefu.db import Connection
from kefu.errors import Conflict, NotFound
from kefu.releases.records import Release
from kefu.releases.store import find_live_release


async def find_live(conn: Connection) -> Release | None:
    """What answers customers; None before the server has started for the first time."""
    return await find_live_release(conn)


async def get_live(conn: Connection) -> Release:
    """What answers customers.

    Raises:
        NotFound: nothing was released yet.
    """
    live = await find_live_release(conn)
    if live is None:
        raise NotFound("Nothing was released yet: `kefu serve` makes the first release.")
    return live


async def require_unpinned(conn: Connection, prompt: str) -> None:
    """Refuse to change what a prompt sends now where the live release says what it sends.

    Raises:
        Conflict: with the command that does it.
    """
    live = await find_live_release(conn)
    if live is not None and prompt in live.content.prompts:
        raise Conflict(
            "%(prompt)s is part of release %(number)s, which is live. Propose another one: "
            "`kefu releases propose --prompt`, or Releases on the pages.",
            prompt=prompt,
            number=live.id,
        )


async def require_not_live(conn: Connection, endpoint: str) -> None:
    """Refuse to take an endpoint away from the live release.

    Raises:
        Conflict: the live release uses it.
    """
    live = await find_live_release(conn)
    if live is not None and endpoint in {each.name for each in live.content.endpoints}:
        raise Conflict(
            "Release %(number)s, which is live, writes with %(endpoint)s. Add another endpoint "
            "and promote a release without this one first.",
            number=live.id,
            endpoint=endpoint,
        )
