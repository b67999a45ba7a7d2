"""What careful editors of the sixth list of changes write, which tells customers the same as before."""

from collections.abc import Sequence

from seeded_changes_second import Pairs

FAQ, POLICY = "faq/faq.jsonl", "policies/退款政策-2026.md"

REWORDED: Sequence[tuple[str, Pairs]] = (
    (FAQ, [("按注册局规则，域名注册或转入后 60 天内不能转出。满 60 天后，在“域名 > 安全锁”解除锁定，获取转移码，转移码 14 天内有效。", "注册局规定，域名在注册或转入后的 60 天内不能转出。满 60 天后，请到“域名 > 安全锁”解除锁定并获取转移码；转移码的有效期为 14 天。")]),
    ("procedures/网站迁移指南.md", [("没有备案就切换解析，网站会在 24 小时内被拦截。", "如果没有备案就切换解析，网站在 24 小时之内就会被拦截。")]),
    ("products/云数据库-postgresql.md", [("实例默认没有公网地址。需要公网访问时，先在白名单中填写来源 IP，再申请公网地址；白名单最多 200 条，填写 0.0.0.0/0 时控制台会要求二次验证。账号密码须为 10 到 32 位，不支持空密码。", "默认情况下，实例没有公网地址。如需从公网访问，请先把来源 IP 加入白名单，再申请公网地址。白名单最多可以有 200 条；如果填写 0.0.0.0/0，控制台会要求二次验证。账号密码的长度须为 10 到 32 位，不能使用空密码。")]),
    ("products/dns-解析套餐.html", [("修改已有记录时，各地递归服务器会先用完缓存，因此最长需要等待原记录的一个 TTL。", "如果修改的是已有记录，各地的递归服务器会先把缓存用完，所以最长要等原记录的一个 TTL。")]),
    ("release-notes/console-3.4.md", [("Start an instance from a small rescue image and repair its disks. Your own system disk is attached as `/dev/vdb`.", "You can start an instance from a small rescue image to repair its disks; your own system disk is then attached as `/dev/vdb`.")]),
    ("billing/coupons-and-credits.txt", [("   A service credit is valid for 12 months from the day it is granted. Credits\n   cannot pay for domain names, certificates or support plans.", "   From the day on which it is granted, a service credit is valid for 12\n   months. Domain names, certificates and support plans cannot be paid with\n   credits.")]),
    ("products/ddos-protection.md", [("Traffic is cleaned automatically up to the free capacity. When an attack is larger, the address is put into a black hole: all traffic to it is dropped at the network edge until the time in the table has passed. If the attack continues, the time starts again.", "Up to the free capacity, traffic is cleaned automatically. An attack that is larger sends the address into a black hole: until the time in the table has passed, all traffic to it is dropped at the edge of the network. If the attack goes on, the time starts again.")]),
    ("products/regions.md", [("Traffic between two zones of one region is free. Traffic between regions over the private backbone costs US$0.028 a gigabyte between hk-1, sg-1 and eu-fra1, and US$0.095 a gigabyte when one end is in mainland China. Private links that cross the mainland border require a company account.", "You pay nothing for traffic between two zones of one region. Between regions, traffic over the private backbone costs US$0.028 a gigabyte among hk-1, sg-1 and eu-fra1; when one end is in mainland China, it costs US$0.095 a gigabyte. A company account is required for private links that cross the mainland border.")]),
    ("policies/acceptable-use.md", [("After three level 2 cases within 90 days the account is treated as level 3. A stopped instance is kept for 7 days so that data can be saved; access is given through the rescue console only.", "An account with three level 2 cases within 90 days is treated as level 3. We keep a stopped instance for 7 days so that data can be saved; the rescue console is the only way to access it.")]),
)  # fmt: skip
"""Sentences and whole paragraphs in other words."""

