"""Words that turn a statement into a promise, a ban or its opposite, in Chinese and English."""

import re

_FLAGS = re.IGNORECASE | re.ASCII

_CONCEPTS = {
    "free of charge": (
        r"免费|无偿|不收(?:取)?(?:任何)?费|零费用|无需(?:付费|支付|缴费)|免(?:收|除)?手续费|(?:无|没有|不收取?|不扣取?)手续费"
        r"|free of charge|for free|free(?![ -](?:up|memory|space|disk|form))|no (?:extra |additional |handling )?(?:charge|cost|fee)s?"
        r"|at no cost|without (?:charge|paying|fees?)|(?<!no )complimentary|not charged?|waived?"
    ),
    "guarantee": r"保证(?!金)|确保|承诺|担保|包您|一定(?:会|能|可以)|肯定|guarantee[ds]?|ensures?|promise[ds]?|assured?|certainly|definitely",
    "always": r"总是|始终|永远|永久|终身|长期有效|无限期|随时|always|forever|permanent(?:ly)?|lifetime|indefinitely|at any time|any ?time|24/7|around the clock",
    "never": r"从不|从来不|绝不|永不|never",
    "unlimited": r"无限(?!期)|不限|没有(?:任何)?限制|任意(?:多|数量)|unlimited|no limits?|without (?:any )?limits?|unrestricted",
    "unconditional": r"无条件|无理由|不问(?:理由|原因)|任何(?:原因|理由|情况)|unconditional(?:ly)?|no questions asked|without (?:a |any |giving )?reasons?|for any reason|in any case",
    "superlative": r"最(?![多少长短后终近低高大小新初早晚迟])|第一名|顶级|业界领先|唯一|首屈一指|\bbest\b|\bfastest|\beasiest|\bsafest|\bsimplest|leading|world[- ]class|unique(?!ly)",
    "extreme": r"最[低高大小快新早晚迟](?!化)|highest|lowest|cheapest|largest|smallest|biggest|newest|latest",
    "immediate": r"立即|立刻|马上|即时|即刻|实时|当场|秒(?:到|级|开)|immediate(?:ly)?|instant(?:ly)?|at once|right away|on the spot|real[- ]time|straight away",
    "automatic": r"自动|automatic(?:ally)?|auto-",
    "by hand": r"人工|手动|手工|manual(?:ly)?|by hand|a person|staff",
    "all": r"所有|全部|一切|任何|\ball\b|\bany\b|\bevery(?:one|body|thing)?\b|entire|whole",
    "only": r"只(?!要)|仅(?!仅)|唯有|限于|\bonly\b|\bsolely\b|exclusively|limited to",
    "in full": r"全额|全款|足额|全数|in full|full (?:amount|refund|price)|fully|completely|100 ?%",
    "worldwide": r"全球|世界各地|海外|worldwide|global(?:ly)?|overseas",
    "compensation": r"赔偿|补偿|赔付|compensat\w+|reimburse\w*|damages",
    "gift": r"赠送|赠品|送您|gift|bonus|giveaway",
    "discount": r"优惠|折扣|打折|减免|立减|discounts?|reduced price|special offer|cheaper",
    "obligation": r"必须|务必|须|必需|必要|需(?!求)|应(?:当|该|在|于|为|由|先)|强制|要求|\bmust\b|have to|has to|\bneed(?:s|ed)?\b|required?|requires|mandatory|\bshall\b|obliged|necessary",
    "recommendation": r"建议|推荐|最好|recommend\w*|\bshould\b|advis\w+|suggest\w*",
    "optional": r"可选|自愿|选填|optional(?:ly)?|voluntar\w+",
    "deadline extended": r"延长|延期|宽限|extend\w*|extension|grace",
    "certified": r"认证|资质|等保|certifi\w+|accredit\w+|iso\b",
    "secret": r"保密|加密|encrypt\w*|confidential\w*",
    "by phone": r"电话|致电|拨打|热线|phone|call(?:ing)? us|hotline",
    "by mail": r"邮件|邮箱|e-?mail",
    "in person": r"上门|门店|线下|到店|in person|on[- ]site|visit us",
    "personal manager": r"专属|专人|客户经理|dedicated|account manager|personal (?:manager|adviser)",
    "risk free": r"零风险|无风险|放心|risk[- ]free|no risk|without risk|worry[- ]free",
}  # fmt: skip
CONCEPTS = {name: re.compile(pattern, _FLAGS) for name, pattern in _CONCEPTS.items()}
"""A sentence may hold one of these only if its source does."""

