"""The headers of an attestation, for every endpoint that takes one (contract 5.1)."""

import msgspec


class IntegrityHeaders(msgspec.Struct):
    """What the app sends of its attestation; both are empty when it could not obtain a token."""

    # Names are case-insensitive; this is how Django spells them.
    token: str = msgspec.field(default="", name="Cc-Integrity-Token")
    claimed_hash: str = msgspec.field(default="", name="Cc-Request-Hash")
