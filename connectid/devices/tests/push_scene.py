"""Push registrations as phones would have made them."""

import hashlib
from typing import Any

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.devices.models import PushRegistration
from connectid.devices.operations import credentials
from connectid.testing.scene import new_account


def phone_of(account: Account, installation_id: str) -> None:
    """Let an installation of the app be the account's current device."""
    credentials.issue(account_id=account.pk, installation_id=installation_id, model="m", at=clock.now())


def registered(
    address: str = "address-1", *, account: Account | None = None, **fields: Any
) -> PushRegistration:
    """A registration, by default a current one of a new account."""
    given = {"token": address, "token_digest": hashlib.sha256(address.encode()).hexdigest()}
    return PushRegistration.objects.create(account=account or new_account(), **given | fields)


def current_address(account: Account) -> str:
    """Where the account's pushes go; empty for nowhere."""
    found = PushRegistration.objects.filter(account=account, ended_at=None).values_list("token", flat=True)
    return next(iter(found), "")
