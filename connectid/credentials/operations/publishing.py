"""Publishing which verifiable credentials were revoked: one signed list for many thousands of them."""

from datetime import datetime, timedelta
from typing import Any

from connectid.core import shared_cache
from connectid.credentials import achievement, addresses, bitstring, errors, queries, signing

KEPT = timedelta(minutes=5)
"""For how long others may keep a list, and so the longest that a revocation goes unnoticed online."""
LIFETIME = timedelta(days=7)
"""For how long somebody without a connection may go by a list."""
_SIGNED_EVERY = timedelta(hours=1)


def status_list(*, number: int, at: datetime) -> str:
    """Return a list as a signed JWT. One statement; two more when it changed, and once an hour.

    Raises :class:`~connectid.credentials.errors.UnknownStatusList`.
    """
    version = queries.version_of_list(number)
    if version is None:
        raise errors.UnknownStatusList
    hour = int(at.timestamp() // _SIGNED_EVERY.total_seconds())
    # The list's version and the key's name are in the name it is kept under: what is kept is never out of date.
    kept_as = f"credentials.status.{number}.{version}.{hour}.{signing.signing_thumbprint(at=at)}"
    [kept] = shared_cache.get(kept_as)
    if kept is not None:
        return kept.decode()
    signed = signing.sign(_credential(number, at), at=at)
    shared_cache.put(kept_as, signed.encode(), keep=_SIGNED_EVERY)
    return signed


def _credential(number: int, at: datetime) -> dict[str, Any]:
    address, until = addresses.status_list(number), at + LIFETIME
    return {
        "@context": [achievement.CONTEXTS[0]],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": addresses.issuer(),
        "validFrom": achievement.moment(at),
        "validUntil": achievement.moment(until),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": bitstring.encode(queries.revoked_indexes(number)),
            "ttl": int(KEPT.total_seconds() * 1000),
        },
        "iss": addresses.issuer(),
        "jti": address,
        "sub": f"{address}#list",
        "iat": int(at.timestamp()),
        "exp": int(until.timestamp()),
    }
