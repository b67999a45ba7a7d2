# ruff: noqa: E501 - sentences are data
"""Sentences that their source supports, and sentences that it does not, as models write them."""

REFUND_ZH = """
## 无理由退款

自付款之日起 7 天内，可以申请退回包月云服务器、网站套餐、数据库或负载均衡，并获得全额退款。每个实名主体每个自然年最多 3 台。
续费订单和升级差价不在此列。

## 剩余时间退款

7 天之后，可以申请退还剩余时间的费用：退款额 = 实付金额 − 已用天数按目录价计算的费用。不收取手续费。

## 不予退款

- 域名注册、续费和转入不支持退款。
- SSL 证书在签发前可全额退款，签发后不退。
- 使用代金券支付的部分不予退还。

## 到账时间

审核通过后，款项在 7 个工作日内原路返回。如果支付渠道不再接受退款，款项退到账户余额，可以提现。
资源在您确认后保留 24 小时，期间可以撤回申请。本政策自 2026 年 3 月 1 日起施行。
"""

REFUND_EN = """
## 1. Refund without a reason

Within 7 days of payment you may return a prepaid LH Compute instance, website hosting plan, database
or load balancer and receive the full amount. Each verified person or company may do so for up to 3
instances in a calendar year. Renewals and upgrade differences are not included.

## 4. When the money arrives

The money goes back the way it came, within 7 working days of approval. If the payment provider no
longer accepts a refund, the amount is added to your account balance, from where it can be withdrawn.
Parts paid with a voucher are lost.

## 5. How to ask

Open **Billing > Returns** in the console, choose the instance and confirm the amount. A ticket is not
necessary. Most orders are decided on the spot; those that need a person are answered within one
working day. The resource is kept for 24 hours after you confirm. This policy takes effect on 1 March
2026 and replaces the version of 2025.

| Product | Rule |
|---|---|
| Domain registration | no refund |
| SSL certificates | in full before issue, not after |
| Support plans | not for the running month |
"""

PRICES_ZH = """
## 人民币包月价（元/月，含税）

| 规格代码 | vCPU | 内存 | 杭州 cn-hz1 | 香港 hk-1 | 新加坡 sg-1 |
|---|---|---|---|---|---|
| lh.g2.small | 1 | 2 GB | 48 | 62 | 66 |
| lh.g2.large | 2 | 8 GB | 168 | 216 | 228 |
| lh.c2.large | 4 | 8 GB | 236 | 298 | 312 |
| lh.m2.large | 4 | 32 GB | 398 | 505 | 528 |

价格含系统盘 40 GB 和一个公网 IPv4 地址，不含数据盘和带宽包。按量计费按秒计费、每小时出账，每小时单价等于包月价除以 480。
包年一次付 10 个月的价格，使用 12 个月。跨系列变更需要关机，过程通常不超过 5 分钟。
"""

PRICES_EN = """
| Plan | Storage | Sites | Price per month |
|---|---|---|---|
| Starter | 10 GB | 1 | $5.90 |
| Business | 50 GB | 5 | $14.90 |
| Premium | 200 GB | 20 | $39.00 |

Daily backups are kept for 14 days on Business and Premium, and for 3 days on Starter. Backups cannot be
downloaded on Starter. The plans include a Let's Encrypt certificate. Uptime is 99.9% for Business. PHP
8.2 and 8.3 are supported; PHP 7.4 was removed on 2026-06-30.
"""

CONTACT_ZH = """
客服热线 400-820-8820，工作日 9:00—18:00 接听。技术支持邮箱 support@lanhe.example，全天候受理工单。
紧急故障请在控制台提交 P1 工单，15 分钟内响应。发票问题请发邮件至 invoice@lanhe.example。
"""

CONTACT_EN = """
Phone support is open Monday to Friday, 9 am to 6 pm (UTC+8), at +86 400 820 8820. Tickets are answered
around the clock. For a P1 incident, open a ticket in the console and you get a reply within 15 minutes.
Invoices: invoice@lanhe.example. Customers on the Basic plan have no phone support.
"""

ACCOUNT_ZH = """
连续输错密码 5 次后，账号会被锁定 30 分钟。管理员可以在控制台手动解锁。建议开启两步验证；主账号必须绑定手机。
错误码 LH-4031 表示 API 密钥没有访问该地域的权限，LH-4032 表示密钥已过期。密钥默认有效期为 90 天，到期前 7 天邮件提醒。
注销账号后，数据保留 30 天，之后永久删除，无法恢复。上传单个文件不得超过 5 GB。
"""

