"""Clients in the admin. Tokens have django-oauth-toolkit's own pages, which show none."""

from typing import ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from connectid.core import secrets
from connectid.oauth.models import Client
from connectid.oauth.operations import clients
from connectid.oauth.permissions import Permission
from connectid.web.admin_pages import SecretShownOnce

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
    list_display = ("name", "client_id", "client_type", "authorization_grant_type", "created")
    list_filter: ClassVar = ("client_type", "authorization_grant_type")
    search_fields = ("name", "client_id")
    radio_fields: ClassVar = {"client_type": admin.HORIZONTAL}

    def get_readonly_fields(self, request: HttpRequest, obj: Client | None = None) -> tuple[str, ...]:
        """A client id is what the other side has stored, so it never changes."""
        return () if obj is None else ("client_id",)

    def put_new_secret(self, owner: Client) -> str:
        """Replace the secret; a public client gets one that is shown too, and opens nothing."""
        secret = secrets.new_token()
        owner.client_secret = clients.stored_secret(secret)
        return secret
