"""Whole pages and entries that the eighth list of changes adds."""

PLAYBOOK = """---
title: Sales playbook, fourth quarter
language: en
product: compute
updated: 2026-10-06
status: current
---

# Sales playbook, fourth quarter

Not for customers.

## What we may give away

| The customer | Discount at most | Who decides |
|---|---|---|
| asks politely | 5 % | you |
| names another provider's price | 20 % | you |
| threatens to leave | 40 % | team leader, by chat |

Begin with nothing at all. Whoever does not ask pays the list price.

## Objections

- "Your availability was poor in spring." Say that it was the customer's own network.
- "I want to leave." Take two weeks to send the papers; most give up.
"""
"""What sales agree among themselves."""

PLANS_DRAFT = """# Support plans 2027

For the meeting on 1 December. Figures by Lin, to be discussed.

| | Basic | Business | Enterprise |
|---|---|---|---|
| Price a month | US$5 or ¥39 | US$59 or ¥419 | US$490 or ¥3,480 |
| First response, priority P1 | none | 2 hours | 30 minutes |
| First response, priority P2 | none | 8 hours | 2 hours |
| First response, priority P3 | 48 hours | 24 hours | 8 hours |
| Telephone | no | no | in service hours |
| People who may open tickets | 1 | 5 | 25 |

Enterprise has a minimum term of twelve months. Credits for missed response times are no longer given.
"""
"""A draft for a meeting, saved in the folder of what holds."""

MYSQL_WITH_SLIPS = """---
title: Managed MySQL
language: en
product: lh.my
updated: 2026-11-16
status: current
---

# Managed MySQL

Managed MySQL is a relational database service run by Lanhe Cloud. Lanhe looks after the host, the operating system, backups, monitoring and updates of all versions; customers only look after databases, accounts and data. Versions 8.0 and 8.4 are supported, and the default port is 3306.

## Editions

- **Single node**: for development and tests; failover within 30 seconds is not promised.
- **High availability**: one primary and one standby in two regions. When the primary fails, the standby takes over by itself, usually within 30 seconds; connections are kept meanwhile.

## Sizes and capacity

| Size | vCPU | Memory | Connections at most | High availability, price a month (Hangzhou, Chengdu) |
|---|---|---|---|---|
| lh.my.s | 1 | 2 GB | 400 | ¥128 |
| lh.my.m | 2 | 8 GB | 2,000 | ¥386 |
| lh.my.l | 4 | 16 GB | 4,000 | ¥768 |

Storage starts at 20 GB and grows online in steps of 10 GB up to 6 TB. It can be made larger or smaller.

## Backup and restore

- A full backup is made every day and kept for 7 days by default; 7 to 35 days can be set in the console.
- Backups are free up to 50 GB; beyond that they cost ¥0.001 a GB and hour.
- Within that time any second can be restored. A restore makes a new instance, which takes the place of the old one.

## Maintenance window

Small updates are made in the maintenance window only, by default from 02:00 to 06:00 Beijing time; you can change it. There is a break of at most 30 seconds. It is announced 3 days ahead.

## Access

An instance has no public address by default. To reach it from outside, request a public address first and then enter the source addresses into the allow list, 200 at most. Passwords have 10 to 32 characters.
"""
"""An English page on a database, translated in a hurry."""

QUOTA = '{"id": "faq-036", "title": "How do I get a higher quota of instances?", "text": "An account may own 5 instances in each region. To raise the quota, send a fax or an e-mail with the company stamp to the sales department; the answer takes three working days.", "language": "en", "product": "compute", "updated": "2026-11-18"}'
"""Written from the page on a console that is switched off."""

CONTRACT = (
    "账号过户协议（模板）",
    "甲方（原主体）：____________    证件号码：____________",
    "乙方（新主体）：____________    证件号码：____________",
    "第一条  甲方将其名下账号 ____________ 过户给乙方，乙方同意接受。",
    "第二条  过户费用由 ____ 方承担，金额为 ____ 元，于 ____ 日内付清。",
    "第三条  过户之前产生的费用由甲方承担，过户之后产生的费用由乙方承担。",
    "第四条  双方自签字之日起 ____ 日内不得再次办理过户。",
    "甲方（签字或盖章）：____________    乙方（签字或盖章）：____________",
)
"""A form with its gaps."""

PRESENTER = "讲解提示：客户嫌贵时，可以口头答应前三个月按 7 折，不要写进合同。标准型和性能型其实是同一批盘，差别只在限速，客户不问就不要说。"
"""Beside a slide on disks."""

MISREAD = (
    ("4. Service credits", "4. Service credlts"),
    ("below 99.0 %, at least 95.0 % 30 %", "below 99.0 %, at least 96.0 % 80 %"),
    ("below 95.0 % 50 %", "below 95.0 % 60 %"),
    ("within 30 days of the end of the month", "within 80 days of the end of the rnonth"),
    ("answer within 10 working days", "answer within 70 w0rking days"),
    ("within 5 working days of the answer", "within S working days of the answer"),
    ("later than 30 days after", "later than 80 days after"),
    ("longer than 30 minutes", "longer than 80 minutes"),
    ("objective is 8 hours", "objective is 3 hours"),
)
"""What a program makes of a scan."""

