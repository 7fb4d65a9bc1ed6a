"""Clients and tokens: django-oauth-toolkit's models in tables of our own.

They are swapped from the start because a model cannot be swapped once it has rows. Tokens are never stored: only
``token_checksum``, the SHA-256 of a token with well over 128 random bits, by which each is found.
"""

from typing import ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from oauth2_provider.models import (
    AbstractAccessToken,
    AbstractApplication,
    AbstractGrant,
    AbstractIDToken,
    AbstractRefreshToken,
    ApplicationManager,
)

from connectid.oauth.models.signing_keys import SigningKey
from connectid.oauth.permissions import ALL

__all__ = ["AccessToken", "AuthorizationCode", "Client", "IdToken", "RefreshToken", "SigningKey"]

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def known_permissions(value: object) -> None:
    """Refuse what is not a list of permissions."""
    if not isinstance(value, list) or not set(map(str, value)) <= set(ALL):
        raise ValidationError("Choose permissions from the list.")


class Client(AbstractApplication):
    """An app or a server that may ask for tokens, and a server's key to our server-to-server endpoints.

    ``client_secret`` holds a keyed digest (``connectid.core.passwords.KeyedBlake2b``), or, for a client taken over from
    the former server, the hash it came with until its first call. A public client has a secret nobody knows, so that no
    check of a secret ever passes for it (contract 16, E-02).
    """

    permissions = models.JSONField(
        default=list,
        blank=True,
        validators=[known_permissions],
        help_text="What a confidential client may do with its own credentials.",
    )

    objects: ClassVar[ApplicationManager] = ApplicationManager()

    def clean(self) -> None:
        """Refuse redirects over plain http, but to this machine: what a native app listens on (RFC 8252, section 7.3)."""
        super().clean()
        plain = [uri for uri in self.redirect_uris.split() if urlsplit(uri).scheme == "http"]
        if not settings.ALLOW_PRIVATE_CALLBACKS and not all(
            urlsplit(uri).hostname in LOOPBACK for uri in plain
        ):
            raise ValidationError({"redirect_uris": "Only addresses of this machine may be http."})

    def get_allowed_schemes(self) -> list[str]:
        """What django-oauth-toolkit lets through; :meth:`clean` is stricter."""
        return ["https", "http"]

    def natural_key(self) -> tuple[str]:
        """The client id."""
        return (self.client_id,)


class AccessToken(AbstractAccessToken):
    """What a client presents on behalf of an account."""

    class Meta(AbstractAccessToken.Meta):
        indexes: ClassVar = [models.Index(fields=["expires"], name="oauth_access_expires")]


class RefreshToken(AbstractRefreshToken):
    """What a client exchanges for its next access token."""


class IdToken(AbstractIDToken):
    """The record of an id token; the token itself is signed and not stored."""

    class Meta(AbstractIDToken.Meta):
        indexes: ClassVar = [models.Index(fields=["expires"], name="oauth_id_token_expires")]


class AuthorizationCode(AbstractGrant):
    """A code of the authorization code grant: good for one exchange within a minute."""

    class Meta(AbstractGrant.Meta):
        indexes: ClassVar = [models.Index(fields=["expires"], name="oauth_code_expires")]
