"""The app."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """Tallies, and the page that shows them."""

    name = "connectid.dashboard"
