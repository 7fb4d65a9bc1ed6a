"""The link of an invitation: it names a row, signed, so that nobody counts through them, and nothing else is stored."""

from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core import signing

_SALT = "connectid.invitations.hq_invite"
PATH = "/hq_invite/"
APP = "org.commcare.dalvik"


def link(invite_id: int) -> str:
    """The address that the worker is texted."""
    return f"{settings.PUBLIC_URL}{PATH}?{urlencode({'invite': signing.Signer(salt=_SALT).sign(str(invite_id))})}"


def invite_of(key: str) -> int | None:
    """The id of the invitation that a link names; None for one that we did not make."""
    try:
        return int(signing.Signer(salt=_SALT).unsign(key))
    except (signing.BadSignature, ValueError):
        return None


def app_link(parameters: dict[str, str]) -> str:
    """The address by which Android opens the app with the invitation's parts (contract 8)."""
    host = urlsplit(settings.PUBLIC_URL).netloc
    return f"intent://{host}{PATH}?{urlencode(parameters)}#Intent;scheme=https;package={APP};end"
