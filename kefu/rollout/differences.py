"""What two releases do not have in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from kefu.releases import Content, PromptPin, SettingValue

ABSENT = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that is not the same.

    Attributes:
        key: of the prompt or setting; empty for the endpoints and for Kefu itself.
    """

    kind: Literal["prompt", "endpoints", "setting", "kefu"]
    key: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.key or self.kind}: {self.before} -> {self.after}"


def list_changes(before: Content, after: Content) -> Sequence[Difference]:
    """What changes from one release to another."""
    found = [
        Difference(kind="kefu", key="", before=before.kefu, after=after.kefu),
        Difference(
            kind="endpoints", key="", before=_show_endpoints(before), after=_show_endpoints(after)
        ),
        *(
            Difference(
                kind="prompt",
                key=key,
                before=_show_pin(before.prompts, key),
                after=_show_pin(after.prompts, key),
            )
            for key in sorted(before.prompts.keys() | after.prompts.keys())
        ),
        *(
            Difference(
                kind="setting",
                key=key,
                before=_show_setting(before.settings, key),
                after=_show_setting(after.settings, key),
            )
            for key in sorted(before.settings.keys() | after.settings.keys())
        ),
    ]
    return [each for each in found if each.before != each.after]


def _show_endpoints(content: Content) -> str:
    shown = [
        f"{each.name} ({each.model})" if each.model else each.name for each in content.endpoints
    ]
    return ", ".join(shown) or "none"


def _show_pin(pins: Mapping[str, PromptPin], key: str) -> str:
    pin = pins.get(key)
    return f"@{pin.number or 'shipped'} {pin.digest[:12]}" if pin else ABSENT


def _show_setting(settings: Mapping[str, SettingValue], key: str) -> str:
    return str(settings.get(key, ABSENT))
