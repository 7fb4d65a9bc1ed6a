"""What signing keys are for. Each use has keys of its own, so that one can be rotated, or lost, without the others."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from connectid.oauth import lifetimes


@dataclass(frozen=True, slots=True)
class KeyUse:
    """One thing that keys sign."""

    name: str
    """As stored beside the key."""
    algorithm: str
    """RFC 7518: ``RS256`` or ``ES256``."""
    lifetime: timedelta
    """How long something that they signed is good for, and so for how long a key outlives its successor's beginning."""


ID_TOKEN: Final = KeyUse("id_token", "RS256", lifetimes.ID_TOKEN)
"""RS256, because every relying party takes it."""

VERIFIABLE_CREDENTIAL: Final = KeyUse("verifiable_credential", "ES256", lifetimes.VERIFIABLE_CREDENTIAL)
"""ES256, because what it signs is carried about on phones, and shown as a picture to be scanned."""

ALL: Final = (ID_TOKEN, VERIFIABLE_CREDENTIAL)
