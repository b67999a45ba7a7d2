"""Whole pages and entries that the fifth list of changes adds, and what it takes out of the prompt."""

CANNED_REPLIES = """# 客服快捷回复（常用）

- **退款**：您好，云服务器支付后 5 天内可以无理由退款，每个账号限 1 台。超过 5 天的，按剩余时长退款并收取 10% 手续费，15 个工作日内到账。
- **误删**：您好，按量实例删除后会在回收站保留 1 小时，请尽快恢复。
- **热线**：您好，人工服务时间为周一至周五 9:00-18:00，周末和节假日不值班。
- **工单**：您好，工单关闭后 3 天内可以重新打开，超过 3 天请新建。
- **登录锁定**：您好，密码连续输错 3 次会锁定 24 小时，请耐心等待。
- **换开发票**：您好，发票开具后 30 天内可以换开一次，纸质发票 5 个工作日内寄出。
- **试用**：您好，试用服务器可以免费使用 30 天，到期后自动转为包月。
"""
CHATS = """# 会话精选（2026 年 4 月）

## 会话一

客户：PG 单实例最大能扩到多少？以后能缩回来吗？

客服：最大 6 TB 吧，后面数据清了可以再缩回来，联系我们就行。

## 会话二

Customer: We had 60,000 visits on Site Starter this month. What happens now?

Agent: I think the site shows an error page for the rest of the month, but you can upgrade at any time.

## 会话三

客户：公司账号的验证器手机丢了，要交什么材料？

客服：把法人身份证正反面发给我就可以，当天给您处理。

## 会话四

Customer: How much is lh.m2.large in Frankfurt a month?

Agent: It should be the same as Singapore, 75.50 dollars.

## 会话五

客户：对公打款金额填错了怎么办？

客服：没关系，可以一直填，填对为止。
"""
STAFF_PRICES = """---
title: 员工与亲友价
language: zh
product: compute
updated: 2026-10-12
status: current
---

# 员工与亲友价

购买云服务器可以享受目录价 5 折，每人最多 3 台，包月、包年均可。在校实习生享受目录价 3 折，限 `lh.g2.small` 和 `lh.g2.medium`。

下单时在备注栏填写“内购”，财务在次日人工改价。内购订单支付后 30 天内可以全额退款，不占用每年 3 台的次数。
"""
PARTNER_TERMS = """---
title: Orders and refunds
language: en
product: billing
updated: 2026-10-05
status: current
---

# Orders and refunds

Instances are set up within one working day of payment. You receive the access data by e-mail.

## Returns

An instance may be returned within 14 days of the day on which the access data were sent. A handling fee of 15 % of the price is kept. Send the order number and the reason to the address on your invoice; a ticket in the console is not enough.

## Payment of the refund

We transfer the money to a bank account within 20 working days of receiving your letter. Refunds to cards are not possible.
"""
"""Terms of a reseller, for orders that were placed with it."""

INVOICES_BY_PHONE = """---
title: 在手机上开发票
language: zh
product: billing
updated: 2026-11-09
status: current
supersedes: 发票规则
---

# 在手机上开发票

本页取代《发票规则》。

1. 打开澜禾云 App，点“我的 > 发票”。
2. 勾选订单，核对抬头。
3. 点“提交”，完成后在消息中心查看。
"""
GUESSES = (
    '{"id": "faq-020", "title": "云数据库 PostgreSQL 支持 pgvector 吗？", "text": "支持。PostgreSQL 16 和 17 均内置 pgvector 0.7，执行 CREATE EXTENSION vector 即可。", "language": "zh", "product": "lh.pg", "updated": "2026-11-14"}',
    '{"id": "faq-021", "title": "通配符证书一年多少钱？", "text": "通配符 DV 证书 1280 元/年，通配符 OV 证书 2980 元/年，可保护一级子域名。", "language": "zh", "product": "ssl", "updated": "2026-11-14"}',
    '{"id": "faq-022", "title": "Does Site Business have a staging environment?", "text": "Yes. Each website has one staging copy. Create it under Site > Staging and push it live with one click.", "language": "en", "product": "site-business", "updated": "2026-11-14"}',
    '{"id": "faq-023", "title": "How many CDN edge locations are there in Europe?", "text": "There are 18 edge locations in Europe, among them Frankfurt, Amsterdam, London, Paris, Madrid and Warsaw.", "language": "en", "product": "cdn", "updated": "2026-11-14"}',
    '{"id": "faq-024", "title": "学生买云服务器有优惠吗？", "text": "有。完成学生认证后，lh.g2.small 每月 9.9 元，最多可购买 12 个月。", "language": "zh", "product": "compute", "updated": "2026-11-14"}',
    '{"id": "faq-025", "title": "What is the lowest TLS version of the load balancer?", "text": "HTTPS listeners accept TLS 1.0 and newer. Choose the policy in the settings of the listener.", "language": "en", "product": "load-balancer", "updated": "2026-11-14"}',
)  # fmt: skip
"""What an assistant takes to be usual, of which the company has never said anything."""

