"""An attestor that believes the phone: each token says what it wants to be taken for.

Any token states an ordinary genuine phone and app, for the package and the hash of the request. ``token()`` makes one
that differs where it is told to, in the words of Google's payload, or that makes the service fail.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectid.core import clock
from connectid.providers.attestation import Attestation
from connectid.providers.errors import Rejected, Unavailable

_PREFIX = "sandbox."


class SandboxAttestor:
    """See the module's description."""

    def decode(self, *, token: str, package: str, deadline: float, claimed_hash: str = "") -> Attestation:
        """Return the statement the token asks for."""
        wishes = _read(token) if token.startswith(_PREFIX) else {}
        match wishes.get("failure"):
            case "rejected":
                raise Rejected("the sandbox token asks to be rejected")
            case "unavailable":
                raise Unavailable("the sandbox token asks for an outage")
        payload = ordinary_payload(package=package, request_hash=claimed_hash, at=clock.now())
        for section, fields in wishes.items():
            if isinstance(fields, dict):
                payload.setdefault(section, {}).update(fields)
        return Attestation.from_answer({"tokenPayloadExternal": payload})


def token(*, failure: str | None = None, **sections: Mapping[str, Any]) -> str:
    """Return a token whose statement is the ordinary one, changed by ``sections``.

    ``token(deviceIntegrity={"deviceRecognitionVerdict": []})`` is a phone Google does not trust. ``failure`` is
    ``"rejected"`` or ``"unavailable"``: decoding the token fails so.
    """
    wishes = {**sections} if failure is None else {**sections, "failure": failure}
    return _PREFIX + base64.urlsafe_b64encode(json.dumps(wishes).encode()).decode("ascii")


def ordinary_payload(*, package: str, request_hash: str, at: datetime) -> dict[str, dict[str, Any]]:
    """Return the payload Google gives for a genuine phone that runs the app as Google Play delivered it."""
    return {
        "requestDetails": {
            "requestPackageName": package,
            "requestHash": request_hash,
            "timestampMillis": str(int(at.timestamp() * 1000)),
        },
        "appIntegrity": {
            "appRecognitionVerdict": "PLAY_RECOGNIZED",
            "packageName": package,
            "certificateSha256Digest": ["c2FuZGJveC1jZXJ0aWZpY2F0ZS1kaWdlc3QtMzJieXQ"],
            "versionCode": "1",
        },
        "deviceIntegrity": {"deviceRecognitionVerdict": ["MEETS_BASIC_INTEGRITY", "MEETS_DEVICE_INTEGRITY"]},
        "accountDetails": {"appLicensingVerdict": "LICENSED"},
    }


def _read(token: str) -> dict[str, Any]:
    try:
        wishes = json.loads(base64.b64decode(token.removeprefix(_PREFIX), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        wishes = None
    if not isinstance(wishes, dict):
        raise Rejected("the sandbox token cannot be read")
    return wishes
