"""Typing errors put into questions by a seeded generator, in Chinese and English.

One error in about five words of English and in about eight characters of Chinese, at least one a
question. Codes, figures, capitalised words and short words stay. It shares no code with what
corrects: sounds come from `pypinyin`'s own conversion, shapes from a list of characters that look
alike, traditional characters from OpenCC.
"""

import random
import re
from collections.abc import Callable, Mapping
from functools import cache
from itertools import product

import opencc
import rjieba
from pypinyin import lazy_pinyin

SEED = 20263
WORDS_AN_ERROR = 5
CHARACTERS_AN_ERROR = 8
NEIGHBOURS = {
    "a": "qwsz", "b": "vghn", "c": "xdfv", "d": "serfcx", "e": "wsdr", "f": "drtgvc",
    "g": "ftyhbv", "h": "gyujnb", "i": "ujko", "j": "huikmn", "k": "jiolm", "l": "kop",
    "m": "njk", "n": "bhjm", "o": "iklp", "p": "ol", "q": "wa", "r": "edft", "s": "awedxz",
    "t": "rfgy", "u": "yhji", "v": "cfgb", "w": "qase", "x": "zsdc", "y": "tghu", "z": "asx",
}  # fmt: skip
ALIKE = (
    "己已 未末 日曰 土士 干千 人入 大太 天夫 贷货 侯候 折拆 拔拨 析折 即既 密蜜 账帐 栏拦 磋嗟 免兔 历厉"
    " 买卖 戊戌 具其 目自 由甲 申甲 令今 午牛 户尸 白自 石右 左右 各名 同回 问间 闪闭 开升 无元 见贝 车东"
    " 专书 乌鸟 义文 云去 服报 务条 器嚣 例列 实买 定宝 规现 模膜 镜境 像象 存在 储诸 网冈 络洛 端瑞 口日"
    " 域城 名各 解触 析拆 证征 书节 购构 续读 费贵 价介 格恪 订打 单卑 支友 付什 退迟 款欵 提堤 现观 登豆"
    " 录隶 密宓 码吗 设没 置直 启后 停亭 删册 除徐 快块 照昭 盘盆 镶壤 备各 份盼 恢灰 复夏 迁迂 移秒 数敷"
    " 据剧 库厍 连莲 接按 失矢 败贩 错借 误悮 版板 本木 升井 级极 查杳 看着 监临 控按 安女 全金 组祖 策第"
    " 略路 访防 限很 权杈 用甩 户护 负贡 载栽 均钧 衡街"
)

_WORD = re.compile(r"(?<![\w.-])[a-z]{4,}(?![\w-]|\.\w)", re.ASCII)
_HAN = re.compile("[\u4e00-\u9fff]")
_HAN_RUN = re.compile("[\u4e00-\u9fff]+")
_SPACED = re.compile(r"(?<=[a-z]) (?=[a-z])", re.ASCII)
_WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
_CONFUSED = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng$", "n"), ("^l", "n"))

Noise = Callable[[str, random.Random], str]


def add_noise(noise: Noise, queries: Mapping[str, str]) -> dict[str, str]:
    """The questions with errors, without those that a noise leaves as they are."""
    noisy = {name: noise(text, random.Random(f"{SEED}{name}")) for name, text in queries.items()}
    return {name: text for name, text in noisy.items() if text != queries[name]}


