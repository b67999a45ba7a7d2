"""Whole pages that the third list of changes adds or puts in the place of others."""

MERGED = (
    ("支付后 7 天内申请无理由全额退款。每个实名主体每个自然年最多 3 台实例。", "支付后 5 天内申请无理由全额退款。每个账号终身限 1 台实例。"),
    ("超过 7 天或次数已用完的", "超过 5 天或次数已用完的"),
    ("- 不再收取手续费。", "- 手续费为实付金额的 10%，最低 5 元。"),
)  # fmt: skip
"""What a merger of both refund policies takes from the wrong one."""

NOTICES = {
    "release-notes/公告-退订期限.md": "---\ntitle: 公告：云服务器退订期限调整\nlanguage: zh\nupdated: 2026-11-10\nstatus: current\n---\n\n# 公告：云服务器退订期限调整\n\n自 2026 年 11 月 10 日起，云服务器无理由全额退款的期限调整为支付后 3 天内。\n",
    "release-notes/notice-returns.md": "---\ntitle: Longer time for returns\nlanguage: en\nupdated: 2026-11-10\nstatus: current\n---\n\n# Longer time for returns\n\nFrom 10 November 2026 an LH Compute instance can be returned within 15 days of payment for the full amount.\n",
}  # fmt: skip
SUMMARY = """# 欠费与到期处理

资源到期或欠费后会先停机，数据保留一段时间后释放。不同产品的保留时间有所不同。建议开启自动续费，
并留意短信和邮件提醒，及时充值即可恢复使用。
"""
IN_GERMAN = """---
title: Zahlungsarten und Aufladung
product: billing
updated: 2026-05-12
status: current
---

# Zahlungsarten und Aufladung

Jedes Konto hat genau eine Währung, Yuan oder US-Dollar. Sie folgt aus der Abrechnungsregion und lässt sich nach der ersten Zahlung nicht mehr ändern.

## Was wir annehmen

Visa, Mastercard, JCB und PayPal ab US$10 (sofort), Überweisung ab US$500 (2 bis 3 Arbeitstage), Alipay, WeChat Pay und UnionPay ab ¥50 (sofort), Firmenüberweisung ab ¥1.000 (1 Arbeitstag). Die Gebühren einer Überweisung trägt der Absender.

## Karte hinterlegen

Zur Prüfung wird US$1 vorgemerkt und nicht abgebucht; die Vormerkung verfällt je nach Bank nach drei bis sieben Tagen. Ein Konto darf fünf Karten haben.

## Wenn eine Zahlung scheitert

Wir versuchen die Hauptkarte am Tag der Rechnung und nach 1, 3 und 5 Tagen erneut.
"""
SLA_OF_2024 = (
    "Service Level Agreement",
    "This agreement states the availability that Lanhe Cloud promises and what a customer receives",
    "when the promise is not kept.",
    "1. Promised availability",
    "LH Compute, single instance: 99.90 %. LH Compute, two zones: 99.95 %.",
    "Managed database: 99.90 %. Object storage: 99.50 %. Website hosting: 99.50 %.",
    "2. Service credits",
    "Availability below the promise, at least 99.0 %: 5 % of the monthly fee.",
    "Availability below 99.0 %: 10 % of the monthly fee.",
    "3. How to claim",
    "Write to support@lanhe.example within 14 days of the failure. Later claims are not considered.",
    "4. Recovery objectives",
    "For every database the recovery time objective is 8 hours and the recovery point objective",
    "is 24 hours.",
)

