"""The vocabulary of the widget: a channel and who visits it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import TypeAdapter

from kefu.viewer import Viewer

ACCENT = "#3451d1"
WHITE = "#ffffff"
BLACK = "#111111"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProactiveRule:
    """A message that the widget shows by itself.

    Attributes:
        pattern: of the pages on which it is shown: a path in which `*` stands for anything.
        seconds: on the page until it is shown.
    """

    pattern: str
    seconds: int
    text: str


RULES: TypeAdapter[list[ProactiveRule]] = TypeAdapter(list[ProactiveRule])


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelLook:
    """What a company decides of a channel.

    Attributes:
        base: the knowledge base that answers there.
        title: stands at the top of the widget.
        allowed_origins: web sites that may embed it, each as https://shop.example.com.
        accent: colour of buttons, as #rrggbb.
        greetings: first words by language; a language without any gets general ones.
        starters: questions offered at the beginning, each on pages in its language.
        proactive_rules: the first one that fits a page counts.
    """

    base: str
    title: str
    allowed_origins: Sequence[str] = ()
    accent: str = ACCENT
    greetings: Mapping[str, str] = field(default_factory=dict)
    starters: Sequence[str] = ()
    proactive_rules: Sequence[ProactiveRule] = ()

    @property
    def on_accent(self) -> str:
        """Black or white, whichever can be read better on the accent."""
        return max(WHITE, BLACK, key=lambda colour: contrast(colour, self.accent))


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A place outside of Kefu's own pages where customers meet the chatbot."""

    name: str
    look: ChannelLook
    encrypted_secret: bytes = field(repr=False)
    changed_by: str
    changed_at: datetime
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody before the widget: identified by the host site, or anybody.

    Attributes:
        viewer: what the visitor may do; `customer_id` is the visitor's own also when anonymous.
        name: as the host site says, like `email`.
    """

    viewer: Viewer
    is_identified: bool
    name: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What a widget proves with whose conversations it may read and write.

    Attributes:
        visitor: the same for the same person; tells nothing about the person.
        keeps_conversation: the conversation that was named is this visitor's, too.
    """

    token: str
    visitor: str
    is_identified: bool
    name: str | None
    expires_at: datetime
    keeps_conversation: bool = False


def contrast(first: str, second: str) -> float:
    """How well one colour can be read on the other, 1 to 21 (WCAG 2.2, contrast ratio)."""
    high, low = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance of sRGB, 0 to 1 (WCAG 2.2)."""
    shares = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