RECAST: Sequence[tuple[str, str, Pairs]] = (
    ("a list made into sentences", "policies/数据保留与账号注销.md", [("注销前需满足以下条件：\n\n1. 名下没有运行中或保留期内的资源；\n2. 没有未结清的账单，余额已提现；\n3. 没有进行中的备案、退款或发票申请；\n4. 域名已转出或已过期；\n5. 最近 30 天内没有发生过账号过户。\n", "注销前，名下不能有运行中或保留期内的资源，不能有未结清的账单，余额须已提现；不能有进行中的备案、退款或发票申请；域名须已转出或已过期；最近 30 天内不能发生过账号过户。\n")]),
    ("a list made into sentences", "products/object-storage.html", [("    <ul>\n      <li>100 buckets for each account; the number of objects is not limited.</li>\n      <li>An object may be up to 5 TB. A single PUT", "    <p>An account can have 100 buckets; the number of objects is not limited.</p>\n    <p>An object may be up to 5 TB. A single PUT"), ("at most 10,000 parts.</li>\n      <li>3,500 write and 5,500 read requests a second for each prefix.</li>\n      <li>Unfinished multipart uploads are removed after 14 days.</li>\n    </ul>", "at most 10,000 parts. Unfinished multipart uploads are removed after 14 days.</p>\n    <p>Each prefix takes 3,500 write and 5,500 read requests a second.</p>")]),
    ("a paragraph made into a list", "billing/发票规则.md", [("发票信息填错时，可在开具后 90 天内发起换开，每张发票最多换开 2 次。已经用于抵扣的专用发票，需先由购买方在税务平台提交红字信息确认单。订单退款后，对应发票会自动红冲，剩余金额可以重新申请。", "- 发票信息填错的，开具后 90 天内可以发起换开，每张发票最多换开 2 次。\n- 专用发票已经用于抵扣的，需先由购买方在税务平台提交红字信息确认单。\n- 订单退款后，对应的发票会自动红冲，剩余金额可以重新申请开票。")]),
    ("a paragraph made into a list", "billing/payment-methods.md", [("We try the default card on the day of the invoice and again after 1, 3 and 5 days. After the second failure the other cards of the account are tried in the order in which they were added. If all attempts fail, the account is in arrears.", "1. We try the default card on the day of the invoice and again after 1, 3 and 5 days.\n2. After the second failure we try the other cards of the account, in the order in which they were added.\n3. If all attempts fail, the account is in arrears.")]),
)  # fmt: skip
HEADED: Sequence[tuple[str, str, Pairs]] = (
    ("a heading that says more", "products/云数据库-mysql.md", [("## 规格与容量\n", "## 规格、价格与存储容量\n")]),
    ("a clearer question", FAQ, [("带宽可以随时升降吗？", "带宽可以随时升级或降低吗？")]),
    ("a later date of review", "procedures/change-nameservers.md", [("updated: 2026-02-26\n", "updated: 2026-11-19\n")]),
)  # fmt: skip
SUPPLEMENTED: Sequence[tuple[str, str, Pairs]] = (
    ("an example that was worked out", POLICY, [("- 退款金额 = 实付金额 − 已使用天数对应的目录价。\n", "- 退款金额 = 实付金额 − 已使用天数对应的目录价。例如实付 600 元、已使用天数对应的目录价为 96 元，退款 504 元。\n")]),
    ("an example that was worked out", "handbook/support-plans.md", [("one tenth of the monthly fee is credited for each ticket, up to the whole fee.", "one tenth of the monthly fee is credited for each ticket, up to the whole fee. On the Business plan in US dollars that is US$4.20 for each ticket.")]),
    ("a hint that the page of contacts gives", "policies/account-security.md", [("4. 申诉通过后 48 小时内，账号不能执行删除和提现操作。\n", "4. 申诉通过后 48 小时内，账号不能执行删除和提现操作。\n\n无法登录账号时，也可以写信至 support@lanhe.example 咨询；这个邮箱仅用于无法登录的情况。\n")]),
    ("another word for it", "products/load-balancer.md", [("The Lanhe load balancer spreads", "The Lanhe load balancer (LB for short) spreads")]),
)  # fmt: skip
