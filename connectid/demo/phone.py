"""A virtual phone: what the Android app sends, and how it reads the answers (contract 1, 4, 5).

It knows the server only by HTTP and judges every answer as the app does: a success is a 2xx with a body the app can read,
and whatever would crash the app raises :class:`Crashed`.
"""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests

from connectid.demo.gson import gson, request_hash

TIMEOUT = 30
"""Seconds; the app's own (contract 1)."""

CLIENT_ID = "zqFUtAAMrxmjnC1Ji74KAa6ZpY1mZly0J0PlalIa"
"""Built into every release of the app (contract 14.1)."""

LILONGWE = "-13.96 33.77 1050.0 12.5"
"""Latitude, longitude, altitude and accuracy, as the app writes them."""

GRACEFUL_CODES = frozenset(
    {
        "LOCKED_ACCOUNT",
        "INTEGRITY_ERROR",
        "INCORRECT_OTP",
        "FAILED_TO_UPLOAD",
        "PHONE_NOT_VALIDATED",
        "UNSUPPORTED_COUNTRY",
        "NOT_ALLOWED",
        "RATE_LIMITED",
        "EMAIL_ALREADY_IN_USE",
    }
)
INTEGRITY_SUB_CODES = frozenset(
    {
        "INTEGRITY_HEADERS",
        "PHONE_NUMBER_REQUIRED",
        "UNLICENSED_APP_ERROR",
        "DEVICE_INTEGRITY_ERROR",
        "APP_INTEGRITY_ERROR",
        "INTEGRITY_REQUEST_ERROR",
    }
)


