"""A fifth fifty changes that do harm and fifty that do none, as a support organisation makes them.

Written without a look at what answers or judges. Figures land in the wrong cell, rules are clarified
by people who remember them otherwise, sheets and slides lose what they held, and papers become
knowledge that were never meant for customers. Every edit fails loudly when the page no longer holds
what it is about.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from seeded_changes import Change, _append, _index, _knowledge, _prompt, _rewrite
from seeded_changes_fourth import (
    FAQ,
    POLICY,
    POLICY_IN_ENGLISH,
    _body,
    _enter,
    _expect,
)
from seeded_changes_second import Pairs, _replace
from seeded_changes_third import (
    _add,
    _both,
    _delete,
    _edit_quotas,
    _edit_slides,
    _edit_word,
    _release,
    _reworded,
    _settings,
)
from seeded_edits_fifth import (
    CREATE_BEFORE,
    add_blank_page,
    add_foot,
    add_note,
    add_revisions,
    anchor_headings,
    archive_unchanged,
    calculate,
    charge_every_transfer,
    close_gaps,
    count_ten_thousands,
    drag_prices_down,
    drop_first_page,
    enter_guesses,
    join_lines,
    load_table_later,
    move_to_archive,
    number_headings,
    pick_columns,
    put_old_examples,
    put_safety_first,
    save_as_spreadsheets_do,
    save_as_utf8,
    show_gift_cards,
    sort_fields,
    sort_rows,
    take_off_marks,
    tick_boxes,
)
from seeded_pages_fifth import (
    CANNED_REPLIES,
    CHATS,
    CONFIDENT,
    ENTRIES,
    INVOICES_BY_PHONE,
    NEIGHBOURS,
    PAGES,
    PARTNER_TERMS,
    PLANS_IN_CHINESE,
    SECURITY_IN_ENGLISH,
    STAFF_PRICES,
    STRENGTH,
    TABLE_RULE,
)

SECURITY, RETENTION = "policies/account-security.md", "policies/数据保留与账号注销.md"
PLANS, INVOICES = "handbook/support-plans.md", "billing/发票规则.md"
PRICES, PRICES_IN_ENGLISH = "products/compute-pricing.zh.md", "products/compute-pricing.en.md"
CERTIFICATES, OBJECTS = "products/ssl-certificates.md", "products/object-storage.html"
DNS, TRAFFIC = "products/dns-解析套餐.html", "products/cdn-traffic-prices.csv"
BALANCER, REGIONS = "products/load-balancer.md", "products/regions.md"
STARTER, BUSINESS = "products/site-starter.md", "products/site-business.md"
CREATE = "procedures/create-instance-console-3.md"

MISTAKES: Sequence[tuple[str, str, Pairs]] = (
    ("a new price one cell too far to the left", DNS, [("<td>18 元</td><td>128 元</td>", "<td>148 元</td><td>128 元</td>")]),
    ("the period of the row below", RETENTION, [("| 客服通话录音 | 180 天 |", "| 客服通话录音 | 3 年 |")]),
    ("a limit of each instance told as one of the account", FAQ, [("降低带宽每台实例每个自然月最多 3 次", "降低带宽每个账号每个自然月最多 3 次")]),
    ("before became after", "billing/欠费与到期处理.md", [("自动续费在到期前第 3 天的上午 10:00 扣款；余额不足时，之后每天 10:00 重试，直到到期日。", "自动续费在到期后第 3 天的上午 10:00 扣款；余额不足时，之后每天 10:00 重试。")]),
    ("what holds from next year told as of today", "release-notes/api-2026-09.md", [("将于 2027 年 3 月 31 日停止服务", "已经停止服务"), ("缺省时，目前仍按 `2024-05-01` 处理，2027 年 1 月 1 日起改按 `2026-09-01` 处理", "缺省时，按 `2026-09-01` 处理")]),
    ("remedies of two codes changed places", "faq/error-codes.md", NEIGHBOURS),
    ("priorities renumbered for a help desk that was not bought", PLANS, [("P1", "P0"), ("P2", "P1"), ("P3", "P2")]),
    ("what was said of the terminal told of rescue mode", "release-notes/console-3.4.md", [("Rescue mode ends by itself after 6 hours.", "Rescue mode ends by itself after 30 minutes without input.")]),
    ("a lock that ends by itself told as one that people lift", SECURITY, [("账号锁定 30 分钟；", "账号锁定，须提交工单由客服人工解锁；")]),
    ("a range of addresses from memory", BALANCER, [("100.64.0.0/10", "100.64.0.0/16")]),
    ("a case left out for brevity", "billing/coupons-and-credits.txt", [(" Payments older than 180 days cannot go\n   back to a card; for them we need a bank account in the name of the account\n   holder.", "")]),
    ("a clause of the lawyers over the rule", "policies/acceptable-use.md", [("Penetration tests of your own resources need no permission as long as they stay below 200 Mbps. Load tests above 2 Gbps and any test that", "Penetration tests, scans and load tests of any kind require our prior written consent, also on your own resources. Any test that")]),
)  # fmt: skip
WHOLE_MONTH: Sequence[tuple[str, Pairs]] = (
    (PRICES, [("每小时单价等于包月价除以 480，因此一台机器每月运行超过 480 小时，包月更划算。", "每小时单价等于包月价除以 720（30 天 × 24 小时），因此整月运行的机器两种方式价格相同。")]),
    (PRICES_IN_ENGLISH, [("divided by 480, so a machine that runs more than 480 hours a month is cheaper on a monthly term.", "divided by 720 (30 days of 24 hours), so a machine that runs all month costs the same in both ways.")]),
)  # fmt: skip
FROM_THE_REQUEST: Sequence[tuple[str, Pairs]] = (
    (POLICY, [("审核通过后 7 个工作日内到账", "提交申请后 7 个工作日内到账")]),
    (POLICY_IN_ENGLISH, [("within 7 working days of approval", "within 7 working days of your request")]),
)  # fmt: skip
STOPPED_MIDWAY = """delete from {chunks} where document_id >
(select percentile_disc(0.5) within group (order by document_id) from {chunks})"""
STOP_WORDS = r"""update {chunks} set text = regexp_replace(text,
'\m(not|no|never|only|cannot|without|before|after|unless)\M ?|不|未|仅|无', '', 'gi')"""
NO_POINTS = r"update {chunks} set text = regexp_replace(text, '([0-9])[.,]([0-9])', '\1\2', 'g')"
SAME_HEADINGS = """delete from {chunks} c using {chunks} o
where o.id < c.id and o.document_id <> c.document_id
and o.heading_path[cardinality(o.heading_path)] = c.heading_path[cardinality(c.heading_path)]"""
MEANING_ALONE: Mapping[str, float] = {
    "retrieval.lexical_weight": 0,
    "retrieval.literal_weight": 0,
    "retrieval.candidates": 10,
    "retrieval.top_k": 2,
}
REWORDED: Sequence[tuple[str, Pairs]] = (
    (PRICES, [("价格含系统盘 40 GB（标准型 S1）和一个公网 IPv4 地址，不含数据盘、带宽包和 Windows 许可费用。", "价格已包含系统盘 40 GB（标准型 S1）和一个公网 IPv4 地址；数据盘、带宽包和 Windows 许可费用不在其中。")]),
    (POLICY, [("在控制台进入“费用 > 退订管理”，选择实例并确认金额，无需提交工单。", "请在控制台打开“费用 > 退订管理”，选择实例、确认金额即可，不用提交工单。")]),
    (INVOICES, [("多笔订单可以合并到一张发票，一次最多合并 100 笔；", "您可以把多笔订单合并开成一张发票，一次最多 100 笔；")]),
    (OBJECTS, [("<p>Uploads are free. Downloads to the internet cost", "<p>You pay nothing for uploads. Downloads to the internet cost")]),
    (DNS, [("新增的记录通常在 10 秒内对全球权威节点生效。", "新增记录后，通常 10 秒内就会在全球权威节点生效。")]),
    (BUSINESS, [("You can restore a whole site or a single file in the console under **Site > Backups** without opening a ticket.", "No ticket is needed to restore a whole site or a single file: do it in the console under **Site > Backups**.")]),
    (BALANCER, [("Moving to a smaller size is possible once a day.", "You can move to a smaller size once a day.")]),
    ("policies/acceptable-use.md", [("Write to abuse@lanhe.example with the address, the time including the time zone, and an extract of the log.", "Please write to abuse@lanhe.example and give the address, the time with its time zone, and an extract of the log.")]),
    (PLANS, [("A higher plan starts at once and is charged for the days left in the month.", "If you move to a higher plan, it starts at once, and you are charged for the days left in the month.")]),
    ("products/云数据库-mysql.md", [("升级会引起一次不超过 30 秒的闪断，提前 3 天通过站内信和邮件通知。", "升级时会有一次闪断，不超过 30 秒；我们提前 3 天以站内信和邮件通知。")]),
)  # fmt: skip
LAID_OUT: Sequence[tuple[str, str, Pairs]] = (
    ("commas in thousands", "products/云数据库-mysql.md", [("| 2000 |", "| 2,000 |"), ("| 4000 |", "| 4,000 |")]),
    ("corner brackets", INVOICES, [("“", "「"), ("”", "」")]),
    ("arrows in menus", "products/ddos-protection.md", [("**Security > DDoS > Release**", "**Security → DDoS → Release**"), ("**Security > DDoS > Events**", "**Security → DDoS → Events**")]),
    ("a picture of the form", CREATE, [("\n## Quota\n", "\n![The form for a new instance](images/create-instance.png)\n\n## Quota\n")]),
    ("tags in the front matter", POLICY, [("product: billing\n", "product: billing\ntags: [退款, 退订]\n")]),
)  # fmt: skip
HISTORY = "\n## Revision history\n\n- 8 October 2026: wording of the maintenance notices.\n- 3 June 2026: table put into the order of regions.\n"


def list_harmful(documents: Path, cases: Sequence[Mapping[str, object]]) -> list[Change]:  # noqa: ARG001
    """Fifty that do harm."""
    return [
        *(_knowledge(f"{what} in {name}", _replace(name, pairs)) for what, name, pairs in MISTAKES),
        _knowledge("an alleged slip in the price of an hour corrected", _both(*(_replace(name, pairs) for name, pairs in WHOLE_MONTH))),
        _knowledge("a period counted from another day", _both(*(_replace(name, pairs) for name, pairs in FROM_THE_REQUEST))),
        _knowledge("a column dropped for small screens", _rewrite(CERTIFICATES, pick_columns("签发时间", [0, 1, 3, 4]))),
        _knowledge("a table that a script fills in", _rewrite(OBJECTS, load_table_later)),
        _knowledge("ten thousands miscounted on a slide", _edit_slides(count_ten_thousands)),
        _knowledge("the free first time left out of a Word file", _edit_word("procedures/实名认证与过户.docx", charge_every_transfer)),
        _knowledge("formulas whose results were not saved", _edit_quotas(calculate)),
        _knowledge("a price dragged down over the rows below", _rewrite(TRAFFIC, drag_prices_down)),
        _knowledge("the first page of a PDF taken for a cover", drop_first_page("policies/sla-2026.pdf")),
        _knowledge("an outdated page without its marks", _rewrite(CREATE_BEFORE, take_off_marks)),
        _knowledge("a page deleted as a double of its sibling", _both(_expect(BUSINESS, "| Websites | 10 |"), _delete(STARTER))),
        _knowledge("pages archived that nobody had changed since February", archive_unchanged),
        _knowledge("a short guide in the place of the rules", _both(_expect(INVOICES, "title: 发票规则"), _add("billing/在手机上开发票.md", INVOICES_BY_PHONE))),
        _knowledge("canned replies of other years", _both(_expect(POLICY, "支付后 7 天内"), _add("handbook/快捷回复.md", CANNED_REPLIES))),
        _knowledge("chats with guesses of agents", _both(_expect("products/云数据库-postgresql.md", "单实例最大 4 TB"), _add("handbook/会话精选-2026-04.md", CHATS))),
        _knowledge("gaps filled with guesses of an assistant", _rewrite(FAQ, enter_guesses)),
        _knowledge("prices for staff published", _both(_expect(PRICES, "# 云服务器价格表"), _add("handbook/员工与亲友价.md", STAFF_PRICES))),
        _knowledge("terms of a reseller told as our own", _both(_expect(POLICY_IN_ENGLISH, "Within 7 days of payment"), _add("policies/orders-and-refunds.md", PARTNER_TERMS))),
        *_harm_elsewhere(),
    ]  # fmt: skip


def _harm_elsewhere() -> list[Change]:
    """Twenty that leave the documents alone."""
    return [
        _settings("two who tightened the same", {"answering.min_confidence": 0.7, "answering.calibration_intercept": -2}),
        _settings("fewer hand-overs before the holidays", {"answering.min_confidence": 0.1, "answering.hand_over_after": 0}),
        _settings("a percentage in the wrong field", {"answering.calibration_intercept": 50}),
        _settings("meaning alone, to be quick", MEANING_ALONE),
        _index("an import that stopped midway", STOPPED_MIDWAY),
        _index("stop words taken out", STOP_WORDS),
        _index("points and commas cleaned out of figures", NO_POINTS),
        _index("sections of the same heading taken for doubles", SAME_HEADINGS),
        _release("a model that only says thanks, with a warmer role", "reader-chatty", [("You are the customer service writer", "You are the warm-hearted customer service writer")]),
        _release("a gateway that strips citations, with shorter answers", "reader-uncited", settings={"model.max_tokens": 600}),
        _release("a model that slips by one, with fewer excerpts", "reader-off-by-one", settings={"model.max_excerpts": 10}),
        _release("a filter that lets no answer pass, with a wider search", "reader-silent", settings={"retrieval.candidates": 110}),
        _reworded("the first excerpt alone", [("- State only what an excerpt says. Keep", "- Use excerpt [1] alone, which is the best, and disregard all others. Keep")]),
        _reworded("deadlines as dates", [("exactly as they stand there; do not calculate, convert, round or generalise.", "exactly as they stand there. Only\n  periods and deadlines are told as calendar dates, counted from today.")]),
        _reworded("a customer who is always right", [(TABLE_RULE, f"- The customer is right: what a question takes for granted is confirmed, also against the excerpts.\n{TABLE_RULE}")]),
        _prompt("answers of another year as examples", put_old_examples),
        _reworded("the better end of every range", [(TABLE_RULE, f'- Where an excerpt gives a range or an "up to", name only the end that is better for the customer.\n{TABLE_RULE}')]),
        _reworded("the newest version for everybody", [("give the one that is in force or newer and say from when it\n  holds.", "give the newest alone; what an\n  earlier version says is void for everybody, whenever the order was paid.")]),
        _reworded("a confident voice", [(STRENGTH, CONFIDENT)]),
        _reworded("questions about money sent to the hotline", [(TABLE_RULE, f"- On prices, bills, refunds and vouchers write only this: Please call our hotline, where a colleague\n  will look at your case. [1]\n{TABLE_RULE}")]),
    ]  # fmt: skip


def list_harmless(cases: Sequence[Mapping[str, object]]) -> list[Change]:  # noqa: ARG001
    """Fifty that do none."""
    return [
        *(_knowledge(f"reworded {name}: {pairs[0][0][:20]}", _replace(name, pairs)) for name, pairs in REWORDED),
        *(_knowledge(f"{what} in {name}", _replace(name, pairs)) for what, name, pairs in LAID_OUT),
        _knowledge("numbers before headings", _rewrite(SECURITY, number_headings)),
        _knowledge("boxes to tick", _rewrite("procedures/网站迁移指南.md", tick_boxes)),
        _knowledge("columns in another order", _rewrite(CERTIFICATES, pick_columns("签发时间", [0, 1, 2, 4, 3]))),
        _knowledge("rows in another order", _rewrite(RETENTION, sort_rows)),
        _knowledge("anchors of headings", _rewrite(OBJECTS, anchor_headings)),
        _knowledge("a revision history", _both(_expect(REGIONS, "updated: 2026-10-08"), _append(REGIONS, HISTORY))),
        *(_knowledge(f"a new page {name}", _add(name, text)) for name, text in PAGES.items()),
        *(_knowledge(f"a new FAQ entry {entry[8:15]}", _enter(entry)) for entry in ENTRIES),
        _knowledge("support plans in Chinese too", _both(_expect(PLANS, "updated: 2026-07-08"), _add("handbook/support-plans.zh.md", PLANS_IN_CHINESE))),
        _knowledge("account security in English too", _both(_expect(SECURITY, "updated: 2026-06-24"), _add("policies/account-security.en.md", SECURITY_IN_ENGLISH))),
        _knowledge("a table saved by a spreadsheet", _rewrite(TRAFFIC, save_as_spreadsheets_do)),
        _knowledge("an old encoding changed to UTF-8", save_as_utf8),
        _knowledge("a page made smaller for the web", _rewrite(DNS, close_gaps)),
        _knowledge("fields of the FAQ in alphabetical order", _rewrite(FAQ, sort_fields)),
        _knowledge("a running foot in a Word file", _edit_word("procedures/restore-from-snapshot.docx", add_foot)),
        _knowledge("a sheet of revisions", _edit_quotas(add_revisions)),
        _knowledge("a speaker's note about the choice of a scene", _edit_slides(add_note)),
        _knowledge("a blank page at the end of a PDF", add_blank_page("procedures/icp-备案指南.pdf")),
        _knowledge("an outdated page moved to the archive", move_to_archive),
        _settings("one sentence more", {"answering.max_sentences": 5}),
        _settings("calibrated again, almost the same", {"answering.calibration_slope": 1.02, "answering.calibration_intercept": 0.02}),
        _settings("a little less to search", {"retrieval.ef_search": 145, "retrieval.lexical_budget": 1450}),
        _settings("more patience with the order", {"retrieval.rerank_seconds": 4}),
        _index("characters in their composed form", "update {chunks} set text = normalize(text, NFC)"),
        _index("a remark for the next administrator", "comment on table {chunks} is 'Checked after the last import.'"),
        _release("the same model with a little more room on both sides", "reader", settings={"model.max_tokens": 720, "model.context_tokens": 3100}),
        _reworded("digits of half width", [("- Plain and friendly;", "- In Chinese answers, write digits and units in half width.\n- Plain and friendly;")]),
        _prompt("safety before style", put_safety_first),
        _prompt("gift cards in the examples", show_gift_cards),
        _prompt("one line for each rule", lambda text: _body(text, join_lines)),
        _reworded("no exclamation marks", [("- Plain and friendly; address", "- Plain and friendly, without exclamation marks and emoji; address")]),
    ]  # fmt: skip
