"""Clients and tokens in the admin. Settings name these classes, because django-oauth-toolkit registers them."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from connectid.core import secrets
from connectid.oauth.models import (
    AccessToken,
    AuthorizationCode,
    BrowserSession,
    Client,
    IdToken,
    RefreshToken,
    SigningKey,
)
from connectid.oauth.operations import clients
from connectid.oauth.permissions import Permission
from connectid.web.admin_pages import OfAccounts, ReadOnlyAdmin, SecretShownOnce

GRANTS = [
    (Client.GRANT_AUTHORIZATION_CODE, "Authorization code"),
    (Client.GRANT_CLIENT_CREDENTIALS, "Client credentials"),
    (Client.GRANT_PASSWORD, "Password (the app only)"),
]
"""The grants that we serve; django-oauth-toolkit knows more."""


class ClientForm(forms.ModelForm[Client]):
    """A client, its permissions as boxes to tick."""

    authorization_grant_type = forms.ChoiceField(choices=GRANTS, widget=forms.RadioSelect)
    permissions = forms.MultipleChoiceField(
        choices=Permission.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="What a confidential client may do with its own credentials. A public client may do none of it.",
    )

    class Meta:
        model = Client
        fields = (
            "name",
            "client_id",
            "client_type",
            "authorization_grant_type",
            "redirect_uris",
            "post_logout_redirect_uris",
            "skip_authorization",
            "permissions",
        )


class ClientAdmin(SecretShownOnce[Client]):
    """Registered by django-oauth-toolkit's admin, which asks settings for it."""

    form = ClientForm
    previous = "previous_client_secret"
    list_display = (
        *("name", "client_id", "client_type", "authorization_grant_type", "has_previous_secret", "created"),
    )
    list_filter: ClassVar = ("client_type", "authorization_grant_type")
    search_fields = ("name", "client_id")
    radio_fields: ClassVar = {"client_type": admin.HORIZONTAL}

    def get_readonly_fields(self, request: HttpRequest, obj: Client | None = None) -> tuple[str, ...]:
        """A client id is what the other side has stored, so it never changes."""
        return () if obj is None else ("client_id",)

    def put_new_secret(self, owner: Client) -> str:
        """Make the secret so far, if there is one, the previous one; a public client's is shown too, and opens nothing."""
        secret = secrets.new_token()
        owner.previous_client_secret = owner.client_secret if owner.pk else ""
        owner.client_secret = clients.stored_secret(secret)
        return secret


class GrantedAdmin[Row: Model](OfAccounts[Row]):
    """What clients were granted, found by the subject of the account; never the secret itself."""

    nobody = "the client itself"
    account = "user"
    related = ("application__name", "application__client_id")
    list_display: tuple[str, ...] = ("id", "subject", "client", "scope", "created", "expires")
    fields: ClassVar[tuple[str, ...]] = ("subject", "client", "scope", "created", "expires")

    @admin.display(description="client")
    def client(self, granted: Any) -> str:
        """Who holds it."""
        return str(granted.application)


class AccessTokenAdmin(GrantedAdmin[AccessToken]):
    """Live access tokens, and expired ones until they are pruned."""


class RefreshTokenAdmin(GrantedAdmin[RefreshToken]):
    """Refresh tokens; a revoked one was exchanged, or ended."""

    list_display: tuple[str, ...] = (*GrantedAdmin.list_display, "revoked")
    fields: ClassVar[tuple[str, ...]] = (*GrantedAdmin.fields, "authenticated_at", "revoked")


class AuthorizationCodeAdmin(GrantedAdmin[AuthorizationCode]):
    """Authorization codes."""

    list_display: tuple[str, ...] = (*GrantedAdmin.list_display, "used_at")
    fields: ClassVar[tuple[str, ...]] = (*GrantedAdmin.fields, "redirect_uri", "authenticated_at", "used_at")


class NoPage(ReadOnlyAdmin[IdToken]):
    """For the class that has no table."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Not listed."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: IdToken | None = None) -> bool:
        """Not shown."""
        return False


@admin.register(BrowserSession)
class BrowserSessionAdmin(OfAccounts[BrowserSession]):
    """Browsers in which people are signed in; never their keys."""

    list_display = ("id", "subject", "authenticated_at", "expires_at")
    fields = ("subject", "authenticated_at", "expires_at")


@admin.register(SigningKey)
class SigningKeyAdmin(ReadOnlyAdmin[SigningKey]):
    """The keys that sign id tokens: the public half. They are rotated by ``connectid rotate-oidc-key``."""

    list_display = ("generation", "kid", "signs_from", "created_at")
    fields = ("generation", "kid", "public_jwk", "signs_from", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SigningKey]:
        """Every key, its private half left in the database."""
        return super().get_queryset(request).defer("private_key")