class Refused(Exception):
    """The server said no, and the app shows that to its user."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f"{status} {json.dumps(body)}")
        self.status = status
        self.body = body


class Crashed(Exception):
    """The answer would crash the app (contract 4.1)."""


class Forgot(Exception):
    """The answer would make the app forget its user and delete its database (contract 4.1)."""

    def __init__(self, body: Any) -> None:
        super().__init__(json.dumps(body))
        self.body = body


def genuine(request_hash: str, package: str) -> str:
    """The attestation of a phone that a sandbox server takes for genuine."""
    return "genuine"


@dataclass
class VirtualPhone:
    """One installation of the app. ``attest`` stands for Google Play: it attests the hash of a body for a package."""

    server: str
    phone_number: str
    attest: Callable[[str, str], str] = genuine
    package: str = "org.commcare.dalvik"
    model: str = "Connect-ID Virtual Phone"
    version: str = "2.0"
    installation_id: str = field(default_factory=lambda: f"commcare_{uuid.uuid4()}")
    session_token: str = ""
    access_token: str = ""
    username: str = ""
    password: str = ""
    db_key: str = ""
    configuration: dict[str, Any] = field(default_factory=dict)
    http: requests.Session = field(default_factory=requests.Session)

    # Enrolment, in the order of the app's screens.

    def described(self, gps_location: str = LILONGWE) -> dict[str, Any]:
        """What the app tells of itself when it asks for an enrollment session."""
        return {
            "phone_number": self.phone_number,
            "application_id": self.package,
            "gps_location": gps_location,
            "cc_device_id": self.installation_id,
            "device": self.model,
        }

    def start_configuration(self, gps_location: str = LILONGWE) -> dict[str, Any]:
        """Ask for an enrollment session, with an attestation of exactly this body."""
        body = self.described(gps_location)
        headers = self._integrity(body)
        answer = self._object(self._post("/users/start_configuration", body, headers=headers))
        if answer["required_lock"] not in {"pin", "biometric"}:
            raise Crashed(f"required_lock is {answer['required_lock']}")
        self.session_token = answer["token"]
        self.configuration = answer
        return answer

    def validate_firebase_id_token(self, token: str) -> None:
        """Prove the number by the ID token that Firebase gave the app."""
        self._post("/users/validate_firebase_id_token", {"token": token}, headers=self._session())

    def send_session_otp(self) -> None:
        """Ask for a code by SMS: a post without body and without content type."""
        self._sent(
            self.http.post(
                f"{self.server}/users/send_session_otp",
                headers=self._accept() | self._session(),
                timeout=TIMEOUT,
            )
        )

    def confirm_session_otp(self, code: str) -> None:
        """Prove the number by the code."""
        self._post("/users/confirm_session_otp", {"otp": code}, headers=self._session())

    def check_name(self, name: str) -> dict[str, Any]:
        """Ask whether the number's account belongs to ``name``."""
        return self._object(self._post("/users/check_name", {"name": name}, headers=self._session()))

    def complete_profile(self, *, name: str, backup_code: str, photo: str) -> dict[str, Any]:
        """Make the account; the phone keeps its username, credential and storage key."""
        body = {"name": name, "recovery_pin": backup_code, "photo": photo}
        answer = self._object(self._post("/users/complete_profile", body, headers=self._session()))
        if not (answer.get("username") and answer.get("password") and answer.get("db_key")):
            raise Crashed("username, password and db_key must all be there")
        self.username, self.password, self.db_key = answer["username"], answer["password"], answer["db_key"]
        return answer

    def confirm_backup_code(self, backup_code: str) -> dict[str, Any]:
        """Recover the account of the number; after a wrong code the answer says how many tries are left."""
        body = {"recovery_pin": backup_code}
        answer = self._object(self._post("/users/recover/confirm_backup_code", body, headers=self._session()))
        if "attempts_left" in answer:
            return answer
        if not (answer.get("username") and answer.get("password") and answer.get("db_key")):
            raise Crashed("username, password and db_key must all be there")
        self.username, self.password, self.db_key = answer["username"], answer["password"], answer["db_key"]
        return answer

    # An enrolled phone.

    def fetch_token(self) -> dict[str, Any]:
        """Get the access token that the app shows to partner servers: a form, with the client id of every release."""
        form = {
            "client_id": CLIENT_ID,
            "scope": "openid",
            "grant_type": "password",
            "username": self.username,
            "password": self.password,
        }
        response = self.http.post(
            f"{self.server}/o/token/", data=form, headers=self._accept(), timeout=TIMEOUT
        )
        if response.status_code == 400:
            raise Forgot(response.json())
        answer = self._object(self._sent(response))
        if not answer.get("access_token"):
            raise Crashed("there is no access_token")
        self.access_token = answer["access_token"]
        return answer

    def heartbeat(self, fcm_token: str) -> int:
        """Say where pushes reach this phone: a form, with the access token; return the status."""
        response = self.http.post(
            f"{self.server}/users/heartbeat",
            data={"fcm_token": fcm_token},
            headers=self._accept() | {"Authorization": f"Bearer {self.access_token}"},
            timeout=TIMEOUT,
        )
        return self._sent(response).status_code

    def fetch_db_key(self) -> str:
        """Read the storage key, as apps up to 2.60 do."""
        return str(self._object(self._get("/users/fetch_db_key", auth=self._basic()))["db_key"])

    def update_profile(self, **changes: str) -> None:
        """Change name, secondary phone or photo."""
        self._post("/users/update_profile", changes, auth=self._basic())

    def toggles(self) -> dict[str, Any]:
        """Read the release toggles; the app asks without a trailing slash."""
        toggles: dict[str, Any] = self._object(self._get("/toggles", auth=self._basic()))["toggles"]
        return toggles

    def send_email_otp(self, email: str) -> None:
        """Ask for a code by mail."""
        self._post("/users/send_email_otp", {"email": email}, **self._either())

    def verify_email_otp(self, email: str, code: str) -> None:
        """Prove the email address."""
        self._post("/users/verify_email_otp", {"email": email, "otp": code}, **self._either())

    def report_integrity(self, request_id: str) -> str | None:
        """Report an attestation that CommCare HQ asked for; return the result code."""
        body = {"request_id": request_id, "cc_device_id": self.installation_id}
        headers = self._integrity(body)
        result: str | None = self._object(self._post("/users/report_integrity", body, headers=headers))[
            "result_code"
        ]
        return result

    def name_payment_number(self, number: str, *, owner: str) -> None:
        """Say where the worker wants to be paid."""
        body = {"phone_number": number, "owner_name": owner}
        self._post("/users/profile/payment_phone_number", body, auth=self._basic())

    def confirm_payment_number(self, code: str) -> None:
        """Prove that number."""
        self._post("/users/profile/confirm_payment_otp", {"token": code}, auth=self._basic())

    def confirm_hq_invite(self, *, invite_code: str, callback: str) -> None:
        """Accept an invitation of CommCare HQ."""
        body = {"invite_code": invite_code, "user_token": self.access_token, "callback_url": callback}
        self._post("/users/confirm_hq_invite", body, auth=self._basic())

    # How the app talks.

    def _post(self, path: str, body: dict[str, str], **options: Any) -> requests.Response:
        headers = (
            self._accept() | {"Content-Type": "application/json; charset=UTF-8"} | options.pop("headers", {})
        )
        url = f"{self.server}{path}"
        return self._sent(
            self.http.post(
                url, data=gson(body), headers=headers, timeout=TIMEOUT, allow_redirects=False, **options
            )
        )

    def _get(self, path: str, **options: Any) -> requests.Response:
        url = f"{self.server}{path}"
        return self._sent(
            self.http.get(url, headers=self._accept(), timeout=TIMEOUT, allow_redirects=False, **options)
        )

    def _sent(self, response: requests.Response) -> requests.Response:
        if response.status_code in {204, 205}:
            raise Crashed("an answer without content counts as a failure")
        if response.ok and response.status_code < 300:
            return response
        raise self._read_refusal(response)

    def _read_refusal(self, response: requests.Response) -> Exception:
        try:
            body = response.json()
        except ValueError:
            body = None
        code = body.get("error_code") if isinstance(body, dict) else None
        if code == "INTEGRITY_ERROR" and body.get("error_sub_code") not in INTEGRITY_SUB_CODES:
            return Crashed(f"unknown sub code in {body}")
        if code == "INVALID_TOKEN" or (response.status_code == 400 and code not in GRACEFUL_CODES):
            return Crashed(f"{response.status_code} {body}")
        return Refused(response.status_code, body)

    def _object(self, response: requests.Response) -> dict[str, Any]:
        body = response.json()
        if not isinstance(body, dict):
            raise Crashed("the answer is not an object")
        return body

    def _integrity(self, body: dict[str, str]) -> dict[str, str]:
        claimed = request_hash(body)
        return {"CC-Integrity-Token": self.attest(claimed, self.package), "CC-Request-Hash": claimed}

    def _accept(self) -> dict[str, str]:
        return {"Accept": f"application/json;version={self.version}"}

    def _session(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.session_token}"}

    def _basic(self) -> tuple[str, str]:
        return self.username, self.password

    def _either(self) -> dict[str, Any]:
        return {"auth": self._basic()} if self.username else {"headers": self._session()}
