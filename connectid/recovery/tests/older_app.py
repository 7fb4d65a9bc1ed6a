"""An app up to 2.56 that recovers an account, as its requests look on the wire (contract 9)."""

import re
from typing import Any

from django.test import Client

from connectid.jobs.draining import run_pending
from connectid.sandbox import inbox
from connectid.testing.answers import Answered

RECOVER = "/users/recover"
WRONG = "000000"
EMPTY: tuple[int, Any] = (401, b"")


class OlderApp:
    """One recovery of ``number``; every call answers what the server did."""

    def __init__(self, number: str, *, client: Client | None = None) -> None:
        self.number = number
        self.secret = "0" * 64
        self._client = client or Client()

    def post(self, path: str, body: dict[str, Any] | None = None, **headers: str) -> Answered:
        """Post JSON as the app does."""
        answer: Answered = self._client.post(
            path,
            data=body or {},
            content_type="application/json",
            headers={"Accept": "application/json;version=1.0", **headers},
        )
        return answer

    def call(self, name: str, **fields: Any) -> Answered:
        """Post to an endpoint below ``recover/`` with the number and the secret."""
        number = "phone_number" if name.endswith("deactivation") else "phone"
        return self.post(f"{RECOVER}/{name}", {number: self.number, "secret_key": self.secret, **fields})

    def recover(self) -> Answered:
        """Start; later calls use this start's secret."""
        answer = self.post(RECOVER, {"phone": self.number})
        self.secret = answer.json()["secret"]
        return answer

    def confirm_otp(self, code: str | None = None) -> Answered:
        """Prove the number, by the code that came last unless another is given."""
        return self.call("confirm_otp", token=code or texted(self.number))

    def confirm_pin(self, code: str) -> Answered:
        """Prove to be the owner by the backup code."""
        return self.call("confirm_pin", recovery_pin=code)

    def proven(self) -> "OlderApp":
        """Come to the step in which the number is proven."""
        self.recover()
        assert self.confirm_otp().status_code == 200
        return self


def texts_to(number: str) -> list[str]:
    """Run what waits, and return the texts that the number got, the newest first."""
    run_pending()
    return [message.text for message in inbox.messages(kind="sms", to=number)]


def texted(number: str) -> str:
    """Return the code of the newest text."""
    return code_in(texts_to(number)[0])


def code_in(text: str) -> str:
    """Return the code as the app finds it: the first six digits in a row."""
    found = re.search(r"\d{6}", text)
    assert found is not None
    return found.group()


def other_than(code: str) -> str:
    """Return a code that this one is not."""
    return f"{(int(code) + 1) % 10**6:06}"