ACCOUNT_EN = """
After five wrong passwords the account is locked for 30 minutes. An administrator can unlock it by hand in
the console. We recommend two-step verification; the root account must have a phone number. Error LH-4031
means that the API key has no permission for the region, LH-4032 that the key has expired. Keys are valid
for 90 days by default. After an account is closed its data is kept for 30 days and cannot be restored
after that. A single upload must not be larger than 5 GB. To raise max_connections, restart the database.
"""

SOURCES = {
    "refund zh": REFUND_ZH,
    "refund en": REFUND_EN,
    "prices zh": PRICES_ZH,
    "prices en": PRICES_EN,
    "contact zh": CONTACT_ZH,
    "contact en": CONTACT_EN,
    "account zh": ACCOUNT_ZH,
    "account en": ACCOUNT_EN,
}

SUPPORTED = [
    ("refund zh", "付款后 7 天内可以申请全额退款。"),
    ("refund zh", "自付款之日起七天内，您可以申请退回包月云服务器并获得全额退款。"),
    ("refund zh", "每个实名主体每个自然年最多可退 3 台。"),
    ("refund zh", "每个实名主体每个自然年最多三台。"),
    ("refund zh", "不可以，域名注册不支持退款。"),
    ("refund zh", "域名的注册、续费和转入均不支持退款。"),
    ("refund zh", "SSL 证书签发后不退款。"),
    ("refund zh", "SSL 证书在签发之前可以全额退款。"),
    ("refund zh", "审核通过后，退款会在 7 个工作日内原路返回。"),
    ("refund zh", "用代金券支付的部分不予退还。"),
    ("refund zh", "剩余时间退款不收取手续费。"),
    ("refund zh", "本政策从 2026-03-01 起施行。"),
    ("refund zh", "确认后资源会保留24小时，期间可以撤回申请。"),
    ("refund zh", "续费订单不能无理由退款。"),
    (
        "refund en",
        "You can return a prepaid instance within seven days of payment and receive the full amount.",
    ),
    (
        "refund en",
        "Each verified person or company may return up to three instances per calendar year.",
    ),
    ("refund en", "The money goes back the way it came within 7 business days of approval."),
    ("refund en", "No, domain registration is not refunded."),
    ("refund en", "SSL certificates are refunded in full before issue, but not after."),
    ("refund en", "A ticket is not necessary."),
    ("refund en", "You don't need a ticket."),
    (
        "refund en",
        "Go to **Billing > Returns** in the console, choose the instance and confirm the amount.",
    ),
    ("refund en", "The policy takes effect on March 1, 2026."),
    ("refund en", "Renewals are not included."),
    ("refund en", "The resource is kept for 24 hours after you confirm."),
    ("refund en", "Parts paid with a voucher are lost."),
    ("prices zh", "lh.c2.large 在香港的包月价为 298 元。"),
    ("prices zh", "杭州的 lh.g2.large 每月 168 元。"),
    ("prices zh", "lh.m2.large 有 4 个 vCPU 和 32 GB 内存。"),
    ("prices zh", "价格包含 40 GB 系统盘和一个公网 IPv4 地址。"),
    ("prices zh", "价格不含数据盘和带宽包。"),
    ("prices zh", "跨系列变更需要关机，通常不超过五分钟。"),
    ("prices zh", "包年付 10 个月的价格，使用 12 个月。"),
    ("prices en", "The Business plan costs $14.90 per month."),
    ("prices en", "The Starter plan includes 10 GB of storage and 1 site."),
    ("prices en", "Backups are kept for 14 days on Business and Premium."),
    ("prices en", "On Starter, backups cannot be downloaded."),
    ("prices en", "PHP 7.4 was removed on June 30, 2026."),
    ("prices en", "Premium hosts 20 sites with 200 GB of storage."),
    ("contact zh", "您可以在工作日 9:00 至 18:00 拨打客服热线 400-820-8820。"),
    ("contact zh", "发票问题请发邮件至 invoice@lanhe.example。"),
    ("contact zh", "紧急故障请在控制台提交 P1 工单，15 分钟内响应。"),
    ("contact en", "Phone support is open Monday to Friday from 9 am to 6 pm."),
    ("contact en", "For a P1 incident you get a reply within 15 minutes."),
    ("contact en", "The Basic plan has no phone support."),
    ("account zh", "连续输错密码五次后，账号会锁定30分钟。"),
    ("account zh", "LH-4032 表示密钥已过期。"),
    ("account zh", "密钥默认有效期为 90 天。"),
    ("account zh", "数据在注销后保留 30 天，之后永久删除。"),
    ("account zh", "主账号必须绑定手机。"),
    ("account zh", "单个文件不能超过 5 GB。"),
    ("account en", "The account is locked for 30 minutes after 5 wrong passwords."),
    ("account en", "An administrator can unlock the account by hand in the console."),
    ("account en", "LH-4031 means the API key has no permission for the region."),
    ("account en", "API keys are valid for 90 days by default."),
    ("account en", "A single upload must not be larger than 5 GB."),
    ("account en", "The data is kept for thirty days after the account is closed."),
]

