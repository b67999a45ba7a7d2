"""What a question asks for."""

import re

_ASKS_FOR_NUMBER = re.compile(
    r"多少|多久|几|多长|多大|多快|多高|什么时候|何时|哪天|哪一天|价格|费用|天数|次数|时长|上限|最多|最少|最长|最晚|最低|最高"
    r"|how (?:much|many|long|often|big|soon|fast|large|far|late|early|old)"
    r"|(?:^|[,.;:?!] *)(?:and |since |by |until )?when\b"
    r"|\b(?:longer|shorter|higher|lower|larger|smaller|cheaper)\b"
    r"|\b(?:price|cost|fee|limit|percent|percentage|rate|maximum|minimum|latest|earliest)\b",
    re.IGNORECASE,
)
_ASKS_FOR_STEPS = re.compile(
    r"如何|怎么|怎样|怎麼|步骤|流程|操作方法|how (?:do|does|can|could|should|would|to)\b|\bsteps?\b"
    r"|\bprocedure\b|walk me through",
    re.IGNORECASE,
)

_ASKS_FOR_ALL = re.compile(
    r"区别|不同|差异|差别|对比|相比|哪个|哪种|哪些|哪几|几种|有什么方式|该选"
    r"|\b(?:differences?|differ|compare[ds]?|comparison|versus|vs|which)\b"
    r"|\bwhat (?:\w+ )?(?:types?|kinds?|formats?|methods?|options?|plans?|editions?|versions?)\b",
    re.IGNORECASE,
)
_NAMES_TABLE = re.compile(
    r"[价费金格率]表|价目|报价|资费|表格|一览|对照表|列出|清单"
    r"|\b(?:(?:price|rate|fee) (?:list|sheet|card|table)s?|pricing|tariffs?|table|overview|list)\b",
    re.IGNORECASE,
)
_ASKS_FOR_PRICES = re.compile(
    r"(?<![评讲折])价(?!值)|多少钱|怎么卖|收费|费用"
    r"|\b(?:prices?|rates|fees|costs?|charges?)\b|\bhow much (?:is|are|do|does|will|would)\b",
    re.IGNORECASE,
)
_ASKS_PRICES_ALONE = re.compile(
    r"(?=.*(?:多少钱|什么价|价[格钱位]|报价|收费|费用|怎么卖|贵(?!司)"
    r"|\bhow much\b|\b(?:cost|charge|price|fee)s?\b|\bpricing\b|\bexpensive\b))"
    r"(?:请问|[您你]好|想问|问|想|了解|咨询|知道|告诉|我|一下|[您你]们|贵司|这个?|东西|产品|服务|的|是|怎么|如何"
    r"|什么|多少|几|钱|价[格钱位]?|报价|收费|费用|标准|算|卖|样|要|需要|大概|大约|贵|不|吗|呢|啊|呀|吧|了|[^\w]"
    r"|(?:hi|hello|hey|please|and|how|what|s|is|are|does|do|will|would|can|could|it|this|that|they"
    r"|all|the|a|an|of|for|your|you|i|me|to|tell|know|have|pay|costs?|charges?|prices?|fees?|pricing"
    r"|much|expensive|products?|services?)(?![^\W_]))+",
    re.IGNORECASE | re.DOTALL,
)
"""Nothing but a question for prices: no word of what it is that has one."""

_ASKS_WHAT_IT_IS = re.compile(
    r"是什么|什么是|什么意思|是指什么|何谓|区别|\bwhat(?:'s| is| are| does .{1,60}\bmean)\b"
    r"|\bdifferences? between\b|\bmeaning of\b",
    re.IGNORECASE,
)
_MEASURE = re.compile(
    r"\bhow many (?P<counted>[a-z]+)|多少个?(?P<unit>[天月年日时分台张次元周条页人种级])"
    r"|(?P<long>多久|多长时间|how long|how soon)",
    re.IGNORECASE,
)
_DURATION = r"天|日|周|个?月|年|小时|分钟|秒|seconds?|minutes?|hours?|days?|weeks?|months?|years?"


def asks_for_number(question: str) -> bool:
    """Whether the answer will hold a number, date, price or duration."""
    return bool(_ASKS_FOR_NUMBER.search(question))


def asks_for_steps(question: str) -> bool:
    """Whether the answer will be something to do, one step after another."""
    return bool(_ASKS_FOR_STEPS.search(question)) and not asks_for_number(question)


def asks_for_all(question: str) -> bool:
    """Whether the answer compares or lists: a whole table or list more than one line of it."""
    return bool(_ASKS_FOR_ALL.search(question))


def names_table(question: str) -> bool:
    """Whether it says that it wants a table or a list."""
    return bool(_NAMES_TABLE.search(question))


def asks_for_prices(question: str) -> bool:
    """Whether it asks what something costs, which a list of prices answers as a whole."""
    return bool(_ASKS_FOR_PRICES.search(question))


def asks_prices_alone(question: str) -> bool:
    """Whether it asks what something costs and does not say what."""
    return bool(_ASKS_PRICES_ALONE.fullmatch(question.strip()))


def asks_what_it_is(question: str) -> bool:
    """Whether the answer will be a definition."""
    return bool(_ASKS_WHAT_IT_IS.search(question))


def measure_asked_for(question: str) -> re.Pattern[str] | None:
    """What stands behind the number that is asked for, as days in "how many days"."""
    asked = _MEASURE.search(question)
    if asked is None:
        return None
    if asked["long"]:
        return re.compile(
            rf"[\d一二三四五六七八九十两]\W{{0,3}}(?:\w+ )?(?:{_DURATION})", re.IGNORECASE
        )
    word = asked["unit"] or asked["counted"].rstrip("s")
    return re.compile(rf"[\w一-龥]\W{{0,3}}(?:\w+ )?{re.escape(word)}", re.IGNORECASE)
