"""Text read in another encoding than it was saved in."""

import pytest

from kefu.text import count_scripts, find_garbled, is_foreign

ENGLISH = "Refunds take 7 days – the “fast” way costs £5."
CHINESE = "包年订单在 15 天内可以全额退款，礼品卡除外。"


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "gb18030"])
@pytest.mark.parametrize("text", [ENGLISH, CHINESE])
def test_utf_8_read_as_something_else_is_seen(text: str, encoding: str) -> None:
    misread = text.encode().decode(encoding, "replace")
    found = list(find_garbled(f"Fine.\n{misread}"))
    assert found
    assert all(each in misread for each in found)


@pytest.mark.parametrize(
    "text",
    [
        ENGLISH, CHINESE, "Où est-il allé ? « né » déjà…", "señor: ¿qué?", "Größe, naïve café—été",
        "支持的方式：", "企业版技术支持客户享有 7×24 小时专线", "Really???", "100 £ à 20 €",
    ],
)  # fmt: skip
def test_what_can_be_read_is_not(text: str) -> None:
    assert list(find_garbled(text)) == []


def test_what_was_lost_on_the_way_is_seen() -> None:
    assert list(find_garbled("It costs \ufffd5.\n???? 15 ??????\n锟斤拷")) != []


def test_letters_of_scripts_that_nobody_here_writes_are_foreign() -> None:
    usual = count_scripts([ENGLISH, CHINESE])
    assert is_foreign("Возврат занимает 7 дней.", usual)
    assert not is_foreign("Возврат (refund) takes 7 days, we say.", usual)
    assert not is_foreign(CHINESE, usual)
