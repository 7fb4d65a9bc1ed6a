"""Setting the scene of a test: accounts, devices and sessions as the server itself would have made them."""

import base64
import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectid.accounts.models import Account, new_subject
from connectid.core import clock, passwords
from connectid.devices.operations import credentials as devices
from connectid.enrollment.models import EnrollmentSession, ProofMethod
from connectid.enrollment.operations import sessions

BACKUP_CODE = "271828"

_numbers = itertools.count()


def new_number() -> str:
    """A valid number of Malawi that no other test of this process uses, nor soon one of the same prefix."""
    count = next(_numbers)
    return f"+26599{count % 1000:03}{1000 + count // 1000:04}"


def new_account(**fields: Any) -> Account:
    """An active worker's account."""
    given = {
        "username": new_subject(),
        "name": "Chikondi Banda",
        "phone_number": new_number(),
        "storage_key": base64.b64encode(b"k" * 32).decode(),
        "backup_code": passwords.hash_memorised(BACKUP_CODE),
    }
    return Account.objects.create(**given | fields)


@dataclass(frozen=True)
class EnrolledPhone:
    """An account and the credential of its device."""

    account: Account
    credential: str

    @property
    def headers(self) -> dict[str, str]:
        """What the phone sends to prove who it is (contract A1)."""
        return basic(self.account.username, self.credential)


def new_phone(*, account: Account | None = None, at: datetime | None = None, **fields: Any) -> EnrolledPhone:
    """An enrolled phone whose credential was used already, just now."""
    account = account or new_account(**fields)
    moment = at or clock.now()
    credential = devices.issue(
        account_id=account.pk, installation_id="commcare_test", model="Test", at=moment
    )
    devices.authenticate(username=account.username, credential=credential, address="test", at=moment)
    return EnrolledPhone(account, credential)


@dataclass(frozen=True)
class OpenSession:
    """An enrollment session and its key."""

    session: EnrollmentSession
    key: str

    @property
    def headers(self) -> dict[str, str]:
        """What the phone sends to prove the session (contract A3)."""
        return {"Authorization": f"Bearer {self.key}"}


def new_session(
    *, proven: bool = False, lifetime: timedelta = sessions.LIFETIME, **fields: Any
) -> OpenSession:
    """A live enrollment session; ``proven`` says whether its number is."""
    key, digest = sessions.new_key()
    now = clock.now()
    given = {
        "key_digest": digest,
        "phone_number": new_number(),
        "installation_id": "commcare_test",
        "device_model": "Test",
        "created_at": now,
        "expires_at": now + lifetime,
        "phone_proven_at": now if proven else None,
        "proof_method": ProofMethod.SMS if proven else "",
    }
    return OpenSession(EnrollmentSession.objects.create(**given | fields), key)


def basic(name: str, secret: str) -> dict[str, str]:
    """A Basic header."""
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}
