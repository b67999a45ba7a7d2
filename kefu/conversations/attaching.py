"""Files in conversations: what they are is found in their content, never believed."""

import hashlib
from urllib.parse import quote
from uuid import UUID

from kefu.conversations.ownership import WRITE, require_own
from kefu.conversations.records import Attachment
from kefu.conversations.store.conversations import lock_conversation
from kefu.conversations.store.messages import count_waiting_files, insert_attachment
from kefu.db import Connection
from kefu.errors import BadInput, TooLarge
from kefu.text import clean_text
from kefu.viewer import Viewer

MAX_NAME_CHARACTERS = 120
MOST_WAITING = 20
UNSENT_HOURS = 24
SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
)
IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
TEXT = "text/plain"
MEDIA_TYPES = (*sorted(IMAGES), "application/pdf", TEXT)


async def attach(
    conn: Connection,
    conversation_id: UUID,
    content: bytes,
    *,
    name: str,
    viewer: Viewer,
    max_bytes: int,
) -> Attachment:
    """Keep a file that a message will take along; what no message takes is deleted in a day.

    Raises:
        BadInput: it is empty or of a kind that is not taken.
        NotFound: the conversation is not the viewer's.
        TooLarge: it is larger than `max_bytes`, or too many files wait.
    """
    conversation = await lock_conversation(conn, conversation_id)
    if WRITE not in viewer.permissions:
        require_own(conversation, viewer)
    if len(content) > max_bytes:
        raise TooLarge("A file has at most %(most)s MB.", most=max_bytes >> 20)
    if await count_waiting_files(conn, conversation_id) >= MOST_WAITING:
        raise TooLarge("Too many files wait to be sent.")
    return await insert_attachment(
        conn,
        conversation_id=conversation_id,
        staff_id=viewer.staff_id if WRITE in viewer.permissions else None,
        name=_clean_name(name),
        media_type=recognise(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
    )


def recognise(content: bytes) -> str:
    """The media type of a file by its content.

    Raises:
        BadInput: it is empty, or none of those that are taken.
    """
    if not content:
        raise BadInput("The file is empty.")
    for signature, media_type in SIGNATURES:
        if content.startswith(signature):
            return media_type
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise BadInput("Images, PDF files and plain text can be sent, nothing else.")
    return TEXT


def build_headers(file: Attachment) -> dict[str, str]:
    """Of the response that holds a file: all but images are saved rather than shown."""
    shown = "inline" if file.media_type in IMAGES else "attachment"
    return {
        "Content-Disposition": f"{shown}; filename*=UTF-8''{quote(file.name, safe='')}",
        "Cache-Control": "private, max-age=86400, immutable",
    }


def _clean_name(given: str) -> str:
    name = " ".join(clean_text(given).replace("\\", "/").rpartition("/")[2].split())
    return name[-MAX_NAME_CHARACTERS:] or "file"
