"""POST /messaging/send/: what is refused (contract 7.3, A5)."""

from typing import Any

import pytest
from django.test import Client

from connectid.notifications import limits
from connectid.notifications.models import Notification
from connectid.notifications.tests.sending_scene import SEND, names, send, sender, workers
from connectid.testing.scene import basic, new_phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner() -> dict[str, str]:
    return sender("send")


NO_LIST = 'Expected a list of items but got type "str".'
NO_DICT = 'Expected a dictionary of items but got type "list".'


@pytest.mark.parametrize(
    ("body", "reasons"),
    [
        ({"usernames": "a"}, {"usernames": [NO_LIST]}),
        (
            {"usernames": ["a", {}, ""]},
            {"usernames": {"1": ["Not a valid string."], "2": ["This field may not be blank."]}},
        ),
        ({"username": ["a"]}, {"username": ["Not a valid string."]}),
        ({"title": True, "body": {}}, {"title": ["Not a valid string."], "body": ["Not a valid string."]}),
        ({"data": []}, {"data": [NO_DICT]}),
        ({"fcm_options": []}, {"fcm_options": [NO_DICT]}),
    ],
)
def test_field_errors(
    client: Client, partner: dict[str, str], body: dict[str, Any], reasons: dict[str, Any]
) -> None:
    """7.3, row 400: in the framework's words; nothing is stored."""
    [worker] = workers(1)
    answer = send(client, partner, **({"username": worker.username} | body))
    assert (answer.status_code, answer.json()) == (400, reasons)
    assert not Notification.objects.exists()


def test_too_much(client: Client, partner: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    [worker] = workers(1)
    answer = send(client, partner, username=worker.username, data={"key": "k" * limits.PAYLOAD})
    assert (answer.status_code, list(answer.json())) == (400, ["data"])
    monkeypatch.setattr(limits, "RECIPIENTS", 2)
    answer = send(client, partner, usernames=["a", "b", "c"])
    assert (answer.status_code, answer.json()) == (
        400,
        {"usernames": ["Ensure this field has no more than 2 elements."]},
    )


@pytest.mark.parametrize("body", ["[]", '"text"', "1", "null"])
def test_no_object(client: Client, partner: dict[str, str], body: Any) -> None:
    answer = client.post(SEND, body, content_type="application/json", headers=partner)
    assert (answer.status_code, answer.json()) == (400, {"detail": "Invalid request."})


def test_who_may_not_send(client: Client) -> None:
    """A5, E-02: another permission, a phone, nobody."""
    expected = (403, {"detail": "Authentication credentials were not provided."})
    for headers in (sender("otp"), new_phone().headers, basic("nobody", "secret"), {}):
        answer = send(client, headers, usernames=names(workers(1)))
        assert (answer.status_code, answer.json()) == expected
    assert not Notification.objects.exists()
