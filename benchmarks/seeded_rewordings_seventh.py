"""Sentences that the seventh list of changes puts into other words: some of them slip, some do not."""

from collections.abc import Sequence

from seeded_changes_second import Pairs

SLIPPED: Sequence[tuple[str, str, Pairs]] = (
    ("who looks again", "handbook/联系我们.txt", [("对处理结果仍有异议的，可申请由服务质量经理复核一次。", "如果您对处理结果仍有异议，可以申请复核一次，复核由原来的投诉专员负责。")]),
    ("from when the hours count", "policies/acceptable-use.md", [("Phishing pages are taken down within 4 hours of a confirmed report.", "Within 4 hours of receiving a report, even before it has been confirmed, we take a phishing page down.")]),
    ("whether it counts", "products/ssl-certificates.md", [("超过 72 小时仍未通过验证的 DV 申请会自动关闭，不占用额度。", "DV 申请如果在 72 小时内没有通过验证，系统会自动将它关闭，这次申请照样占用一张额度。")]),
    ("which are global", "products/regions.md", [("Domain names, DNS zones, certificates, users and the account balance are global.", "Users, the account balance, domain names and DNS zones are global, whereas a certificate belongs to the region in which it was requested.")]),
    ("whether old codes hold", "policies/account-security.md", [("恢复码用完或遗失后可以重新生成，旧码随即失效。", "恢复码用完了或者找不到了，都可以重新生成一批；旧码中还没有用过的，仍然可以继续使用。")]),
    ("whether anything is stopped", "billing/payment-methods.md", [("Under **Billing > Budgets** set a monthly budget; messages go out at 50, 80 and 100 % of it. A budget informs but does not stop any resource.", "Set a monthly budget under **Billing > Budgets**, and you will hear from us at 50, 80 and 100 % of it. Once the budget has been spent, resources are stopped so that nothing more is charged.")]),
    ("which comes first", "products/load-balancer.md", [("For TCP switch on the PROXY protocol (version 2) and make sure that the backend understands it before you do: a backend that does not will refuse every connection.", "For TCP, first switch on the PROXY protocol (version 2) and then teach it to the backend; until the backend understands it, connections are served as before.")]),
    ("under what condition", "procedures/网站迁移指南.md", [("若新站已经对外写入数据超过 30 分钟，请不要自行回滚，先提交 P1 工单，由工程师协助合并数据。", "如果新站对外写入数据还不到 30 分钟，请先不要自行回滚，而是提交 P1 工单，请工程师协助合并数据；超过 30 分钟的，可以自行回滚。")]),
    ("whose clock", "billing/invoices-international.md", [("Times are in UTC+8 for all accounts, so that usage late on the last day of a month in Europe or America may appear on the next invoice.", "Each account sees the times of its own country, so that usage late on the last day of a month always appears on the invoice of that month.")]),
    ("how often", "faq/faq.jsonl", [("Addresses on a public block list can be exchanged once for free within 7 days of purchase.", "If an address turns out to be on a public block list, you can exchange it for free within 7 days of purchase, as often as you need to.")]),
)  # fmt: skip
"""Smooth sentences, in each of which one thing is wrong."""

SLIPPED_TICKETS: Pairs = (("优先级由客户选择，工程师可以根据实际影响调整，调整时会写明理由。", "优先级由工程师根据实际影响确定，客户提交时不能选择；工程师会写明这样确定的理由。"),)  # fmt: skip
SLIPPED_TRANSFER: Pairs = (("已开具的发票不作变更，尚未开票的订单归新主体所有，按新主体抬头开具。", "已经开具的发票保持不变；还没有开票的订单仍属于原主体，开票时使用原主体的抬头。"),)  # fmt: skip
SLIPPED_SNAPSHOTS: Pairs = (("You can delete any snapshot of a chain without harming the others.", "As each snapshot builds on those before it, deleting one makes the later ones of the chain useless."),)  # fmt: skip
SLIPPED_TRIAL: Pairs = (("免费试用：lh.g2.small 一台，14 天，每个实名主体限一次", "免费试用：每个实名主体每年都可以试用一台 lh.g2.small，为期 14 天"),)  # fmt: skip
SLIPPED_CHANGES = (
    "right to credits of their own.",
    "8. Changes",
    "This agreement may be improved at any time. If a change is to the disadvantage of customers, we",
    "announce it by e-mail at least 60 days ahead; from its first day it also applies to prepaid terms",
    "that are already running.",
)

