"""Which addresses a partner may give us to call.

This judges an address by how it is written, when it is stored. What its host resolves to is judged when it is called, for
that can change.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError

_WHOLE = "Give a whole address, such as https://partner.example.org/path."


def callable_address(address: str) -> None:
    """Refuse an address that we would not call: for the validators of a model's field.

    Only https on a public host will do; with ``ALLOW_PRIVATE_CALLBACKS`` also http, and any host.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ValidationError(_WHOLE) from error
    if not host or parts.scheme not in ("http", "https"):
        raise ValidationError(_WHOLE)
    if parts.username is not None or parts.fragment or "\\" in address:
        raise ValidationError("Leave user names, passwords and fragments out of the address.")
    if settings.ALLOW_PRIVATE_CALLBACKS:
        return
    if parts.scheme != "https":
        raise ValidationError("The address must be https (or set ALLOW_PRIVATE_CALLBACKS=on).")
    if port not in (None, 443):
        raise ValidationError("The address must be on port 443 (or set ALLOW_PRIVATE_CALLBACKS=on).")
    if not _looks_public(host):
        raise ValidationError("The host must be public (or set ALLOW_PRIVATE_CALLBACKS=on).")


def _looks_public(host: str) -> bool:
    try:
        return ip_address(host).is_global
    except ValueError:
        # A name without a dot, and the names reserved for private use, mean something on this network only.
        return "." in host.rstrip(".") and not host.rstrip(".").endswith(
            (".local", ".internal", ".localhost")
        )
