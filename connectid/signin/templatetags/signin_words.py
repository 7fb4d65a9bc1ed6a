"""How templates say a time."""

from math import ceil

from django import template
from django.utils.translation import ngettext

register = template.Library()

_HOUR = 3600
_MANY_MINUTES = 90 * 60


@register.filter
def waiting_time(seconds: int) -> str:
    """``3 minutes``, or ``2 hours`` from an hour and a half on; never less than what is left."""
    if seconds > _MANY_MINUTES:
        hours = ceil(seconds / _HOUR)
        return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
    minutes = max(1, ceil(seconds / 60))
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
