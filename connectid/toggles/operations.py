"""Switching our own toggles."""

from waffle import get_waffle_switch_model


def set_switch(name: str, *, active: bool) -> None:
    """Switch ``name`` on or off, making it if need be. Every process follows within seconds."""
    get_waffle_switch_model().objects.update_or_create(name=name, defaults={"active": active})