UNSUPPORTED = [
    # a number, unit or bound changed
    ("refund zh", "付款后 15 天内可以申请全额退款。"),
    ("refund zh", "每个实名主体每个自然年最多 5 台。"),
    ("refund zh", "审核通过后，款项在 7 天内原路返回。"),
    ("refund zh", "审核通过后，款项在 7 小时内原路返回。"),
    ("refund zh", "每个实名主体每个自然年至少 3 台。"),
    ("refund zh", "付款 7 天后可以申请全额退款。"),
    ("refund zh", "资源在您确认后保留 48 小时。"),
    ("refund zh", "本政策自 2026 年 5 月 1 日起施行。"),
    ("refund zh", "每个实名主体每月最多 3 台。"),
    ("refund en", "You may return a prepaid instance within 14 days of payment."),
    ("refund en", "The money goes back the way it came within 7 calendar days of approval."),
    ("refund en", "The money goes back within seven hours of approval."),
    ("refund en", "Each verified company may return at least 3 instances in a calendar year."),
    ("refund en", "This policy takes effect on 3 January 2026."),
    (
        "refund en",
        "You may return an instance after 7 days of payment and receive the full amount.",
    ),
    ("prices en", "The Business plan costs $19.90 per month."),
    ("prices en", "The Business plan costs 14.90 euros per month."),
    ("prices en", "Uptime is 99.99% for Business."),
    ("account en", "After three wrong passwords the account is locked for 30 minutes."),
    ("account zh", "密钥默认有效期为九十个月。"),
    ("account zh", "上传单个文件不得超过 5 TB。"),
    ("contact zh", "客服热线工作日 9:00—20:00 接听。"),
    ("contact en", "Phone support is open Monday to Sunday, 9 am to 6 pm."),
    # a number added
    ("refund zh", "退款收取 10% 的手续费。"),
    ("refund zh", "域名注册不支持退款，违者罚款 100 元。"),
    ("refund en", "A handling fee of $5 is kept."),
    ("account en", "Keys are valid for 90 days by default and can be extended to 365 days."),
    # a code, address or contact changed or invented
    ("account zh", "LH-4033 表示密钥已过期。"),
    ("account en", "Error LH-4301 means that the API key has no permission for the region."),
    ("prices zh", "lh.c3.large 在香港的包月价为 298 元。"),
    ("contact zh", "客服热线 400-820-8828，工作日 9:00—18:00 接听。"),
    ("contact zh", "技术支持邮箱 help@lanhe.example。"),
    ("refund en", "Send your request to refunds@lanhe.example."),
    ("refund en", "See https://lanhe.example/refund for how to ask."),
    ("refund zh", "请拨打 400-123-4567 申请退款。"),
    ("account en", "To raise max_allowed_packet, restart the database."),
    ("prices en", "PHP 8.4 is supported."),
    # facts of two rows or cells merged
    ("prices zh", "lh.c2.large 在杭州的包月价为 168 元。"),
    ("prices zh", "lh.c2.large 在香港的包月价为 236 元。"),
    ("prices zh", "lh.g2.small 有 8 GB 内存。"),
    ("prices zh", "新加坡的 lh.g2.large 每月 216 元。"),
    ("prices en", "The Starter plan costs $14.90 per month."),
    ("prices en", "Backups are kept for 14 days on Starter."),
    ("prices en", "Premium includes 50 GB of storage."),
    ("account zh", "LH-4031 表示密钥已过期。"),
    ("account en", "LH-4032 means that the API key has no permission for the region."),
    ("refund zh", "款项在 24 小时内原路返回。"),
    # a negation or modality flipped
    ("refund zh", "域名注册支持退款。"),
    ("refund zh", "使用代金券支付的部分可以退还。"),
    ("refund zh", "SSL 证书签发后可全额退款。"),
    ("refund zh", "剩余时间退款收取手续费。"),
    ("refund zh", "续费订单也可以无理由退款。"),
    ("refund en", "Domain registration is refunded."),
    ("refund en", "A ticket is necessary."),
    ("refund en", "Renewals and upgrade differences are included."),
    ("prices zh", "价格包含数据盘和带宽包。"),
    ("prices zh", "跨系列变更不需要关机。"),
    ("prices en", "Backups can be downloaded on Starter."),
    ("contact en", "Customers on the Basic plan have phone support."),
    ("account zh", "注销账号后，数据可以恢复。"),
    ("account zh", "主账号建议绑定手机。"),
    ("account zh", "必须开启两步验证。"),
    ("account en", "Two-step verification is mandatory."),
    ("account en", "A single upload may be larger than 5 GB."),
    # a promise or superlative added
    ("refund zh", "付款后 7 天内可以免费退款，并赠送代金券。"),
    ("refund zh", "我们保证 7 个工作日内原路返回款项。"),
    ("refund zh", "款项会立即原路返回。"),
    ("refund zh", "所有订单都可以全额退款。"),
    ("refund en", "Refunds are always granted, no questions asked."),
    ("refund en", "The money goes back immediately."),
    ("prices en", "The Business plan is the best choice for shops."),
    ("prices en", "The plans include a free domain."),
    ("prices en", "The Premium plan has unlimited storage."),
    ("prices zh", "lh.c2.large 是性价比最高的规格。"),
    ("contact zh", "专属客户经理 24 小时为您服务。"),
    ("contact en", "You will be compensated if the reply is late."),
    ("account zh", "账号锁定后会自动解锁并短信通知您。"),
    ("account en", "Our keys are encrypted and certified to ISO 27001."),
    # a name or subject swapped, or something else said
    ("refund zh", "请联系王经理办理退款。"),
    ("refund en", "Contact Alice Chen to get your refund."),
    ("refund en", "Refunds are paid by PayPal or Alipay."),
    ("prices zh", "广州的 lh.g2.large 每月 168 元。"),
    ("prices en", "The plans include a DigiCert certificate."),
    ("account zh", "普通成员可以在控制台手动解锁。"),
    ("account en", "Support staff can unlock the account for you on request."),
    ("contact zh", "紧急故障请拨打客服热线，15 分钟内响应。"),
    ("contact en", "Basic customers can write to the chief executive."),
    ("refund zh", "包年云服务器不支持升级。"),
    ("refund zh", "企业客户可以签订长期合同。"),
    ("account en", "Closing an account deletes its domains as well."),
    ("prices en", "Weekly backups are kept for 14 days on Business."),
]

