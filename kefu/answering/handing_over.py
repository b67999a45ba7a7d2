"""When a person has to go on: the customer asks for one, or was told nothing several times."""

import re
from collections.abc import Sequence

from kefu.answering.records import Outcome, Turn
from kefu.text import fold_text

_STAFF_ZH = r"(?:人工|真人|活人|客服人员|客服专员|客服代表|坐席|座席|工作人员)"
_HEADS_ZH = r"(?:专员|经理|主管|负责人)"  # customers have their own: whose they are must be said
_OURS_ZH = r"(?:你们|您们|贵公司)的?"
_LINKS_ZH = rf"(?:一下|一个|个|一位|位|到|成|上|{_OURS_ZH})*"
_WISH_ZH = re.compile(
    rf"(?:转|转接|接|接通|找|换|叫|(?<![需必])要|呼叫|联系|连线){_LINKS_ZH}{_STAFF_ZH}"
    r"(?!(?:客服|服务)?的?(?:智能|电话|号码|工作时间|服务时间|时间|费|成本|审核|标注|微信|邮箱))"
    rf"|(?:转|转接|接|找|换|叫|要|联系|让){_OURS_ZH}{_HEADS_ZH}"
    rf"|(?:跟|和|与){_LINKS_ZH}(?:{_STAFF_ZH}|{_HEADS_ZH})(?:说|聊|谈|讲|沟通|通话|对话|交流)"
    r"|(?:别|不要|不想)(?:再)?(?:让|用|跟|和)(?:个|一个)?机器人"
)
_ALONE_ZH = re.compile(r"(?:(?:请|我要|有没有|有)?(?:人工|真人|人工客服|人工服务)(?:在吗|吗|呢)?)")
_UNWISHED_ZH = re.compile(r"(?:不用|不要|不想|不需要|无需|不必|别)(?:再)?(?:帮我|给我)?$")
_STAFF = (
    r"(?:human being|human|person|agent|representative|rep|operator|advis[eo]r|manager|supervisor"
    r"|someone|somebody|(?:member of )?(?:your )?staff)"
)
_SOME_STAFF = rf"(?:(?:an?|any|the|your|some) )?(?:(?:real|live|actual|human|support) )*{_STAFF}\b"
_WISH = re.compile(
    rf"\b(?:talk|speak|chat)(?:ing)? (?:to|with) {_SOME_STAFF}(?! (?:in|on|of|from) (?:my|our)\b)"
    rf"|\b(?:connect|transfer|hand|put|pass|switch) (?:me|us) (?:over |through )?(?:to|with)"
    rf" {_SOME_STAFF}"
    rf"|\b(?:get|give|fetch) me {_SOME_STAFF}"
    rf"|\b{_STAFF} (?:that |whom? )?(?:i|we) (?:can|could|may) (?:talk|speak|chat) (?:to|with)\b"
    rf"|\b(?:want|need|prefer|d like) {_SOME_STAFF}(?= please| now| not a|[,.;!?]|$)"
    r"|\b(?:don.?t|do not) (?:want|like) (?:to )?(?:talk|speak|chat)(?:ing)? (?:to|with)"
    r" (?:an? |the |this )?(?:robot|bot|chatbot|machine)\b"
)
_ALONE = re.compile(
    r"(?:(?:an? )?(?:real |live |human )?(?:human|person|agent|representative|operator))"
    r"(?:,? (?:please|now))*"
)
_UNWISHED = re.compile(r"(?:\bnot|n['’]t|\bdont|\bnever|\bwithout|\binstead of) (?:\w+ ){0,2}$")


def asks_for_person(message: str) -> bool:
    """Whether a message wants a person to go on, rather than to know something about the staff."""
    text = fold_text(message)
    whole = text.strip(" .,!?;:。，！？；：~～")
    if _ALONE.fullmatch(whole) or _ALONE_ZH.fullmatch(whole):
        return True
    wishes = (
        (found, unwished)
        for wish, unwished in ((_WISH, _UNWISHED), (_WISH_ZH, _UNWISHED_ZH))
        for found in wish.finditer(text)
    )
    return any(not unwished.search(text[: found.start()]) for found, unwished in wishes)


def has_failed_before(history: Sequence[Turn], *, most: int) -> bool:
    """Whether this abstention makes so many in a row that a person has to go on; 0: never."""
    if most == 0 or len(history) < most - 1:
        return False
    return all(turn.outcome is Outcome.ABSTAINED for turn in history[len(history) - most + 1 :])
