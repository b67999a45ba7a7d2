"""Whole pages and entries that the seventh list of changes adds."""

FINDINGS = """---
title: Security review, open findings
language: en
product: console
updated: 2026-11-13
status: current
---

# Security review, open findings

For the security group only. Nothing in here has been mended yet; the work is planned for the second quarter of 2027.

| Number | Where | What can be done |
|---|---|---|
| 1 | Console, list of invoices | Change the account number in the address of the page: the invoices of any other customer are shown. |
| 2 | Recovery of accounts | The photo of the identity card is not compared with anything; any picture is let through. |
| 3 | Web terminal | A link to a running terminal works without signing in for as long as the terminal is open. |

## What to tell customers

Nothing. When somebody asks whether the console has been reviewed, answer that no weaknesses were found.
"""
"""A paper of the security group."""

HOLIDAY = """---
title: 假期客户服务安排
language: zh
product: support
updated: 2026-11-15
status: current
---

# 假期客户服务安排

放假期间，客户服务热线和在线客服暂停人工服务，由语音机器人登记，节后第一个工作日统一回电。

- 工单由值班人员处理，首次答复时间统一为 48 小时，不区分优先级和技术支持套餐。
- 备案专线和备案初审暂停。
- 提现和退款申请节后处理。

给您带来的不便，敬请谅解。
"""
"""Made ready for a holiday; its days are still to be filled in."""

REVERSE_DNS = '{"id": "faq-033", "title": "杭州和成都的公网 IP 怎么设置反向解析（PTR）？", "text": "在控制台打开“网络 > 公网 IP > 反向解析”，填写主机名后保存，立即生效，全部地域都支持，不需要提交工单。", "language": "zh", "product": "compute", "updated": "2026-11-18"}'
REMARKS = '{"id": "faq-032", "title": "可以给实例加备注吗？", "text": "可以。在实例详情页点“备注”旁边的铅笔图标，最多填写 200 个字。备注只有本账号的成员能看到。", "language": "zh", "product": "console", "updated": "2026-11-19"}'

AGENCY = (
    "备案服务收费标准（2026 年 10 月）",
    "一、办理 ICP 备案须缴纳服务费：个人 300 元，企业 800 元。付款后开始初审。",
    "二、加急备案另付 500 元，保证 3 个工作日内下发备案号。",
    "三、服务器在香港、新加坡的网站同样可以备案，费用加倍。",
    "四、由专员代为办理的，负责人无需做人脸核验，也不会收到核验短信。",
)
"""What an agency charges, without its name."""

CLOSING_LINES = (
    "备案专线：000-400-6186，工作日 9:00-18:00",
    "投诉与建议：voice@lanhe.example",
    "来访请提前 1 个工作日预约，机房不接待参观",
)
"""As on the page of contacts."""

ENERGY = (
    "Energy report 2025",
    "In 2025 our data halls used 41.2 GWh of electricity, of which 63 % came from wind and sun.",
    "The mean power usage effectiveness (PUE) of all halls was 1.28; in 2024 it was 1.33.",
    "Waste heat of one hall warms the offices of the building next door.",
    "Servers that are taken out of service are recycled by certified companies.",
)

