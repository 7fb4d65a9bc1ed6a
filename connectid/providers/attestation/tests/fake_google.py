"""The part of Google that decodes integrity tokens, with its token endpoint, on loopback."""

import json

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from connectid.testing.fake_http import Answer, FakeHttpServer, Received

PRIVATE_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ACCOUNT = json.dumps(
    {
        "type": "service_account",
        "client_email": "server@project.iam.gserviceaccount.com",
        "private_key": PRIVATE_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        "token_uri": "https://oauth2.googleapis.com/token",
    }
)


class FakeGoogle:
    """Google's token endpoint and Play Integrity on one port; ``tokens`` maps integrity tokens to answers."""

    def __init__(self, server: FakeHttpServer) -> None:
        self.server = server
        self.server.respond = self._respond
        self.tokens: dict[str, Answer] = {}
        self.token_answers: list[Answer] = []
        self.issued = 0
        self.revoked: set[str] = set()

    @property
    def asked(self) -> list[Received]:
        """The requests that Play Integrity got."""
        return [request for request in self.server.requests if request.path != "/token"]

    def settings(self) -> dict[str, str]:
        return {
            "INTEGRITY_PROVIDER": "play",
            "PLAY_INTEGRITY_URL": self.server.url,
            "PLAY_SERVICE_ACCOUNT": ACCOUNT,
            "GOOGLE_TOKEN_URL": f"{self.server.url}/token",
        }

    def _respond(self, request: Received) -> Answer:
        if request.path == "/token":
            if self.token_answers:
                return self.token_answers.pop(0)
            self.issued += 1
            return Answer(
                json={"access_token": f"access-{self.issued}", "expires_in": 3599, "token_type": "Bearer"}
            )
        if request.headers["Authorization"].removeprefix("Bearer ") in self.revoked:
            return Answer(401, json={"error": {"status": "UNAUTHENTICATED"}})
        return self.tokens.get(
            request.json()["integrityToken"], Answer(400, json={"error": {"status": "INVALID_ARGUMENT"}})
        )
