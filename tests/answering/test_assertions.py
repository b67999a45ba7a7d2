"""Whether a sentence asserts in other words what another one does."""

import pytest

from kefu.answering.assertions import Assertion


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Refunds take 7 days.", "Refunds usually take 7 days."),
        ("Refunds take about 7 days.", "Refunds take 7 days."),
        ("Send it by post or e-mail.", "Send it by post and e-mail."),
        ("You must rebook within 2 days.", "You should rebook within 2 days."),
        ("The tenant pays 20 euros a month.", "The landlord pays 20 euros a month."),
        (
            "Basic keeps it for 3 days, Pro for 9 days.",
            "Basic keeps it for 9 days, Pro for 3 days.",
        ),
        ("First open the tap, then start it.", "First start it, then open the tap."),
        ("The buyer must pay the seller.", "The seller must pay the buyer."),
        ("Prices (excluding VAT) start at 9 euros.", "Prices start at 9 euros."),
        ("It cannot be changed after it was issued.", "It cannot be changed before it was issued."),
        ("全部订单支持退货。", "部分订单支持退货。"),
        ("电池保修 12 个月。", "屏幕保修 12 个月。"),
        ("先关闭电源，再拔出插头。", "先拔出插头，再关闭电源。"),
        ("提现申请提交后 3 天到账。", "提现申请审核后 3 天到账。"),
        ("每次最长 30 天。", "每次最短 30 天。"),
        ("The minimum age is 16.", "The maximum age is 16."),
        (
            "The carrier informs the passenger in time.",
            "The passenger informs the carrier in time.",
        ),
        ("It is blocked unless the PIN is entered.", "It is blocked if the PIN is entered."),
        ("The employer pays the fee.", "The employee pays the fee."),
        ("转出行承担跨行费用。", "转入行承担跨行费用。"),
        ("教练向会员补偿一节课。", "会员向教练补偿一节课。"),
        (
            "The deposit is returned by bank transfer within 9 days, and no fee is charged for it.",
            "We return the deposit within 9 days by a transfer to your bank and charge a fee.",
        ),
        (
            "Gloves can be returned in a shop without the receipt until the end of the season.",
            "You can return gloves in any shop until the season ends; the receipt is needed.",
        ),
        (
            "点“会员 > 权益”，选好礼品并填写地址，无需支付邮费。",
            "请打开“订单 > 权益”，选好礼品、填写地址即可，不用付邮费。",
        ),
        (
            "入住前可以免费取消预订，押金会原路退回。",
            "预订在入住后可以免费取消，押金原路退回给您。",
        ),
    ],
)
def test_another_word_of_weight_is_another_assertion(old: str, new: str) -> None:
    assert not Assertion(new).restates(Assertion(old))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("If it is damaged, call us within 3 days.", "Call us within 3 days if it is damaged."),
        ("The buyer pays the postage of 5 euros.", "Postage of 5 euros is paid by the buyer."),
        ("You must authorise it within 9 days.", "You must authorize it within 9 days."),
        ("Zones are linked by fibre of 2 km.", "Zones are linked by fiber of 2 km."),
        ("Order Shield for 9 euros.", "Order Shield (protection) for 9 euros."),
        ("Wait for 1 second and double it.", "Wait for 1 second and double it: 1, 2, 4 seconds."),
        ("It costs 9 euros once it has begun.", "When it has started it costs 9 euros."),
        ("退款 7 天内到账。", "退款会在 7 天内到账，例如周一申请的下周一之前到账。"),
        ("每次不超过 30 天。", "每次最长 30 天。"),
        ("发票开具后无法修改抬头。", "发票一经开具，抬头就不能再修改。"),
        ("更换手机号需要验证码。", "更换手机号码时需要验证码。"),
        ("Payement is due within 14 days.", "Payment is due within 14 days."),
        ("A guard opens it within 3 hours.", "It is opened by a guard within 3 hours."),
        ("Valuables must not be left.", "Valuables, for example watches, must not be left."),
        ("It is divided by 8.", "It is divided by 8 (40 euros a day makes 5 euros an hour)."),
        ("在前台，客人可以免费借用雨伞。", "客人可以在前台免费借用雨伞。"),
        ("教炼须持证上岗。", "教练须持证上岗。"),
        ("最大连接数：2000", "最大连接数：2,000"),
        ("It holds 1200000 rows.", "It holds 1,200,000 rows."),
        (
            "You can rent a boat or a mountain bike in the lobby without leaving a deposit.",
            "No deposit is needed to rent a boat or a mountain bike: do it in the lobby.",
        ),
        (
            "点“会员 > 权益”，选好礼品并填写地址，无需支付邮费。",
            "请打开“会员 > 权益”，选好礼品、填写地址即可，不用支付邮费。",
        ),
        (
            "Gift cards cannot pay for stamps, coins or medals.",
            "Stamps, coins and medals cannot be paid with gift cards.",
        ),
        (
            "满 60 天后，在“会员 > 等级”查看积分，领取礼品券，礼品券 14 天内有效。",
            "满 60 天后，请到“会员 > 等级”查看积分并领取礼品券；礼品券的有效期为 14 天。",
        ),
        ("一次最多合并 9 张券；满 20 元可用。", "您一次最多可把 9 张券合并使用；满 20 元可用。"),
    ],
)  # fmt: skip
def test_other_words_for_the_same_assert_the_same(old: str, new: str) -> None:
    assert Assertion(new).restates(Assertion(old))
