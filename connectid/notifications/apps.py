"""Notifications."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Notifications and their pushes."""

    name = "connectid.notifications"
    label = "notifications"
