"""What a client accepts, and in which version of the API (contract 2.2)."""

from functools import lru_cache
from typing import Final

from django.http import HttpRequest

VERSIONS: Final = ("1.0", "2.0")
CURRENT_VERSION: Final = "2.0"
VERSION_HEADER: Final = "X-API-Current-Version"

REMEMBERED: Final = 512
LONGEST_REMEMBERED: Final = 1000
"""Characters of an Accept header. The header comes before anybody is known: 512 of the longest that servers let through are
200 MB of a process, and of these half a megabyte. A phone's has some thirty."""


class NotAcceptable(Exception):
    """The Accept header asks for something that is never sent; answered with 406."""


def version_of(request: HttpRequest) -> str:
    """Return the version that the request asks for, ``2.0`` where it names none.

    Raises :class:`NotAcceptable` for an unknown version or for media types that exclude JSON.
    """
    accept = request.META.get("HTTP_ACCEPT")
    if accept is None:
        return CURRENT_VERSION
    return _remembered(accept) if len(accept) <= LONGEST_REMEMBERED else _negotiate(accept)


def _negotiate(accept: str) -> str:
    for media in accept.split(","):
        kind, *parameters = (part.strip() for part in media.split(";"))
        if kind.lower() in {"application/json", "application/*", "*/*", "*"}:
            return _version(parameters)
    raise NotAcceptable("Could not satisfy the request Accept header.")


_remembered = lru_cache(REMEMBERED)(_negotiate)


def _version(parameters: list[str]) -> str:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "version":
            version = value.strip().strip('"')
            if version not in VERSIONS:
                raise NotAcceptable('Invalid version in "Accept" header.')
            return version
    return CURRENT_VERSION
