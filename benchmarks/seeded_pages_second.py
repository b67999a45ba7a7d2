"""Whole pages that the second list of changes adds."""

PAGES = {
    "press-kit": "# Press kit\n\nJournalists find our logo, portraits of the founders and a fact sheet under **Press** on our website. The logo may be shown on a light or a dark background.\n",
    "forum-rules": "# Rules of the community forum\n\nBe polite, search before you ask, and mark the reply that helped you. Advertising is removed by the moderators.\n",
    "公众号": "# 关注公众号\n\n微信搜索“澜禾云”即可关注。每周五推送一篇技术文章，留言由编辑小组回复。\n",
    "沙龙活动": "# 技术沙龙\n\n技术沙龙每季度举办一次，报名后凭短信入场。现场提供茶歇，讲义会后发到报名邮箱。\n",
}  # fmt: skip
TICKETS_IN_ENGLISH = """---
title: How to open a ticket
language: en
updated: 2026-03-03
---

# How to open a ticket

Applies to all customers.

## 1. What a good ticket holds

Please write all of this at once; it shortens the work noticeably.

1. The resource number (such as i-7f3k2m) and its region;
2. when the problem began, to the minute, with the time zone;
3. the complete error message or code, for example LH-4091;
4. what has been done already;
5. whether production is affected, and how many users.

Never write a password or the secret of an access key into a ticket. If an engineer really has to sign in, use "Authorised sign-in"; it ends by itself after 4 hours and can be set to 24 hours at most.

## 2. Priority

- P1: production is down completely.
- P2: production is partly affected or clearly slower.
- P3: questions, advice on configuration, and problems that do not touch production.

The customer chooses the priority. The engineer may change it by the real effect and says why.

## 3. Attachments

One file has at most 20 MB, one ticket at most 5 attachments. Put larger logs into object storage and attach a temporary link.

## 4. Closing and opening again

A ticket is closed by itself when the customer has not replied within 7 days of our answer. For 14 days after that "Open again" continues it; later, open a new ticket and quote the number of the old one.

## 5. Rating

A closed ticket can be rated once within 30 days, with 1 to 5 stars. After 1 or 2 stars the supervisor on duty calls back within 2 working days.

## 6. Languages

Tickets are answered in Chinese and English. Tickets in other languages are translated by machine first, which takes about 4 hours longer.
"""
VOUCHERS_IN_CHINESE = """---
title: 代金券、赔付额度与余额
language: zh
updated: 2026-07-14
---

# 代金券、赔付额度与余额

## 一、账号中的三种资金

- 代金券：有面值和到期日的优惠码，不可提现。
- 赔付额度：因未达到服务等级而欠您的金额，不可提现。
- 余额：您充值的钱，可以提现。

## 二、使用顺序

订单和每小时账单先用代金券，再用赔付额度，然后用余额，最后扣默认银行卡。顺序不能更改。多张代金券中，最早到期的先用。

## 三、新人代金券

新账号的所有者完成实名认证后，获得 15 美元（或 100 元）的新人代金券，有效期 30 天，仅限按量产品。同一个人或公司只能领取一次，开多个账号也一样。

## 四、合并使用

一张每小时账单可以用多张代金券，一个预付费订单只能用一张。代金券不能在账号之间转移。

## 五、赔付额度

赔付额度自发放之日起 12 个月内有效，不能用于域名、证书和技术支持套餐。

## 六、余额提现

在“费用 > 提现”申请，最少 5 美元或 20 元。钱退回原来的银行卡或银行账户，一般 10 个工作日内到账。超过 180 天的付款不能退回银行卡，需要提供账号持有人本人名下的银行账户。有未付账单的账号不能提现。

## 七、退款后的代金券

订单退款时，用代金券支付的部分不予退还，即使代金券尚未到期。
"""
