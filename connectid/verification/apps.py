"""Verification."""

from django.apps import AppConfig


class VerificationConfig(AppConfig):
    """One-time codes sent to an address."""

    name = "connectid.verification"
    label = "verification"
