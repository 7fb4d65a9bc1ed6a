"""What surrounds the virtual phone: its SIM's texts, its user's mails, Firebase, a camera."""

import base64
import io
import json
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

import requests
from PIL import Image, ImageDraw

from connectid.demo.admin import Admin
from connectid.demo.phone import TIMEOUT, genuine

PATIENCE = 20
"""Seconds to wait for a text or a mail; they are sent by jobs."""


LINK = re.compile(r"https?://\S+")
"""In a text."""


class NothingArrived(Exception):
    """No message came in time."""


class Surroundings(Protocol):
    """The world a journey takes place in: the sandbox of a server, or fakes of its vendors."""

    def attest(self, request_hash: str, package: str) -> str:
        """What Google Play gives a genuine phone for a request."""

    def invite(self, phone_number: str) -> None:
        """Have CommCare Connect say that this number was invited."""

    def code_sent_to(self, recipient: str) -> str:
        """Wait for the newest text or mail to ``recipient`` and return the one six-digit word in it."""

    def id_token(self, phone_number: str) -> str:
        """The Firebase ID token of somebody who proved this number there."""

    def pushed_to(self, address: str) -> str:
        """Wait for a push to an address of FCM's and return the newest one's body."""

    def wait_for_push(self, address: str, body: str) -> None:
        """Wait for a push to an address of FCM's that says ``body``."""

    def partner(self) -> tuple[str, str]:
        """Id and secret of a partner server that may do everything."""

    def link_sent_to(self, phone_number: str) -> str:
        """Wait for a text with a link to ``phone_number`` and return the newest link."""

    def hq_callback(self) -> str:
        """An address of CommCare HQ at which invitations are confirmed."""

    def told_to_hq(self, callback: str) -> dict[str, str]:
        """What HQ was told there last."""

    def listening(self, name: str, addresses: Mapping[str, str]) -> AbstractContextManager[tuple[str, str]]:
        """Have the message server ``name`` called at ``addresses`` for the block; yields its id and secret."""

    def issuer(self) -> tuple[str, str]:
        """Id and secret with which CommCare HQ awards credentials."""


class Sandbox:
    """A server's own sandbox, read over HTTP: every text and mail that it would have sent."""

    def __init__(
        self,
        server: str,
        *,
        partner: tuple[str, str] = ("", ""),
        issuer: tuple[str, str] = ("", ""),
        admin: Admin | None = None,
    ) -> None:
        self.server = server
        self.http = requests.Session()
        self._partner = partner
        self._admin = admin
        self._issuer = issuer

    def attest(self, request_hash: str, package: str) -> str:
        """Any token will do: the sandbox believes the phone."""
        return genuine(request_hash, package)

    def id_token(self, phone_number: str) -> str:
        """An ID token as the Firebase Auth emulator makes them."""
        return emulator_token(phone_number)

    def invite(self, phone_number: str) -> None:
        """Register the number with the sandbox of CommCare Connect."""
        url = f"{self.server}/sandbox/api/invited_numbers"
        self.http.post(url, json={"phone_number": phone_number}, timeout=TIMEOUT).raise_for_status()

    def code_sent_to(self, recipient: str) -> str:
        """Read it in the inbox, as the app reads a text."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            for message in self._messages(recipient):
                codes = re.findall(r"\b\d{6}\b", f"{message['subject']} {message['text']}")
                if len(codes) == 1:
                    return str(codes[0])
            time.sleep(0.2)
        raise NothingArrived(recipient)

    def link_sent_to(self, phone_number: str) -> str:
        """Read it in the inbox."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            for message in self._messages(phone_number):
                if found := LINK.search(message["text"]):
                    return found[0]
            time.sleep(0.2)
        raise NothingArrived(phone_number)

    def hq_callback(self) -> str:
        """A partner of the sandbox."""
        return f"{self.server}/sandbox/partners/hq/confirm"

    def told_to_hq(self, callback: str) -> dict[str, str]:
        """Read it in the inbox."""
        for message in self._messages(callback):
            told: dict[str, str] = message["payload"]
            return told
        raise NothingArrived(callback)

    def pushed_to(self, address: str) -> str:
        """Read it in the inbox."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            for message in self._messages(address):
                return str(message["text"])
            time.sleep(0.2)
        raise NothingArrived(address)

    def wait_for_push(self, address: str, body: str) -> None:
        """Look for it in the inbox."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if any(message["text"] == body for message in self._messages(address)):
                return
            time.sleep(0.2)
        raise NothingArrived(address)

    @contextmanager
    def listening(self, name: str, addresses: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Change its addresses in the admin, as an operator would, and change them back."""
        if self._admin is None:
            raise NothingArrived("nobody can register a message server")
        before = self._admin.change_addresses(name, addresses)
        try:
            yield self._admin.message_servers[name]
        finally:
            self._admin.change_addresses(name, before)

    def partner(self) -> tuple[str, str]:
        """The client that the server's first start made."""
        return self._partner

    def issuer(self) -> tuple[str, str]:
        """The issuer that the server's first start made."""
        return self._issuer

    def _messages(self, recipient: str) -> list[dict[str, Any]]:
        answer = self.http.get(
            f"{self.server}/sandbox/api/messages", params={"to": recipient}, timeout=TIMEOUT
        )
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()["messages"]
        return found


def emulator_token(phone_number: str, *, project: str = "demo-connectid", at: float | None = None) -> str:
    """An ID token as the Firebase Auth emulator makes them: the claims of a phone sign-in, unsigned."""
    now = int(time.time() if at is None else at)
    uid = secrets.token_hex(14)
    claims = {
        "iss": f"https://securetoken.google.com/{project}",
        "aud": project,
        "sub": uid,
        "user_id": uid,
        "auth_time": now,
        "iat": now,
        "exp": now + 3600,
        "phone_number": phone_number,
        "firebase": {"identities": {"phone": [phone_number]}, "sign_in_provider": "phone"},
    }
    return f"{_segment({'alg': 'none', 'typ': 'JWT'})}.{_segment(claims)}."


def portrait(colour: str = "#3a7d6b") -> str:
    """A photo as the app takes it: a data URL of a small WebP picture."""
    picture = Image.new("RGB", (160, 160), "#f3efe6")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((50, 26, 110, 86), fill=colour)
    draw.ellipse((20, 96, 140, 220), fill=colour)
    content = io.BytesIO()
    picture.save(content, "WEBP", quality=70)
    return "data:image/webp;base64," + base64.b64encode(content.getvalue()).decode()


def new_number() -> str:
    """A number of Malawi that nobody enrolled yet, as far as chance can tell."""
    return f"+26599{secrets.randbelow(10**7):07d}"


def new_demonstration_number() -> str:
    """A fictitious number: it gets no texts and needs no proof."""
    return f"+7426{secrets.randbelow(10**7):07d}"


def _segment(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()
