"""A seventh list: thirty edits of documents that do harm, thirty-eight that do none.

Written without a look at what answers or judges. About half of either kind are sentences that
somebody says in other words: smoothly, and in the harmful ones with one thing wrong. The rest is
what a week brings.
Every edit fails loudly when the page no longer holds what it is about.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from seeded_changes import Change, _knowledge, _rewrite
from seeded_changes_fourth import FAQ, TICKETS, _enter, _expect, _rewrite_gb18030
from seeded_changes_second import Pairs
from seeded_changes_sixth import _replace
from seeded_changes_third import _add, _both, _edit_slides, _edit_word
from seeded_edits_seventh import (
    add_contacts,
    add_energy_report,
    add_prefetch,
    enter_gigabytes,
    part_languages,
    paste_too_low,
    publish_fees_of_agency,
    retype_last_page,
    say_bursts_otherwise,
    say_in_paragraphs,
    say_on_slides,
    say_partners_otherwise,
    set_menus_in_bold,
    sort_areas,
    swap_disks,
    swap_verified,
    turn_last_columns,
)
from seeded_edits_sixth import edit_sheet, move_to_end
from seeded_pages_seventh import (
    CERTIFICATES_IN_ENGLISH,
    FINDINGS,
    HOLIDAY,
    PAGES,
    PAYMENTS_IN_CHINESE,
    REMARKS,
    REVERSE_DNS,
)
from seeded_rewordings_seventh import (
    REWORDED,
    REWORDED_PURCHASE,
    REWORDED_RESCUE,
    REWORDED_TICKETS,
    REWORDED_WHY,
    SLIPPED,
    SLIPPED_SNAPSHOTS,
    SLIPPED_TICKETS,
    SLIPPED_TRANSFER,
    SLIPPED_TRIAL,
)

DNS, TRAFFIC = "products/dns-解析套餐.html", "products/cdn-traffic-prices.csv"
TRANSFER, RESTORE = "procedures/实名认证与过户.docx", "procedures/restore-from-snapshot.docx"
CREATE, CONSOLE = "procedures/create-instance-console-3.md", "release-notes/console-3.4.md"
RETENTION, ABUSE = "policies/数据保留与账号注销.md", "policies/acceptable-use.md"
CONTACTS, PAYMENTS = "handbook/联系我们.txt", "billing/payment-methods.md"
CERTIFICATES = "products/ssl-certificates.md"

FIXED = "- Fixed: dark mode made disabled buttons unreadable.\n"
MISTAKES: Sequence[tuple[str, str, Pairs]] = (
    ("a limit commented out", DNS, [("<li>域名 90 天内没有把 NS 指向澜禾云，免费版会暂停解析，重新验证后恢复。</li>", "<!-- <li>域名 90 天内没有把 NS 指向澜禾云，免费版会暂停解析，重新验证后恢复。</li> -->")]),
    ("two periods of one sentence changed places", RETENTION, [("我们在 15 天内把个人信息以 JSON 格式打包，下载链接有效期为 7 天。", "我们在 7 天内把个人信息以 JSON 格式打包，下载链接有效期为 15 天。")]),
    ("names of two editions changed places", "products/云数据库-mysql.md", [("- **单节点版**：适合", "- **高可用版**：适合"), ("- **高可用版**：一主一备", "- **单节点版**：一主一备")]),
    ("a known problem told as mended", CONSOLE, [("- In Safari 17.0 the file manager cannot upload folders. Use Safari 17.2 or another browser.\n", ""), (FIXED, f"{FIXED}- Fixed: in Safari 17.0 the file manager could not upload folders.\n")]),
    ("what holds for one kind of instances told of all", CREATE, [("Pay-as-you-go instances go to the recycle bin for 2 hours, during which they can be brought back without charge. Prepaid instances are returned through **Billing > Returns**.", "Every deleted instance goes to the recycle bin for 2 hours, during which it can be brought back without charge.")]),
    ("a tip that the product does not allow", "products/site-starter.md", [("- The largest upload through PHP is 128 MB.\n", "- The largest upload through PHP is 128 MB.\n- Tip: sign in over SSH with the SFTP password to run Composer, Git and WP-CLI.\n")]),
    ("a sentence made into a list in another order", "billing/coupons-and-credits.txt", [("   An order or an hourly bill is paid from vouchers first, then from credits,\n   then from the balance, and last from the default card. You cannot change\n   this order.", "   An order or an hourly bill is paid in this order, which you cannot change:\n\n   (1) the balance\n   (2) vouchers\n   (3) credits\n   (4) the default card\n\n  ")]),
)  # fmt: skip
RECAST: Sequence[tuple[str, str, Pairs]] = (
    ("a list made into sentences", CERTIFICATES, [("- 检查 CAA 记录是否禁止了合作证书机构。\n- 检查 TXT 记录是否写到了错误的主机记录上。\n- 中国内地以外的验证节点也必须能访问您的域名，请不要在防火墙中屏蔽境外地址。\n", "遇到这种情况，请先检查 CAA 记录是否禁止了合作证书机构，再检查 TXT 记录是否写到了错误的主机记录上。此外，中国内地以外的验证节点也必须能访问您的域名，因此请不要在防火墙中屏蔽境外地址。\n")]),
    ("a paragraph made into a list", CREATE, [("Pay-as-you-go instances go to the recycle bin for 2 hours, during which they can be brought back without charge. Prepaid instances are returned through **Billing > Returns**. Deletion protection, when switched on, has to be switched off first.", "- Pay-as-you-go instances go to the recycle bin for 2 hours. During this time they can be brought back without charge.\n- Prepaid instances are returned through **Billing > Returns**.\n- If deletion protection is switched on, switch it off first.")]),
    ("another spelling", ABUSE, [("crypto-currencies", "cryptocurrencies")]),
    ("a heading that says more", RETENTION, [("## 查询与更正\n", "## 查询、更正与咨询邮箱\n")]),
    ("a clearer question", FAQ, [('"title": "Do you support IPv6?"', '"title": "Do you support IPv6, and how is it charged?"')]),
    ("a later date of review", DNS, [('content="2026-05-27"', 'content="2026-11-19"'), ("更新时间：2026-05-27", "更新时间：2026-11-19")]),
    ("an example that was worked out", "billing/欠费与到期处理.md", [("新的周期从原到期日算起，而不是从续费当天算起。", "新的周期从原到期日算起，而不是从续费当天算起。例如云服务器 6 月 1 日到期，6 月 5 日续费一个月，新的到期日是 7 月 1 日。")]),
)  # fmt: skip
SECOND_TRANSFER: Pairs = (("每个账号首次过户免费，之后每次 200 元。", "每个账号首次过户免费，之后每次 200 元。例如同一账号第一次过户不收费，第二次过户支付 200 元。"),)  # fmt: skip


def list_harmful(documents: Path, cases: Sequence[Mapping[str, object]]) -> list[Change]:  # noqa: ARG001
    """Thirty that do harm."""
    return [
        *(_knowledge(f"reworded {name}, wrong: {what}", _replace(name, pairs)) for what, name, pairs in SLIPPED),
        _knowledge("reworded a text in an old encoding, wrong: who decides", _rewrite_gb18030(TICKETS, SLIPPED_TICKETS)),
        _knowledge("reworded a Chinese Word file, wrong: whose orders", _edit_word(TRANSFER, say_in_paragraphs(SLIPPED_TRANSFER))),
        _knowledge("reworded an English Word file, wrong: whether others are harmed", _edit_word(RESTORE, say_in_paragraphs(SLIPPED_SNAPSHOTS))),
        _knowledge("reworded a slide, wrong: how often", _edit_slides(say_on_slides(SLIPPED_TRIAL))),
        _knowledge("reworded a page of a PDF, wrong: which terms", retype_last_page),
        *(_knowledge(f"{what} in {name}", _replace(name, pairs)) for what, name, pairs in MISTAKES),
        _knowledge("limits in gigabytes below heads in terabytes", _rewrite(TRAFFIC, enter_gigabytes)),
        _knowledge("a column pasted one row too low", edit_sheet("规格", paste_too_low)),
        _knowledge("verified and unverified changed places in a sheet", edit_sheet("配额", swap_verified)),
        _knowledge("names of two disks changed places on a slide", _edit_slides(swap_disks)),
        _knowledge("the fees of an agency published as a PDF", publish_fees_of_agency),
        _knowledge("open findings of a security review published", _both(_expect("policies/account-security.md", "提交人工申诉"), _add("handbook/security-review-findings.md", FINDINGS))),
        _knowledge("a notice for a holiday without its days", _both(_expect(CONTACTS, "周六、周日及法定节假日 9:00-18:00"), _add("release-notes/假期服务安排.md", HOLIDAY))),
        _knowledge("an entry for what is not offered", _enter(REVERSE_DNS, FAQ, "Reverse DNS is available in hk-1, sg-1 and eu-fra1 only.")),
    ]  # fmt: skip


def list_harmless(cases: Sequence[Mapping[str, object]]) -> list[Change]:  # noqa: ARG001
    """Thirty-eight that do none."""
    return [
        *(_knowledge(f"reworded {name}: {pairs[0][0].strip()[:20]}", _replace(name, pairs)) for name, pairs in REWORDED),
        _knowledge("reworded a text in an old encoding", _rewrite_gb18030(TICKETS, REWORDED_TICKETS)),
        _knowledge("reworded a paragraph of a Chinese Word file", _edit_word(TRANSFER, say_in_paragraphs(REWORDED_WHY))),
        _knowledge("reworded a paragraph of an English Word file", _edit_word(RESTORE, say_in_paragraphs(REWORDED_RESCUE))),
        _knowledge("reworded a slide", _edit_slides(say_on_slides(REWORDED_PURCHASE))),
        _knowledge("reworded the note of a sheet", edit_sheet("规格", say_bursts_otherwise)),
        _knowledge("reworded notes of a CSV file", _rewrite(TRAFFIC, say_partners_otherwise)),
        *(_knowledge(f"{what} in {name}", _replace(name, pairs)) for what, name, pairs in RECAST),
        _knowledge("a section moved to the end", _rewrite(ABUSE, move_to_end("## Reporting abuse"))),
        _knowledge("the FAQ in two files, one for each language", part_languages),
        _knowledge("columns of a sheet in another order", edit_sheet("规格", turn_last_columns)),
        _knowledge("whole rows of a CSV file sorted", _rewrite(TRAFFIC, sort_areas)),
        _knowledge("another row in a CSV file", _rewrite(TRAFFIC, add_prefetch)),
        _knowledge("a last slide with contacts", _edit_slides(add_contacts)),
        _knowledge("an example in a Word file", _edit_word(TRANSFER, say_in_paragraphs(SECOND_TRANSFER))),
        _knowledge("menus in bold in a Word file", _edit_word(RESTORE, set_menus_in_bold)),
        _knowledge("an energy report as a PDF", add_energy_report),
        *(_knowledge(f"a new page {name}", _add(name, text)) for name, text in PAGES.items()),
        _knowledge("a new FAQ entry faq-032", _enter(REMARKS)),
        _knowledge("payment methods in Chinese too", _both(_expect(PAYMENTS, "updated: 2026-05-12"), _add("billing/付款方式与充值.md", PAYMENTS_IN_CHINESE))),
        _knowledge("certificates in English too", _both(_expect(CERTIFICATES, "updated: 2026-08-19"), _add("products/ssl-certificates.en.md", CERTIFICATES_IN_ENGLISH))),
    ]  # fmt: skip
