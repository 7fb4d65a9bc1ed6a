"""A system check for the missing map."""

from typing import Any

from django.core import checks

from connectid.providers import country

NOT_INSTALLED = checks.Warning(
    "The country of a sign-up cannot be told, so BLACKLISTED_COUNTRY_CODES has no effect.",
    hint="Install the extra: pip install 'connectid[country]'",
    id="connectid.providers.W001",
)


def map_is_installed(**_: Any) -> list[checks.CheckMessage]:
    """Warn when the extra ``country`` is missing."""
    return [] if country.is_installed() else [NOT_INSTALLED]


def register() -> None:
    """Add the check to ``manage.py check``."""
    checks.register(map_is_installed)
