"""Everything about one worker: a fixed number of statements, each of at most :data:`LATEST` rows or of counts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q

from connectid.accounts.models import Account
from connectid.core import phone
from connectid.credentials.models import Award
from connectid.devices.models import Device, PushRegistration
from connectid.enrollment.models import EnrollmentSession
from connectid.integrity.models import IntegrityReport
from connectid.invitations.models import HqInvite
from connectid.messaging.models import Channel, Message
from connectid.notifications.models import Notification
from connectid.oauth.models import AccessToken, BrowserSession, RefreshToken
from connectid.payments.models import Judgement, PaymentNumber
from connectid.recovery.models import RecoverySession
from connectid.signin.models import Consent
from connectid.staff.models import AuditEntry
from connectid.verification.limits import COUNTED
from connectid.verification.models import Challenge, Counter

LATEST = 20
"""Rows that are shown of each kind; the lists of the admin have the others."""

PERSON = (
    *("pk", "username", "name", "phone_number", "phone_proven_at", "unproven_number", "secondary_phone"),
    *("secondary_phone_proven_at", "email", "device_security", "is_invited", "failed_backup_codes"),
    *(
        "failed_codes_in_a_row",
        "is_active",
        "locked_at",
        "lock_reason",
        "is_staff",
        "date_joined",
        "photo_key",
    ),
)
NUMBERS = ("phone_number", "unproven_number", "secondary_phone", "email", "address", "subject")
"""What is shown in part, unless somebody asked for the whole."""

type Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Worker:
    """One account as support sees it; nothing in it is a secret, and no message's content."""

    account: Account
    devices: Rows
    push_registrations: Rows
    enrollment_sessions: Rows
    recovery_sessions: Rows
    challenges: Rows
    counters: Rows
    integrity_reports: Rows
    channels: Rows
    messages: Rows
    notifications: Rows
    tokens: dict[str, int]
    consents: Rows
    awards: Rows | None
    """As the next three: None for whoever may not see them."""
    payment_numbers: Rows | None
    judgements: Rows | None
    invitations: Rows | None
    history: Rows


def account(account_id: int) -> Account | None:
    """The account without its secrets; one statement."""
    return Account.objects.only(*PERSON).filter(pk=account_id).first()


def worker(found: Account, *, at: datetime, in_full: bool, may: Callable[[str], bool]) -> Worker:
    """Everything about an account. Nineteen statements, whatever there is of it; ``in_full`` leaves numbers whole.

    ``may`` says whether whoever looks has a permission; what a role does not see elsewhere is not shown here either.
    """
    installations = _devices(found)
    sessions = _enrollment_sessions(found)
    shown = Worker(
        account=found,
        devices=installations,
        push_registrations=_latest(
            PushRegistration.objects.filter(account=found),
            *("registered_at", "last_heartbeat_at", "ended_at", "end_reason"),
        ),
        enrollment_sessions=sessions,
        recovery_sessions=_latest(
            RecoverySession.objects.filter(account=found),
            *("created_at", "step", "owner_proven_by", "password_tries", "expires_at"),
        ),
        challenges=_challenges(found, sessions),
        counters=_counters(found),
        integrity_reports=_integrity_reports(installations),
        channels=_channels(found),
        messages=_messages(found),
        notifications=_notifications(found),
        tokens=_tokens(found, at),
        consents=_latest(
            Consent.objects.filter(account=found), "client__name", "scopes", "given_at", order="-given_at"
        ),
        awards=_awards(found) if may("credentials.view_award") else None,
        payment_numbers=_payment_numbers(found) if may("payments.view_paymentnumber") else None,
        judgements=_judgements(found) if may("payments.view_judgement") else None,
        invitations=_invitations(found) if may("invitations.view_hqinvite") else None,
        history=_history(found),
    )
    if not in_full:
        _mask(shown)
    return shown


def _latest(rows: Any, *fields: str, order: str = "-pk") -> Rows:
    return list(rows.order_by(order).values(*fields)[:LATEST])


def _devices(found: Account) -> Rows:
    fields = ("model", "installation_id", "created_at", "last_accessed_at", "revoked_at")
    return _latest(Device.objects.filter(account=found), *fields)


