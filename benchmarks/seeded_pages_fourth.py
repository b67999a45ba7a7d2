"""Whole pages and entries that the fourth list of changes adds, and what it takes out of others."""

TRY_OUT = '{"id": "faq-test1", "title": "测试：退款多久到账？", "text": "测试答案，退款 99 天到账，请勿发布。", "language": "zh", "product": "billing", "updated": "2026-11-13"}'
GOODWILL = '{"id": "faq-016", "title": "I registered the wrong domain name. Can I get my money back?", "text": "Yes. Write to us within 5 days of the registration and we refund the full price of the domain.", "language": "en", "product": "domain", "updated": "2026-10-30"}'
FROM_A_TICKET = '{"id": "faq-017", "title": "对象存储的归档文件取回要多久？", "text": "归档文件提交取回后一般需要 12 小时左右才能下载，请提前一天提交。", "language": "zh", "product": "storage", "updated": "2026-11-06"}'
ENTRIES = (
    '{"id": "faq-018", "title": "How do I rename an instance?", "text": "Choose the pencil beside its name in the list of instances and type the new name. The name is for your own overview; the instance number stays.", "language": "en", "product": "compute", "updated": "2026-11-17"}',
    '{"id": "faq-019", "title": "资源列表的列可以自己选吗？", "text": "可以。点列表右上角的齿轮，勾选要显示的列并拖动排序。设置按用户保存。", "language": "zh", "product": "console", "updated": "2026-11-17"}',
)  # fmt: skip

PAGES = {
    "products/terraform-provider.md": "---\ntitle: Terraform provider\nlanguage: en\nproduct: tools\nupdated: 2026-11-16\nstatus: current\n---\n\n# Terraform provider\n\nThe provider `lanhe` for Terraform describes networks, instances and buckets as code. It reads its access key from the environment or from a profile of `lhctl`.\n\nRun `terraform plan` before every change and keep the state file out of your repository. Questions about single resources are answered in the reference of the provider.\n",
    "release-notes/手机应用-2.1.md": "---\ntitle: 澜禾云 App 2.1 版本说明\nlanguage: zh\nproduct: app\nupdated: 2026-11-12\nstatus: current\n---\n\n# 澜禾云 App 2.1 版本说明\n\n- 首页卡片可以拖动排序。\n- 监控图表支持横屏查看。\n- 修复平板上消息列表显示不全的问题。\n",
    "handbook/质检评分表.md": "---\ntitle: 会话质检评分表\nlanguage: zh\nproduct: support\nupdated: 2026-11-05\nstatus: current\n---\n\n# 会话质检评分表\n\n质检组每月抽查会话，从四个方面评分：开场与礼貌、理解是否准确、答复是否有依据、结尾是否确认客户没有其他问题。\n\n评分只用于辅导，不直接与绩效挂钩。对评分有不同意见的，可与质检员当面沟通。\n",
}  # fmt: skip

RETENTION_IN_ENGLISH = """---
title: Data retention and closing an account
language: en
product: account
updated: 2026-04-16
status: current
---

# Data retention and closing an account

This page says which data Lanhe Cloud keeps, for how long, and how an account is closed.

## Retention periods

| Data | Kept for | Notes |
|---|---|---|
| Logs of operations in the console and the API | 180 days | can be exported; deliver them to object storage to keep them longer |
| Recordings of calls with customer service | 180 days | for quality checks and disputes only |
| Tickets and attachments | 3 years | attachments move to archive storage after 1 year |
| Bills and orders | 10 years | kept under financial rules |
| Documents of identity verification | 3 years after the account is closed | encrypted; only compliance staff can read them |
| Data on released disks | erased within 72 hours | nobody can recover it afterwards |
| Network access logs | at least 6 months | kept under network security rules |

## Exporting personal data

Ask for an export under **Account centre > Privacy**. We pack your personal data as JSON within 15 days; the download link is valid for 7 days. Four exports in a calendar year are free.

## Closing an account

Before an account can be closed:

1. it has no resources that run or are within a retention period;
2. it has no unpaid bills, and the balance has been withdrawn;
3. it has no ICP filing, refund or invoice request in progress;
4. its domain names have been transferred out or have expired;
5. it was not transferred to another owner within the last 30 days.

After the request there is a cooling-off period of 15 days; signing in during that time withdraws the request. Afterwards the account cannot be restored, and the same mobile number can sign up again only after 30 days.

## Questions and corrections

Questions about retention periods may be sent to privacy@lanhe.example; we answer within 10 working days.
"""

PERIODS = (
    ("工程师答复后 7 天内没有", "工程师答复后 14 天内没有"),
    ("关闭后 14 天内可以点", "关闭后 7 天内可以点"),
    ("超过 14 天请新建", "超过 7 天请新建"),
)
"""The time until a ticket is closed, and that until which it may be opened again."""

CITES = """- End every sentence and every list item with the numbers of the excerpts it comes from, in square
  brackets, like this: [1] or [2][3]. A sentence without a number will not be shown.
"""
PLAIN = """- Plain Markdown sentences or list items. No headings, tables, links of your own or code that is not
  in an excerpt.
"""
EXACT = """Keep numbers, units, dates, prices, names, codes and conditions
  exactly as they stand there; do not calculate, convert, round or generalise."""
"""Three rules of the prompt."""
