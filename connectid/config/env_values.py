"""How the texts of the environment become values."""

import json

from connectid.web.client_address import trusted_proxies

BROKERS = ("amqp", "amqps", "redis", "rediss", "sentinel", "sqs")
"""What Celery can use and we have thought about. A Redis *Cluster* is none, whatever its address begins with."""

SMALLEST_RSA_KEY = 2048
"""Bits (RFC 7518, section 3.3)."""


def words(text: str) -> tuple[str, ...]:
    """Split a comma-separated list."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def broker(text: str) -> str:
    """Read the address of a message broker. Raises ``ValueError``, which repeats none of it: it holds a password."""
    scheme, separator, _ = text.partition("://")
    if not separator or scheme not in BROKERS:
        hint = "; Valkey is reached by redis://" if scheme.startswith("valkey") else ""
        raise ValueError(f"is no address of a broker that can be used ({'://, '.join(BROKERS)}://){hint}")
    return text


def proxies(text: str) -> tuple[str, ...]:
    """Read ``TRUSTED_PROXIES``. Raises ``ValueError`` for what it cannot be."""
    declared = words(text)
    trusted_proxies(declared)
    return declared


def days(text: str) -> int:
    """Read for how long something is kept. Raises ``ValueError`` for less than a day, which would be a mistake."""
    if not text.isascii() or not text.isdecimal() or int(text) < 1:
        raise ValueError("is not a whole number of days, of which there must be one at least")
    return int(text)


def prices(text: str) -> tuple[tuple[str, int], ...]:
    """Read prices by ISO code, in thousandths; the empty code is everywhere else. Raises ``ValueError`` for what is no price."""
    found = {}
    for word in words(text):
        country, _, price = word.rpartition(":")
        thousandths = round(float(price) * 1000)
        if thousandths < 0:
            raise ValueError(f"{word}: a price is not negative")
        found[country.strip().upper()] = thousandths
    return tuple(found.items())


def country_codes(text: str) -> frozenset[str]:
    """Read a list of ISO codes."""
    return frozenset(code.upper() for code in words(text))


def rsa_private_key(text: str) -> str:
    """Read a PEM, in whose place of line ends backslashes and n may stand. Raises ``ValueError``, which repeats none of it."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    pem = text.replace("\\n", "\n").strip() + "\n"
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPrivateKey) or key.key_size < SMALLEST_RSA_KEY:
        raise ValueError(
            f"is not the PEM of an RSA private key of at least {SMALLEST_RSA_KEY} bits without a password;"
            f" make one with: openssl genrsa {SMALLEST_RSA_KEY}"
        ) from None
    return pem


def key_file(text: str) -> str:
    """Return the text of a Google service account's key file. Raises ``ValueError``, which repeats none of it."""
    try:
        account = json.loads(text)
        rsa_private_key(account["private_key"])
        named = bool(account["client_email"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        named = False
    if not named:
        raise ValueError("is not the JSON of a Google service account's key file (its text, not its path)")
    return text


EXPORTS = ("csv", "bigquery", "superset")


def exports(text: str) -> tuple[str, ...]:
    """Read where tables are exported to. Raises ``ValueError`` for anywhere else."""
    found = words(text)
    if unknown := [word for word in found if word not in EXPORTS]:
        raise ValueError(f"{unknown[0]!r} is nowhere to export to; choose among {', '.join(EXPORTS)}")
    return found
