"""End-to-end encryption as phones and partner servers do it: AES-256-GCM, three base64 texts (contract 13.1)."""

import base64
import secrets

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
TAG_BYTES = 16
PHONE_NONCE_BYTES = 12
PARTNER_NONCE_BYTES = 16


def new_key() -> str:
    """A channel's key, in base64; it never comes to Connect-ID."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def seal(text: str, *, key: str, nonce_bytes: int) -> dict[str, str]:
    """Encrypt ``text`` into the content of a message."""
    nonce = secrets.token_bytes(nonce_bytes)
    sealed = AESGCM(base64.b64decode(key)).encrypt(nonce, text.encode(), None)
    parts = {"ciphertext": sealed[:-TAG_BYTES], "nonce": nonce, "tag": sealed[-TAG_BYTES:]}
    return {name: base64.b64encode(part).decode() for name, part in parts.items()}


def unseal(message: dict[str, str], *, key: str) -> str:
    """Decrypt a message; raises ``InvalidTag`` where a single bit is not as it was sent."""
    ciphertext, nonce, tag = (base64.b64decode(message[name]) for name in ("ciphertext", "nonce", "tag"))
    return AESGCM(base64.b64decode(key)).decrypt(nonce, ciphertext + tag, None).decode()
