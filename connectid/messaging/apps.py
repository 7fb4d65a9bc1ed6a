"""Messaging."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """Message servers."""

    name = "connectid.messaging"
    label = "messaging"