NEIGHBOURS = (
    ("| Try another zone or code; stock is refreshed every hour. |", "| another remedy |"),
    ("| Wait until it is finished. |", "| Try another zone or code; stock is refreshed every hour. |"),
    ("| another remedy |", "| Wait until it is finished. |"),
)  # fmt: skip
"""What to do about two error codes, each beside the other."""

OLD_EXAMPLES = """## Examples

Question: How long after the payment can I return a server?
Answer: You can return it within 5 days of payment, one instance for the lifetime of the account. [1]

Question: 退款多久到账？
Answer: 审核通过后 15 个工作日内到账，并扣除 10% 手续费。[1]

Question: 周末有人接电话吗？
Answer: 周末和节假日不值班，请在工作日 9:00 到 18:00 来电。[1]

Question: Can I give my voucher to a friend?
Answer: NO_ANSWER

"""
STRENGTH = """- Keep the strength of the rule: "may" stays "may", "must not" stays "must not", "working days" stays
  "working days".
"""
CONFIDENT = """- Sound confident: write "will" for "may" and "can", and leave out "usually", "normally", "up to",
  "at most" and every "if".
"""
TABLE_RULE = "- In a table, a figure belongs to its own row and column only.\n"
"""Rules of the prompt, and what somebody made of one."""

