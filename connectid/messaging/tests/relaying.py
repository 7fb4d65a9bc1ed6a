"""What phones do that partners are told of."""

from uuid import uuid4

from django.test import Client

from connectid.messaging.models import Channel
from connectid.testing.partners import SEALED, ListeningPartner, Partner
from connectid.testing.scene import EnrolledPhone


def say(client: Client, phone: EnrolledPhone, channel: Channel) -> str:
    """Send one message to the channel's server; return its id."""
    message_id = str(uuid4())
    body = {"channel": str(channel.pk), "content": SEALED, "message_id": message_id}
    answer = client.post(
        "/messaging/send_message/", body, content_type="application/json", headers=phone.headers
    )
    assert answer.status_code == 201
    return message_id


def delivered(listener: ListeningPartner, partner: Partner) -> list[str]:
    return [body["messages"][0]["message_id"] for body in listener.told(partner.server.delivery_url)]


def decide(client: Client, phone: EnrolledPhone, channel: Channel, consent: bool) -> None:
    body = {"channel": str(channel.pk), "consent": consent}
    client.post("/messaging/update_consent/", body, content_type="application/json", headers=phone.headers)
