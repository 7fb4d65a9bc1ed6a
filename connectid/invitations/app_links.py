"""Which app Android may open our links with: Digital Asset Links."""

import re

type Signers = tuple[tuple[str, str], ...]
"""Android packages, each with the SHA-256 fingerprint of a certificate it is signed with."""

PACKAGES = ("org.commcare.dalvik", "org.commcare.dalvik.debug")
"""The packages of the contract; each has its statement even while nobody said how it is signed."""

_FINGERPRINT = re.compile(r"[0-9A-F]{2}(:[0-9A-F]{2}){31}")


def parse(text: str) -> Signers:
    """Read ``package=fingerprint,package=fingerprint``; a package may come several times, as apps have several signers.

    Raises ``ValueError`` for what is no such list.
    """
    found: list[tuple[str, str]] = []
    for entry in filter(None, (part.strip() for part in text.split(","))):
        package, _, fingerprint = (part.strip() for part in entry.partition("="))
        if not package or not _FINGERPRINT.fullmatch(fingerprint.upper()):
            raise ValueError(
                f"{entry!r} is not package=AA:BB:...:FF with 32 bytes, as `keytool -list -v` prints"
            )
        found.append((package, fingerprint.upper()))
    return tuple(found)
