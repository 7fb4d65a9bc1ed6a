"""What an account has granted by the time a test is about: tokens, former phones, push registrations."""

from connectid.accounts.models import Account
from connectid.core import clock, secrets
from connectid.devices.models import Device, EndReason, PushRegistration
from connectid.oauth.models import AccessToken, RefreshToken
from connectid.testing.tokens import new_pair


def grant(account: Account, number: int = 1) -> None:
    """Give the account so many tokens of either kind, former phones and push registrations, of which one is current."""
    now = clock.now()
    registrations = PushRegistration.objects.filter(account=account, ended_at=None)
    registrations.update(ended_at=now, end_reason=EndReason.REPLACED)
    for index in range(number):
        new_pair(account)
        digest = secrets.new_token(32)
        Device.objects.create(account=account, credential_digest=digest, revoked_at=now)
        PushRegistration.objects.create(
            account=account, token=digest, token_digest=digest, ended_at=None if index == 0 else now
        )


def granted(account: Account) -> tuple[int, int, int]:
    """How many access tokens, refresh tokens and current push registrations the account has."""
    return (
        AccessToken.objects.filter(user=account).count(),
        RefreshToken.objects.filter(user=account).count(),
        PushRegistration.objects.filter(account=account, ended_at=None).count(),
    )
