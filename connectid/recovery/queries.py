"""Reads of recovery."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import F, Q

from connectid.accounts.models import Account
from connectid.core import phone, secrets
from connectid.core.phone import UnparsablePhoneNumber
from connectid.devices.models import Device
from connectid.devices.queries import DIFFERENT_DEVICE_WINDOW
from connectid.recovery import payment_profile
from connectid.recovery.models import RecoverySession
from connectid.recovery.profile import DatedProfile

SESSION = "recovery"
"""Purpose of the digests of recovery sessions' secrets."""


def session_with_secret(secret: str) -> RecoverySession | None:
    """Return the recovery session that ``secret`` opens, with what tells whether its account is open; one statement."""
    return (
        RecoverySession.objects.filter(secret_digest__in=secrets.digests(secret, purpose=SESSION))
        .select_related("account")
        .only("phone_number", "step", "owner_proven_by", "moved_at", "expires_at", *_OF_ACCOUNT)
        .first()
    )


_OF_ACCOUNT = tuple(
    f"account__{name}" for name in ("is_active", "username", "secondary_phone", "secondary_phone_proven_at")
)


def profile(account_id: int, *, at: datetime) -> DatedProfile:
    """Return what the owner's phone needs to know of the account; one statement, and one of payments."""
    account = Account.objects.only(*_TOLD).get(pk=account_id)
    waits = account.secondary_phone and account.secondary_phone_proven_at is None
    return DatedProfile(
        name=account.name,
        username=account.username,
        secondary_phone=account.secondary_phone,
        db_key=account.storage_key or "",
        payment_profile=payment_profile.told(account_id, at),
        secondary_phone_validate_by=account.second_number_wanted_by if waits else None,
    )


_TOLD = ("name", "username", "secondary_phone", "secondary_phone_proven_at", "date_joined", "storage_key")


class OwnAccount(NamedTuple):
    """The account that a number has."""

    account_id: int
    is_locked: bool


def account_of(phone_number: str) -> OwnAccount | None:
    """Return the active account of ``phone_number``, or else a locked one."""
    accounts = Account.objects.filter(
        Q(is_active=True) | Q(locked_at__isnull=False), phone_number=phone_number
    )
    found = accounts.order_by("-is_active", "-pk").values_list("pk", "is_active").first()
    return None if found is None else OwnAccount(found[0], not found[1])


class LockedAccount(NamedTuple):
    """An account that is locked."""

    account_id: int
    username: str


def locked_account(name: str) -> LockedAccount | None:
    """Return the locked account of this number or username; of several of one number, the one locked last."""
    try:
        named = Q(phone_number=phone.parse(name).e164)
    except UnparsablePhoneNumber:
        named = Q(username=name.strip())
    locked = Account.objects.filter(named, is_active=False, locked_at__isnull=False)
    found = locked.order_by("-locked_at").values_list("pk", "username").first()
    return None if found is None else LockedAccount(*found)


def is_locked(phone_number: str) -> bool:
    """Whether a locked account has the number."""
    return Account.objects.filter(
        phone_number=phone_number, locked_at__isnull=False, is_active=False
    ).exists()


class Phone(NamedTuple):
    """A phone as it describes itself; either may be empty."""

    installation_id: str
    model: str

    def differs_from(self, other: "Phone") -> bool:
        """Whether the two are different phones: by their installation of the app where both name one, and by model (E-25)."""
        named = self.installation_id and other.installation_id
        return self.model != other.model or bool(named and self.installation_id != other.installation_id)


class PreviousPhone(NamedTuple):
    """The phone that an account was used on, for its owner to recognise."""

    model: str
    last_accessed_at: datetime


def previous_phone(*, account_id: int, than: Phone, since: datetime, at: datetime) -> PreviousPhone | None:
    """Return the account's latest phone if it is another one than ``than`` and was used in the last 30 days (contract 5.7).

    A device that ``than`` itself was given after ``since`` is passed over: it asks again because it missed our answer.
    """
    if not than.model:
        return None
    our_own = Q(created_at__gte=since, installation_id=than.installation_id, model=than.model)
    latest = (
        Device.objects.filter(account_id=account_id)
        .exclude(our_own)
        .order_by(F("revoked_at").desc(nulls_first=True), "-pk")
        .values_list("installation_id", "model", "last_accessed_at", "created_at")
        .first()
    )
    if latest is None:
        return None
    installation_id, model, last_accessed_at, created_at = latest
    used_at = last_accessed_at or created_at
    is_recent = at - used_at < DIFFERENT_DEVICE_WINDOW
    if not (model and is_recent and than.differs_from(Phone(installation_id, model))):
        return None
    return PreviousPhone(model, used_at)
