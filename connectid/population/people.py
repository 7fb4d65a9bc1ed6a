"""Rows of accounts, their phones and what opens their doors."""

import base64
from collections.abc import Iterator

from connectid.accounts.models import STORAGE_KEY, Account, CountedAs
from connectid.core import encryption, secrets
from connectid.devices.models import Device, EndReason, PushRegistration
from connectid.devices.queries import CREDENTIAL, token_digest
from connectid.oauth import opaque_tokens
from connectid.oauth.models import AccessToken, RefreshToken
from connectid.population import workers
from connectid.population.lines import Lines, Step, line
from connectid.population.plan import HISTORY, MOST, Plan, moment

CLOSED_EVERY = 50
"""Every fiftieth account was deactivated."""
UNREACHED = 9
"""The last digit of accounts whose phone never gave an address for pushes."""

_JOINED_BEFORE = int(HISTORY.total_seconds())
_YEARS = 3 * 365 * 24 * 3600
_HOUR = 3600


def _is_closed(number: int) -> bool:
    return number % CLOSED_EVERY == 0


def accounts(plan: Plan, _round: int, numbers: range) -> Lines:
    """Accounts: most active, some with an email address or a second number, a few locked."""
    return {Account: [_account(plan, number) for number in numbers]}


def _account(plan: Plan, number: int) -> str:
    entropy = plan.hex("account", number)
    joined = moment(plan.at - _JOINED_BEFORE - int(entropy[:8], 16) % _YEARS)
    is_locked = number % 1000 == 7
    return line(
        number,
        workers.username(plan, number),
        f"!{entropy}",
        workers.name(number),
        plan.phone_number(number),
        f"{workers.username(plan, number)}@example.org" if number % 3 == 0 else "",
        plan.phone_number(MOST + number) if number % 4 == 0 else "",
        encryption.encrypt(storage_key(plan, number), purpose=STORAGE_KEY),
        f"photos/{entropy}.jpg" if number % 2 else "",
        "pin" if number % 5 == 0 else "biometric",
        int(number % 10 != 0),
        plan.backup_codes[number % len(plan.backup_codes)],
        int(not _is_closed(number)),
        moment(plan.at - int(entropy[8:12], 16)) if is_locked else None,
        "wrong_codes" if is_locked else "",
        joined,
        CountedAs.ACCOUNT.value,
    )


def storage_key(plan: Plan, number: int) -> str:
    """The storage key of a worker."""
    halves = plan.hex("storage", number) + plan.hex("storage+", number)
    return base64.b64encode(bytes.fromhex(halves)).decode()


ACCOUNTS = Step(
    {
        Account: (
            *(
                "id",
                "username",
                "password",
                "name",
                "phone_number",
                "email",
                "secondary_phone",
                "storage_key",
            ),
            *("photo_key", "device_security", "is_invited", "backup_code", "is_active", "locked_at"),
            *("lock_reason", "date_joined", "counted_as"),
        )
    },
    accounts,
)


def devices(plan: Plan, _round: int, numbers: range) -> Lines:
    """A phone for every active account, used within the last hours, and a former one for every tenth."""
    return {Device: [found for number in numbers for found in _devices(plan, number)]}


def _devices(plan: Plan, number: int) -> Iterator[str]:
    entropy = plan.hex("device", number)
    made = plan.at - _JOINED_BEFORE
    ended = moment(made + int(entropy[:6], 16) % _JOINED_BEFORE)
    model = f"Tecno Spark {number % 30}"
    if number % 10 == 1:
        yield _device(plan, number, 1, entropy[:16], model, moment(made), ended, ended)
    used = moment(plan.at - int(entropy[6:12], 16) % (24 * _HOUR))
    yield _device(plan, number, 0, entropy, model, moment(made), used, ended if _is_closed(number) else None)


def _device(
    plan: Plan,
    number: int,
    index: int,
    installation: str,
    model: str,
    made: str,
    used: str,
    ended: str | None,
) -> str:
    digest = secrets.digest(workers.credential(plan, number, index), purpose=CREDENTIAL)
    return line(number, digest, f"commcare_{installation}", model, made, used, ended)


DEVICES = Step(
    {
        Device: (
            *(
                "account_id",
                "credential_digest",
                "installation_id",
                "model",
                "created_at",
                "last_accessed_at",
            ),
            "revoked_at",
        )
    },
    devices,
)


def pushes(plan: Plan, _round: int, numbers: range) -> Lines:
    """Where pushes reach nine of ten active accounts, and a former place of every twentieth."""
    return {PushRegistration: [found for number in numbers for found in _pushes(plan, number)]}


def _pushes(plan: Plan, number: int) -> Iterator[str]:
    entropy = plan.hex("registration", number)
    begun = moment(plan.at - _JOINED_BEFORE)
    if number % 20 == 3:
        digest = token_digest(workers.push_token(plan, number, 1))
        ended = moment(plan.at - int(entropy[:6], 16) % (30 * 24 * _HOUR))
        yield line(number, entropy, "", digest, begun, ended, ended, EndReason.REPLACED.value)
    if number % 10 != UNREACHED and not _is_closed(number):
        token = workers.push_token(plan, number)
        heard = moment(plan.at - int(entropy[6:12], 16) % (8 * _HOUR))
        yield line(number, entropy, token, token_digest(token), begun, heard, None, "")


PUSHES = Step(
    {
        PushRegistration: (
            *("account_id", "installation_id", "token", "token_digest", "registered_at", "last_heartbeat_at"),
            *("ended_at", "end_reason"),
        )
    },
    pushes,
)

_ACCESS_LIFE = 10 * _HOUR
_REFRESH_LIFE = 24 * _HOUR


def tokens(plan: Plan, _round: int, numbers: range) -> Lines:
    """The app's tokens of every active account, fresh enough to measure with, and what a third exchanged before."""
    access, refresh = [], []
    for number in numbers:
        if _is_closed(number):
            continue
        family, began = plan.uuid("family", number), moment(plan.at)
        ends = moment(plan.at + _ACCESS_LIFE - number % _HOUR)
        digest = opaque_tokens.checksum(workers.access_token(plan, number))
        access.append(line(digest, family, plan.partners.app, number, "openid", began, ends))
        for index in range(2 if number % 3 == 0 else 1):
            digest = opaque_tokens.checksum(workers.refresh_token(plan, number, index))
            revoked = began if index else None
            ends = moment(plan.at + _REFRESH_LIFE - number % _HOUR)
            refresh.append(
                line(digest, family, plan.partners.app, number, "openid", began, began, ends, revoked)
            )
    return {AccessToken: access, RefreshToken: refresh}


_TOKEN = ("token_checksum", "token_family", "application_id", "user_id", "scope")
TOKENS = Step(
    {
        AccessToken: (*_TOKEN, "created", "expires"),
        RefreshToken: (*_TOKEN, "authenticated_at", "created", "expires", "revoked"),
    },
    tokens,
)