TRANSLATED = [
    ("refund zh", "You can get a full refund within 7 days of payment.", True),
    ("refund zh", "The refund arrives within 7 working days after approval.", True),
    ("refund zh", "Domain registrations cannot be refunded.", True),
    ("refund en", "付款后 7 天内可以退回预付实例并获得全额退款。", True),
    ("refund en", "资源在您确认后保留 24 小时。", True),
    ("account en", "连续输错密码五次后，账号会被锁定 30 分钟。", True),
    ("account zh", "LH-4032 means that the key has expired.", True),
    ("account zh", "API keys are valid for 90 days by default.", True),
    ("refund zh", "Domain registrations can be refunded.", False),
    ("refund zh", "SSL certificates are refunded in full after issue.", False),
    ("refund en", "使用代金券支付的部分可以退。", False),
    ("account zh", "The main account need not be bound to a mobile phone.", False),
    ("refund zh", "You can get a full refund within 14 days of payment.", False),
    ("refund zh", "The refund arrives within 7 hours after approval.", False),
    ("refund en", "付款后 7 天内可以退款，免费且有保证。", False),
    ("refund en", "资源在您确认后保留 48 小时。", False),
    ("account zh", "LH-4035 means that the key has expired.", False),
    ("account en", "请拨打 400-820-8820 解锁账号。", False),
    ("account en", "云服务器支持 Windows 系统。", False),
    ("contact zh", "We sell our products in more than 20 countries.", False),
]
