"""Web addresses in what a model writes: only those stay that stand in what it read."""

import re

_ADDRESS = r"(?:(?:https?|ftp|data|javascript|file):|//|www\.)"
_LINK = re.compile(r"(?P<image>!)?\[(?P<label>[^\]\n]*)\]\(\s*<?(?P<target>[^)\s>]*)[^)\n]*\)")
_DEFINITION = re.compile(r"^[ \t]*\[[^\]\n]+\]:[ \t]*\S+.*$", re.MULTILINE)
_TAG = re.compile(
    rf"</?(?:img|a|iframe|script|link|object|embed|form|video|audio|svg)\b[^>]*>"
    rf"|<(?={_ADDRESS})([^>\s]*)>",
    re.IGNORECASE,
)
_BARE = re.compile(rf"(?<![\w(/]){_ADDRESS}[^\s<>\"'`）)，。；、\]]+", re.IGNORECASE)
_AFTER = ".,:;!?*_"


def keep_known_addresses(text: str, *, known: str) -> str:
    """Without images, links as words alone and addresses left out where `known` has them not."""
    text = _DEFINITION.sub("", text)
    text = _LINK.sub(lambda link: "" if link["image"] else _keep(link, known), text)
    text = _TAG.sub(lambda tag: tag[1] or "", text)
    return _BARE.sub(lambda bare: bare[0] if _is_known(bare[0].rstrip(_AFTER), known) else "", text)


def _keep(link: re.Match[str], known: str) -> str:
    return link[0] if _is_known(link["target"], known) else link["label"]


def _is_known(address: str, known: str) -> bool:
    """Whether it stands there whole: a longer one may carry away what the shorter one does not."""
    return bool(re.search(rf"{re.escape(address)}(?![\w/?&=#%-])", known)) if address else False
