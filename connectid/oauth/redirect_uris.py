"""Whether an address is one that a client registered: character by character, for everything cleverer was once bypassed.

The port of a loopback address is the one exception: an app on somebody's computer listens where there is room (RFC 8252, section
7.3; RFC 9700, section 4.1.3).
"""

import re
from collections.abc import Iterable

_LOOPBACK = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\]))(?::([0-9]{1,5}))?(/.*)?", re.DOTALL)
_HIGHEST_PORT = 65_535


def is_registered(uri: str, registered: Iterable[str]) -> bool:
    """Whether ``uri`` is one of those registered, or differs from a loopback one in its port alone."""
    known = tuple(registered)
    if uri in known:
        return True
    wanted = _without_port(uri)
    return wanted is not None and wanted in map(_without_port, known)


def _without_port(uri: str) -> tuple[str, str] | None:
    """Host and rest of a loopback address; None for any other."""
    match = _LOOPBACK.fullmatch(uri)
    if match is None or int(match[2] or 80) not in range(1, _HIGHEST_PORT + 1):
        return None
    return match[1], match[3] or ""
