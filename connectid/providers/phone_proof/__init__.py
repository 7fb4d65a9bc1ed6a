"""Phone proof: a phone number proven to Firebase instead of to us.

The phone signs in to Firebase with an SMS code and hands us the ID token (contract 5.2); a ``PhoneProver`` checks the
token and says whose number it is.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Protocol

from django.conf import settings
from django.core.signals import setting_changed

INVALID_TOKEN = "invalid token"  # noqa: S105 - a reason, not a token
NO_UID = "no uid"
NO_PHONE = "no phone"


@dataclass(frozen=True, slots=True)
class ProvenPhone:
    """What a good token proves: the Firebase account ``uid`` controls ``phone_number`` (E.164)."""

    uid: str
    phone_number: str


class PhoneProver(Protocol):
    """Checks Firebase ID tokens."""

    def verify(self, token: str, *, at: datetime) -> ProvenPhone:
        """Return what the token proves at the instant ``at``.

        Raises ``Rejected`` with the reason ``INVALID_TOKEN``, ``NO_UID`` (a valid token without an account) or
        ``NO_PHONE`` (of an account that signed in without a number); ``Unavailable`` when the certificates
        cannot be had.
        """


@cache
def pick() -> PhoneProver:
    """Return the process's prover.

    Firebase when ``FIREBASE_PROJECT_ID`` is set. The sandbox, which takes the unsigned tokens of the Firebase
    emulator, when ``FIREBASE_AUTH_EMULATOR_HOST`` is set or no project is; in production never.
    """
    from connectid.providers.phone_proof.firebase import FirebaseProver
    from connectid.providers.phone_proof.sandbox import SandboxProver

    project_id: str = settings.FIREBASE_PROJECT_ID or ""
    emulated = bool(settings.FIREBASE_AUTH_EMULATOR_HOST) or not project_id
    if emulated and settings.ENVIRONMENT != "production":
        return SandboxProver(project_id)
    return FirebaseProver(project_id, certificates_url=settings.FIREBASE_CERTS_URL)


_SETTINGS = {"ENVIRONMENT", "FIREBASE_PROJECT_ID", "FIREBASE_CERTS_URL", "FIREBASE_AUTH_EMULATOR_HOST"}


def _forget_choice(*, setting: str, **_: object) -> None:
    if setting in _SETTINGS:
        pick.cache_clear()


setting_changed.connect(_forget_choice)
