"""Which addresses of CommCare HQ a confirmation may be sent to (E-54)."""

import re

from django.conf import settings

LONGEST = 500

# What an address is made of, without anything that two readers may take for different places: no user names, fragments, queries,
# backslashes, escapes or dot segments.
_PLAIN = re.compile(r"https?://[a-z0-9.\-]+(:\d{1,5})?(/[A-Za-z0-9_\-~.]+)*/?", re.ASCII)


def parse(text: str) -> tuple[str, ...]:
    """Read ``HQ_INVITE_CALLBACKS``: addresses, comma separated. Raises ``ValueError``."""
    prefixes = tuple(part.strip() for part in text.split(",") if part.strip())
    for prefix in prefixes:
        if not _is_plain(prefix) or not prefix.endswith("/") or prefix.count("/") < 4:
            raise ValueError(
                f"{prefix!r} is no address with a path that ends with /, as https://www.commcarehq.org/a/"
            )
    return prefixes


def is_trusted(address: str) -> bool:
    """Whether the address is exactly below one that the settings trust; https, or http where private callbacks are allowed."""
    if len(address) > LONGEST or not _is_plain(address):
        return False
    if not settings.ALLOW_PRIVATE_CALLBACKS and not address.startswith("https://"):
        return False
    return any(address.startswith(prefix) and address != prefix for prefix in _prefixes())


def _prefixes() -> tuple[str, ...]:
    own = () if settings.ENVIRONMENT == "production" else (f"{settings.PUBLIC_URL}/sandbox/partners/",)
    return (*settings.HQ_INVITE_CALLBACKS, *own)


def _is_plain(address: str) -> bool:
    segments = address.split("/")
    return _PLAIN.fullmatch(address) is not None and not {".", ".."} & {*segments}
