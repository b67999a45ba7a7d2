"""From when until when a document holds, by what it says about itself.

Front matter and properties are believed as they stand. In the text only sentences count in which
the document speaks of itself ("本政策自…起生效", "This policy replaces ...") and lines that state a
date and nothing else; a date on which something else happens is none of its own.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kefu.text import Period, find_periods, fold_text

BEGINNING, END = 1500, 600
"""Characters at either end of a document, where it says what it is."""

OUTDATED = frozenset(
    {"outdated", "superseded", "deprecated", "obsolete", "archived", "expired"}
    | {"过期", "已过期", "废止", "已废止", "失效", "已失效", "作废", "已作废", "旧版"}
)
"""What a status calls a document that holds no longer."""

LONGEST_NAME = 200
SHORTEST_SERIES = 2

_KEYS = {
    "from": "effective effective_date effective_from effective_on effective_as_of valid_from"
    " in_force_from 生效日期 生效日 生效时间 施行日期 实施日期 执行日期 起效日期",
    "until": "valid_until valid_to valid_till valid_through effective_until effective_to"
    " expires expires_on expiry expiry_date expiration expiration_date 失效日期 失效时间"
    " 废止日期 截止日期 有效期至 有效期止 到期日期",
    "both": "valid validity validity_period effective_period 有效期 有效期间 适用期间",
    "status": "status document_status state 状态 文档状态",
    "supersedes": "supersedes replaces 取代 替代 代替",
    "superseded_by": "superseded_by replaced_by 被取代 被替代 替代文件",
    "stated": "updated last_updated last_modified modified date published published_on"
    " 更新日期 更新时间 修订日期 发布日期 发布时间",
}
_FIELDS = {key: name for name, keys in _KEYS.items() for key in keys.split()}
_YEAR = re.compile(r"(?:19|20)\d\d")


def _compile(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(each, re.IGNORECASE | re.MULTILINE) for each in patterns)


_SELF_ZH = (
    r"本(?:政策|版本|版|规定|规则|规范|办法|协议|条款|文档|文件|文|页面?|制度|标准|价目表|价格表"
    r"|通知|公告|指南|手册|说明|细则|条例|流程|方案)"
)
_SELF_EN = (
    r"\bthis (?:policy|version|edition|document|page|article|guide|agreement|schedule|price list"
    r"|notice|manual|procedure|rule(?:s|book)?|terms|statement|handbook|standard|plan)\b"
)
_DATE = r"(?P<date>(?:\w{0,9}\.? ?\d|[〇零一二三四五六七八九]{4}年)[^。;；|\n]{3,22}?)"
_LINE = r"(?:^|[|，,；;\t])[^\w\n]*"
_ENDS = r"[ \t*_.]*(?:$|[|。，；;\t])"
_FROM = _compile(
    rf"{_SELF_ZH}[^。\n]{{0,14}}?(?:自|从|于)\s*{_DATE}\s*(?:起|开始)?\s*"
    r"(?:正式)?(?:生效|施行|实施|执行|适用|启用)",
    rf"{_SELF_ZH}的?有效期[自从为:：\s]*{_DATE}\s*(?:起|至|到|-|—|~)",
    rf"{_LINE}(?:生效|施行|实施|执行)(?:日期|时间|日)\W*[:：|]\W*{_DATE}{_ENDS}",
    rf"{_SELF_EN}[^.\n]{{0,30}}?\b(?:takes effect|is effective|becomes effective|applies|is valid"
    rf"|comes into (?:force|effect)|is in force)\s+(?:on|from|as of|since)\s+{_DATE}"
    r"(?:[.\n]|\s+(?:and|until|to|through)\b|$)",
    rf"{_LINE}effective(?: date| from| as of| on)?\W{{1,6}}{_DATE}{_ENDS}",
)
_UNTIL = _compile(
    rf"{_SELF_ZH}[^。\n]{{0,26}}?(?:有效期?至|至|截至|到)\s*{_DATE}\s*(?:止|为止|有效|失效|到期|[。\n]|$)",
    rf"{_LINE}(?:有效期至|失效日期|废止日期|截止日期)\W*{_DATE}{_ENDS}",
    rf"{_SELF_EN}[^.\n]{{0,20}}?\b(?:valid|effective|in force|applies|runs)\b[^.\n]{{0,40}}?"
    rf"\b(?:until|through|to|till)\s+{_DATE}(?:[.\n]|$)",
    rf"{_SELF_EN}[^.\n]{{0,20}}?\b(?:expires|expired|ends|ended) on\s+{_DATE}(?:[.\n]|$)",
    rf"{_LINE}(?:valid (?:until|through|to)|expir(?:es|y)(?: date| on)?)\W{{1,6}}{_DATE}{_ENDS}",
)
_ENDED = _compile(
    rf"{_SELF_ZH}[^。\n]{{0,8}}?(?:自|于)\s*{_DATE}\s*(?:起)?"
    r"(?:失效|废止|停用|停止(?:使用|执行|适用))",
    rf"{_SELF_EN}[^.\n]{{0,20}}?\b(?:was withdrawn|ceased to apply|is no longer valid)"
    rf"\s+(?:on|from|since|as of)\s+{_DATE}(?:[.\n]|$)",
)
_NAME = r"(?P<name>[《“\"「][^》”\"」\n]{2,80}[》”\"」]|[^。，,.;；\n]{0,40})"
_REPLACES = _compile(
    rf"{_SELF_ZH}[^。\n由被]{{0,40}}?(?:取代|替代|代替)了?\s*{_NAME}",
    rf"{_SELF_ZH}[^。\n]{{0,60}}?(?P<name>《[^》\n]{{2,80}}》)(?:同时|即行|随之)?(?:废止|作废|失效)",
    rf"{_SELF_EN}[^.\n]{{0,60}}?\b(?:replaces|supersedes)\s+{_NAME}",
)
_REPLACED = _compile(
    rf"{_SELF_ZH}[^。\n]{{0,10}}?(?:由|被)\s*(?P<name>[^。，\n]{{0,40}}?)\s*所?(?:取代|替代|代替)",
    rf"{_SELF_EN}[^.\n]{{0,10}}?\b(?:has been|was|is) (?:superseded|replaced) by\s+{_NAME}",
)
_SAYS_OUTDATED = _compile(
    rf"{_SELF_ZH}(?:内容)?(?:现)?已(?:经)?(?:废止|失效|过期|停用|作废|不再适用|不再有效|不再更新)",
    rf"{_SELF_EN} (?:is|has become|has been) (?:now )?(?:outdated|obsolete|out of date|withdrawn"
    r"|expired|superseded|no longer (?:valid|in force|current))",
)
_OLD_TITLE = re.compile(
    r"[(（\[【][^()（）\[\]【】]*(?:已废止|已过期|已失效|旧版|作废"
    r"|\b(?:outdated|obsolete|superseded|deprecated|archived|expired)\b)[^()（）\[\]【】]*[)）\]】]",
    re.IGNORECASE,
)
_MARK = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?:\s*[-/.]\s*\d{1,2}){1,2}(?!\d)"
    r"|(?<!\d)(?:19|20)\d\d\s*年?(?:\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?)?度?(?:修订)?\s*版?(?!\d)"
    r"|(?<![a-z])v\d+(?:\.\d+)*|第[一二三四五六七八九十\d]+[版次]"
    r"|\b(?:version|edition|revision|rev\.?)\s*\d+(?:\.\d+)*"
    r"|新版|旧版|现行版?|修订版|试行版?|已废止|已过期|已失效|作废"
    r"|\b(?:old|new|current|previous|archived|revised|outdated|obsolete|superseded|deprecated"
    r"|expired|edition|version)\b",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """What a document says.

    Attributes:
        valid_from: its first day; None: it does not say.
        valid_until: its last day.
        stated_on: when it was written or last changed.
        status: a word: current, outdated, superseded, ...
        supersedes: what it takes the place of, in its own words.
        superseded_by: what took its place.
    """

    valid_from: date | None = None
    valid_until: date | None = None
    stated_on: date | None = None
    status: str | None = None
    supersedes: str | None = None
    superseded_by: str | None = None


def read_validity(title: str, markdown: str, metadata: Mapping[str, str]) -> Validity:
    """By the metadata, else by title and text."""
    stated = {
        _FIELDS[key]: value
        for name, value in metadata.items()
        if (key := re.sub(r"[\s-]+", "_", name.strip().casefold())) in _FIELDS
    }
    text = f"{markdown[:BEGINNING]}\n\n{markdown[BEGINNING:][-END:]}"
    first = _day(stated.get("from", ""), _first) or _day(stated.get("both", ""), _first)
    last = _day(stated.get("until", ""), _last) or _day(stated.get("both", ""), _last, at=1)
    first = first or _dated(_FROM, text, _first)
    last = last or _dated(_UNTIL, text, _last) or _dated(_ENDED, text, _before)
    if first and last and last < first:
        last = None
    supersedes = stated.get("supersedes") or _named(_REPLACES, text)
    superseded_by = stated.get("superseded_by") or _named(_REPLACED, text)
    return Validity(
        valid_from=first,
        valid_until=last,
        stated_on=_day(stated.get("stated", ""), _first),
        status=_status(stated.get("status"), title, text, is_superseded=superseded_by is not None),
        supersedes=supersedes and supersedes[:LONGEST_NAME],
        superseded_by=superseded_by and superseded_by[:LONGEST_NAME],
    )


def bare_title(title: str) -> str:
    """A title without what tells versions apart: years, numbers, "old"."""
    return " ".join(_MARK.sub(" ", fold_text(title)).split())


def list_marks(title: str) -> list[str]:
    """What in a title tells one version from another, without spaces."""
    return ["".join(mark.split()) for mark in _MARK.findall(fold_text(title))]


def name_series(title: str) -> str | None:
    """What all versions of a document are called alike; None where only a version is named."""
    series = re.sub(r"[\W_]+", "", bare_title(title))
    return series if len(series) >= SHORTEST_SERIES else None


def _status(stated: str | None, title: str, text: str, *, is_superseded: bool) -> str | None:
    if stated:
        return stated.strip().casefold()[:LONGEST_NAME]
    if is_superseded:
        return "superseded"
    is_outdated = _OLD_TITLE.search(title) or any(each.search(text) for each in _SAYS_OUTDATED)
    return "outdated" if is_outdated else None


def _first(period: Period) -> date:
    return period.first


def _last(period: Period) -> date:
    return period.last


def _before(period: Period) -> date:
    return period.first - timedelta(days=1)


def _day(value: str, choose: Callable[[Period], date], *, at: int = 0) -> date | None:
    """Of the period at that place in a stated value; a year alone is one too."""
    periods = find_periods(value)
    if not periods:
        periods = [
            Period(
                first=date(int(year[0]), 1, 1),
                last=date(int(year[0]), 12, 31),
                start=year.start(),
                end=year.end(),
            )
            for year in _YEAR.finditer(value)
        ]
    return choose(periods[at]) if len(periods) > at else None


def _dated(
    patterns: Sequence[re.Pattern[str]], text: str, choose: Callable[[Period], date]
) -> date | None:
    """The day that the first fitting sentence names."""
    for pattern in patterns:
        for found in pattern.finditer(text):
            if periods := find_periods(found["date"]):
                return choose(periods[0])
    return None


def _named(patterns: Sequence[re.Pattern[str]], text: str) -> str | None:
    """What the first fitting sentence says took a place, or left it; it may stay unnamed."""
    found = next((match for each in patterns if (match := each.search(text))), None)
    return found["name"].strip(' 《》“”"「」') if found else None
