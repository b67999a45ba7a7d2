"""Who is before a widget: what the host site signed is believed, and nothing else."""

from time import time
from typing import Any

import pytest
from shop_site import sign

from kefu.chatbot.widget.identity import begin_visit, read_visitor
from kefu.errors import NotSignedIn

SECRET = "the secret of the channel shop, long enough"
OTHER = "the secret of another channel, long enough"


def test_a_signed_identity_is_a_customer_with_a_name() -> None:
    visit = begin_visit("shop", secret=SECRET, identity=sign(SECRET, audiences=["vip"]))
    visitor = read_visitor(visit.token, channel="shop", secret=SECRET)
    assert visit.is_identified
    assert (visitor.viewer.customer_id, visitor.name) == ("4711", "Mei")
    assert visitor.viewer.audiences == {"public", "vip"}
    assert visitor.viewer.permissions == {"chat", "search"}


@pytest.mark.parametrize(
    "identity",
    [
        sign(OTHER),
        sign(SECRET, exp=int(time()) - 60),
        sign(SECRET, exp=None),
        sign(SECRET, exp=int(time()) + 2 * 24 * 3600),
        sign(SECRET, sub=None),
        sign(SECRET, sub="visitor:0123"),
        sign(SECRET)[:-4],
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiI0NzExIiwiZXhwIjo5OTk5OTk5OTk5fQ.",
        "",
    ],
    ids=lambda _: "identity",  # what it says differs from second to second
)
def test_an_identity_that_is_not_valid_is_refused(identity: str) -> None:
    with pytest.raises(NotSignedIn):
        begin_visit("shop", secret=SECRET, identity=identity)


def test_an_anonymous_visitor_stays_the_same_one() -> None:
    first = begin_visit("shop", secret=SECRET)
    again = begin_visit("shop", secret=SECRET, token=first.token)
    assert not first.is_identified
    assert first.visitor == again.visitor != begin_visit("shop", secret=SECRET).visitor


def test_who_signs_out_is_somebody_else() -> None:
    signed_in = begin_visit("shop", secret=SECRET, identity=sign(SECRET))
    after = begin_visit("shop", secret=SECRET, token=signed_in.token)
    assert not after.is_identified
    assert after.visitor != signed_in.visitor


@pytest.mark.parametrize(
    "place",
    [{"channel": "shop", "secret": OTHER}, {"channel": "other", "secret": SECRET}],
)
def test_a_token_counts_in_its_channel_until_the_secret_changes(place: dict[str, Any]) -> None:
    visit = begin_visit("shop", secret=SECRET)
    with pytest.raises(NotSignedIn):
        read_visitor(visit.token, **place)


def test_an_identity_is_no_token_and_a_token_no_identity() -> None:
    with pytest.raises(NotSignedIn):
        read_visitor(sign(SECRET, aud="kefu-widget:shop"), channel="shop", secret=SECRET)
    visit = begin_visit("shop", secret=SECRET, identity=sign(SECRET))
    with pytest.raises(NotSignedIn):
        begin_visit("shop", secret=SECRET, identity=visit.token)
