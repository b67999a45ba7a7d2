"""Whose a conversation is."""

from kefu.conversations.records import Conversation
from kefu.errors import NotAllowed, NotFound
from kefu.viewer import Viewer

READ = "conversations.read"
WRITE = "conversations.write"


def require_own(conversation: Conversation, viewer: Viewer) -> None:
    """Refuse what belongs to another customer as if it were not there.

    A conversation of a customer whom nobody identified belongs to whoever knows its random id.

    Raises:
        NotFound: it is another customer's.
    """
    if conversation.customer_id not in {None, viewer.customer_id}:
        raise NotFound("There is no conversation %(number)s.", number=conversation.id)


def require_readable(conversation: Conversation, viewer: Viewer) -> None:
    """Refuse what is neither the viewer's own nor for people who work here.

    Raises:
        NotFound: it is another customer's.
    """
    if READ not in viewer.permissions:
        require_own(conversation, viewer)


def require_staff(viewer: Viewer) -> int:
    """The number of the person on whose behalf something is done at the desk.

    Raises:
        NotAllowed: it is nobody who works here.
    """
    if viewer.staff_id is None:
        raise NotAllowed("Only people who work here can do this.")
    return viewer.staff_id
