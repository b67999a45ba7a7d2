"""What a question is: its language, what it asks for, and its stand-alone form."""

import re
from collections.abc import Sequence

from kefu.answering.records import Turn
from kefu.text import query_terms

TURNS_READ = 3
LONGEST_ASKED = 2000  # characters; more is not searched
FEW_TERMS = 3  # a question with fewer telling words than this leans on the one before

# Words that point back at what was said before.
_POINTS_BACK = re.compile(
    r"^(那|那么|还有|另外|如果是|换成|它|他们?|这个?|那个?|上面|刚才|and\b|what about|how about|"
    r"then\b|but\b|also\b|so\b)|(它|这个|那个|这些|那些|这样|(?<!应)该|上述)"
    r"|\b(it|its|they|them|their|this|that|these|those|(?:which|that|this|other) ones?|ones"
    r"|(?<!\bis )(?<!\bare )there(?! (?:is|are)\b)|the same)\b",
    re.IGNORECASE,
)
_IS_WHOLE = re.compile(
    r"(?:how|what|when|where|why|who|which|can|could|do|does|did|is|are|may|must|should|will)\b",
    re.IGNORECASE,
)
_ASKS_FOR_NUMBER = re.compile(
    r"多少|多久|几|多长|多大|多快|多高|什么时候|何时|哪天|哪一天|价格|费用|上限|最多|最少|最长|最晚|最低|最高"
    r"|how (?:much|many|long|often|big|soon|fast|large|far|late|early|old)"
    r"|(?:^|[,.;:?!] *)(?:and |since |by |until )?when\b"
    r"|\b(?:price|cost|fee|limit|percent|percentage|rate|maximum|minimum|latest|earliest)\b",
    re.IGNORECASE,
)
_ASKS_FOR_STEPS = re.compile(
    r"如何|怎么|怎样|怎麼|步骤|流程|操作方法|how (?:do|does|can|could|should|would|to)\b|\bsteps?\b"
    r"|\bprocedure\b|walk me through",
    re.IGNORECASE,
)


def asks_for_number(question: str) -> bool:
    """Whether the answer will hold a number, date, price or duration."""
    return bool(_ASKS_FOR_NUMBER.search(question))


def asks_for_steps(question: str) -> bool:
    """Whether the answer will be something to do, one step after another."""
    return bool(_ASKS_FOR_STEPS.search(question)) and not asks_for_number(question)


def stand_alone(question: str, history: Sequence[Turn]) -> str:
    """The question with those before it in front, as far as it cannot be understood without."""
    asked = question
    for turn in list(reversed(history))[:TURNS_READ]:
        longer = f"{turn.question} {asked}"
        if not _leans_back(question) or len(longer) > LONGEST_ASKED:
            break
        question, asked = turn.question, longer
    return asked


def _leans_back(question: str) -> bool:
    if _POINTS_BACK.search(question.strip()):
        return True
    least = 2 if _IS_WHOLE.match(question.strip()) else FEW_TERMS
    return len(query_terms(question)) < least
