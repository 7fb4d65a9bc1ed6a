"""How the app writes the body of a request, and what it binds its attestation to."""

import base64
import hashlib
import json


def gson(body: dict[str, str]) -> bytes:
    """The body as the app's Gson writes it: no spaces, raw UTF-8, HTML-sensitive characters escaped (contract 2.1)."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&='":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode()


def request_hash(body: dict[str, str]) -> str:
    """What the app binds its attestation to: SHA-256 over org.json's text of the same map (contract 5.1)."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).replace("/", "\\/")
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