REWORDED: Sequence[tuple[str, Pairs]] = (
    ("handbook/联系我们.txt", [("澜禾云工作人员不会索要您的密码、短信验证码或恢复码，\n也不会要求向个人账户转账。对公账户只在控制台“费用 > 充值”中显示。", "密码、短信验证码和恢复码，澜禾云的工作人员都不会向您索要，\n更不会让您把钱转到个人账户。我们的对公账户只显示在控制台的“费用 > 充值”里。")]),
    ("products/dns-解析套餐.html", [("域名 90 天内没有把 NS 指向澜禾云，免费版会暂停解析，重新验证后恢复。", "使用免费版的域名，如果 90 天内一直没有把 NS 指向澜禾云，解析会被暂停；重新验证之后即可恢复。")]),
    ("policies/account-security.md", [("来自新国家或新设备的登录会触发邮件提醒。收到不是本人操作的提醒，请立即修改密码并在“安全 > 会话”中结束全部会话。", "有人从新的国家或用新的设备登录时，我们会发邮件提醒您。如果不是您本人登录的，请马上修改密码，再到“安全 > 会话”结束全部会话。")]),
    ("release-notes/api-2026-09.md", [("接收端在 5 秒内未返回 2xx 时视为失败。系统按 1、2、5、10、30 分钟以及之后每小时一次的间隔重试，最多 12 次；全部失败后停用该 Webhook 并发送邮件。事件可能重复送达，请用 `EventId` 去重。", "接收端没有在 5 秒内返回 2xx 的，即为失败，系统会自动重试：间隔依次为 1、2、5、10、30 分钟，此后每小时一次，最多重试 12 次。如果 12 次都失败，系统会停用该 Webhook，并发邮件告知。由于同一事件可能送达多次，请根据 `EventId` 去重。")]),
    ("products/object-storage.html", [("Versioning is off when a bucket is created. Once switched on it can be paused but not removed.", "A newly created bucket has versioning switched off. If you switch it on, you can pause it later, but you can no longer remove it.")]),
    ("billing/coupons-and-credits.txt", [("   A new account receives a welcome voucher of US$15 (or 100 yuan) once the\n   identity of the owner has been verified. It is valid for 30 days and for\n   pay-as-you-go products only. One person or company receives it once, also\n   when several accounts are opened.", "   Once we have verified the identity of its owner, a new account is given a\n   welcome voucher of US$15 (or 100 yuan). You have 30 days to use it, and you\n   can use it for pay-as-you-go products only. Opening several accounts does\n   not help: every person or company is given it once.")]),
    ("products/compute-pricing.en.md", [("Moving up within one series takes effect at once and you pay only the difference for the time left. A change to another series, from `g2` to `c2` for example, needs a shutdown that normally lasts no longer than 5 minutes.", "If you move up within one series, the larger size is there at once; all you pay is the difference for the time left. To change to another series, for example from `g2` to `c2`, the instance has to be shut down. Normally this takes 5 minutes at most.")]),
    ("policies/refund-policy-2026.en.md", [("The money goes back the way it came, within 7 working days of approval. If the payment provider no longer accepts a refund, the amount is added to your account balance, from where it can be withdrawn.", "Within 7 working days of approval, we return the money by the way it came. Where the payment provider does not accept a refund any more, we add the amount to the balance of your account, and you can withdraw it from there.")]),
    ("faq/error-codes.md", [("An instance locked for `security` can be opened only by a ticket to the abuse team. A lock of type `migration` ends by itself, usually within 20 minutes.", "The only way to open an instance that is locked for `security` is a ticket to the abuse team. If the type is `migration`, just wait: the lock ends on its own, as a rule within 20 minutes.")]),
    ("procedures/change-nameservers.md", [("We look at the registry every 30 minutes. A zone that is not active after 7 days gets a reminder, and after 90 days its resolution is paused.", "The registry is checked every 30 minutes. When a zone is still not active after 7 days, we send a reminder; when it is not active after 90 days, we pause its resolution.")]),
)  # fmt: skip
"""Sentences and whole paragraphs that say what they said before."""

REWORDED_TICKETS: Pairs = (("工程师答复后 7 天内没有收到客户回复，工单自动关闭。\n关闭后 14 天内可以点“重新打开”继续处理；超过 14 天请新建工单并引用原工单号。", "工程师答复之后，如果您 7 天内没有回复，工单会自动关闭。\n工单关闭后的 14 天内，您可以点“重新打开”，我们会继续处理；过了 14 天，就请新建一张工单，并注明原工单号。"),)  # fmt: skip
REWORDED_WHY: Pairs = (("依照相关规定，购买中国内地地域的云服务器、注册域名、办理备案之前，账号必须完成实名认证。未认证账号只能使用免费产品，并且每个地域最多创建 2 台实例。", "根据相关规定，账号须先通过实名认证，方可购买中国内地地域的云服务器、注册域名和办理备案。账号未认证的，可用产品仅限免费产品，且每个地域创建的实例不得超过 2 台。"),)  # fmt: skip
REWORDED_RESCUE: Pairs = (("Use rescue mode (console 3.4 or newer) and look at the entries of /etc/fstab: a disk that was attached after the snapshot and is missing now stops many systems during boot. Add the option nofail to such entries.", "Start the instance in rescue mode (console 3.4 or newer) and check /etc/fstab. Many systems stop during boot when an entry names a disk that was attached after the snapshot and is missing now; give entries of this kind the option nofail."),)  # fmt: skip
REWORDED_PURCHASE: Pairs = (
    ("合同用印：电子签，1 个工作日内完成", "合同采用电子签，用印在 1 个工作日内完成"),
    ("招标项目可提供授权函，请提前 5 个工作日联系客户经理", "参加招标需要授权函的，我们可以提供，请提前 5 个工作日与客户经理联系"),
)  # fmt: skip
REWORDED_BURSTS = ("说明：规格自 2026-09-01 起适用；突发带宽每天累计最多使用 60 分钟。", "说明：本表规格从 2026-09-01 开始适用。每天使用突发带宽的时间，累计不超过 60 分钟。")  # fmt: skip
REWORDED_PARTNERS = ("No edge nodes of our own; partner network", "We use a partner network here and have no edge nodes of our own")  # fmt: skip
