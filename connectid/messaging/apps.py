"""Messaging."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """Message servers."""

    name = "connectid.messaging"
    label = "messaging"

    def ready(self) -> None:
        """Have scrapes tell what waits for partners."""
        from connectid.jobs.metrics import READINGS
        from connectid.messaging.metrics import waiting

        if waiting not in READINGS:
            READINGS.append(waiting)
