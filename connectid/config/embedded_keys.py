"""Keys of a server that was given none: made once, kept beside its database, never used in production."""

import base64
import dataclasses
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectid.core import keyring

if TYPE_CHECKING:
    from connectid.config.env import Environment

KEY_NAMES = ("SECRET_KEY", "SECRET_HASH_KEYS", "FIELD_ENCRYPTION_KEYS")


def fill(environment: "Environment") -> "Environment":
    """Return ``environment`` with every missing key taken from ``DATA_DIR/keys.env``, which is written on first use."""
    missing = [name for name in KEY_NAMES if not getattr(environment, name)]
    if not missing or environment.ENVIRONMENT == "production":
        return environment
    kept = _kept_or_new(environment.DATA_DIR / "keys.env")
    parsed: dict[str, Any] = {
        "SECRET_KEY": kept["SECRET_KEY"],
        "SECRET_HASH_KEYS": keyring.parse(kept["SECRET_HASH_KEYS"]),
        "FIELD_ENCRYPTION_KEYS": keyring.parse(kept["FIELD_ENCRYPTION_KEYS"]),
    }
    return dataclasses.replace(environment, **{name: parsed[name] for name in missing})


def _kept_or_new(path: Path) -> dict[str, str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        _write(path)
    lines = path.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line)


def _write(path: Path) -> None:
    """Create the file whole or not at all, so that two processes starting together agree on its keys."""
    keys = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "SECRET_HASH_KEYS": _ring(),
        "FIELD_ENCRYPTION_KEYS": _ring(),
    }
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in keys.items())
    try:
        os.link(draft, path)
    finally:
        draft.unlink()


def _ring() -> str:
    return f"embedded:{base64.b64encode(secrets.token_bytes(32)).decode()}"
