"""Credentials."""

from django.apps import AppConfig


class CredentialsConfig(AppConfig):
    """Issuers of credentials."""

    name = "connectid.credentials"
    label = "credentials"
