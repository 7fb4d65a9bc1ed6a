"""How our calls to partners are signed (contract 13.3), as partners check it."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta

import pytest
from django.test import Client
from standardwebhooks import Webhook, WebhookVerificationError

from connectid.core import clock
from connectid.jobs.draining import run_pending
from connectid.messaging import signing
from connectid.testing.partners import SEALED, ListeningPartner, Partner, new_channel, new_partner
from connectid.testing.scene import new_phone

BODY = '{"channel_id": "é"}'.encode()
SECRET = "s" * 64
FORMER = "f" * 64


def webhook(secret: str) -> Webhook:
    """The partner's side of Standard Webhooks; its key is our secret's bytes."""
    return Webhook(base64.b64encode(secret.encode()).decode())


def mac_digest(secret: str, body: bytes) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def signed(*, former_secret: str | None = None, minutes_ago: float = 0) -> dict[str, str]:
    at = clock.now() - timedelta(minutes=minutes_ago)
    return signing.headers(
        secret=SECRET, former_secret=former_secret, body=BODY, webhook_id="callback_7", at=at
    )


def verify(secret: str, body: bytes, headers: Mapping[str, str]) -> None:
    webhook(secret).verify(body, dict(headers))


def test_both_signatures_cover_exactly_the_body() -> None:
    headers = signed()
    verify(SECRET, BODY, headers)
    assert headers["X-MAC-DIGEST"] == mac_digest(SECRET, BODY)
    assert headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("secret", "body", "minutes_ago"),
    [(FORMER, BODY, 0), (SECRET, BODY[:-1] + b"]", 0), (SECRET, BODY, 5.1), (SECRET, BODY, -5.1)],
    ids=["wrong secret", "one bit", "too old", "from the future"],
)
def test_what_is_not_ours_is_not_accepted(secret: str, body: bytes, minutes_ago: float) -> None:
    with pytest.raises(WebhookVerificationError):
        verify(secret, body, signed(minutes_ago=minutes_ago))


def test_two_secrets_sign_while_a_partner_changes_over() -> None:
    """Standard Webhooks has room for both, X-MAC-DIGEST for the current one."""
    headers = signed(former_secret=FORMER)
    for secret in (SECRET, FORMER):
        verify(secret, BODY, headers)
    assert headers["X-MAC-DIGEST"] == mac_digest(SECRET, BODY)


@pytest.mark.django_db
def test_what_partners_receive_verifies(client: Client, listener: ListeningPartner) -> None:
    """The bytes that were signed are the bytes that arrive, under the secret that is also the Basic password."""
    partner, phone = new_partner(), new_phone()
    channel = new_channel(partner, phone.account.pk, name="नमस्ते")
    body = {"channel": str(channel.pk), "content": SEALED, "message_id": "0" * 31 + "1"}
    client.post("/messaging/send_message/", body, content_type="application/json", headers=phone.headers)
    run_pending()
    _receives(partner, partner.secret, listener)
    partner.server.previous_secret, partner.server.secret = partner.secret, SECRET
    partner.server.save()
    consent = {"channel": str(channel.pk), "consent": False}
    client.post("/messaging/update_consent/", consent, content_type="application/json", headers=phone.headers)
    run_pending()
    _receives(partner, partner.secret, listener, digest_by=SECRET)
    _receives(partner, SECRET, listener)


def _receives(
    partner: Partner, secret: str, listener: ListeningPartner, *, digest_by: str | None = None
) -> None:
    (_, _, headers), body = listener.calls[-1], listener.bodies[-1]
    verify(secret, body, headers)
    assert headers["X-MAC-DIGEST"] == mac_digest(digest_by or secret, body)
