"""Reads of recovery."""

from connectid.accounts.models import Account
from connectid.core import secrets
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


_OF_ACCOUNT = ("account__is_active", "account__username", "account__secondary_phone")


def profile(account_id: int) -> DatedProfile:
    """Return what the owner's phone needs to know of the account; one statement."""
    account = Account.objects.only("name", "username", "secondary_phone", "storage_key").get(pk=account_id)
    return DatedProfile(
        name=account.name,
        username=account.username,
        secondary_phone=account.secondary_phone,
        db_key=account.storage_key or "",
    )
