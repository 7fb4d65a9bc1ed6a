"""A virtual partner server: opens channels, sends and receives sealed messages, hands keys to phones (contract 7.11, 13).

It listens on loopback and judges what it gets as CommCare HQ and Open Chat Studio do; they differ in how they ask for a channel and
in how they ask us who shows a token.
"""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs
from uuid import UUID, uuid4

import requests

from connectid.demo import sealing
from connectid.demo.phone import TIMEOUT
from connectid.demo.surroundings import PATIENCE, NothingArrived

HQ = "CommCare HQ"
OCS = "Open Chat Studio"


@dataclass
class VirtualPartner:
    """One partner server. Use it in a ``with`` block, in which it listens; set its credentials before it calls."""

    server: str
    name: str
    credentials: tuple[str, str] = ("", "")
    keys: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    """The person of each channel, as CommCare Connect told us their username."""
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """What Connect-ID told us, in order: the last part of the address, and the body."""
    forged: int = 0

    def __enter__(self) -> Self:
        partner = self

        class Handler(_Handler):
            pass

        Handler.partner = partner
        self._listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._listener.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown()
        self._listener.server_close()

    @property
    def addresses(self) -> dict[str, str]:
        """Where we want to be called, by purpose."""
        place = f"http://127.0.0.1:{self._listener.server_address[1]}"
        return {purpose: f"{place}/{purpose}" for purpose in ("key", "callback", "delivery", "consent")}

    def create_channel(self, username: str, source: str, name: str) -> tuple[int, dict[str, Any]]:
        """Ask for a channel: HQ by a form, OCS by JSON; return the status and the answer."""
        body = {"connectid": username, "channel_source": source, "channel_name": name}
        kind: dict[str, Any] = {"data": body} if self.name == HQ else {"json": body}
        response = self._post("create_channel", kind)
        answer: dict[str, Any] = response.json()
        if response.ok:
            self.keys.setdefault(answer["channel_id"], sealing.new_key())
            self.people[answer["channel_id"]] = username
        return response.status_code, answer

    def send(self, channel_id: str, text: str) -> tuple[str, int, dict[str, Any]]:
        """Send a message, with a nonce of 16 bytes; return its id, the status and the answer."""
        message_id = str(uuid4())
        content = sealing.seal(text, key=self.keys[channel_id], nonce_bytes=sealing.PARTNER_NONCE_BYTES)
        body = {"channel": channel_id, "content": content, "message_id": message_id}
        response = self._post("send_fcm", {"json": body})
        return message_id, response.status_code, response.json()

    def told(self, purpose: str, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait until Connect-ID told us something, and return it; calls are made by jobs."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            for called, body in list(self.calls):
                if called == purpose and holds(body):
                    return body
            time.sleep(0.1)
        raise NothingArrived(f"{self.name}: {purpose}")

    def received_on(self, message_id: str) -> datetime:
        """Wait for the receipt of a message."""

        def is_receipt(body: dict[str, Any]) -> bool:
            return any(message["message_id"] == message_id for message in body["messages"])

        body = self.told("callback", is_receipt)
        (receipt,) = [message for message in body["messages"] if message["message_id"] == message_id]
        return datetime.strptime(receipt["received_on"], "%Y-%m-%d %H:%M:%S.%f%z")

    def reply(self, channel_id: str) -> str:
        """Wait for a message from the channel's phone, and return what it says."""
        body = self.told("delivery", lambda body: bool(body["channel_id"] == channel_id))
        (message,) = body["messages"]
        UUID(message["message_id"])
        datetime.fromisoformat(message["timestamp"])
        return sealing.unseal(message, key=self.keys[channel_id])

    def hand_out_key(self, form: dict[str, list[str]], authorization: str) -> tuple[int, dict[str, str]]:
        """Give a phone its channel's key if Connect-ID says that it is the channel's person's (contract 13.2)."""
        (channel_id,) = form["channel_id"]
        path = "/o/userinfo" if self.name == HQ else "/o/userinfo/"
        response = requests.get(
            f"{self.server}{path}",
            headers={"Authorization": authorization},
            timeout=TIMEOUT,
            allow_redirects=False,
        )
        subject = response.json().get("sub", "")
        person = self.people.get(channel_id, "")
        is_theirs = subject == person if self.name == HQ else subject.lower() == person.lower()
        return (200, {"key": self.keys[channel_id]}) if subject and is_theirs else (404, {})

    def take(self, purpose: str, body: bytes, digest: str) -> int:
        """Take what Connect-ID tells us, if it is signed with our secret over exactly these bytes (contract 13.3)."""
        mac = hmac.digest(self.credentials[1].encode(), body, hashlib.sha256)
        if not hmac.compare_digest(base64.b64encode(mac).decode(), digest):
            self.forged += 1
            return 401
        self.calls.append((purpose, json.loads(body)))
        return 200

    def _post(self, name: str, body: dict[str, Any]) -> requests.Response:
        return requests.post(
            f"{self.server}/messaging/{name}/",
            auth=self.credentials,
            timeout=TIMEOUT,
            allow_redirects=False,
            **body,
        )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    partner: VirtualPartner

    def do_POST(self) -> None:
        """A key for a phone, or something that Connect-ID tells us."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        purpose = self.path.rpartition("/")[2]
        answer: dict[str, str] = {}
        if purpose == "key":
            status, answer = self.partner.hand_out_key(
                parse_qs(body.decode()), self.headers["Authorization"] or ""
            )
        else:
            status = self.partner.take(purpose, body, self.headers["X-MAC-DIGEST"] or "")
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: Any) -> None:
        """Say nothing: the journey does."""
