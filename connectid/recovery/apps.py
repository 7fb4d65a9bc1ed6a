"""Recovery."""

from django.apps import AppConfig


class RecoveryConfig(AppConfig):
    """Backup codes, locks, deactivation."""

    name = "connectid.recovery"
    label = "recovery"
