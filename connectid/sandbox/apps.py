"""The sandbox as a Django app."""

from django.apps import AppConfig


class SandboxConfig(AppConfig):
    """Registers the sandbox's tables."""

    name = "connectid.sandbox"
    label = "sandbox"
    default_auto_field = "django.db.models.BigAutoField"
