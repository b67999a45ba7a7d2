"""Find personal data in Chinese and English text: phones, addresses, identity and card numbers.

Precision comes first: what customer service talks about all day (order numbers, error codes,
hotlines, prices, versions) must stay readable. A row of digits counts only when its form, its
check digit, or the word before it says what it is.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from kefu.safety.check_digits import (
    is_chinese_id,
    is_old_chinese_id,
    passes_luhn,
    passes_mod_97,
)


class Kind(StrEnum):
    """What was found; also what stands in its place when it is masked."""

    EMAIL = "email"
    PHONE = "phone"
    ID_NUMBER = "id number"
    BANK_CARD = "bank card"
    BANK_ACCOUNT = "bank account"
    PASSPORT = "passport"
    PLATE = "plate"
    ACCOUNT_NAME = "account name"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalDatum:
    """A place in a text."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pattern:
    """A form with the test it must pass; its group "datum", or all of it, is what is masked.

    Attributes:
        is_bare: nothing but digits, which an order number could be as well.
    """

    kind: Kind
    form: re.Pattern[str]
    is_real: Callable[[str], bool] = lambda _: True
    is_bare: bool = False


_START = r"(?<![0-9A-Za-z])(?<![0-9A-Za-z][-_./:,])"
_END = r"(?![0-9A-Za-z])(?![-_./:][0-9A-Za-z])"
_SEPARATOR = "[-  ]"
_DIGITS = str.maketrans("０１２３４５６７８９－＋＠．（）", "0123456789-+@.()")
_NO_DIGIT = re.compile(r"\D")
_NUMBERED_THING = re.compile(
    r"(?:单号|订单|工单|单据|运单|快递|物流|流水|编号|序列号|货号|型号|错误码|代码|条码|发票|合同|编码"
    r"|\b(?:orders?|tickets?|tracking|invoices?|serial|reference|ref|sku|case|code|error|id)\b)"
    r"[^0-9A-Za-z。！？!?\n]{0,6}(?:(?:号码?|编号|是|为|no|number|id|is|was)[^0-9A-Za-z。！？!?\n]{0,4}){0,2}\Z",
    re.IGNORECASE,
)
_PHONE_WORD = re.compile(
    r"(?:电话|手机|号码|联系方式|致电|\b(?:phone|mobile|cell|tel|telephone|call)\b)"
    r"[^0-9。！？!?\n]{0,12}\Z",
    re.IGNORECASE,
)
_LOOK_BACK = 24
ROLE_MAILBOXES = frozenset(
    (
        "info",
        "marketing",
        "sales",
        "support",
        "help",
        "helpdesk",
        "service",
        "services",
        "customerservice",
        "contact",
        "feedback",
        "hello",
        "team",
        "billing",
        "invoice",
        "invoices",
        "finance",
        "abuse",
        "noc",
        "security",
        "privacy",
        "legal",
        "press",
        "jobs",
        "hr",
        "postmaster",
        "hostmaster",
        "webmaster",
        "admin",
        "office",
        "kefu",
        "noreply",
        "no-reply",
        "donotreply",
        "root",
        "usenet",
        "news",
        "www",
        "uucp",
        "ftp",
        "git",
        "dpo",
        "compliance",
    )
)
"""Mailboxes of an office, not of a person; the first of them from RFC 2142."""

IBAN_COUNTRIES = (
    "AD|AE|AT|BE|BG|CH|CY|CZ|DE|DK|EE|ES|FI|FR|GB|GR|HR|HU|IE|IS|IT|LI|LT|LU|LV|MC|MT|NL|NO|PL|PT"
    "|RO|SA|SE|SI|SK|TR|UA"
)
HOTLINE_PREFIXES = ("400", "800", "888", "877", "866", "855", "844", "833")


def find_personal_data(text: str) -> list[PersonalDatum]:
    """Every place, in order; of two that overlap the one that begins first, then the longer."""
    plain = text.translate(_DIGITS)
    found = sorted(_matches(plain), key=lambda datum: (datum.start, -datum.end))
    kept: list[PersonalDatum] = []
    for datum in found:
        if not kept or datum.start >= kept[-1].end:
            kept.append(datum)
    return kept


def _matches(text: str) -> Iterator[PersonalDatum]:
    for pattern in _PATTERNS:
        for match in pattern.form.finditer(text):
            start, end = match.span("datum")
            is_other = pattern.is_bare and _is_numbered_thing(text, start)
            if not is_other and pattern.is_real(text[start:end]):
                yield PersonalDatum(kind=pattern.kind, start=start, end=end)


def _is_numbered_thing(text: str, start: int) -> bool:
    before = text[max(0, start - _LOOK_BACK) : start]
    return bool(_NUMBERED_THING.search(before)) and not _PHONE_WORD.search(before)


def _is_persons_mailbox(address: str) -> bool:
    return address.partition("@")[0].lower() not in ROLE_MAILBOXES


def _is_card(number: str) -> bool:
    digits = _NO_DIGIT.sub("", number)
    return bool(_ISSUERS.fullmatch(digits)) and passes_luhn(digits) and len(set(digits)) > 1


def _is_no_hotline(number: str) -> bool:
    digits = _NO_DIGIT.sub("", number)
    return not digits.removeprefix("1").startswith(HOTLINE_PREFIXES)


