"""One suite for every sender of pushes."""

import pytest
from pytest_django import Settings

from connectid.providers import push
from connectid.providers.push import (
    BadMessage,
    DeadAddress,
    Delivered,
    Misconfigured,
    NotFinished,
    Notification,
    Push,
    TryLater,
)
from connectid.providers.push.fcm import FcmPush
from connectid.providers.push.sandbox import FAILURES, SandboxPush
from connectid.providers.push.tests.conftest import Sender
from connectid.providers.push.tests.fake_fcm import FAILURES as FCM_FAILURES

pytestmark = pytest.mark.django_db


def test_a_push_arrives_as_the_contract_says(sender: Sender) -> None:
    content = {"action": "ccc_message", "title": "Ñandú ✓", "consent": True, "opportunity_id": 7, "key": None}
    (outcome,) = sender.sends.send([Push("address-1", content, analytics_label="label")], deadline=10)
    assert isinstance(outcome, Delivered)
    assert outcome.provider_id
    assert sender.arrived() == [
        {
            "token": "address-1",
            "data": {"action": "ccc_message", "title": "Ñandú ✓", "consent": "true", "opportunity_id": "7"},
            "android": {"priority": "high"},
            "fcm_options": {"analytics_label": "label"},
        }
    ]


def test_a_notification_block_only_where_asked_for(sender: Sender) -> None:
    shown = Push("address-1", {"a": "b"}, notification=Notification(title="Title"))
    sender.sends.send([shown, Push("address-2", {"title": "Title"})], deadline=10)
    first, second = sender.arrived()
    assert first["notification"] == {"title": "Title"}
    assert "notification" not in second


@pytest.mark.parametrize(
    ("end", "outcome"),
    [
        ("-unregistered", DeadAddress("unregistered")),
        ("-other-sender", DeadAddress("other_sender")),
        ("-invalid", DeadAddress("invalid")),
        ("-bad-message", BadMessage),
        ("-quota", TryLater),
        ("-unavailable", TryLater),
        ("-misconfigured", Misconfigured),
        ("-slow", NotFinished(begun=True)),
    ],
)
def test_each_failure_is_told_apart(sender: Sender, end: str, outcome: object) -> None:
    (found,) = sender.sends.send([Push(f"address{end}", {})], deadline=1)
    assert found == outcome or type(found) is outcome
    if end == "-quota":
        assert isinstance(found, TryLater)
        assert found.retry_after == 60


def test_failures_have_the_same_names_everywhere() -> None:
    assert FAILURES.keys() == FCM_FAILURES.keys()


def test_outcomes_are_in_the_order_of_the_pushes(sender: Sender) -> None:
    addresses = [f"address-{number}{'-unregistered' if number % 3 == 0 else ''}" for number in range(60)]
    outcomes = sender.sends.send([Push(address, {}) for address in addresses], deadline=20)
    assert [isinstance(outcome, DeadAddress) for outcome in outcomes] == [
        address.endswith("-unregistered") for address in addresses
    ]
    assert len({outcome.provider_id for outcome in outcomes if isinstance(outcome, Delivered)}) == 40


def test_content_that_cannot_be_sent_harms_no_other_push(sender: Sender) -> None:
    huge = Push("address-1", {"title": "x" * 5000})
    odd = Push("address-2", {"title": {1, 2}})
    outcomes = sender.sends.send([huge, odd, Push("address-3", {})], deadline=10)
    assert [type(outcome) for outcome in outcomes] == [BadMessage, BadMessage, Delivered]


def test_nothing_to_send(sender: Sender) -> None:
    assert sender.sends.send([], deadline=1) == []
    assert sender.arrived() == []


def test_a_sound_sender_has_no_complaint_and_bothers_no_phone(sender: Sender) -> None:
    assert sender.sends.check(deadline=5) == ""
    if sender.fcm is not None:
        assert sender.fcm.asked[0].json()["validate_only"] is True


def test_the_setting_decides(settings: Settings, fcm: object) -> None:
    assert isinstance(push.pick(), FcmPush)
    assert push.pick() is push.pick()
    settings.PUSH_PROVIDER = "sandbox"
    assert isinstance(push.pick(), SandboxPush)


def test_a_push_does_not_show_its_address_or_content() -> None:
    """It may end in a traceback or a log line."""
    shown = repr(Push("secret-address", {"body": "secret-body"}, notification=Notification("secret-title")))
    assert "secret" not in shown
