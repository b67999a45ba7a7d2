"""Words that say how something is asked, not what about."""

_ENGLISH = """
    a about after all also am an and any are aren't as at
    be because been before being both but by can can't cannot could couldn't did didn't do does
    doesn't doing don't during each either else every few for from further had has hasn't have
    haven't having he he's her here here's hers him his how how's i i'd i'll i'm i've if in
    into is isn't it it's its itself just let let's may me might more most must my myself
    neither nor of on once only or other our ours ourselves please same shall she should
    shouldn't so some such tell than that that's the their theirs them themselves then there
    there's these they they're this those through to too upon us very was wasn't we we'd we'll
    we're we've were weren't what what's when where where's whether which while who who's whom
    whose why will with won't would wouldn't you you'd you'll you're you've your yours yourself
    """

_CHINESE = """
    的 了 着 地 得 之 吗 呢 吧 啊 呀 嘛 哦 么 是 在 和 与
    及 或 或者 以及 并 并且 而 而且 但 但是 就 都 也 还 又 很 把 被 让 给 对 对于 关于 从 向 到
    为 为了 以 于 由 由于 因为 所以 如果 若 则 那么 这 那 这个 那个 这些 那些 这样 那样 我 我们
    你 你们 您 他 她 它 他们 它们 自己 其 该 此 有 会 能 可以 能够 可 请 请问 一下 一个 一些
    什么 什么样 怎么 怎么办 怎么样 怎样 如何 为什么 为何 何 哪 哪些 哪个 哪里 哪儿 多少 几 是否
    是不是 有没有 能不能 可不可以 想 要 时 时候 的话 呐 啦 哪种 何时 怎
    """

ENGLISH_STOP_WORDS = frozenset(_ENGLISH.split())
"""Negations and directions (no, not, without, up, down, over, under, off, out) carry meaning."""

CHINESE_STOP_WORDS = frozenset(_CHINESE.split())
"""Negations (不, 没有, 无法, 不能) carry meaning."""
