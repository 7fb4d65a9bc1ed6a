"""FCM with Google's token endpoint, on loopback. What it answers is chosen by the end of an address, as in the sandbox."""

import json
import threading
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from connectid.testing.fake_http import Answer, FakeHttpServer, Received

PRIVATE_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ACCOUNT = {
    "type": "service_account",
    "project_id": "a-project",
    "client_email": "server@a-project.iam.gserviceaccount.com",
    "private_key": PRIVATE_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    "token_uri": "https://oauth2.googleapis.com/token",
}


def fcm_error(status: int, code: str, *details: dict[str, Any], message: str = "", **headers: str) -> Answer:
    """An error as FCM words it."""
    fcm_details = {"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code}
    general = {404: "NOT_FOUND", 403: "PERMISSION_DENIED", 429: "RESOURCE_EXHAUSTED"}.get(status, code)
    error = {"code": status, "message": message, "status": general, "details": [fcm_details, *details]}
    return Answer(status, json={"error": error}, headers={k.replace("_", "-"): v for k, v in headers.items()})


def violation(field: str) -> dict[str, Any]:
    """The detail of a bad request that names the field at fault."""
    return {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [{"field": field}]}


FAILURES = {
    "-unregistered": fcm_error(404, "UNREGISTERED"),
    "-other-sender": fcm_error(403, "SENDER_ID_MISMATCH"),
    "-invalid": fcm_error(400, "INVALID_ARGUMENT", violation("message.token")),
    "-bad-message": fcm_error(400, "INVALID_ARGUMENT", violation("message.data[0].value")),
    "-quota": fcm_error(429, "QUOTA_EXCEEDED"),
    "-unavailable": fcm_error(503, "UNAVAILABLE"),
    "-misconfigured": Answer(403, json={"error": {"code": 403, "status": "PERMISSION_DENIED"}}),
    "-slow": Answer(delay=30),
}


class FakeFcm:
    """Both endpoints on one port."""

    def __init__(self, server: FakeHttpServer) -> None:
        self.server = server
        self.server.respond = self._respond
        self.answers: list[Answer] = []
        """Given to the next pushes, whatever their address."""
        self.token_answers: list[Answer] = []
        self.issued = 0
        self.ended: set[str] = set()
        """Access tokens that are not accepted any more."""
        self.meeting: threading.Barrier | None = None
        """Where pushes wait for each other before any is answered."""

    @property
    def asked(self) -> list[Received]:
        """The requests for pushes."""
        return [request for request in self.server.requests if request.path != "/token"]

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The messages in them."""
        return [request.json()["message"] for request in self.asked]

    def settings(self) -> dict[str, str]:
        """What points the adapter at it."""
        return {
            "PUSH_PROVIDER": "fcm",
            "FCM_API_URL": f"{self.server.url}/",
            "FCM_SERVICE_ACCOUNT": json.dumps(ACCOUNT),
            "GOOGLE_TOKEN_URL": f"{self.server.url}/token",
        }

    def _respond(self, request: Received) -> Answer:
        if request.path == "/token":
            if self.token_answers:
                return self.token_answers.pop(0)
            self.issued += 1
            return Answer(json={"access_token": f"access-{self.issued}", "expires_in": 3599})
        if self.meeting is not None:
            self.meeting.wait(timeout=20)
        if request.headers["Authorization"].removeprefix("Bearer ") in self.ended:
            return Answer(401, json={"error": {"code": 401, "status": "UNAUTHENTICATED"}})
        if self.answers:
            return self.answers.pop(0)
        address = request.json()["message"]["token"]
        failing = (answer for end, answer in FAILURES.items() if address.endswith(end))
        return next(failing, Answer(json={"name": f"projects/a-project/messages/{address}"}))
