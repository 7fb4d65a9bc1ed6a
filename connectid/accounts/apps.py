"""Accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The person's record."""

    name = "connectid.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Let every process of this program outlive migrations; accounts are part of each."""
        from connectid.core import outdated_plans

        outdated_plans.install()
