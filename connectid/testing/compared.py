"""What was compared with what is stored: how many of many guesses at once were judged at all."""

import pytest

from connectid.core import passwords
from connectid.verification import codes
from connectid.verification.models import Challenge


def codes_compared(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every code that is compared with a right one from now on."""
    compared: list[str] = []
    matches = codes.matches

    def watched(held: Challenge, typed: str) -> bool:
        compared.append(typed)
        return matches(held, typed)

    monkeypatch.setattr(codes, "matches", watched)
    return compared


def secrets_compared(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every backup code and chosen password that is compared with a stored one from now on."""
    compared: list[str] = []
    verify = passwords.verify_memorised

    def watched(secret: str, stored: str) -> tuple[bool, str | None]:
        compared.append(secret)
        return verify(secret, stored)

    monkeypatch.setattr(passwords, "verify_memorised", watched)
    return compared