def _is_account(iban: str) -> bool:
    return passes_mod_97(re.sub(r"\s", "", iban))


_ISSUERS = re.compile(
    r"62\d{14,17}|4\d{15}|5[1-5]\d{14}|(?:222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}"
    r"|3[47]\d{13}|35(?:2[89]|[3-8]\d)\d{12}|6(?:011|4[4-9]\d|5\d{2})\d{12}"
)
"""UnionPay, Visa, Mastercard twice, American Express, JCB, Discover (ISO/IEC 7812 ranges)."""


def _form(body: str) -> re.Pattern[str]:
    return re.compile(f"{_START}(?P<datum>{body}){_END}", re.IGNORECASE)


_PATTERNS = (
    _Pattern(
        kind=Kind.EMAIL,
        form=re.compile(
            r"(?<![\w.%+-])(?P<datum>[A-Za-z0-9][\w.%+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,4}"
            r"[A-Za-z]{2,24})(?![A-Za-z0-9@-])",
            re.ASCII,
        ),
        is_real=_is_persons_mailbox,
    ),
    _Pattern(kind=Kind.ID_NUMBER, form=_form(r"[1-9]\d{16}[\dX]"), is_real=is_chinese_id),
    _Pattern(
        kind=Kind.ID_NUMBER,
        form=re.compile(rf"(?:身份证|证件)[^0-9\n]{{0,10}}(?P<datum>[1-9]\d{{14}}){_END}"),
        is_real=is_old_chinese_id,
    ),
    _Pattern(
        kind=Kind.ID_NUMBER,
        form=_form(r"(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}"),
    ),
    _Pattern(
        kind=Kind.BANK_CARD,
        form=_form(rf"[2-6]\d{{3}}(?:{_SEPARATOR}?\d{{4}}){{2,3}}(?:{_SEPARATOR}?\d{{1,4}})?"),
        is_real=_is_card,
        is_bare=True,
    ),
    _Pattern(
        kind=Kind.BANK_CARD,
        form=_form(rf"3[47]\d{{2}}{_SEPARATOR}?\d{{6}}{_SEPARATOR}?\d{{5}}"),
        is_real=_is_card,
        is_bare=True,
    ),
    _Pattern(
        kind=Kind.BANK_ACCOUNT,
        form=re.compile(
            rf"{_START}(?P<datum>(?:{IBAN_COUNTRIES})\d{{2}}"
            rf"(?: ?[A-Z0-9]{{4}}){{2,7}}(?: ?[A-Z0-9]{{1,4}})?){_END}"
        ),
        is_real=_is_account,
    ),
    _Pattern(
        kind=Kind.PHONE,
        form=_form(
            rf"(?:(?:\+|00)86{_SEPARATOR}?)?1[3-9]\d(?:\d{{8}}|{_SEPARATOR}\d{{4}}{_SEPARATOR}\d{{4}})"
        ),
        is_bare=True,
    ),
    _Pattern(
        kind=Kind.PHONE,
        form=re.compile(
            r"(?<![0-9A-Za-z+])(?P<datum>\+[1-9]\d{0,2}(?:[-. ]?\(?\d{1,5}\)?){2,5})(?![0-9A-Za-z])"
        ),
        is_real=lambda number: 9 <= len(_NO_DIGIT.sub("", number)) <= 15,
    ),
    _Pattern(kind=Kind.PHONE, form=_form(r"0(?:10|2\d|[3-9]\d{2})[- ]\d{7,8}"), is_bare=True),
    _Pattern(
        kind=Kind.PHONE,
        form=re.compile(
            rf"(?<![0-9A-Za-z(])(?<![0-9A-Za-z][-_./:,])(?P<datum>(?:1[-. ])?"
            rf"(?:\([2-9]\d{{2}}\) ?|[2-9]\d{{2}}[-. ])[2-9]\d{{2}}[-. ]\d{{4}}){_END}"
        ),
        is_real=_is_no_hotline,
        is_bare=True,
    ),
    _Pattern(
        kind=Kind.PASSPORT,
        form=re.compile(
            rf"(?:护照|通行证|passport)[^0-9A-Za-z\n]{{0,6}}(?:(?:号码?|no|number|is|是|为)"
            rf"[^0-9A-Za-z\n]{{0,4}}){{0,2}}(?P<datum>[A-Z]{{1,2}}\d{{7,8}}|\d{{9}}){_END}",
            re.IGNORECASE,
        ),
    ),
    _Pattern(
        kind=Kind.PLATE,
        form=re.compile(
            r"(?P<datum>[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z]"
            r"[·• ]?(?=[A-HJ-NP-Z0-9]*\d)[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳])"
            r"(?![A-Za-z0-9])"
        ),
    ),
    _Pattern(
        kind=Kind.ACCOUNT_NAME,
        form=re.compile(
            r"(?:微信号?|wechat(?: id)?|QQ号?码?)\s*(?:是|为|[:：]|\bis\b)\s*"
            r"(?P<datum>[A-Za-z0-9][A-Za-z0-9_-]{4,19})(?![A-Za-z0-9_-])",
            re.IGNORECASE,
        ),
    ),
)
