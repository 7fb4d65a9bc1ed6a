"""Every hot request of design, called once on an account that has something to answer with."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from django.test import Client

from connectid.messaging.models import Channel
from connectid.oauth.models import ANDROID_CLIENT_ID
from connectid.testing import partners
from connectid.testing.clients import server_headers
from connectid.testing.scene import EnrolledPhone
from connectid.testing.tokens import new_token

HOT = (
    "messaging/retrieve_notifications",
    "messaging/retrieve_messages",
    "messaging/update_notification_received",
    "messaging/update_received",
    "messaging/send_message",
    "messaging/send_fcm",
    "messaging/send",
    "o/token",
    "users/heartbeat",
    "users/credentials",
    "users/fetch_db_key",
    "toggles",
    "o/userinfo",
    "o/introspect",
)
"""Routes that phones poll and partners call all day; each authenticates its caller in the same statements."""


def calls(phone: EnrolledPhone, partner: partners.Partner, channel: Channel) -> Iterator[tuple[str, Any]]:
    """Call each; yield its route and the answer."""
    client = Client()
    bearer = new_token(account=phone.account)
    servers = server_headers("send", "introspect")

    def post(path: str, body: Any, headers: dict[str, str]) -> Any:
        return client.post(path, body, content_type="application/json", headers=headers)

    yield "messaging/send_fcm", partners.send(client, partner, channel)[1]
    fetched = client.get("/messaging/retrieve_messages/", headers=phone.headers)
    yield "messaging/retrieve_messages", fetched
    messages = [one["message_id"] for one in fetched.json()["messages"]]
    yield (
        "messaging/update_received",
        post("/messaging/update_received/", {"messages": messages}, phone.headers),
    )
    partners.send(client, partner, channel)
    sent = {"usernames": [phone.account.username], "title": "T", "body": "B", "data": {"action": "x"}}
    yield "messaging/send", post("/messaging/send/", sent, servers)
    polled = client.get("/messaging/retrieve_notifications/", headers=phone.headers)
    yield "messaging/retrieve_notifications", polled
    ids = [one["notification_id"] for one in polled.json()["notifications"]]
    yield (
        "messaging/update_notification_received",
        post("/messaging/update_notification_received/", {"notifications": ids}, phone.headers),
    )
    body = {"channel": str(channel.pk), "content": partners.SEALED, "message_id": str(uuid4())}
    yield "messaging/send_message", post("/messaging/send_message/", body, phone.headers)
    yield "users/heartbeat", post("/users/heartbeat", {"fcm_token": "t1"}, bearer.headers)
    yield "users/credentials", client.get("/users/credentials", headers=phone.headers)
    yield "users/fetch_db_key", client.get("/users/fetch_db_key", headers=phone.headers)
    yield "toggles", client.get("/toggles/", headers=phone.headers)
    form = {
        "grant_type": "password",
        "client_id": ANDROID_CLIENT_ID,
        "scope": "openid",
        "username": phone.account.username,
        "password": phone.credential,
    }
    yield "o/token", client.post("/o/token/", form)
    yield "o/userinfo", client.get("/o/userinfo/", headers=bearer.headers)
    asked = {"token": bearer.token}
    yield "o/introspect", client.post("/o/introspect/", asked, headers=servers)
