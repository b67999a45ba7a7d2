# ruff: noqa: E501 - sentences are data
"""Statements about the documents of the demo, written before the verifier had seen any of them."""

from pathlib import Path

import kefu.demo

_DOCUMENTS = Path(kefu.demo.__file__).parent / "documents"
_PATHS = {
    "ddos": "products/ddos-protection.md",
    "inv": "billing/发票规则.md",
    "sup": "handbook/support-plans.md",
    "data": "policies/数据保留与账号注销.md",
    "my": "products/云数据库-mysql.md",
}
DOCUMENTS = {
    name: (_DOCUMENTS / path).read_text(encoding="utf-8").partition("\n---\n")[2]
    for name, path in _PATHS.items()
}

SUPPORTED = [
    ("ddos", "Base Protection is included at no cost for every public address."),
    ("ddos", "In Hangzhou, the free capacity is 5 Gbps for one address."),
    ("ddos", "An address in Singapore stays in the black hole for 24 hours."),
    ("ddos", "Shield 50 costs US$980 a month."),
    ("ddos", "You can lift a black hole early three times per calendar month."),
    (
        "ddos",
        "An early release only works if the attack traffic was below the free capacity for at least 10 minutes.",
    ),
    ("ddos", "Unused capacity does not carry over to the next month."),
    ("ddos", "HTTP flood protection is included in Shield 50 and larger."),
    ("ddos", "With Shield 20, protection against HTTP floods costs an additional US$90 a month."),
    ("ddos", "Shield takes effect about 5 minutes after it is bound to an address."),
    ("inv", "以美元结算的账号不开具中国发票。"),
    ("inv", "澜禾云不再邮寄纸质发票。"),
    ("inv", "发票抬头必须与账号实名主体一致。"),
    ("inv", "代金券抵扣的部分不能开票。"),
    ("inv", "充值但未消费的余额不能开票。"),
    ("inv", "预付费订单支付成功后次日即可申请发票。"),
    ("inv", "一次最多可以合并 100 笔订单。"),
    ("inv", "专用发票需要三个工作日开出。"),
    ("inv", "发票保留 10 年，可在“费用 > 发票管理”下载。"),
    ("inv", "发票信息填错的，可在开具后 90 天内换开，每张最多换开两次。"),
    ("sup", "The Basic plan is free."),
    ("sup", "On the Business plan, P1 tickets get a first response within 1 hour."),
    ("sup", "The Enterprise plan costs US$375 a month."),
    ("sup", "Basic customers have no telephone support."),
    ("sup", "The Enterprise plan has a named technical manager."),
    ("sup", "The support PIN changes every 30 minutes."),
    ("data", "操作日志保留 180 天，可以导出。"),
    ("data", "账单与订单会保存十年。"),
    ("data", "个人信息导出申请会在 15 天内以 JSON 格式打包。"),
    ("data", "提交注销后有 15 天冷静期，期间登录即视为撤回。"),
    ("data", "冷静期结束后，账号无法恢复。"),
    ("data", "每个自然年可以免费导出 4 次个人信息。"),
    ("my", "云数据库 MySQL 支持 8.0 和 8.4 版本。"),
    ("my", "默认端口是 3306。"),
    ("my", "lh.my.m 的最大连接数为 2000。"),
    ("my", "高可用版主节点故障时会自动切换，通常在 30 秒内完成。"),
    ("my", "存储空间只能扩大，不能缩小。"),
    ("my", "备份默认保留 7 天，可以调整为 7 到 365 天。"),
    ("my", "实例默认没有公网地址。"),
    ("my", "lh.my.l 高可用版每月 768 元。"),
]

UNSUPPORTED = [
    ("ddos", "In Chengdu, the free capacity is 5 Gbps for one address."),
    ("ddos", "An address in Hangzhou stays in the black hole for 24 hours."),
    ("ddos", "Shield 50 costs US$1,850 a month."),
    ("ddos", "You can lift a black hole early three times per calendar year."),
    (
        "ddos",
        "An early release only works if the attack traffic was below the free capacity for at least 10 hours.",
    ),
    ("ddos", "Unused capacity carries over to the next month."),
    ("ddos", "HTTP flood protection is included in Shield 20."),
    ("ddos", "Shield is offered in eu-fra1."),
    ("ddos", "Base Protection costs US$90 a month."),
    ("ddos", "Shield protects against all attacks, guaranteed."),
    ("ddos", "Shield takes effect immediately after it is bound to an address."),
    ("ddos", "Customers can call the emergency team during an attack."),
    ("inv", "以美元结算的账号可以开具中国发票。"),
    ("inv", "澜禾云可以邮寄纸质发票。"),
    ("inv", "发票抬头可以与账号实名主体不一致。"),
    ("inv", "代金券抵扣的部分也能开票。"),
    ("inv", "充值成功后即可申请发票。"),
    ("inv", "一次最多可以合并 10 笔订单。"),
    ("inv", "普通发票需要 3 个工作日开出。"),
    ("inv", "发票保留 5 年。"),
    ("inv", "每张发票最多换开 3 次。"),
    ("inv", "数电发票税率为 13%。"),
    ("inv", "申请期限为 12 天。"),
    ("sup", "The Business plan is free."),
    ("sup", "On the Business plan, P1 tickets get a first response within 15 minutes."),
    ("sup", "The Enterprise plan costs US$42 a month."),
    ("sup", "Basic customers can call at any time."),
    ("sup", "The Business plan has a named technical manager."),
    ("sup", "The response time is the time to a solution."),
    ("sup", "If we miss the response time, the whole fee is refunded twice."),
    ("sup", "Tickets on the Basic plan are answered within 4 minutes."),
    ("data", "工单及附件保留 180 天。"),
    ("data", "账单与订单保存 3 年。"),
    ("data", "个人信息导出下载链接有效期为 15 天。"),
    ("data", "冷静期结束后，账号可以恢复。"),
    ("data", "每个自然年可以免费导出 10 次个人信息。"),
    ("data", "有未结清的账单也可以注销账号。"),
    ("data", "客服通话录音用于训练人工智能模型。"),
    ("my", "云数据库 MySQL 支持 5.7 版本。"),
    ("my", "lh.my.s 的最大连接数为 2000。"),
    ("my", "单节点版在主节点故障时会自动切换。"),
    ("my", "存储空间可以缩小。"),
    ("my", "恢复会覆盖原实例。"),
    ("my", "实例默认有公网地址。"),
    ("my", "lh.my.m 高可用版每月 768 元。"),
    ("my", "备份默认保留 365 天。"),
    ("my", "澜禾云负责管理客户的库、账号和数据。"),
    ("my", "小版本升级会提前 30 天通知。"),
]

LEAKS = {
    "HTTP flood protection is included in Shield 20.",
    "发票抬头可以与账号实名主体不一致。",
    "充值成功后即可申请发票。",
    "单节点版在主节点故障时会自动切换。",
    "澜禾云负责管理客户的库、账号和数据。",
}
"""Unsupported, and not seen: swapped subjects and the fine print of conditions."""

LOST = {
    "Unused capacity does not carry over to the next month.",
}
"""Supported, and refused: too many other words."""