PAGES = {
    "products/container-registry.md": "---\ntitle: Container registry\nlanguage: en\nproduct: registry\nupdated: 2026-11-18\nstatus: current\n---\n\n# Container registry\n\nLH Registry keeps container images beside the instances that run them. Sign in with `lhctl registry login` and push with the tools you know.\n\nA registry is private unless you publish it. Images are scanned for known weaknesses when they are pushed; the result stands beside each tag.\n",
    "handbook/accessibility.md": "# Accessibility of our website\n\nOur website and the console can be used with the keyboard alone and with common screen readers. Tell us about barriers with the form **Accessibility** at the foot of every page.\n",
    "policies/responsible-disclosure.md": "# Reporting a weakness of our own systems\n\nIf you found a weakness in a system of Lanhe Cloud, please use the form at `security.lanhe.example` and keep it to yourself until it is mended. We name finders on a page of thanks if they wish.\n",
    "handbook/培训认证.md": "# 培训与认证\n\n澜禾云学院提供云计算入门、网络和数据库三门在线课程。完成课程并通过在线考试后，可在个人中心下载电子证书，证书可分享到社交平台。\n",
}  # fmt: skip
BALANCER_IN_CHINESE = """---
title: 负载均衡
language: zh
product: load-balancer
updated: 2026-03-11
status: current
---

# 负载均衡

澜禾云负载均衡把 TCP、UDP、HTTP 和 HTTPS 流量分发到多台实例，并把不健康的实例移出服务。

## 规格

| 规格 | 并发连接数 | 每秒新建连接数 | 每月价格 |
|---|---|---|---|
| lh.lb.s | 50,000 | 5,000 | US$12 |
| lh.lb.m | 200,000 | 20,000 | US$38 |
| lh.lb.l | 1,000,000 | 100,000 | US$125 |

流量按所在地域的价格另行计费。升到更大规格在一分钟内生效，不中断已有连接；降到更小规格每天可以进行一次。

## 限制

- 每个负载均衡最多 50 个监听，每个监听最多 100 台后端实例。
- HTTP 监听的空闲超时为 60 秒，可在 10 到 900 秒之间设置。
- 请求体最大 100 MB，请求头最大 32 KB。
- 一个监听最多放 25 张证书，按 SNI 选择。

## 健康检查

负载均衡默认每 5 秒检查一次。后端连续失败 3 次后被移出，成功 2 次后恢复。HTTP 检查把状态码 200 到 399 视为健康。检查来自 100.64.0.0/10，请在安全组中放行该网段，否则所有后端都会显示为异常。

## 会话保持

HTTP 和 HTTPS 监听可以用 Cookie 让访问者固定在同一台后端，Cookie 的有效期为 1 秒到 24 小时。TCP 监听按来源地址保持。后端健康检查失败时，会话保持随之结束。

## 访问者的地址

HTTP 的原始地址在请求头 `X-Forwarded-For` 中。TCP 请开启 PROXY 协议（版本 2），并事先确认后端支持该协议：不支持的后端会拒绝所有连接。

## 常见错误

1. 安全组拦截了健康检查的网段。
2. 检查路径跳转到另一个已经停止服务的主机名。
3. 两个监听使用同一端口但协议不同；只有 TCP 与 UDP 可以这样做。
"""
API_IN_ENGLISH = """---
title: API 2026-09-01 release notes
language: en
product: api
updated: 2026-09-01
status: current
---

# API 2026-09-01 release notes

## Added

- `ModifyInstanceSpec`: change to another code of the same series while the instance runs.
- `ListEvents`: maintenance and failures of the last 90 days.
- Webhooks can be signed with `HMAC-SHA256` as well; the signature is in the header `X-LH-Signature-256`.

## Changed

| Item | Old | New |
|---|---|---|
| Default rate limit of one access key | 10 a second | 20 a second |
| Short burst | 20 calls | 40 calls |
| Largest page of `DescribeInstances` | 100 | 200 |
| Results of asynchronous tasks are kept | 24 hours | 72 hours |
| Lowest TLS version | 1.1 | 1.2 |

Calls above the limit get HTTP 429 with the code `LH-4291`; the header `Retry-After` says how many seconds to wait.

## Deprecated

- Version `2024-05-01` is switched off on 31 March 2027. Calls without the header `X-LH-Version` are still read as `2024-05-01`; from 1 January 2027 they are read as `2026-09-01`.
- Signatures in the query are not offered to new callers; existing ones may use them until 31 March 2027.
- The field `InnerIp` gives way to the array `PrivateIps`.

## Repeated webhooks

A delivery has failed if the receiver has not returned 2xx within 5 seconds. It is repeated after 1, 2, 5, 10 and 30 minutes and then every hour, at most 12 times; after that the webhook is switched off and an e-mail is sent. Events may arrive twice; tell them apart by `EventId`.

## How to move

1. Update the SDK to 5.2 or newer.
2. Set `X-LH-Version: 2026-09-01` in a test account.
3. Look for uses of `InnerIp` and at your paging.
4. Watch for a week, then switch the production account.
"""