def _enrollment_sessions(found: Account) -> Rows:
    """Those that led to the account, and others of its number."""
    mine = Q(account=found)
    if found.phone_number:
        mine |= Q(phone_number=found.phone_number)
    fields = ("pk", "created_at", "expires_at", "country", "line_type", "phone_proven_at", "proof_method")
    return _latest(
        EnrollmentSession.objects.filter(mine), *fields, "name_checks", "device_model", "account_id"
    )


def _challenges(found: Account, sessions: Rows) -> Rows:
    """Codes sent to any of the account's addresses."""
    addresses = [
        one for one in (found.phone_number, found.secondary_phone, found.unproven_number, found.email) if one
    ]
    fields = (
        *("address", "transport", "purpose", "created_at", "expires_at", "attempts", "used_at", "sends"),
        *("delivered_sends", "delivered_at", "rejection", "made_manual_at"),
    )
    return _latest(Challenge.objects.filter(address__in=addresses), *fields)


def _counters(found: Account) -> Rows:
    subjects = [
        one for one in (found.phone_number, found.secondary_phone, found.email, found.username) if one
    ]
    return _latest(
        Counter.objects.filter(name__in=COUNTED, subject__in=subjects),
        "name",
        "subject",
        "in_hour",
        "recent",
        "converted",
    )


def _integrity_reports(devices: Rows) -> Rows:
    installations = {row["installation_id"] for row in devices} - {""}
    reports = IntegrityReport.objects.filter(installation_id__in=installations)
    return _latest(reports, "reported_at", "result", "reason", "device_labels", order="-reported_at")


def _channels(found: Account) -> Rows:
    fields = ("server__name", "source", "consent", "created_at")
    return _latest(Channel.objects.filter(account=found), *fields, order="-created_at")


def _messages(found: Account) -> Rows:
    counted = Message.objects.filter(channel__account=found).values("direction", "status")
    return [{**row} for row in counted.annotate(count=Count("pk")).order_by("direction", "status")]


def _notifications(found: Account) -> Rows:
    waiting, received = Q(received_at=None), Q(received_at__isnull=False)
    counted = Notification.objects.filter(account=found).values("kind")
    counts = counted.annotate(waiting=Count("pk", filter=waiting), received=Count("pk", filter=received))
    return [{**row} for row in counts.order_by("kind")]


def _tokens(found: Account, at: datetime) -> dict[str, int]:
    return {
        "access tokens": AccessToken.objects.filter(user=found, expires__gt=at).count(),
        "refresh tokens": RefreshToken.objects.filter(user=found, expires__gt=at, revoked=None).count(),
        "browser sessions": BrowserSession.objects.filter(account=found, expires_at__gt=at).count(),
    }


def _awards(found: Account) -> Rows:
    named = Award.objects.filter(account=found).annotate(
        title=F("credential__title"),
        authority=F("credential__issuer__authority"),
        environment=F("credential__issuer__environment"),
    )
    fields = ("title", "authority", "environment", "awarded_at", "told_at", "accepted_at", "revoked_at")
    return _latest(named, *fields, "revocation_reason", order="-awarded_at")


def _payment_numbers(found: Account) -> Rows:
    fields = ("phone_number", "owner_name", "telecom_provider", "line_type", "status", "named_at")
    return _latest(PaymentNumber.objects.filter(account=found), *fields, "proven_at", "starts_at", "ends_at")


def _judgements(found: Account) -> Rows:
    of_account = Judgement.objects.filter(payment_number__account=found)
    named = of_account.annotate(phone_number=F("payment_number__phone_number"))
    return _latest(named, "at", "phone_number", "status", "client_id")


def _invitations(found: Account) -> Rows:
    """Without the code, and without the address that is told: they link accounts."""
    fields = ("created_at", "hq_domain", "hq_username", "client_id")
    return _latest(HqInvite.objects.filter(account=found), *fields)


def _history(found: Account) -> Rows:
    entries = AuditEntry.objects.filter(target_type=Account._meta.label_lower, target_id=str(found.pk))
    return _latest(entries, "at", "staff", "action", "reason", "detail", order="-at")


def _mask(shown: Worker) -> None:
    for name in NUMBERS:
        if hasattr(shown.account, name):
            setattr(shown.account, name, phone.masked(getattr(shown.account, name)))
    for rows in (shown.challenges, shown.counters, shown.payment_numbers, shown.judgements):
        for row in rows or ():
            for name in {*row} & {*NUMBERS}:
                row[name] = phone.masked(row[name])
