"""How the texts of the environment become values."""

from connectid.web.client_address import trusted_proxies


def words(text: str) -> tuple[str, ...]:
    """Split a comma-separated list."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def proxies(text: str) -> tuple[str, ...]:
    """Read ``TRUSTED_PROXIES``. Raises ``ValueError`` for what it cannot be."""
    declared = words(text)
    trusted_proxies(declared)
    return declared


def country_codes(text: str) -> frozenset[str]:
    """Read a list of ISO codes."""
    return frozenset(code.upper() for code in words(text))
