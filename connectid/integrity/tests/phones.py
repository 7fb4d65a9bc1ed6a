"""A phone that attests its requests, as the app does (contract 5.1, 5.14)."""

import json
from typing import Any

from django.test import Client

from connectid.providers.attestation.request_hash import request_hash
from connectid.providers.attestation.sandbox import token as sandbox_token

URL = "/users/report_integrity"
INSTALLATION = "commcare_1b2e4c66-8a35-4d07-9e34-c9cf54e1b5a1"


def report(request_id: str = "hq-1", **changes: Any) -> dict[str, Any]:
    """A report's body, in the order in which the app sends it; None leaves a field out."""
    body: dict[str, Any] = {"request_id": request_id, "cc_device_id": INSTALLATION, **changes}
    return {name: value for name, value in body.items() if value is not None}


def attested(body: dict[str, Any], token: str | None = None) -> dict[str, str]:
    """The headers of a genuine phone for this body, or of one that presents ``token``."""
    claimed = request_hash(body)
    return {"CC-Integrity-Token": token or sandbox_token(nonce={"of": claimed}), "CC-Request-Hash": claimed}


def send(client: Client, body: dict[str, Any], headers: dict[str, str] | None = None, **extra: Any) -> Any:
    """Post a report as JSON, by default with the headers of a genuine phone."""
    return client.post(
        URL,
        json.dumps(body),
        content_type="application/json",
        headers=attested(body) if headers is None else headers,
        **extra,
    )
