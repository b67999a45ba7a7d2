"""What repeats a sentence of the source passes; what turns it while it does so does not."""

import pytest

from kefu.answering.grounds import read_grounds
from kefu.answering.quotation import is_quoted
from kefu.answering.verify import supports

INVOICES = """Invoices > When an invoice is made

A monthly invoice is issued on the 3rd day of the next month, at 08:00 UTC, and covers all usage."""
TESTS = """Acceptable use > Allowed after notice

Load tests above 2 Gbps and others like an attack must be announced at least three days ahead."""
BACKUPS = """Site Business > Backups

You can restore a whole site or a single file in the console without opening a ticket."""
WEBHOOKS = """API > Webhook 重试

系统按 1、2、5 分钟的间隔重试，最多 12 次；全部失败后停用该 Webhook 并发送邮件。"""
LOCK = """域名转移

域名注册后 60 天内不能转出。满 60 天后，在“安全锁”解除锁定，获取转移码，转移码 14 天内有效。"""
RETURNS = """退款

审核通过后，款项在 7 个工作日内原路返回。特价订单不支持原路退回银行卡。"""
LIMIT = "Limits\n\nEvery account may ask for 3 temporary increases a month."
SLA = """SLA > 1. Promised availability

LH Compute, single instance, reaches 99.95 % a month."""

REPEATED = [
    (
        INVOICES,
        "The monthly invoice is issued on the 3rd day of the next month, at 08:00 UTC.",
    ),
    (
        TESTS,
        "Load tests above 2 Gbps must be announced at least three days ahead.",
    ),
    (
        TESTS,
        "Yes, load tests above 2 Gbps must be announced at least three days ahead.",
    ),
    (BACKUPS, "You can restore a whole site or a single file in the console."),
    (WEBHOOKS, "全部失败后，系统会停用该 Webhook 并发送邮件。"),
    (LOCK, "满 60 天后，您可以在“安全锁”解除锁定，获取转移码。"),
]
TURNED = [
    (INVOICES, "A monthly invoice is issued on the 5th day of the next month, at 08:00 UTC."),
    (INVOICES, "A monthly invoice is issued on the 3rd day of the next month, at 09:00 UTC."),
    (
        TESTS,
        "Load tests above 5 Gbps must be announced at least three days ahead.",
    ),
    (
        TESTS,
        "Load tests above 2 Gbps must be announced at most three days ahead.",
    ),
    (
        TESTS,
        "Load tests above 2 Gbps must not be announced at least three days ahead.",
    ),
    (
        TESTS,
        "No, load tests above 2 Gbps must be announced at least three days ahead.",
    ),
    (TESTS, "Free load tests above 2 Gbps must be announced three days ahead."),
    (BACKUPS, "You cannot restore a whole site or a single file in the console."),
    (BACKUPS, "You can restore a whole database or a single file in the console."),
    (WEBHOOKS, "全部失败后，系统不会停用该 Webhook 并发送邮件。"),
    (RETURNS, "审核通过后，款项在 7 天内原路返回。"),
    (RETURNS, "特价订单支持原路退回银行卡。"),
    (RETURNS, "原路退回银行卡。"),
    (LIMIT, "Every account may ask for 3 temporary increases a year."),
    (LIMIT, "No account may ask for 3 temporary increases a month."),
]
LEAKS = {
    "You can restore a whole database or a single file in the console.",
    "No, load tests above 2 Gbps must be announced at least three days ahead.",
    "全部失败后，系统不会停用该 Webhook 并发送邮件。",
}
"""What the other checks let pass all the same."""


@pytest.mark.parametrize(("source", "sentence"), REPEATED)
def test_what_repeats_a_sentence_is_supported(source: str, sentence: str) -> None:
    assert is_quoted(sentence, read_grounds((source,)))
    assert supports(sentence, [source], "").reasons == ()


@pytest.mark.parametrize(("source", "sentence"), TURNED)
def test_what_turns_a_sentence_does_not_repeat_it(source: str, sentence: str) -> None:
    assert not is_quoted(sentence, read_grounds((source,)))


@pytest.mark.parametrize(("source", "sentence"), TURNED)
def test_and_is_refused(source: str, sentence: str) -> None:
    assert supports(sentence, [source], "").is_supported == (sentence in LEAKS)


def test_what_the_source_tells_to_do_one_needs_to_do() -> None:
    step = "How to claim\n\n1. Open a ticket in the category Billing within 30 days."
    choice = "How to claim\n\nYou may open a ticket in the category Billing within 30 days."
    claim = "You need to open a ticket in the category Billing within 30 days."
    assert supports(claim, [step], "").is_supported
    assert not supports(claim, [choice], "").is_supported
    assert not supports(claim.replace("need to", "must"), [step], "").is_supported


def test_what_the_heading_promises_is_promised() -> None:
    claim = "A single LH Compute instance has a promise of 99.95 % a month."
    assert supports(claim, [SLA], "").is_supported
    assert not supports(claim, [SLA.replace("Promised", "Usual")], "").is_supported


def test_a_first_sentence_promises_nothing_for_others() -> None:
    message = "Thanks, our repairs are guaranteed.\n\nA delivery to Berlin takes 3 days."
    claim = "A delivery to Berlin is guaranteed to take 3 days."
    assert not supports(claim, [message], "").is_supported
