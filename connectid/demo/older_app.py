"""An app up to 2.56, as far as it leaves: what it sends to recover and to close an account (contract 9)."""

from dataclasses import dataclass, field

import requests

from connectid.demo.phone import TIMEOUT, Refused


@dataclass
class OlderApp:
    """One installation; ``secret`` is its recovery session's."""

    server: str
    phone_number: str
    secret: str = ""
    http: requests.Session = field(default_factory=requests.Session)

    def recover(self) -> None:
        """Begin: a code is texted."""
        self.secret = str(self._post("recover", {"phone": self.phone_number}).json()["secret"])

    def confirm_otp(self, code: str) -> None:
        """Prove the number."""
        self._post(
            "recover/confirm_otp", {"phone": self.phone_number, "secret_key": self.secret, "token": code}
        )

    def initiate_deactivation(self) -> None:
        """Ask for the code that closes the account."""
        self._post(
            "recover/initiate_deactivation", {"phone_number": self.phone_number, "secret_key": self.secret}
        )

    def confirm_deactivation(self, code: str) -> None:
        """Close the account."""
        body = {"phone_number": self.phone_number, "secret_key": self.secret, "token": code}
        self._post("recover/confirm_deactivation", body)

    def _post(self, path: str, body: dict[str, str]) -> requests.Response:
        response = self.http.post(f"{self.server}/users/{path}", json=body, timeout=TIMEOUT)
        if not response.ok:
            raise Refused(response.status_code, response.json() if response.content else None)
        return response
