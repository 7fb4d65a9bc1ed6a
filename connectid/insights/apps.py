"""Insights."""

from django.apps import AppConfig

from connectid.core import events


class InsightsConfig(AppConfig):
    """Monthly counts, sign-ins at HQ, exports, analytics."""

    name = "connectid.insights"
    label = "insights"

    def ready(self) -> None:
        """Listen to what the features announce."""
        from connectid.insights.operations import counting, telling

        events.listen(events.AccountsToDelete, counting.forget)
        events.listen(events.AccountEnrolled, telling.on_enrolled)
        events.listen(events.AccountRecovered, telling.on_recovered)
        events.listen(events.CredentialsAwarded, telling.on_awarded)
