"""How a row's names and values read."""

from datetime import datetime
from typing import Any

from django import template

register = template.Library()


@register.filter
def worded(name: str) -> str:
    """``last_accessed_at`` as "last accessed"."""
    return name.removesuffix("_at").replace("_", " ")


@register.filter
def shown(value: Any) -> str:
    """A value as people read it: minutes, not microseconds; "none" for nothing."""
    match value:
        case None | "":
            return "none"
        case True | False:
            return "yes" if value else "no"
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M")
    return str(value)
