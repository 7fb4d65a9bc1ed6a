"""Every vendor and partner that the server calls, faked at the HTTP boundary for whole-server tests and benchmarks.

One loopback server plays them all, each under its own path; :meth:`Vendors.environment` gives the settings that point
the real adapters at it.
"""

import base64
import datetime as dt
import json
import re
import secrets
import threading
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from joserfc import jwt
from joserfc.jwk import RSAKey

from connectid.testing.fake_http import Answer, FakeHttpServer, Received

FIREBASE_PROJECT = "connectid-vendor-test"
FIREBASE_KEY_ID = "vendor-test-key"
TWILIO_ACCOUNT = "AC" + "0" * 32


@dataclass(frozen=True)
class Text:
    """A text message that Twilio accepted."""

    to: str
    sender: str
    body: str


@dataclass
class Vendors:
    """All fakes. ``delay`` is the number of seconds that each of their answers takes."""

    delay: float = 0.0
    texts: list[Text] = field(default_factory=list)
    invited: set[str] = field(default_factory=set)
    toggles: list[dict[str, Any]] = field(default_factory=list)
    meeting: threading.Barrier | None = None
    """Where calls wait for each other before any is answered: only calls at once get past it."""
    pushes: list[dict[str, Any]] = field(default_factory=list)
    """Messages that FCM took."""
    unregistered: set[str] = field(default_factory=set)
    """Addresses at which no app is any more."""
    told: list[tuple[str, dict[str, list[str]]]] = field(default_factory=list)
    """What CommCare Connect was told: (path, form)."""

    def __post_init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._server = FakeHttpServer(self._answer)

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()

    @property
    def requests(self) -> list[Received]:
        """Every call that arrived."""
        return self._server.requests

    def environment(self) -> dict[str, str]:
        """The settings of a server whose vendors these are."""
        account = json.dumps(self._service_account())
        url = self._server.url
        return {
            "SMS_PROVIDER": "twilio",
            "TWILIO_ACCOUNT_SID": TWILIO_ACCOUNT,
            "TWILIO_AUTH_TOKEN": "twilio-secret",
            "TWILIO_MESSAGING_SERVICE": "MG" + "0" * 32,
            "TWILIO_API_URL": f"{url}/twilio",
            "TWILIO_LOOKUPS_URL": f"{url}/lookups",
            "INTEGRITY_PROVIDER": "play",
            "PLAY_SERVICE_ACCOUNT": account,
            "PLAY_INTEGRITY_URL": f"{url}/play",
            "GOOGLE_TOKEN_URL": f"{url}/google/token",
            "PUSH_PROVIDER": "fcm",
            "FCM_SERVICE_ACCOUNT": account,
            "FCM_API_URL": f"{url}/fcm",
            "FIREBASE_PROJECT_ID": FIREBASE_PROJECT,
            "FIREBASE_CERTS_URL": f"{url}/firebase/certificates",
            "CONNECT_URL": f"{url}/connect",
            "COMMCARE_CONNECT_CLIENT_ID": "connect-client",
            "COMMCARE_CONNECT_CLIENT_SECRET": "connect-secret",
            "MAPBOX_URL": f"{url}/mapbox",
            "OCS_URL": f"{url}/ocs",
            "HQ_INVITE_CALLBACKS": f"{url}/hq/",
        }

    # What phones and people get from vendors.

    def attest(self, request_hash: str, package: str) -> str:
        """A Play Integrity token of a genuine phone, bound to ``request_hash``."""
        stated = {"hash": request_hash, "package": package, "nonce": secrets.token_hex(8)}
        return base64.urlsafe_b64encode(json.dumps(stated).encode()).decode()

    def id_token(self, phone_number: str, **changes: Any) -> str:
        """A Firebase ID token for ``phone_number``, signed with the key whose certificate is served."""
        now = int(time.time())
        claims = {
            "iss": f"https://securetoken.google.com/{FIREBASE_PROJECT}",
            "aud": FIREBASE_PROJECT,
            "sub": "uid-of-worker",
            "user_id": "uid-of-worker",
            "auth_time": now,
            "iat": now,
            "exp": now + 3600,
            "phone_number": phone_number,
        }
        header = {"alg": "RS256", "kid": FIREBASE_KEY_ID}
        return jwt.encode(header, claims | changes, RSAKey.import_key(self._private_pem()))

    def code_sent_to(self, phone_number: str, *, patience: float = 20.0) -> str:
        """Wait for the newest text to ``phone_number`` and return the one six-digit word in it."""
        until = time.monotonic() + patience
        while time.monotonic() < until:
            for text in reversed(self.texts):
                found = re.findall(r"\b\d{6}\b", text.body)
                if text.to == phone_number and len(found) == 1:
                    return str(found[0])
            time.sleep(0.1)
        raise TimeoutError("no text arrived")

    @property
    def hq(self) -> str:
        """Where CommCare HQ has invitations confirmed."""
        return f"{self._server.url}/hq/a/malaria/confirm"

    # How the fakes answer.

    def _answer(self, received: Received) -> Answer:
        if self.meeting is not None:
            self.meeting.wait(timeout=10)
        match received.path.split("/", 2)[1]:
            case "twilio":
                answer = self._twilio(received)
            case "play":
                answer = self._play(received)
            case "google":
                answer = Answer(
                    json={"access_token": "google-access", "expires_in": 3600, "token_type": "Bearer"}
                )
            case "firebase":
                answer = Answer(
                    json={FIREBASE_KEY_ID: self._certificate()},
                    headers={"Cache-Control": "public, max-age=3600"},
                )
            case "lookups":
                answer = Answer(json={"country_code": "MW", "carrier": {"name": "TNM", "type": "mobile"}})
            case "hq":
                answer = Answer(200)
            case "connect":
                answer = self._connect(received)
            case "fcm":
                answer = self._fcm(received)
            case _:
                answer = Answer(404, json={})
        return Answer(answer.status, answer.body, answer.json, answer.headers, delay=self.delay)

    def _twilio(self, received: Received) -> Answer:
        form = received.form
        sender = (form.get("From") or form.get("MessagingServiceSid") or [""])[0]
        self.texts.append(Text(to=form["To"][0], sender=sender, body=form["Body"][0]))
        return Answer(201, json={"sid": "SM" + secrets.token_hex(16), "status": "queued"})

    def _play(self, received: Received) -> Answer:
        token = received.json()["integrityToken"]
        try:
            stated = json.loads(base64.urlsafe_b64decode(token))
        except ValueError:
            return Answer(400, json={"error": {"code": 400, "status": "INVALID_ARGUMENT"}})
        package = stated["package"]
        payload = {
            "requestDetails": {
                "requestPackageName": package,
                "requestHash": stated["hash"],
                "timestampMillis": str(int(time.time() * 1000)),
            },
            "appIntegrity": {"appRecognitionVerdict": "PLAY_RECOGNIZED", "packageName": package},
            "deviceIntegrity": {"deviceRecognitionVerdict": ["MEETS_DEVICE_INTEGRITY"]},
            "accountDetails": {"appLicensingVerdict": "LICENSED"},
        }
        return Answer(json={"tokenPayloadExternal": payload})

    def _connect(self, received: Received) -> Answer:
        if received.path.startswith("/connect/users/invited_user"):
            return Answer(json={"invited": received.query["phone_number"][0] in self.invited})
        if received.path.startswith("/connect/users/toggles"):
            return Answer(json={"toggles": self.toggles})
        self.told.append((received.path.removeprefix("/connect"), received.form))
        return Answer(json={"updated": True})

    def _fcm(self, received: Received) -> Answer:
        request = received.json()
        message = request["message"]
        if message["token"] in self.unregistered:
            details = [{"errorCode": "UNREGISTERED"}]
            return Answer(404, json={"error": {"code": 404, "status": "NOT_FOUND", "details": details}})
        if not request.get("validate_only"):
            self.pushes.append(message)
        return Answer(json={"name": f"projects/{FIREBASE_PROJECT}/messages/{secrets.token_hex(8)}"})

    # Keys.

    def _private_pem(self) -> str:
        return self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    def _service_account(self) -> dict[str, str]:
        return {
            "type": "service_account",
            "project_id": FIREBASE_PROJECT,
            "private_key_id": "1",
            "private_key": self._private_pem(),
            "client_email": f"server@{FIREBASE_PROJECT}.example",
            "token_uri": f"{self._server.url}/google/token",
        }

    def _certificate(self) -> str:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "securetoken.example")])
        start = dt.datetime.fromtimestamp(time.time() - 3600, dt.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._key.public_key())
            .serial_number(1)
            .not_valid_before(start)
            .not_valid_after(start + dt.timedelta(days=2))
            .sign(self._key, hashes.SHA256())
        )
        return certificate.public_bytes(serialization.Encoding.PEM).decode()
