"""An app up to 2.56, which makes a name and a password itself and proves its number afterwards (contract 9)."""

import itertools
import re
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from connectid.accounts.models import Account
from connectid.jobs.draining import run_pending
from connectid.sandbox import inbox
from connectid.testing.answers import Answered
from connectid.testing.scene import basic, new_number

_names = itertools.count(1)


@dataclass
class OlderApp:
    """The app on one phone."""

    phone_number: str = field(default_factory=new_number)
    username: str = field(default_factory=lambda: f"Worker{next(_names):014}")
    password: str = "qT7_mzuzu.Karonga!42"
    address: str = "192.0.2.1"

    @property
    def headers(self) -> dict[str, str]:
        """What it sends to prove who it is (contract A1)."""
        return basic(self.username, self.password)

    @property
    def account(self) -> Account:
        """Its account, as it is now."""
        return Account.objects.get(username=self.username)

    def register(self, **fields: Any) -> Answered:
        """Register, as the app of 2024 did."""
        body = {
            "username": self.username,
            "password": self.password,
            "phone_number": self.phone_number,
            "name": "Chikondi Banda",
            "fcm_token": "token",
        }
        return self.post("register", {**body, **fields}, headers={})

    def post(self, segment: str, body: Any = None, headers: dict[str, str] | None = None) -> Answered:
        """Post JSON to ``/users/<segment>``."""
        answer: Answered = Client(REMOTE_ADDR=self.address).post(
            f"/users/{segment}",
            {} if body is None else body,
            content_type="application/json",
            headers={
                "Accept": "application/json;version=1.0",
                **(self.headers if headers is None else headers),
            },
        )
        return answer

    def ask_for_code(self) -> str:
        """Have a code sent to the number, and return it as texted."""
        answer = self.post("validate_phone")
        assert (answer.status_code, answer.content) == (200, b"")
        return texted(self.account.unproven_number or self.account.phone_number)

    def prove(self) -> None:
        """Prove the number."""
        assert self.post("confirm_otp", {"token": self.ask_for_code()}).status_code == 200


def registered(**fields: Any) -> OlderApp:
    """An app whose account waits for the proof of its number."""
    app = OlderApp(**fields)
    assert app.register().status_code == 200
    return app


def texted(number: str) -> str:
    """The code of the last text to a number."""
    run_pending()
    found: list[str] = re.findall(r"\b\d{6}\b", inbox.messages(kind="sms", to=number)[0].text)
    return found[0]


def wrong(code: str) -> str:
    """Another code than that."""
    return f"{(int(code) + 1) % 1_000_000:06d}"
