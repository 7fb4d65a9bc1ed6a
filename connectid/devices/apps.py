"""Devices."""

from django.apps import AppConfig


class DevicesConfig(AppConfig):
    """Enrolled phones."""

    name = "connectid.devices"
    label = "devices"
