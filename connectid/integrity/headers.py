"""The headers of an attestation, for every endpoint that takes one (contract 5.1)."""

from typing import Annotated

import msgspec

_TOKEN = "Token of Google Play Integrity; empty when the app could not obtain one."  # noqa: S105
_HASH = "Base64 of the SHA-256 of the body as Android's org.json prints it; empty with the token."


class IntegrityHeaders(msgspec.Struct):
    """What the app sends of its attestation."""

    # Names are case-insensitive; this is how Django spells them.
    token: Annotated[str, msgspec.Meta(description=_TOKEN)] = msgspec.field(
        default="", name="Cc-Integrity-Token"
    )
    claimed_hash: Annotated[str, msgspec.Meta(description=_HASH)] = msgspec.field(
        default="", name="Cc-Request-Hash"
    )
