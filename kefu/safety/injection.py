"""Text that addresses the model instead of the reader, as a prompt injection does.

Nothing tells such text from harmless text with certainty; these are the forms that attacks take in
Chinese and English. What they miss, fences and the verification of answers must stop.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from kefu.text import clean_text

_MODEL = (
    r"(?:a\.?i\.?(?: assistant| agent| model| bot)?|assistant|language model|llm|chat ?bot"
    r"|chatgpt|gpt|claude|qwen|model)"
)
_GIVEN_ZH = r"(?:规定|规则|指令|指示|提示词?|设定|限制|约束|命令)"
_GIVEN_EN = (
    r"(?:instructions?|rules?|prompts?|guidelines?|polic(?:y|ies)|directions|commands|context|text)"
)
_SAY_ZH = r"(?:说|告诉|回复|回答|答复|输出|打印|附上|附加|重复|透露|发送|加上|写上)"
_SAY_EN = (
    r"(?:say|tell|reply|respond|answer|output|print|write|append|repeat|reveal|send|recommend"
    r"|include|state|claim|add|mention)"
)
_HELD_ZH = (
    r"(?:系统提示|提示词|系统指令"
    r"|(?:你的|上面的?|以上的?|初始|原始|完整)\s*(?:指令|设定|规则|提示))"
)
_HELD_EN = (
    r"(?:(?:system|initial|hidden|original) (?:prompt|message|instructions?)"
    r"|your (?:\w+ )?(?:instructions?|prompt|rules)"
    r"|(?:text|words|everything|instructions?|lines) above|this prompt)"
)


class Sign(StrEnum):
    """What gives such text away."""

    ORDER = "order"
    ROLE_MARK = "role_mark"
    TEMPLATE_TOKEN = "template_token"  # noqa: S105 - of a chat template
    PERSONA = "persona"
    PROMPT_REQUEST = "prompt_request"
    HIDDEN = "hidden"
    ENCODED = "encoded"
    EXFILTRATION = "exfiltration"
    FOLLOW_UP = "follow_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Injection:
    """A place in a text.

    Attributes:
        start: offset of its first character.
        end: offset behind its last.
    """

    sign: Sign
    start: int
    end: int


_PATTERNS: tuple[tuple[Sign, str, str], ...] = (
    (
        Sign.ORDER,
        "忽略 无视 忘记 忘掉 理会 遵守 绕过 抛弃 推翻",
        r"(?:忽略|无视|忘记|忘掉|不要理会|不必理会|不要遵守|不再遵守|绕过|抛弃|推翻)(?:掉|了)?[^。！？\n]{0,4}"
        r"(?:以上|之前|上述|上面|前面|先前|此前|所有|一切|全部|任何|原有|现有|公司|系统|你的)[^。！？\n]{0,8}"
        rf"(?:{_GIVEN_ZH}|内容|对话|要求|说明)|(?:忽略|无视|忘记|忘掉)[^。！？\n]{{0,6}}(?:指令|提示词)",
    ),
    (
        Sign.ORDER,
        "从现在",
        r"从现在(?:起|开始)[^。\n]{0,6}(?:你|请|告诉|回答|回复)",
    ),
    (
        Sign.ORDER,
        "必须 务必 只能 应当 应该 要 需要",
        rf"(?:你|AI|助手|助理|模型|机器人)(?:必须|务必|只能|应当|应该|要|需要)[^。，,\n]{{0,8}}{_SAY_ZH}",
    ),
    (
        Sign.ORDER,
        "致 给",
        r"(?:致|给|写给)\s*(?:AI|人工智能|大?语言模型|大模型|智能助手|聊天机器人)[^。\n]{0,10}[:：]"
        rf"|{_SAY_ZH}(?:给)?(?:每(?:一)?(?:位|个)|所有的?|全部)(?:客户|用户|人)[^。\n]{{0,2}}[:：，,]",
    ),
    (
        Sign.ORDER,
        "指令 规则 设定",
        r"新的?(?:系统)?(?:指令|规则|设定)\s*[:：]",
    ),
    (
        Sign.ORDER,
        "ignore disregard forget override bypass overrule",
        r"\b(?:ignore|disregard|forget|override|bypass|overrule)\s+"
        rf"(?!the\s+{_GIVEN_EN})"
        r"(?:(?:all|any|every|the|your|of|previous|prior|above|earlier|preceding|these|other|system|"
        rf"company|safety|existing)\s+)+{_GIVEN_EN}\b"
        r"|\b(?:ignore|disregard|forget)\s+(?:everything|all|anything|what)\b[^.\n]{0,24}"
        r"\b(?:above|before|earlier|previously|told|said)\b",
    ),
    (
        Sign.ORDER,
        "from_now_on",
        rf"\bfrom now on,?\s+(?:you|{_SAY_EN})\b",
    ),
    (
        Sign.ORDER,
        "dear attention note_to message instruction hey",
        r"\b(?:dear|attention|note to|message (?:to|for)|instructions? (?:to|for)|hey)[,:]?\s+"
        rf"(?:the |any |all |every )?{_MODEL}s?\b\s*[:,!]",
    ),
    (
        Sign.ORDER,
        "as_a are_a",
        r"\b(?:if you are|as) an? (?:ai|language model|llm|ai assistant)\s*,",
    ),
    (
        Sign.ORDER,
        "must shall should have_to",
        rf"\b{_MODEL}s?,? (?:you )?(?:must|shall|should|have to)(?: now| always| only)* {_SAY_EN}\b"
        rf"|\byou (?:must|shall|should|have to)(?: now| always| only)+ {_SAY_EN}\b",
    ),
    (
        Sign.ORDER,
        "each every all_ any_ anyone anybody",
        r"\b(?:say|tell|reply|answer|recommend)(?: to)? (?:each|every|all|any)(?:one|body| of the)?"
        r"(?: (?:customers?|users?|people|person|visitors?))?,? (?:that|to|who asks)\b",
    ),
    (
        Sign.ORDER,
        "new_",
        r"\bnew (?:system )?(?:instructions?|rules?|directives?)\s*:",
    ),
    (
        Sign.ROLE_MARK,
        "系统 管理员 开发者",
        r"[【\[<]\s*/?\s*(?:系统|管理员|开发者)(?:通知|提示|指令|消息|覆盖)?\s*[】\]>]"
        r"|^[ \t>*#_]*(?:系统提示词|系统指令|系统消息|开发者消息)[*_]*\s*[:：]",
    ),
    (
        Sign.ROLE_MARK,
        "system <|im assistant developer instruction human user",
        r"[\[<]\W{0,2}(?:system|im_start|assistant|developer)\W{0,2}[\]>]"
        r"|^[ \t>*_]*#{1,6} ?(?:system|instructions?|human|assistant|user)[*_]*\s*:"
        r"|^[ \t>*_]*(?:assistant|human)[*_]*\s*:"
        r"|\b(?:system|developer) (?:prompt|override|message|instruction|directive)[*_]*\s*:"
        r"|\"role\"\s*:\s*\"(?:system|assistant|developer)\"",
    ),
    (
        Sign.TEMPLATE_TOKEN,
        "<| inst] <<sys <</sys of_turn> [gmask] <sop> <bos> <eos> <unused think>",
        r"<\|[\w /▁-]{1,40}\|>|\[/?INST\]|<</?SYS>>|</?(?:start|end)_of_turn>|\[gMASK\]|<sop>"
        r"|<(?:bos|eos|unused\d+)>|</?think>",
    ),
    (
        Sign.PERSONA,
        "you_are pretend _mode _as_",
        rf"\byou are (?:now|no longer) (?:an? (?:\w+ ){{0,3}}(?:{_MODEL}|agent)\b|dan\b|bound\b"
        r"|in (?:\w+ )?(?:mode|maintenance)\b)|\bpretend (?:to be|(?:that )?you are) "
        rf"(?:an? )?(?:{_MODEL}|unrestricted|unfiltered|dan|admin\w*)\b"
        r"|\b(?:developer|god|dan|jailbreak|debug|admin|maintenance) mode\b[^.\n]{0,12}"
        r"\b(?:on|enabled|activated|activate|engaged)\b|\b(?:enter|enable|activate|switch to) "
        r"(?:god|dan|jailbreak|unrestricted) mode\b"
        r"|\b(?:act|respond|reply|answer) as (?:an? )?(?:unrestricted|unfiltered|evil|dan\b)",
    ),
    (
        Sign.PERSONA,
        "你现在 扮 模式 不受",
        r"你现在(?:是一|扮演|不再是|进入)|(?:假装|扮演)[^。\n]{0,4}(?:你|没有限制|不受限)"
        r"|(?:进入|开启|启用|切换到)(?:开发者|上帝|越狱|无限制)模式"
        r"|不受(?:任何)?(?:限制|约束)的\s*(?:AI|助手|模型)",
    ),
    (
        Sign.PROMPT_REQUEST,
        "prompt system_ initial_ hidden_ original_ your_ _above",
        r"\b(?:reveal|show|print|repeat|output|display|leak|tell me|translate|summari[sz]e|encode"
        rf"|write (?:out|down)|copy|recite|quote|give me)\b[^.\n]{{0,30}}\b{_HELD_EN}",
    ),
    (
        Sign.PROMPT_REQUEST,
        "提示 指令 设定 规则",
        r"(?:输出|显示|打印|重复|复述|透露|泄露|告诉我|翻译|展示|写出|列出|说出|给出|公开|背诵)"
        rf"[^。\n]{{0,16}}{_HELD_ZH}|(?:把|将)[^。\n]{{0,6}}{_HELD_ZH}",
    ),
    (
        Sign.HIDDEN,
        "<!--",
        rf"<!--(?=[^>]{{0,2000}}(?:\b(?:{_MODEL}|instructions?|prompts?)\b|{_SAY_ZH}|{_GIVEN_ZH}))[^>]*-->",
    ),
    (
        Sign.HIDDEN,
        "style",
        r"<\w+[^>]*style\s*=\s*[\"'][^\"'>]*(?:display\s*:\s*none|visibility\s*:\s*hidden"
        r"|font-size\s*:\s*0|opacity\s*:\s*0(?![.\d]))[^>]*>",
    ),
    (
        Sign.EXFILTRATION,
        "http",
        r"!\[[^\]\n]*\]\(\s*<?https?://[^)\s]*[?&][^)\s=]*=[^)\s]*[{$<\[][^)\n]*\)"
        r"|<img\b[^>]*\bsrc\s*=\s*[\"']?https?://[^\s\"'>]*[?&][^\s\"'>=]*=[^\s\"'>]*[{$\[]"
        rf"|(?:append|send|include|put|encode|附上|拼接|发送)[^.。\n]{{0,30}}"
        rf"(?:conversation|chat history|{_HELD_EN}|对话|聊天记录|个人信息|{_HELD_ZH})"
        r"[^.。\n]{0,60}https?://"
        rf"|https?://\S+[^.。\n]{{0,60}}(?:append|followed by|附上|拼接|加上)[^.。\n]{{0,30}}"
        rf"(?:conversation|history|{_HELD_EN}|对话|聊天记录|个人信息|{_HELD_ZH})",
    ),
)
"""Sign, what one of must occur (_ for a space) so that it is looked for at all, and its forms."""

_SIGNS = [
    (
        sign,
        tuple(needle.replace("_", " ") for needle in needles.split()),
        re.compile(pattern, re.IGNORECASE | re.MULTILINE | re.ASCII),
    )
    for sign, needles, pattern in _PATTERNS
]
_FOLLOW_UP = re.compile(
    rf"(?:^|[.!?:;>*-])\s*(?:please |instead,? |then |also |always |only )?{_SAY_EN}\b"
    rf"|(?:^|[。！？：；，>*-])\s*(?:请|务必|然后|并|只|必须|一律|直接)?{_SAY_ZH}",
    re.IGNORECASE | re.MULTILINE,
)
"""Orders that mean somebody else in most texts, and the model in a text that addresses it."""

_INVISIBLE_LETTER = re.compile("[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e0fff]")
_BASE64 = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+/_-]{24,}={0,2}(?![\w+/=-])")
_TOKEN_MARKS = re.compile(
    r"<(?=\|)|(?<=\|)>|\[(?=/?INST\])|<(?=<?/?SYS>)|<(?=/?(?:start|end)_of_turn>|/?think>)",
    re.IGNORECASE,
)
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_ALIKE = str.maketrans(
    "аеорсухіѕјԁԛԝһІАВЕКМНОРСТХοανρτ無視忘記規則設詞繞過開覆蓋輸顯複透洩機識圖對話請說復訴從現統員開發這進啟",
    "aeopcyxisjdqwhIABEKMHOPCTXoavpt无视忘记规则设词绕过开覆盖输显复透泄机识图对话请说复诉从现统员开发这进启",
)
_FOLD = _WIDE | _ALIKE


def find_injections(text: str) -> list[Injection]:
    """Every place in a text that addresses the model, by where it begins."""
    folded, places = _fold(text)
    found = list(_find(folded))
    if found:
        found += [
            Injection(sign=Sign.FOLLOW_UP, start=match.start(), end=match.end())
            for match in _FOLLOW_UP.finditer(folded)
        ]
    if places is not None:
        found = [
            Injection(sign=each.sign, start=places[each.start], end=places[each.end - 1] + 1)
            for each in found
        ]
    found += [
        Injection(sign=Sign.HIDDEN, start=match.start(), end=match.end())
        for match in _INVISIBLE_LETTER.finditer(text)
    ]
    return sorted(found, key=lambda each: each.start)


def find_signs(text: str) -> tuple[Sign, ...]:
    """What gives a text away, each once; a follow-up tells nothing by itself."""
    return tuple(
        dict.fromkeys(
            each.sign for each in find_injections(text) if each.sign is not Sign.FOLLOW_UP
        )
    )


def neutralise(text: str) -> str:
    """The text as a model may read it: nothing invisible, no token of a chat template.

    The marks that make a token one become full-width, so that a person still reads it.
    """
    return _TOKEN_MARKS.sub(
        lambda mark: chr(ord(mark[0]) + 0xFEE0), _INVISIBLE_LETTER.sub("", clean_text(text))
    )


def _find(text: str) -> Iterator[Injection]:
    lowered = text.lower()
    for sign, needles, pattern in _SIGNS:
        if any(needle in lowered for needle in needles):
            for match in pattern.finditer(text):
                yield Injection(sign=sign, start=match.start(), end=match.end())
    for match in _BASE64.finditer(text):
        if any(True for _ in _find(_decode(match[0]))):
            yield Injection(sign=Sign.ENCODED, start=match.start(), end=match.end())


def _fold(text: str) -> tuple[str, list[int] | None]:
    """The text as patterns expect it, and where its characters stood where any were left out."""
    folded = text.translate(_FOLD)
    cleaned = clean_text(folded)
    if len(cleaned) == len(folded):
        return cleaned, None
    places = [place for place, letter in enumerate(folded) if clean_text(letter)]
    return "".join(clean_text(folded[place]) for place in places), places


def _decode(block: str) -> str:
    """What a block of Base64 says, empty where it is no text."""
    padded = block.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        text = base64.b64decode(padded + "=" * (-len(padded) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return text if text.isprintable() else ""
