"""What fails is noted and tried again; it never stops what is done for others."""

import logging
from collections.abc import Awaitable

from kefu.errors import KefuError

UNFORESEEN = "Something went wrong here; the log of the server says what."
LONGEST = 300

log = logging.getLogger(__name__)


async def attempt(work: Awaitable[object]) -> str:
    """Do something; what went wrong in a sentence, empty: nothing."""
    try:
        await work
    except KefuError as error:
        log.warning("Webhooks: %s", error)
        return str(error)[:LONGEST]
    except Exception:
        log.exception("Webhooks")
        return UNFORESEEN
    return ""
