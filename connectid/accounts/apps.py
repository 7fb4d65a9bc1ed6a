"""Accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The person's record."""

    name = "connectid.accounts"
    label = "accounts"
