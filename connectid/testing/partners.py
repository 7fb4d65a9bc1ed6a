"""Setting the scene of a test about messages: servers, their channels, and the partners who listen."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.test import Client

from connectid.messaging.models import Channel, MessageServer
from connectid.messaging.operations import servers
from connectid.providers.errors import Rejected, Unavailable
from connectid.testing.scene import basic

SEALED = {"nonce": "bm9uY2Ux", "tag": "dGFndGFndGFn", "ciphertext": "Y2lwaGVydGV4dA=="}
"""Content as any partner sends it; what it says is nobody's business here."""


@dataclass(frozen=True)
class Partner:
    """A registered message server and its secret."""

    server: MessageServer
    secret: str

    @property
    def headers(self) -> dict[str, str]:
        """What the server sends to prove who it is (contract A6)."""
        return basic(self.server.client_id, self.secret)


def new_partner(name: str = "Partner") -> Partner:
    """A message server whose calls land in the sandbox inbox."""
    place = f"{settings.PUBLIC_URL}/sandbox/partners/{uuid4().hex}"
    made = servers.create_message_server(
        name=name,
        key_url=f"{place}/key",
        callback_url=f"{place}/callback",
        delivery_url=f"{place}/delivery",
        consent_url=f"{place}/consent",
    )
    return Partner(MessageServer.objects.get(client_id=made.client_id), made.client_secret)


def new_channel(partner: Partner, account_id: int, **fields: Any) -> Channel:
    """A channel that has the person's consent."""
    given = {"server": partner.server, "account_id": account_id, "source": f"domain-{uuid4().hex}"}
    return Channel.objects.create(**given | fields)


def send(client: Client, partner: Partner, channel: Channel, /, **changes: Any) -> tuple[UUID, Any]:
    """Send a message to the channel's phone; return its id and the answer."""
    message_id = uuid4()
    body = {"channel": str(channel.pk), "content": SEALED, "message_id": str(message_id)} | changes
    path = "/messaging/send_fcm/"
    return message_id, client.post(path, body, content_type="application/json", headers=partner.headers)


@dataclass
class ListeningPartner:
    """Stands for all partners: remembers every call, and fails as it is told."""

    calls: list[tuple[str, dict[str, Any], Mapping[str, str]]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    failures: dict[str, list[Rejected | Unavailable]] = field(default_factory=dict)
    """By address: what the next calls to it fail with."""

    def post(self, *, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Remember the call (see :class:`connectid.providers.webhooks.WebhookCaller`)."""
        if waiting := self.failures.get(url):
            raise waiting.pop(0)
        self.calls.append((url, json.loads(body), headers))
        self.bodies.append(body)

    def told(self, url: str) -> list[dict[str, Any]]:
        """What arrived at an address, in order."""
        return [body for address, body, _ in self.calls if address == url]