def swap(word: str, rng: random.Random) -> str:
    at = rng.randrange(len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def leave_out(word: str, rng: random.Random) -> str:
    at = rng.randrange(len(word))
    return word[:at] + word[at + 1 :]


def double(word: str, rng: random.Random) -> str:
    at = rng.randrange(len(word))
    return word[:at] + word[at] + word[at:]


def hit_next_key(word: str, rng: random.Random) -> str:
    at = rng.randrange(len(word))
    return word[:at] + rng.choice(NEIGHBOURS[word[at]]) + word[at + 1 :]


def in_words(change: Noise) -> Noise:
    """One word in five changed."""

    def noise(text: str, rng: random.Random) -> str:
        found = list(_WORD.finditer(text))
        count = max(1, round(len(text.split()) / WORDS_AN_ERROR))
        for word in sorted(rng.sample(found, min(count, len(found))), key=lambda w: -w.start()):
            text = text[: word.start()] + change(word[0], rng) + text[word.end() :]
        return text

    return noise


def any_slip(word: str, rng: random.Random) -> str:
    return rng.choice((swap, leave_out, double, hit_next_key))(word, rng)


def two_slips(word: str, rng: random.Random) -> str:
    return any_slip(any_slip(word, rng), rng)


def lose_space(text: str, rng: random.Random) -> str:
    spaces = list(_SPACED.finditer(text))
    if not spaces:
        return text
    at = rng.choice(spaces).start()
    return text[:at] + text[at + 1 :]


def in_characters(choose: Callable[[str], str]) -> Noise:
    """One character in eight as one of those that `choose` names."""

    def noise(text: str, rng: random.Random) -> str:
        places = [found.start() for found in _HAN.finditer(text) if choose(found[0])]
        count = max(1, round(len(_HAN.findall(text)) / CHARACTERS_AN_ERROR))
        for at in rng.sample(places, min(count, len(places))):
            text = text[:at] + rng.choice(choose(text[at])) + text[at + 1 :]
        return text

    return noise


@cache
def same_sound(character: str) -> str:
    sound = lazy_pinyin(character)[0]
    return "".join(each for each in _by_sound().get(sound, "") if each != character)


@cache
def same_shape(character: str) -> str:
    pairs = (pair for pair in ALIKE.split() if character in pair)
    return "".join(pair.replace(character, "") for pair in pairs)


def other_word(text: str, rng: random.Random) -> str:
    """One word of two characters as another one that an input method offers for its pinyin."""
    words = [word for word in rjieba.cut(text) if _HAN_RUN.fullmatch(word) and len(word) == 2]
    rng.shuffle(words)
    for word in words:
        sounds = [_by_sound().get(sound, "") for sound in lazy_pinyin(word)]
        others = ["".join(pair) for pair in product(*sounds)]
        others = [other for other in others if other != word and rjieba.has_word(other)]
        if others:
            return text.replace(word, rng.choice(others), 1)
    return text


def to_pinyin(text: str, _rng: random.Random) -> str:
    """All Chinese in pinyin without tones, a space between words."""
    return _HAN_RUN.sub(lambda run: f" {_spell(run[0])} ", text).strip()


def to_careless_pinyin(text: str, rng: random.Random) -> str:
    """The same with a confusion of similar sounds in one syllable of eight."""
    return _HAN_RUN.sub(lambda run: f" {_spell(run[0], rng)} ", text).strip()


def mix_pinyin(text: str, rng: random.Random) -> str:
    """One word of the question in pinyin."""
    words = [word for word in rjieba.cut(text) if _HAN_RUN.fullmatch(word) and len(word) > 1]
    if not words:
        return text
    word = rng.choice(words)
    return text.replace(word, "".join(lazy_pinyin(word)), 1)


def to_traditional(text: str, _rng: random.Random) -> str:
    return str(_traditional().convert(text))


def to_full_width(text: str, _rng: random.Random) -> str:
    return text.translate(_WIDE)


def to_capitals(text: str, _rng: random.Random) -> str:
    return text.upper()


def _spell(run: str, rng: random.Random | None = None) -> str:
    syllables = [[*lazy_pinyin(word)] for word in rjieba.cut(run)]
    if rng is not None:
        syllables = [[_confuse(each, rng) for each in word] for word in syllables]
    return " ".join("".join(word) for word in syllables)


def _confuse(syllable: str, rng: random.Random) -> str:
    possible = [pair for pair in _CONFUSED if re.search(pair[0], syllable)]
    if not possible or rng.random() > 2 / CHARACTERS_AN_ERROR:
        return syllable
    pattern, other = rng.choice(possible)
    return re.sub(pattern, other, syllable, count=1)


@cache
def _by_sound() -> dict[str, str]:
    cells = ((first, second) for first in range(0xB0, 0xD8) for second in range(0xA1, 0xFF))
    sounds: dict[str, str] = {}
    for cell in cells:
        character = bytes(cell).decode("gb2312", "ignore")
        if character:
            sound = lazy_pinyin(character)[0]
            sounds[sound] = sounds.get(sound, "") + character
    return sounds


@cache
def _traditional() -> opencc.OpenCC:
    return opencc.OpenCC("s2t")


ENGLISH: Mapping[str, Noise] = {
    "letters swapped": in_words(swap),
    "letter missing": in_words(leave_out),
    "letter doubled": in_words(double),
    "next key": in_words(hit_next_key),
    "two slips in a word": in_words(two_slips),
    "space missing": lose_space,
    "capitals": to_capitals,
}
CHINESE: Mapping[str, Noise] = {
    "same sound": in_characters(same_sound),
    "other word of its pinyin": other_word,
    "same shape": in_characters(same_shape),
    "all in pinyin": to_pinyin,
    "all in careless pinyin": to_careless_pinyin,
    "one word in pinyin": mix_pinyin,
    "traditional": to_traditional,
    "full width": to_full_width,
}
