"""Credentials."""

from django.apps import AppConfig


class CredentialsConfig(AppConfig):
    """Issuers, credentials and awards."""

    name = "connectid.credentials"
    label = "credentials"
