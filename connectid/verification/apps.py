"""Verification."""

from django.apps import AppConfig


class VerificationConfig(AppConfig):
    """One-time codes sent to an address."""

    name = "connectid.verification"
    label = "verification"

    def ready(self) -> None:
        """Register the checks of settings."""
        from connectid.verification import checks  # noqa: F401
