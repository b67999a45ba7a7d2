"""Whether a prompt holds what no prompt may hold: secrets and people."""

import re
from collections.abc import Iterator

from kefu.prompts.checks.subject import Subject

_SECRET = re.compile(
    r"\bsk-[\w-]{16,}|\bAKIA[0-9A-Z]{12,}|\bLTAI[0-9A-Za-z]{12,}|\bgh[pousr]_\w{20,}|\bxox[abp]-[\w-]{10,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----|\bBearer [\w.~+/-]{20,}|\beyJ[\w-]{10,}\.[\w-]{10,}"
    r"|\w+://[^\s:/@]+:[^\s:/@]+@[\w.-]+"
    r"|\b(?:password|passwd|pwd|api[ _-]?key|access[ _-]?key|secret|token)\s*[:=]\s*[^\s,;]{6,}"
    r"|(?:密码|口令|密钥|令牌)\s*(?:是|为|[:：=])\s*[\w!@#$%^&*.-]{6,}",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_RESERVED = re.compile(r"@(?:.*\.)?example(?:\.\w+)?$|\.(?:test|invalid)$", re.IGNORECASE)
_PHONE = re.compile(
    r"(?<!\d)(?:\+\d{1,3}[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)|\+\d[\d ()-]{8,18}\d"
)
_CHINESE_ID = re.compile(r"(?<!\d)\d{6}(?:19|20)\d{9}[\dXx](?!\d)")
_CARD = re.compile(r"(?<![\d-])\d(?:[ -]?\d){12,18}(?![\d-])")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def secrets(subject: Subject) -> Iterator[str]:
    """Keys and passwords; only their first characters are shown."""
    for found in _SECRET.finditer(subject.specification.text):
        yield f"{found[0][:6]}…"


def personal_data(subject: Subject) -> Iterator[str]:
    """Addresses and numbers that belong to a person; only their ends are shown."""
    text = subject.specification.text
    emails = [each[0] for each in _EMAIL.finditer(text) if not _RESERVED.search(each[0])]
    phones = [each[0] for each in _PHONE.finditer(text)]
    ids = [each[0] for each in _CHINESE_ID.finditer(text) if _is_chinese_id(each[0])]
    cards = [each[0] for each in _CARD.finditer(text) if _is_card(each[0])]
    yield from (
        f"{each[:2]}…{each[-2:]}" for each in dict.fromkeys((*emails, *phones, *ids, *cards))
    )


def _is_chinese_id(number: str) -> bool:
    """GB 11643-1999: the last character is a checksum."""
    total = sum(int(digit) * weight for digit, weight in zip(number, _ID_WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == number[-1].upper()


def _is_card(number: str) -> bool:
    """ISO/IEC 7812: the Luhn sum is a multiple of ten."""
    digits = [int(each) for each in reversed(number) if each.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return len(set(digits)) > 1 and (sum(digits[::2]) + sum(doubled)) % 10 == 0