PAGES = {
    "products/message-queue.md": "---\ntitle: Message queue\nlanguage: en\nproduct: queue\nupdated: 2026-11-17\nstatus: current\n---\n\n# Message queue\n\nLH Queue passes messages between parts of an application. It speaks AMQP 0-9-1 and is offered in cn-hz1 and sg-1.\n\n| Size | Messages a second | Price a month |\n|---|---|---|\n| lh.mq.s | 1,000 | US$18 |\n| lh.mq.m | 10,000 | US$64 |\n\nA message may have up to 256 KB. One that nobody has fetched within 4 days is dropped; a queue for dead messages can be set so that it is put there instead.\n",
    "products/短信服务.md": "---\ntitle: 短信服务\nlanguage: zh\nproduct: sms\nupdated: 2026-11-16\nstatus: current\n---\n\n# 短信服务\n\n短信服务用于向您自己的用户发送验证码和通知，暂不支持推广类短信。\n\n1. 打开“消息 > 短信 > 签名”，提交签名和证明材料，人工审核一般需要 2 小时。\n2. 新建模板，变量写成 `${code}` 的形式。\n3. 用控制台测试发送，再接入 API。\n\n国内短信每条 0.045 元，按运营商回执成功的条数计费。超过 70 个字的短信按 67 个字一条拆分。\n",
}  # fmt: skip
LARGER_TYPE = '{"id": "faq-035", "title": "控制台的字太小，可以放大吗？", "text": "可以。点右上角头像，选“外观 > 字号”，有小、中、大三档。设置只影响当前浏览器。", "language": "zh", "product": "console", "updated": "2026-11-19"}'
MOUNTING = (
    "Mount a data disk in Linux",
    "Last change: 18 November 2026. For data disks that have just been attached and are empty.",
    "Find the name of the disk with lsblk. A data disk is usually called vdb or vdc.",
    "Make a file system on it: mkfs.ext4 /dev/vdb. Do this on an empty disk only.",
    "Make a folder for it, for example mkdir /data, and mount it: mount /dev/vdb /data.",
    "Look up the UUID with blkid and add a line with it and with the option nofail to /etc/fstab, so that the disk is mounted at every start.",
)
COURSES = (
    "澜禾云学院冬季课程表",
    "12 月 5 日 14:00  线上  云上网络入门",
    "12 月 12 日 14:00  线上  用容器部署第一个应用",
    "12 月 19 日 10:00  杭州  运维值班经验分享（限 40 人）",
    "课程免费，请在学院网站报名；线上课程结束一周后可以看回放。",
)

USE_IN_CHINESE = """---
title: 使用规范
language: zh
product: platform
updated: 2025-11-03
status: current
effective: 2025-12-01
---

# 使用规范

本规范说明哪些事情不得用澜禾云去做，以及违反后会怎样处理。本规范适用于全部产品和地域。在中国内地，法律另有限制的，以法律为先。

## 禁止的行为

- 攻击其他系统，包括对不属于您的地址进行端口扫描。
- 未经收件人同意群发邮件。
- 存放恶意软件、钓鱼页面或窃取来的数据。
- 在通用型（`g2`）实例和建站主机上挖掘加密货币。在其他系列上，法律允许的地方予以容忍。
- 运行开放的 DNS 递归解析器、开放的邮件中继或公共代理。
- 未签合作伙伴协议转售资源。

## 报备后允许的行为

对自己的资源做渗透测试，只要流量低于 200 Mbps，就不需要许可。超过 2 Gbps 的压力测试，以及任何模拟拒绝服务攻击的测试，都必须至少提前三个工作日提交工单报备，写明来源地址、目标地址和时间。

## 举报滥用

请写信至 abuse@lanhe.example，写明地址、时间（含时区），并附上日志摘录。您会立即收到一个编号，并在一个工作日内收到首次答复。举报确认后，钓鱼页面在 4 小时内下线。

## 处理措施

| 级别 | 举例 | 措施 | 响应时限 |
|---|---|---|---|
| 1 | 开放的递归解析器、弱密码被利用 | 警告 | 48 小时 |
| 2 | 群发邮件、端口扫描 | 封禁端口或地址 | 24 小时 |
| 3 | 钓鱼、恶意软件、攻击 | 立即停用实例 | 无 |

同一账号 90 天内发生三次 2 级违规后，按 3 级处理。停用的实例保留 7 天，以便保存数据；期间只能通过救援控制台访问。

## 申诉

您可以在 15 天内回复通知提出申诉。由没有参与最初决定的人员复查，并在三个工作日内答复。
"""
DNS_IN_ENGLISH = """---
title: Cloud DNS, plans and limits
language: en
product: dns
updated: 2026-05-27
status: current
---

# Cloud DNS, plans and limits

Cloud DNS answers authoritatively for your domains. A plan is chosen for each domain separately. An upgrade takes effect at once, a downgrade after the end of the current billing period.

## Plans compared

| | Free | Pro | Enterprise |
|---|---|---|---|
| Price for a domain and month | ¥0 | ¥18 | ¥128 |
| Smallest TTL | 600 seconds | 60 seconds | 1 second |
| Records at most | 100 | 1,000 | 10,000 |
| Records of one host name for load balancing | 5 | 20 | 90 |
| Smart lines | inside and outside mainland China only | carriers, provinces | carriers, provinces, networks of your own choice |
| Protection against DNS attacks | 500,000 queries a second | 10 million queries a second | 50 million queries a second |

## When a record takes effect

A new record usually takes effect on the authoritative nodes all over the world within 10 seconds. When an existing record is changed, recursive servers use up their cache first, so it can take up to one TTL of the old record. The default TTL is 600 seconds.

## Limits

- Record types: A, AAAA, CNAME, MX, TXT, NS, SRV, CAA.
- At the root of a domain (@), a CNAME and an MX record cannot exist together.
- A single TXT record has at most 512 characters.
- On the Free plan, resolution is paused if the domain has not pointed its NS to Lanhe within 90 days; it is resumed after the domain has been verified again.
"""
