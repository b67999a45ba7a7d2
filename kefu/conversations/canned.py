"""Texts that staff send often, with variables."""

import re
from collections.abc import Mapping

from kefu.conversations.ownership import require_staff
from kefu.conversations.records import CannedResponse, Language
from kefu.conversations.store.desk import delete_response, get_response, insert_response
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
    return await insert_response(
        conn,
        shortcut=shortcut,
        text=text,
        language=language,
        staff_id=staff_id if is_own else None,
    )


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


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """Put values in the place of variables; one without a value stays as it is."""
    return VARIABLE.sub(lambda found: values.get(found[1]) or found[0], text)


def _require_manager(viewer: Viewer) -> None:
    if MANAGE not in viewer.permissions:
        raise NotAllowed("What everybody uses is changed by those who manage the desk.")
