"""How our calls to partners are signed (contract 13.3), in the old way and in the one of Standard Webhooks.

``X-MAC-DIGEST`` is what today's partners check: it covers the body alone, so a call can be replayed to them. The three
headers of Standard Webhooks 1.0 beside it cover an id, which is the same at every attempt, and the time.
"""

import base64
import hashlib
import hmac
from datetime import datetime


def headers(
    *, secret: str, former_secret: str | None = None, body: bytes, webhook_id: str, at: datetime
) -> dict[str, str]:
    """Return the headers of a call whose body is exactly ``body``; the key of a signature is a secret's UTF-8.

    While a partner changes over, Standard Webhooks lets both secrets sign; ``X-MAC-DIGEST`` has room for one, the new one.
    """
    timestamp = str(int(at.timestamp()))
    signed = b".".join((webhook_id.encode(), timestamp.encode(), body))
    live = [secret] if former_secret is None else [secret, former_secret]
    return {
        "Content-Type": "application/json",
        "X-MAC-DIGEST": _hmac(secret, body),
        "webhook-id": webhook_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{_hmac(one, signed)}" for one in live),
    }


def _hmac(secret: str, message: bytes) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), message, hashlib.sha256)).decode()
