"""Tokens and codes, of which only a checksum is stored: each has well over 128 random bits, and is found by it.

Checksums are unique by constraint: ``unique=True`` would add an index for LIKE, which every insert pays for.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from oauth2_provider.models import (
    AbstractAccessToken,
    AbstractDeviceGrant,
    AbstractGrant,
    AbstractIDToken,
    AbstractRefreshToken,
)

from connectid.core import clock
from connectid.oauth.opaque_tokens import CHECKSUM_LENGTH


class AccessToken(AbstractAccessToken):
    """What a client presents on behalf of an account, or, without an account, on its own.

    ``token_family`` is what it shares with the refresh token that was issued beside it, so that both end together.
    """

    token = None  # type: ignore[assignment]
    id_token = None
    resource = None
    source_refresh_token = None
    updated = None  # type: ignore[assignment]
    token_checksum = models.CharField(max_length=CHECKSUM_LENGTH, editable=False)
    application = models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
        on_delete=models.CASCADE,
        null=True,
        db_index=False,
        verbose_name="client",
    )
    token_family = models.UUIDField(null=True, db_index=True, editable=False)
    created = models.DateTimeField(default=clock.now, editable=False)

    class Meta(AbstractAccessToken.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["token_checksum"], name="oauth_access_checksum"),
        ]
        indexes: ClassVar = [models.Index(fields=["expires"], name="oauth_access_expires")]


class RefreshToken(AbstractRefreshToken):
    """What a client exchanges for its next pair of tokens: once.

    Every exchange revokes the row and adds the next of its family, so the family's revoked rows are what a reuse is known
    by (RFC 9700, section 4.14.2). ``authenticated_at`` is when the person proved who they are, at the beginning of the family.
    """

    token = None  # type: ignore[assignment]
    access_token = None
    resource = None
    updated = None  # type: ignore[assignment]
    token_checksum = models.CharField(max_length=CHECKSUM_LENGTH, editable=False)
    application = models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
        on_delete=models.CASCADE,
        db_index=False,
        verbose_name="client",
    )
    token_family = models.UUIDField(db_index=True, editable=False)
    scope = models.TextField(blank=True)
    authenticated_at = models.DateTimeField()
    created = models.DateTimeField(default=clock.now, editable=False)
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["token_checksum"], name="oauth_refresh_checksum"),
        ]
        indexes: ClassVar = [models.Index(fields=["expires"], name="oauth_refresh_expires")]


class AuthorizationCode(AbstractGrant):
    """A code of the authorization code grant: good for one exchange within a minute.

    A used one stays for a while: who presents it again ends the family of tokens that it gave (RFC 6749, section 4.1.2).
    """

    code = None  # type: ignore[assignment]
    claims = None  # type: ignore[assignment]
    code_challenge_method = None  # type: ignore[assignment]
    resource = None
    updated = None  # type: ignore[assignment]
    code_checksum = models.CharField(max_length=CHECKSUM_LENGTH, editable=False)
    code_challenge = models.CharField(
        max_length=43, blank=True, help_text="SHA-256 of the client's verifier, in base64url (PKCE, S256)."
    )
    token_family = models.UUIDField(default=uuid.uuid4, editable=False)
    authenticated_at = models.DateTimeField()
    created = models.DateTimeField(default=clock.now, editable=False)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code_checksum"], name="oauth_code_checksum"),
        ]
        indexes: ClassVar = [models.Index(fields=["expires"], name="oauth_code_expires")]


class IdToken(AbstractIDToken):
    """An id token, of which no record is kept: it is signed. The class is there because django-oauth-toolkit insists on one."""

    user = None
    application = None

    class Meta(AbstractIDToken.Meta):
        managed = False


class DeviceGrant(AbstractDeviceGrant):
    """The grant of devices without a keyboard (RFC 8628), which is not served: no table, as of :class:`IdToken`."""

    user = None

    class Meta(AbstractDeviceGrant.Meta):
        managed = False
