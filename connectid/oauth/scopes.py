"""Which scopes a grant gets of those asked for."""

from django.conf import settings

from connectid.oauth import errors

OPENID = "openid"
"""The scope that asks for an id token, and the only one that clients of today ask for (contract 14.2)."""


def granted(requested: str | None) -> str:
    """Return the known ones of the scopes asked for, or the default where none was named.

    Unknown ones are left out and not refused, as OpenID Connect Core 3.1.2.1 has it and RFC 6749 section 3.3 allows: a later app
    that asks for one more must not be answered with the 400 on which it wipes itself (contract 4.1). Raises
    :class:`~connectid.oauth.errors.UnknownScope` where nothing is left.
    """
    asked = (requested or "").split()
    if not asked:
        return OPENID
    known = settings.OAUTH2_PROVIDER["SCOPES"]
    found = [scope for scope in dict.fromkeys(asked) if scope in known]
    if not found:
        raise errors.UnknownScope
    return " ".join(found)


def narrowed(requested: str | None, original: str) -> str:
    """Return the scopes asked for, which must all have been granted before, or the same ones where none was named.

    Raises :class:`~connectid.oauth.errors.UnknownScope` (RFC 6749 section 6).
    """
    asked = list(dict.fromkeys((requested or "").split()))
    if not set(asked) <= set(original.split()):
        raise errors.UnknownScope
    return " ".join(asked) or original
