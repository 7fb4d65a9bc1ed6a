"""Toggles."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save
from waffle import get_waffle_switch_model


class TogglesConfig(AppConfig):
    """Release toggles. The switches themselves are rows of django-waffle."""

    name = "connectid.toggles"
    label = "toggles"

    def ready(self) -> None:
        """Notice every change of a switch, whoever makes it."""
        from connectid.toggles import switches

        def changed(**_: Any) -> None:
            switches.changed()

        for signal in (post_save, post_delete):
            signal.connect(changed, sender=get_waffle_switch_model(), weak=False, dispatch_uid="toggles")
