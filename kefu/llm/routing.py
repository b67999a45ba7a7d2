"""Which endpoints may see what a call is about; none allowed means no call."""

from collections.abc import Sequence
from dataclasses import dataclass

from kefu.llm.endpoints import Endpoint
from kefu.settings import Purpose
from kefu.viewer import DataClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Who may be asked, in their order, and who may not.

    Attributes:
        data_class: the highest class in what would be sent.
        refused: those of the purpose that may not see it.
    """

    purpose: Purpose
    data_class: DataClass
    allowed: tuple[Endpoint, ...]
    refused: tuple[Endpoint, ...]

    @property
    def reason(self) -> str:
        """Why nobody may be asked, for the person who sets endpoints up."""
        if not self.refused:
            return f"No {self.purpose} endpoint is configured."
        limits = ", ".join(f"{each.name} ({each.data_class})" for each in self.refused)
        return f"No {self.purpose} endpoint may see {self.data_class} data. There are: {limits}."


def decide(endpoints: Sequence[Endpoint], purpose: Purpose, data_class: DataClass) -> Decision:
    """Split the endpoints of a purpose by whether they may see data of that class."""
    fit = [each for each in endpoints if each.purpose == purpose]
    return Decision(
        purpose=purpose,
        data_class=data_class,
        allowed=tuple(each for each in fit if each.data_class.rank >= data_class.rank),
        refused=tuple(each for each in fit if each.data_class.rank < data_class.rank),
    )


def choose_writing(endpoints: Sequence[Endpoint], names: Sequence[str]) -> list[Endpoint]:
    """Those of these names that write, in the order of the names, and all that do not write."""
    writing = {each.name: each for each in endpoints if each.purpose == "chat"}
    chosen = [writing[name] for name in names if name in writing]
    return chosen + [each for each in endpoints if each.purpose != "chat"]
