"""Clients."""

from typing import ClassVar, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from oauth2_provider.models import AbstractApplication, ApplicationManager

from connectid.oauth.permissions import ALL

ANDROID_CLIENT_ID: Final = "zqFUtAAMrxmjnC1Ji74KAa6ZpY1mZly0J0PlalIa"
"""Built into every release of the app: public, and the only client with a password grant (contract 14.1)."""

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def known_permissions(value: object) -> None:
    """Refuse what is not a list of permissions."""
    if not isinstance(value, list) or not set(map(str, value)) <= set(ALL):
        raise ValidationError("Choose permissions from the list.")


def _problem_with(uris: list[str]) -> str:
    """Say why people cannot be sent to these addresses; empty where they can."""
    parts = [urlsplit(uri) for uri in uris]
    if any(uri.scheme not in ("https", "http") or not uri.netloc or uri.fragment for uri in parts):
        return "Addresses begin with https:// and have no fragment."
    plain = [uri for uri in parts if uri.scheme == "http"]
    if not settings.ALLOW_PRIVATE_CALLBACKS and not all(uri.hostname in LOOPBACK for uri in plain):
        return "Only addresses of this machine may be http."
    return ""


class Client(AbstractApplication):
    """An app or a server that may ask for tokens, and a server's key to our server-to-server endpoints.

    ``client_secret`` holds a keyed digest (``connectid.core.passwords.KeyedBlake2b``), or, for a client taken over from
    the former server, the hash it came with until its first call. A public client has a secret nobody knows, so that no
    check of a secret ever passes for it (contract 16, E-02).
    """

    previous_client_secret = models.CharField(
        max_length=255,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="Good beside the present one until it is revoked, so that the other side can change over.",
    )
    algorithm = None  # type: ignore[assignment]  # every id token is signed with RS256
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
        faults = {
            field: problem
            for field in ("redirect_uris", "post_logout_redirect_uris")
            if (problem := _problem_with(getattr(self, field).split()))
        }
        if faults:
            raise ValidationError(faults)

    def get_allowed_schemes(self) -> list[str]:
        """What django-oauth-toolkit lets through; :meth:`clean` is stricter."""
        return ["https", "http"]

    def natural_key(self) -> tuple[str]:
        """The client id."""
        return (self.client_id,)
