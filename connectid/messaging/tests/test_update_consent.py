"""POST /messaging/update_consent/ (contract 6.3)."""

import json
from typing import Any

import pytest
from django.test import Client

from connectid.messaging.models import Callback, Channel
from connectid.testing.partners import new_channel, new_partner
from connectid.testing.scene import EnrolledPhone, new_phone

PATH = "/messaging/update_consent/"

pytestmark = pytest.mark.django_db


def post(client: Client, phone: EnrolledPhone, body: Any) -> Any:
    return client.post(PATH, body, content_type="application/json", headers=phone.headers)


@pytest.mark.parametrize("consent", [True, False])
def test_consent_is_stored_with_its_callback(client: Client, consent: bool) -> None:
    """Row 200; the server is told by a job, so the phone and it cannot come to differ (E-64)."""
    phone = new_phone()
    channel = new_channel(new_partner(), phone.account.pk, consent=not consent)
    answer = post(client, phone, {"channel": str(channel.pk), "consent": consent})
    assert (answer.status_code, answer.json()) == (200, {})
    channel.refresh_from_db()
    assert channel.consent is consent
    callback = Callback.objects.get()
    assert callback.kind == "consent"
    assert json.loads(callback.body) == {"channel_id": str(channel.pk), "consent": consent}


def test_nobody_decides_for_another(client: Client) -> None:
    """E-04."""
    channel = new_channel(new_partner(), new_phone().account.pk)
    answer = post(client, new_phone(), {"channel": str(channel.pk), "consent": False})
    assert (answer.status_code, answer.json()) == (404, {"detail": "No Channel matches the given query."})
    channel.refresh_from_db()
    assert channel.consent is True
    assert not Callback.objects.exists()


@pytest.mark.parametrize("channel", ["nothing", f"{4:032x}"])
def test_unknown_channels(client: Client, channel: str) -> None:
    """Row 404."""
    assert post(client, new_phone(), {"channel": channel, "consent": True}).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"consent": True},
        {"channel": "c"},
        {"channel": "c", "consent": "maybe"},
        {"channel": "c", "consent": 17},
        {"channel": "c", "consent": "false"},
        {"channel": "c", "consent": None},
        {"channel": 17, "consent": True},
        None,
        17,
        [],
    ],
)
def test_what_is_missing(client: Client, body: Any) -> None:
    """Row 400: a list; consent is a boolean, or the text of one in a form (E-64)."""
    answer = post(client, new_phone(), json.dumps(body))
    assert answer.status_code == 400
    assert answer.json() == ["Both 'channel' and 'consent' fields are required."]


@pytest.mark.parametrize(("written", "consent"), [("false", False), ("true", True)])
def test_forms_write_booleans_as_text(client: Client, written: str, consent: bool) -> None:
    """2.1."""
    phone = new_phone()
    channel = new_channel(new_partner(), phone.account.pk, consent=not consent)
    form = {"channel": str(channel.pk).upper(), "consent": written}
    assert client.post(PATH, form, headers=phone.headers).status_code == 200
    channel.refresh_from_db()
    assert channel.consent is consent


def test_statements(client: Client, statement_budget: Any) -> None:
    """Authentication, consent, callback, job."""
    partner, phone = new_partner(), new_phone()
    channel = new_channel(partner, phone.account.pk)
    statement_budget(
        4,
        grow=lambda count: [new_channel(partner, phone.account.pk) for _ in range(count)],
        act=lambda: post(client, phone, {"channel": str(channel.pk), "consent": False}),
    )
    assert Channel.objects.filter(consent=False).count() == 1
