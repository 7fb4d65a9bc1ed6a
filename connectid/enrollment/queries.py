"""Reads of enrolment."""

from datetime import datetime

from django.db.models import Exists, OuterRef

from connectid.accounts.models import Account
from connectid.core import secrets
from connectid.enrollment.models import EnrollmentSession

SESSION = "enrollment"
"""Purpose of session keys' digests."""


def session_with_key(key: str) -> tuple[EnrollmentSession, bool] | None:
    """Return the session that ``key`` opens and whether an account of its number is locked; one statement."""
    locked = Account.objects.filter(
        phone_number=OuterRef("phone_number"), locked_at__isnull=False, is_active=False
    )
    session = (
        EnrollmentSession.objects.filter(key_digest__in=secrets.digests(key, purpose=SESSION))
        .annotate(is_locked=Exists(locked))
        .first()
    )
    return None if session is None else (session, session.is_locked)


def latest_live_session(phone_number: str, *, at: datetime) -> EnrollmentSession | None:
    """Return the newest session of ``phone_number`` that has not expired."""
    live = EnrollmentSession.objects.filter(phone_number=phone_number, expires_at__gt=at)
    return live.order_by("-created_at").first()
