"""The recovery session of older apps: starting one, finding it by its secret, moving it forward, forgetting it."""

from collections.abc import Collection
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F

from connectid.accounts import queries as accounts
from connectid.core import batches, phone, ratelimit, secrets
from connectid.core.phone import UnparsablePhoneNumber
from connectid.recovery import errors, limits, queries, tasks
from connectid.recovery.models import Proof, RecoverySession, Step
from connectid.recovery.queries import SESSION
from connectid.verification import operations as verification
from connectid.verification.models import Transport

log = structlog.get_logger(__name__)

LIFETIME = timedelta(minutes=10)
"""How long a session waits for its next step."""

NUMBER_CODE = "recover_phone"
"""Purpose of the codes that prove the account's number."""

KEPT = timedelta(days=7)
"""How long after its end a session is kept, as its codes are: for support to see why nothing came of it."""


def start(*, phone_number: str, address: str, at: datetime) -> str:
    """Open a session for whoever asks, and return its secret; the number's owner gets a code, if it has one.

    Whether an account has the number is looked up by the job that sends the code. So an answer tells nobody, neither by
    its words nor by the work behind it (contract 16, E-22). ``address`` is what limits per address count by. Two
    statements. Raises :class:`~connectid.recovery.errors.NotANumber` and ``Throttled``.
    """
    try:
        number = phone.parse(phone_number)
    except UnparsablePhoneNumber as error:
        raise errors.NotANumber from error
    ratelimit.spend(limits.RECOVERIES_PER_ADDRESS, address)
    secret = secrets.new_token(32)
    with transaction.atomic():
        session = RecoverySession.objects.create(
            secret_digest=secrets.digest(secret, purpose=SESSION),
            phone_number=number.e164,
            created_at=at,
            moved_at=at,
            expires_at=at + LIFETIME,
        )
        tasks.send_code.enqueue(session.pk)
    return secret


def send_code(*, session_id: int, at: datetime) -> None:
    """Bind the session to the account of its number, and have a code texted there; nothing where nobody has the number."""
    session = RecoverySession.objects.filter(pk=session_id, step=Step.STARTED, expires_at__gt=at).first()
    account = accounts.active_account(session.phone_number) if session else None
    if session is None or account is None:
        log.info("recovery_code_not_sent", session_id=session_id, reason="nobody_to_recover")
        return
    with transaction.atomic():
        RecoverySession.objects.filter(pk=session_id, account=None).update(account=account)
        verification.send(
            address=session.phone_number,
            transport=Transport.SMS,
            purpose=NUMBER_CODE,
            scope=session.challenge_scope,
            lifetime=timedelta(seconds=settings.CODE_LIFETIME),
            at=at,
        )


def opened(*, phone_number: str, secret: str, steps: Collection[Step], at: datetime) -> RecoverySession:
    """Return the live session of this number that ``secret`` opens; one statement.

    Raises :class:`~connectid.recovery.errors.UnknownSecret`, and :class:`~connectid.recovery.errors.WrongStep` for a session
    that is not in one of ``steps``.
    """
    session = queries.session_with_secret(secret)
    if session is None or session.expires_at <= at or session.phone_number != _e164(phone_number):
        raise errors.UnknownSecret
    if session.step not in steps:
        raise errors.WrongStep
    return session


def move(
    session: RecoverySession, *, to: Step, steps: Collection[Step], at: datetime, proof: Proof | None = None
) -> None:
    """Move the session to ``to``, if it is still live and in one of ``steps``; one statement.

    Call it inside the transaction that does what the step means. Raises :class:`~connectid.recovery.errors.WrongStep`: of
    two requests at once, for the one that came second.
    """
    proven = {"owner_proven_by": proof} if proof else {}
    live = RecoverySession.objects.filter(pk=session.pk, step__in=steps, expires_at__gt=at)
    expires_at = max(session.expires_at, at + LIFETIME)
    if not live.update(step=to, moved_at=at, expires_at=expires_at, **proven):
        raise errors.WrongStep


def finish_others(*, account_id: int, at: datetime) -> None:
    """End every session of the account that has not come to its end; one statement, inside the caller's transaction."""
    others = RecoverySession.objects.filter(account_id=account_id, step__lt=Step.FINISHED)
    others.update(step=Step.FINISHED, moved_at=at)


def count_password(session: RecoverySession) -> bool:
    """Count one try of a password; False when the session has none left. One statement."""
    tries = RecoverySession.objects.filter(pk=session.pk, password_tries__lt=limits.PASSWORDS_PER_SESSION)
    return bool(tries.update(password_tries=F("password_tries") + 1))


def wait_on(session: RecoverySession, *, until: datetime, at: datetime) -> None:
    """Let the session live until then at least, because a code is on its way to whoever holds it; one statement.

    Never call it in a transaction with a look at the code: that one locks the session last.
    """
    RecoverySession.objects.filter(pk=session.pk, expires_at__gt=at, expires_at__lt=until).update(
        expires_at=until
    )


def prune(*, at: datetime) -> int:
    """Delete sessions that ended more than :data:`KEPT` ago, in batches; return how many. Run by a scheduled job."""
    return batches.delete(RecoverySession.objects.filter(expires_at__lt=at - KEPT))


def _e164(number: str) -> str | None:
    try:
        return phone.parse(number).e164
    except UnparsablePhoneNumber:
        return None
