"""What a phone that recovered an account is told of it (contract 9)."""

from datetime import date
from typing import Any

import msgspec


class RecoveredProfile(msgspec.Struct):
    """``db_key`` is the storage key; ``secondary_phone`` is empty where there is none, for the app reads a null as a text."""

    name: str
    username: str
    secondary_phone: str
    db_key: str
    payment_profile: dict[str, Any] = {}


class DatedProfile(RecoveredProfile, kw_only=True):
    """The same, with the day by which the second number wants proof; null where there is none, or it is proven."""

    secondary_phone_validate_by: date | None = None

    def undated(self) -> RecoveredProfile:
        """The same without that day: for whoever has just proven the second number."""
        return RecoveredProfile(**{name: getattr(self, name) for name in RecoveredProfile.__struct_fields__})
