"""Personal data is found in both languages; what only looks like it stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.safety import Kind, find_personal_data, mask_personal_data
from kefu.safety.check_digits import passes_luhn

MASKED = [
    ("我的手机号是13812345678，请回电", "我的手机号是[phone]，请回电"),
    ("打 138 1234 5678 或 138-1234-5678", "打 [phone] 或 [phone]"),
    ("电话：１３８１２３４５６７８。", "电话：[phone]。"),
    ("+86 13812345678", "[phone]"),
    ("座机 010-62345678 转 3", "座机 [phone] 转 3"),
    ("call me at (415) 555-0132 or 415-555-0132.", "call me at [phone] or [phone]."),
    ("my number is +44 20 7946 0958, thanks", "my number is [phone], thanks"),
    ("My number is 13812345678.", "My number is [phone]."),
    ("手机号码：13812345678，订单还没到", "手机号码：[phone]，订单还没到"),
    ("订单的联系电话是13812345678", "订单的联系电话是[phone]"),
    ("写信给 li.lei+a@example.com.cn，谢谢", "写信给 [email]，谢谢"),
    ("邮箱lilei@qq.com行吗", "邮箱[email]行吗"),
    ("身份证 11010519491231002X", "身份证 [id number]"),
    ("身份证号：130503670401001 对吗", "身份证号：[id number] 对吗"),
    ("SSN 536-90-4399", "SSN [id number]"),
    ("卡号 6222 0212 3456 7894 挂失", "卡号 [bank card] 挂失"),
    ("my card 4111-1111-1111-1111 was charged", "my card [bank card] was charged"),
    ("Amex 3782 822463 10005", "Amex [bank card]"),
    ("IBAN DE89 3704 0044 0532 0130 00 please", "IBAN [bank account] please"),
    ("护照号 E12345678", "护照号 [passport]"),
    ("passport no. G1234567 expired", "passport no. [passport] expired"),
    ("车牌京A12345停在楼下", "车牌[plate]停在楼下"),
    ("微信号：lilei_2020 加我", "微信号：[account name] 加我"),
    ("QQ: 123456789", "QQ: [account name]"),
]

KEPT = [
    "订单号 13812345678 什么时候发货",
    "order number 4111111111111111 has not arrived",
    "工单编号：20241103123456789",
    "订单 2024110312345678901 已退款",
    "错误码 E1003 和 0x80070005 怎么处理",
    "HTTP 503, error 1045 (28000)",
    "客服热线 400-820-8820，国际 800-810-8888",
    "call our toll-free line 1-800-555-0199",
    "写信到 support@lanhe.example 或 sales@lanhe.example",
    "SKU 6901234567892",
    "版本 10.15.7，端口 8080，IP 192.168.100.200",
    "价格 12,999.00 元，2024-11-03 12:30:45",
    "实例 i-13812345678abc 和 bucket-13812345678",
    "uuid 550e8400-e29b-41d4-a716-446655440000",
    "快递单号：SF1381234567890",
    "退款 7 天内到账，最多 100000000 元",
    "6222 0212 3456 7890",
    "110105194912310021",
    "https://lanhe.example/orders/13812345678?x=1",
    "1234567890123456789",
    "git@github.example:repo@2.0",
    "@所有人 a@b",
]


@pytest.mark.parametrize(("text", "masked"), MASKED)
def test_personal_data_is_masked(text: str, masked: str) -> None:
    assert mask_personal_data(text) == masked


@pytest.mark.parametrize("text", KEPT)
def test_what_customer_service_talks_about_stays(text: str) -> None:
    assert mask_personal_data(text) == text


def test_places_are_those_of_the_text() -> None:
    text = "１３８１２３４５６７８，a@example.com"
    kinds = {text[each.start : each.end]: each.kind for each in find_personal_data(text)}
    assert kinds == {"１３８１２３４５６７８": Kind.PHONE, "a@example.com": Kind.EMAIL}


@given(st.text(max_size=200))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    masked = mask_personal_data(text)
    assert mask_personal_data(masked) == masked


@given(st.integers(0, 10**13 - 1), st.sampled_from("，。 ：\n"), st.sampled_from("，。 \n"))
def test_every_valid_unionpay_card_is_masked(number: int, before: str, after: str) -> None:
    body = f"62{number:013}"
    card = next(f"{body}{digit}" for digit in range(10) if passes_luhn(f"{body}{digit}"))
    masked = mask_personal_data(f"卡{before}{card}{after}")
    assert card not in masked


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_every_chinese_mobile_number_is_masked(number: str) -> None:
    assert number not in mask_personal_data(f"请打{number}给我")