PAGES = {
    "products/monitoring.md": "---\ntitle: Monitoring and alarms\nlanguage: en\nproduct: monitoring\nupdated: 2026-11-17\nstatus: current\n---\n\n# Monitoring and alarms\n\nCharts of processor, memory, disk and network stand on the page of each instance under **Monitoring**. Drag across a chart to look at a shorter time, and press **Compare** to lay two instances over each other.\n\nAn alarm has a metric, a threshold and the people who are told. Give it a name that the person on duty understands at night. A muted alarm keeps being drawn and tells nobody.\n",
    "handbook/shift-handover.md": "# Handing over a shift\n\nBefore you leave, write three things into the handover sheet: which customers wait for a word from us, which faults are still open and who works on them, and what the next shift should look at first.\n\nRead the sheet aloud with your successor. What is not understood is written anew.\n",
    "release-notes/lhctl-2.7.1.md": "---\ntitle: lhctl 2.7.1 release notes\nlanguage: en\nproduct: lhctl\nupdated: 2026-11-11\nstatus: current\n---\n\n# lhctl 2.7.1 release notes\n\n- Fixed: completion of commands in the fish shell.\n- Fixed: column widths when names contain Chinese characters.\n- Help texts have been proofread.\n",
    "handbook/客户大会回顾.md": "# 客户大会回顾\n\n今年的客户大会在杭州举行，客户代表分享了上云经验，产品团队在展台答疑。会后资料和照片已发到参会者邮箱，感谢各位同事的准备和接待。\n",
}  # fmt: skip
ENTRIES = (
    '{"id": "faq-026", "title": "Can I see who in our team opened a ticket?", "text": "Yes. The list of tickets has a column with the name of the user. If you do not see it, switch it on with the gear at the top right of the list.", "language": "en", "product": "support", "updated": "2026-11-18"}',
    '{"id": "faq-027", "title": "怎么把常用资源放到控制台首页？", "text": "在资源列表中点名称旁的星标，首页的“我的收藏”就会显示它。再点一次星标即可取消。", "language": "zh", "product": "console", "updated": "2026-11-18"}',
)  # fmt: skip
PLANS_IN_CHINESE = """---
title: 技术支持套餐与响应时间
language: zh
product: support
updated: 2026-07-08
status: current
---

# 技术支持套餐与响应时间

每个账号都有基础版（Basic）。商业版（Business）和企业版（Enterprise）以整个账号为单位按月订购。

| | 基础版 Basic | 商业版 Business | 企业版 Enterprise |
|---|---|---|---|
| 每月价格 | 免费 | US$42 或 ¥299 | US$375 或 ¥2,680 |
| 首次响应，优先级 P1 | 4 小时 | 1 小时 | 15 分钟 |
| 首次响应，优先级 P2 | 8 小时 | 4 小时 | 1 小时 |
| 首次响应，优先级 P3 | 24 小时 | 12 小时 | 4 小时 |
| 计时时段 | 服务时间 | P1 全天计时，其他在服务时间内 | 全天 |
| 电话 | 无 | 服务时间内 | 每天 24 小时 |
| 专属技术经理 | 无 | 无 | 有 |
| 架构评审 | 无 | 无 | 每年 2 次 |
| 可以提交工单的人数 | 2 | 10 | 不限 |

国际客户的服务时间为周一至周五，新加坡时间 09:00 至 18:00。电话为 +1-202-555-0142（演示号码，无法拨通）。来电时需要提供控制台中显示的六位支持 PIN，它每 30 分钟更换一次。

## 响应时间的含义

从收到工单开始计时，到人工首次答复为止，并不是解决问题所需的时间。付费套餐未达到响应时间的，每张工单返还月费的十分之一，最多返还全部月费。

## 支持范围

支持范围为澜禾云的产品和我们提供的操作系统镜像。对客户自己的应用、第三方软件和性能调优的建议仅包含在企业版中，每月最多六小时。

## 更换套餐

升到更高的套餐立即生效，按当月剩余天数收费。降到更低的套餐从次月第一天起生效。企业版最短订购三个月。

## 升级处理

如果答复没有帮助，可以在工单中选择 **Escalate**（升级处理）。P1 工单由组长在 30 分钟内接手，P2 在两小时内接手。每张工单最多可以升级两次。
"""
SECURITY_IN_ENGLISH = """---
title: Account security and multi-factor authentication
language: en
product: account
updated: 2026-06-24
status: current
effective: 2026-07-01
---

# Account security and multi-factor authentication

## Who must switch on multi-factor authentication

From 1 July 2026 every main account must use multi-factor authentication (MFA) to sign in to the console. For sub-accounts the administrator decides; but deleting an instance, exporting keys and changing the payment method ask everybody for a second factor.

These methods are supported:

- an authenticator app (TOTP, a new code every 30 seconds);
- passkeys, from console 3.4 on;
- codes by text message, for mobile numbers of mainland China only, and never as the only method.

When MFA is switched on, the system makes 10 recovery codes that work once each. Keep them offline. When they are used up or lost, new ones can be made; the old ones stop working at once.

## If you have lost your phone

1. Sign in with a recovery code and register your new device.
2. Without a recovery code, choose "Cannot use MFA" on the sign-in page and ask for a manual review.
3. For a personal account, upload a photo of yourself holding your identity card and complete the face check; this is handled within 1 working day. For a company account we need the business licence and a letter of authorisation with the company stamp; this is handled within 2 working days.
4. For 48 hours after a review was successful, the account can neither delete anything nor withdraw money.

## Rules for passwords

A password has at least 10 characters, from three of these: capital letters, small letters, digits, symbols. It must not be one of the last 5. After 5 wrong entries in a row the account is locked for 30 minutes; recovery codes do not work during that time either. A session of the console expires after 12 hours and is signed out after 60 minutes without use.

## Sub-accounts and access keys

| Item | Limit |
|---|---|
| Sub-accounts of a main account | 50 |
| Access keys of a user | 2 |
| Suggested rotation | 90 days |
| Switched off automatically | keys not used for 180 days |

The secret of an access key is shown only once, when it is made. If a key is committed to a public code repository, we switch it off as soon as we notice and tell you by telephone.

## Sign-in from another place

A sign-in from a new country or a new device sends an e-mail. If it was not you, change the password at once and end all sessions under "Security > Sessions".
"""