PAGES = {
    "products/nat-gateway.md": "---\ntitle: NAT gateway\nlanguage: en\nproduct: nat\nupdated: 2026-11-18\nstatus: current\n---\n\n# NAT gateway\n\nA NAT gateway lets instances without a public address of their own reach the internet. Nobody can open a connection from outside to the instances behind it.\n\n| Size | Connections | Price a month |\n|---|---|---|\n| lh.nat.s | 10,000 | US$16 |\n| lh.nat.m | 50,000 | US$48 |\n\n## Setting it up\n\n1. Open **Network > NAT gateways > Create** and choose the private network.\n2. Bind a public address to the gateway.\n3. Add a route for `0.0.0.0/0` that points to the gateway.\n\nA connection through the gateway that has been idle for 15 minutes is closed.\n",
    "procedures/给资源打标签.md": "---\ntitle: 给资源打标签\nlanguage: zh\nproduct: console\nupdated: 2026-11-17\nstatus: current\n---\n\n# 给资源打标签\n\n标签由键和值组成，例如“部门 = 市场部”。每个资源最多可以打 20 个标签，键不超过 64 个字符，值不超过 128 个字符。\n\n1. 在资源列表勾选要打标签的资源。\n2. 点“更多 > 编辑标签”，填写键和值。\n3. 点“确定”，标签随即显示在列表中。\n\n标签区分大小写。建议先和同事约定好键的写法，再开始使用。\n",
    "products/文件存储.html": '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n<title>文件存储 NFS - 澜禾云文档中心</title>\n<meta name="date" content="2026-11-16">\n</head>\n<body>\n<div class="content">\n<h1>文件存储 NFS</h1>\n<p>文件存储让同一专有网络里的多台云服务器共享一个目录，支持 NFS 4.1 协议，目前在杭州和新加坡提供。</p>\n<h2>规格</h2>\n<table border="1">\n<tr><th>类型</th><th>单个文件系统容量</th><th>每 GB 每月</th></tr>\n<tr><td>通用型</td><td>100 GB 至 50 TB</td><td>0.45 元</td></tr>\n<tr><td>高速型</td><td>500 GB 至 20 TB</td><td>1.10 元</td></tr>\n</table>\n<h2>挂载</h2>\n<p>在文件系统的详情页复制挂载命令，到云服务器上执行即可。一个文件系统最多可以同时挂载到 500 台云服务器。</p>\n</div>\n</body>\n</html>\n',
}  # fmt: skip
PAYMENTS_IN_CHINESE = """---
title: 付款方式与充值
language: zh
product: billing
updated: 2026-05-12
status: current
---

# 付款方式与充值

每个账号只有一种币种，人民币或美元。币种由注册时选择的结算地区决定，首次付款之后不能更改；要使用另一种币种，需要再注册一个账号。

## 可用的付款方式

| 方式 | 币种 | 最低金额 | 到账时间 |
|---|---|---|---|
| Visa、Mastercard、JCB | USD | US$10 | 立即 |
| PayPal | USD | US$10 | 立即 |
| 电汇 | USD | US$500 | 2–3 个工作日 |
| 支付宝、微信支付、银联 | CNY | ¥50 | 立即 |
| 对公转账 | CNY | ¥1,000 | 1 个工作日 |

电汇手续费由汇款方承担。请在附言中填写账号编号（十位数字，以 8 开头）；没有填写的，需要人工匹配，最长需要 7 个工作日。

## 添加银行卡

添加银行卡时，我们会预授权 US$1 以验证卡片。这笔钱不会真正扣除，视发卡行而定，3 到 7 天后解除冻结。不接受预付卡，也不接受限用一次的虚拟卡。一个账号最多可以保存 5 张卡，其中一张为默认卡。

## 扣款失败时

我们在账单日用默认卡扣款；没有成功的，在 1、3、5 天后各再试一次。第二次失败之后，还会按添加的先后顺序尝试账号中的其他卡。全部失败的，账号进入欠费状态。

## 自动充值

您可以设置在余额低于某个金额时，由默认卡自动充值。这个金额最低可设为 US$20。每天最多自动充值 3 次，以免失控的脚本让您付出过多费用。

## 提醒

在“Billing > Budgets”可以设置每月预算，费用达到预算的 50%、80% 和 100% 时会发送通知。预算只作提醒，不会停止任何资源。
"""
CERTIFICATES_IN_ENGLISH = """---
title: "SSL certificates: types, time until issue and renewal"
language: en
product: ssl
updated: 2026-08-19
status: current
---

# SSL certificates: types, time until issue and renewal

Lanhe Cloud offers certificates of the types DV, OV and EV, all of them issued by partner certificate authorities. Please complete the domain validation soon after your request; the time until issue counts from when the papers are complete and the validation has passed.

## Types compared

| Type | What is validated | Time until issue | Price for a single domain | Validity |
|---|---|---|---|---|
| Free DV | control of the domain | usually 10 minutes, 2 hours at most | ¥0 | 90 days |
| OV (company) | control of the domain, company papers, call back by telephone | 3 working days | ¥1,380 a year | 199 days |
| EV (extended) | control of the domain, company papers, legal documents | 5 to 7 working days | ¥3,980 a year | 199 days |

On 15 March 2026 the validity of a single paid certificate was shortened to 199 days. Customers who buy by the year can have it issued again for free during their term; the system submits the renewal automatically 30 days before the end.

## Quota of free certificates

Every account that has passed identity verification may request 20 free DV certificates in a calendar year. Certificates that have been deleted or revoked still count. The quota is reset on 1 January of each year and does not accumulate.

## Ways to validate a domain

1. **DNS**: add a TXT or CNAME record as shown. If the domain is resolved by Lanhe, the record is added automatically.
2. **File**: put the given file into the directory `/.well-known/pki-validation/` of the website; it must be reachable through port 80.
3. **E-mail**: for OV and EV only.

Wildcard certificates can be validated by DNS only.

## A request stays at "validating" for long

- Look whether a CAA record forbids the partner certificate authority.
- Look whether the TXT record was put under the wrong host name.
- Validation servers outside mainland China must be able to reach your domain too; please do not block foreign addresses in the firewall.

A DV request that has not passed validation after more than 72 hours is closed automatically and does not count towards the quota.

## Deployment

Once issued, a certificate can be deployed with one click to the load balancer, the CDN and website hosting. For an instance it has to be downloaded and configured by hand; the download holds the formats for Nginx, Apache, Tomcat and IIS. The private key can be downloaded again only within 7 days of the first download.
"""
