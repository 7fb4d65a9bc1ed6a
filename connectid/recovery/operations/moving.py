"""Moving an account to another phone."""

from datetime import datetime
from typing import NamedTuple

from connectid.accounts.models import Account
from connectid.core import events
from connectid.devices.models import EndReason
from connectid.devices.operations import credentials, push
from connectid.oauth.operations import revocation
from connectid.recovery import queries, tasks
from connectid.recovery.queries import Phone, PreviousPhone

CREDENTIAL_BYTES = 16
"""Of a credential that recovery issues: 32 hexadecimal characters (contract 5.7)."""


class Moved(NamedTuple):
    """What the account's new phone keeps, and what it tells its owner."""

    username: str
    credential: str
    storage_key: str
    email: str
    previous_phone: PreviousPhone | None


def move(*, account: Account, phone: Phone, since: datetime, announce: bool, at: datetime) -> Moved:
    """Give the account a credential on ``phone``; everything that acts on its former one ends (contract 16, E-14).

    Call it inside the transaction of whatever entitles the phone, with the account as
    :func:`~connectid.recovery.operations.closing.require_active` holds it. ``since`` is when the phone began to ask. The former
    phone is told by a last push, and the owner by a mail where ``announce`` says that this is no repeat.
    """
    previous = queries.previous_phone(account_id=account.pk, than=phone, since=since, at=at)
    credential = credentials.issue(
        account_id=account.pk,
        installation_id=phone.installation_id,
        model=phone.model,
        at=at,
        size=CREDENTIAL_BYTES,
    )
    revocation.revoke_all(account_id=account.pk)
    push.withdraw(account_id=account.pk, at=at, reason=EndReason.MOVED)
    if announce:
        events.announce(events.AccountRecovered(account.pk, at=at))
    if announce and account.email:
        tasks.tell_of_move.enqueue(account.pk)
    return Moved(account.username, credential, account.storage_key or "", account.email, previous)
