"""The providers as a Django app: no tables, only checks of how they are configured."""

from django.apps import AppConfig


class ProvidersConfig(AppConfig):
    """Registers the system checks of the providers."""

    name = "connectid.providers"
    label = "providers"

    def ready(self) -> None:
        """Load the checks."""
        from connectid.providers.country import checks

        checks.register()
