"""Sentences that the eighth list of changes puts into other words: some of them slip, some do not."""

from collections.abc import Sequence

from seeded_changes_second import Pairs

SLIPPED: Sequence[tuple[str, str, Pairs]] = (
    ("what is charged", "products/object-storage.html", [("An object that you delete or overwrite before its minimum storage time is charged for the rest of that time.", "If you delete an object before its minimum storage time is over, we charge the whole of that time once more; overwriting it costs nothing.")]),
    ("what happens the third time", "products/site-business.md", [("If the limit is passed in three months in a row, we ask you to move to a larger plan.", "As soon as the limit has been passed for the third time within a year, we move the website to a larger plan.")]),
    ("what is free", "faq/faq.jsonl", [("IPv6 traffic is charged like IPv4 traffic; the addresses themselves are free in hk-1, sg-1 and eu-fra1. In mainland regions IPv6 is switched on by ticket.", "Both the addresses and the traffic are free; in mainland regions IPv6 is switched on by ticket.")]),
)  # fmt: skip
"""Smooth sentences, in each of which something is wrong."""

SLIPPED_TRANSFER: Pairs = (("子账号和访问密钥会全部停用，需由新主体逐个启用。", "子账号和访问密钥都保持原样，新主体不用重新启用，可以接着使用。"),)  # fmt: skip

REWORDED: Sequence[tuple[str, Pairs]] = (
    ("products/site-starter.md", [("The site is not switched off. At 80 % of the limit the account owner gets an e-mail; above 100 % the additional visits of that month are charged in blocks of 10,000 at US$0.90 a block. If the limit is passed in three months in a row, we ask you to move to a larger plan.", "We do not switch the site off. When 80 % of the limit has been reached, the account owner receives an e-mail. Above 100 %, we charge the additional visits of that month in blocks of 10,000; each block costs US$0.90. Should the limit be passed three months in a row, we ask you to move to a larger plan.")]),
    ("billing/invoices-international.md", [("Monthly invoices are charged to the default payment method on the day they are issued. Enterprise customers may ask for payment within 30 days after a credit check; the request is decided in about five working days. Late amounts bear interest of 1 % a month.", "On the day it is issued, a monthly invoice is charged to the default payment method. Enterprise customers have the option of asking for payment within 30 days after a credit check; we decide on the request in about five working days. Amounts that are late bear interest of 1 % a month.")]),
    ("policies/退款政策-2026.md", [("退款原路返回，审核通过后 7 个工作日内到账。超过原支付渠道退款期限的，退到账号余额，可以提现。代金券支付的部分不退还。", "审核通过后，退款按原支付渠道退回，7 个工作日内到账。如果已经超过原支付渠道的退款期限，款项会退到账号余额，您可以提现。用代金券支付的部分不予退还。")]),
    ("billing/欠费与到期处理.md", [("账号余额为负时进入欠费状态。系统先给 24 小时宽限期，期间服务正常，费用继续累计。宽限期结束仍未结清的，按量实例停机并保留 7 天，之后释放。对象存储欠费停服后数据保留 30 天，保留期间继续计收存储费。", "账号余额变为负数，即进入欠费状态。此时先有 24 小时的宽限期，其间服务照常，费用也继续累计。如果到宽限期结束还没有结清，按量实例会停机，停机后保留 7 天，然后释放。对象存储因欠费停服后，数据会保留 30 天，这 30 天里存储费照常计收。")]),
    ("faq/error-codes.md", [("Only 429 and 5xx codes may be retried without a change. Retry at most five times, starting with a pause of one second and doubling it. Calls that create something should carry a `ClientToken`; a second call with the same token within 24 hours returns the first result instead of creating another resource.", "Without a change, you may retry 429 and 5xx codes only. Make no more than five retries; start with a pause of one second and double it each time. A call that creates something should carry a `ClientToken`: if a second call with the same token follows within 24 hours, no other resource is created, and the first result is returned.")]),
    ("faq/faq.jsonl", [("Reverse DNS is set by our network team. Open a ticket with the address and the host name; the host name must already resolve to the address. Records are set within 1 working day. Reverse DNS is available in hk-1, sg-1 and eu-fra1 only.", "Our network team sets reverse DNS. Please open a ticket that gives the address and the host name; before you do, the host name must resolve to that address. The team sets the record within 1 working day. Only hk-1, sg-1 and eu-fra1 have reverse DNS.")]),
    ("products/ssl-certificates.md", [("证书签发后可一键部署到负载均衡、CDN 和建站主机。部署到云服务器需要下载后手动配置；下载包内含 Nginx、Apache、Tomcat 和 IIS 四种格式。私钥只在首次下载后的 7 天内可再次下载。", "证书签发以后，可以一键部署到负载均衡、CDN 和建站主机；要部署到云服务器，则需要先下载，再手动配置。下载包里有四种格式：Nginx、Apache、Tomcat 和 IIS。私钥首次下载之后，只有在 7 天之内才能再次下载。")]),
)  # fmt: skip
"""Whole paragraphs that say what they said before."""

