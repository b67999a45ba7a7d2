"""Texts that staff send often, with variables."""

import re
from collections.abc import Mapping

from kefu.audit import record_audit
from kefu.conversations.ownership import require_staff
from kefu.conversations.records import CannedResponse, Language
from kefu.conversations.store.desk import (
    delete_response,
    get_response,
    insert_response,
    list_responses,
)
from kefu.db import Connection
from kefu.errors import BadInput, NotAllowed
from kefu.text import clean_text
from kefu.viewer import Viewer

MANAGE = "desk.manage"
SHORTCUT = re.compile(r"[\w-]{1,40}")
VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
VARIABLES = ("customer_name", "customer_id", "staff_name", "conversation_id")
MAX_TEXT_CHARACTERS = 4000


async def keep_response(
    conn: Connection, *, shortcut: str, text: str, language: Language, is_own: bool, viewer: Viewer
) -> CannedResponse:
    """Add a canned response, or change the one with that shortcut and language.

    Raises:
        BadInput: the shortcut is no word, the text is empty or too long, or a variable is unknown.
        NotAllowed: everybody's are changed by those who manage the desk.
    """
    staff_id = require_staff(viewer)
    if not is_own:
        _require_manager(viewer)
    text = clean_text(text).strip()
    if not SHORTCUT.fullmatch(shortcut):
        raise BadInput("A shortcut is one word of at most 40 characters.")
    if not 0 < len(text) <= MAX_TEXT_CHARACTERS:
        raise BadInput("A canned response has 1 to %(most)s characters.", most=MAX_TEXT_CHARACTERS)
    for name in VARIABLE.findall(text):
        if name not in VARIABLES:
            known = ", ".join(VARIABLES)
            raise BadInput("There is no variable %(name)s, only %(known)s.", name=name, known=known)
    before = None if is_own else await _find_shared(conn, shortcut, language)
    kept = await insert_response(
        conn,
        shortcut=shortcut,
        text=text,
        language=language,
        staff_id=staff_id if is_own else None,
    )
    if not is_own:
        deed = "added" if before is None else "changed"
        replaced = "" if before is None else before.text
        await _record(conn, deed, kept, viewer, {"text": text, "replaced": replaced})
    return kept


async def drop_response(conn: Connection, id: int, *, viewer: Viewer) -> None:
    """Delete an own canned response, or as a manager one of everybody's.

    Raises:
        NotAllowed: it is not the viewer's to delete.
        NotFound: there is none.
    """
    response = await get_response(conn, id)
    if response.staff_id != require_staff(viewer):
        _require_manager(viewer)
    await delete_response(conn, id)
    if response.staff_id is None:
        await _record(conn, "deleted", response, viewer, {"replaced": response.text})


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """Put values in the place of variables; one without a value stays as it is."""
    return VARIABLE.sub(lambda found: values.get(found[1]) or found[0], text)


async def _find_shared(
    conn: Connection, shortcut: str, language: Language
) -> CannedResponse | None:
    known = await list_responses(conn, None, language=language)
    return next((each for each in known if each.shortcut == shortcut), None)


async def _record(
    conn: Connection,
    deed: str,
    response: CannedResponse,
    viewer: Viewer,
    details: Mapping[str, str],
) -> None:
    await record_audit(
        conn,
        actor=viewer.name,
        action=f"canned_response.{deed}",
        subject=f"/{response.shortcut}",
        details={"language": response.language, **details},
    )


def _require_manager(viewer: Viewer) -> None:
    if MANAGE not in viewer.permissions:
        raise NotAllowed("What everybody uses is changed by those who manage the desk.")
