"""Integrity."""

from django.apps import AppConfig


class IntegrityConfig(AppConfig):
    """Attestations of the app and the device."""

    name = "connectid.integrity"
    label = "integrity"