_NOT_NEGATIVE = re.compile(
    r"不仅|不但|不同|不论|不管|不断|不久|不错|不足|不少于|不低于|不超过|不多于|不高于|不(?:得不|能不)|无论|无非|无理由|(?:without|no) (?:a |any |giving )?reasons?"
    r"|无线|未来|未成年|非常|没问题|差不多|不(?=[,，]\s*(?:客气|谢))"
    r"|(?:no|not) (?:more|less|fewer|later|earlier) than|not only|no problem|no\.|notwithstanding",
    _FLAGS,
)
_NEGATIVE = re.compile(
    r"不|没|无(?!锡)|未|非(?!洲)|勿|莫|别(?![人的名])|禁止|拒绝|严禁|免(?!疫)|作废|除外|失败|停止|暂停|取消"
    r"|n't\b|\bnot\b|\bno\b|\bnever\b|\bnone\b|\bneither\b|\bnor\b|\bwithout\b|\bcannot\b|\bunable\b"
    r"|\bfail(?:s|ed)?\b|refuse[sd]?|prohibit\w*|forbid\w*|\bbanned\b|\bunavailable|\bunsupported"
    r"|\bimpossible|\binvalid|\bnon-?[a-z]+|\bexclud\w+|\bexcept|\bfree of\b|\bfree\b|\bstop(?:s|ped)?\b"
    r"|\bcancel\w*|\bsuspend\w*|\black(?:s|ing)?\b|\bwaived?\b|\blost\b|\bforfeit\w*|\bdeni\w+",
    _FLAGS,
)

_OPPOSITES = (
    (r"升级|upgrad\w*", r"降级|downgrad\w*"),
    (r"开启|启用|打开|开通|enabl\w*|turn\w* on|switch\w* on|activat\w*", r"关闭|停用|禁用|disabl\w*|turn\w* off|switch\w* off|deactivat\w*"),
    (r"包含|包括|含(?!义)|includ\w*", r"不含|不包括|不包含|exclud\w*|not includ\w*"),
    (r"增加|提高|上调|increas\w*|rais\w*|higher", r"减少|降低|下调|decreas\w*|reduc\w*|lower(?!case)"),
    (r"开始|生效|start\w*|begin\w*|takes? effect|effective", r"结束|失效|到期|过期|end(?:s|ed)?\b|expir\w*"),
    (r"预付|prepaid|in advance", r"后付|postpaid|in arrears|afterwards"),
    (
        r"包月|按月|每(?:个)?(?:自然)?月|月付|monthly|per (?:calendar )?month|a month|calendar month|/月",
        r"包年|按年|每(?:个)?(?:自然)?年|年付|yearly|annual\w*|per (?:calendar )?year|a year|calendar year|/年",
    ),
    (r"每天|每日|daily|per day", r"每周|weekly|per week"),
    (r"公网|public", r"内网|私网|private"),
    (r"个人|individual\w*|person(?:s|al)?\b", r"企业|公司|compan\w+|enterprise\w*|business(?:es)?(?! days?)"),
    (r"国内|境内|大陆|mainland|domestic", r"境外|国外|海外|香港|overseas|abroad|international|hong kong"),
    (r"上传|upload\w*", r"下载|download\w*"),
    (r"入(?:站|向|流量)|inbound|incoming", r"出(?:站|向|流量)|outbound|outgoing"),
    (r"买家|买方|客户|customer\w*|buyer\w*", r"卖家|卖方|商家|seller\w*|merchant\w*"),
    (r"新用户|新客户|new (?:user|customer)s?", r"老用户|老客户|existing (?:user|customer)s?"),
    (r"续费|续订|renew\w*", r"首购|新购|first (?:order|purchase)|new order"),
    (r"标准|standard", r"高级|专业|premium|professional|advanced"),
    (r"基础|basic", r"企业版|商业|旗舰|business plan|enterprise|ultimate"),
    (r"主(?:库|节点|机)|primary|master", r"从(?:库|节点)|备(?:库|节点)|replica|secondary|standby"),
    (r"入门|starter", r"商业|business"),
    (r"接受|同意|accept\w*|agree\w*", r"拒绝|reject\w*|refus\w*|declin\w*"),
    (r"保留|keep\w*|kept|retain\w*", r"删除|清除|delet\w*|remov\w*|eras\w*"),
    (r"左|left", r"右|right"),
    (r"安全|secure|safe", r"危险|insecure|unsafe"),
)  # fmt: skip
OPPOSITES = tuple((re.compile(one, _FLAGS), re.compile(other, _FLAGS)) for one, other in _OPPOSITES)
"""A sentence that holds one of a pair while its source holds only the other says the opposite."""


def is_negative(clause: str) -> bool:
    """Whether a clause denies something; two denials are none."""
    return len(_NEGATIVE.findall(_NOT_NEGATIVE.sub(" ", clause))) % 2 == 1


_DIRECTIONS = {
    "before": re.compile(
        r"前(?!往|台)|\bbefore\b|\bprior to\b|\buntil\b|\bwithin\b|内(?!存|网|容|部)", _FLAGS
    ),
    "after": re.compile(r"后(?!台|缀)|\bafter\b|\bonce\b|\bsince\b", _FLAGS),
}


def directions(clause: str) -> frozenset[str]:
    """Whether a clause is about the time before something, after it, or both."""
    return frozenset(name for name, pattern in _DIRECTIONS.items() if pattern.search(clause))