REWORDED_TICKETS: Pairs = (("工单关闭后 30 天内可以评价一次，1 至 5 星。评价为 1 星或 2 星的工单，由值班主管在 2 个工作日内回访。", "工单关闭之后，您可以在 30 天内评价，评 1 至 5 星，只能评一次。如果评的是 1 星或 2 星，值班主管会在 2 个工作日内回访您。"),)  # fmt: skip
REWORDED_AFTERWARDS: Pairs = (("过户完成后 30 天内，账号不能提现，也不能再次过户。已开具的发票不作变更，尚未开票的订单归新主体所有，按新主体抬头开具。子账号和访问密钥会全部停用，需由新主体逐个启用。", "过户完成后的 30 天内，账号既不能提现，也不能再办过户。已经开具的发票，不作变更；订单还没有开票的，归新主体所有，开票时使用新主体的抬头。全部子账号和访问密钥都会停用，新主体需要逐个启用。"),)  # fmt: skip
REWORDED_DISK: Pairs = (("The present disk stays as it is. This is the better way if you only need a few files. Choose Create disk, attach it to a running instance as a second disk and copy what you need. The new disk must be at least as large as the snapshot's disk.", "This leaves the present disk as it is, and it is the better way if all you need is a few files. Choose Create disk, attach the new disk to a running instance as a second disk, and copy whatever you need. The new disk must not be smaller than the snapshot's disk."),)  # fmt: skip

SPELT: Sequence[tuple[str, str, Pairs]] = (
    ("American spelling", "products/ddos-protection.md", [("neighbouring", "neighboring")]),
    ("hours without noughts before them", "procedures/网站迁移指南.md", [("01:00–05:00", "1:00–5:00")]),
)  # fmt: skip
RECAST: Sequence[tuple[str, str, Pairs]] = (
    ("codes set as code", "products/load-balancer.md", [(f"| lh.lb.{size} |", f"| `lh.lb.{size}` |") for size in "sml"]),
    ("another heading", "policies/account-security.md", [("## 手机丢了怎么办\n", "## 手机丢失后怎么办\n")]),
    ("a list made into sentences", "products/site-business.md", [("- PHP versions 8.1 to 8.4; a script may run for 120 seconds.\n- The largest upload through PHP is 128 MB.\n- Outgoing mail is limited to 500 messages a day for each website.\n- Node.js, Java", "PHP versions 8.1 to 8.4 are available, and a script may run for 120 seconds. The largest upload through PHP is 128 MB. Outgoing mail is limited to 500 messages a day for each website. Node.js, Java")]),
    ("a list made into a sentence", "policies/account-security.md", [("支持的方式：\n\n- 身份验证器 App（TOTP,30 秒一个验证码）；\n- 通行密钥（Passkey），控制台 3.4 起支持；\n- 短信验证码，仅限中国内地手机号，且不能作为唯一方式。\n", "支持的方式有三种：身份验证器 App（TOTP，30 秒一个验证码）；通行密钥（Passkey），控制台 3.4 起支持；短信验证码，仅限中国内地手机号，且不能作为唯一方式。\n")]),
    ("a sentence made into steps", "policies/refund-policy-2026.en.md", [("Open **Billing > Returns** in the console, choose the instance and confirm the amount. A ticket is not necessary.", "1. Open **Billing > Returns** in the console.\n2. Choose the instance.\n3. Confirm the amount.\n\nA ticket is not necessary.")]),
    ("an example", "billing/payment-methods.md", [("(ten digits, beginning with 8)", "(ten digits, beginning with 8, for example 8012345678)")]),
    ("an example that was worked out", "products/dns-解析套餐.html", [("默认 TTL 为 600 秒。", "默认 TTL 为 600 秒。例如，原记录的 TTL 为 600 秒时，修改后最长需要等待 10 分钟。")]),
    ("an example that was worked out", "products/site-business.md", [("at US$0.90 a block. If", "at US$0.90 a block. For example, 270,000 visits in a month are 20,000 more than this plan includes: two blocks, US$1.80. If")]),
    ("an author and key words in the head", "products/object-storage.html", [('  <meta name="date" content="2026-08-05">\n', '  <meta name="author" content="Documentation team">\n  <meta name="keywords" content="storage, buckets, S3">\n  <meta name="date" content="2026-08-05">\n')]),
)  # fmt: skip
