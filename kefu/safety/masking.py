"""Personal data becomes the name of its kind in brackets."""

from kefu.safety.personal_data import find_personal_data


def mask_personal_data(text: str) -> str:
    """The text with "[phone]", "[email]" and so on where such data stood."""
    pieces: list[str] = []
    end = 0
    for datum in find_personal_data(text):
        pieces += [text[end : datum.start], f"[{datum.kind}]"]
        end = datum.end
    return "".join([*pieces, text[end:]])
