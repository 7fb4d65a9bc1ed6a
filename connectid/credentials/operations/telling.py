"""Telling people by text what they were awarded: one text for all that one batch gave them (E-30)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog
from django.conf import settings

from connectid.core import phone
from connectid.core.phone import UnparsablePhoneNumber
from connectid.credentials import tasks
from connectid.credentials.models import Authority, Award
from connectid.jobs.backend import enqueue_many
from connectid.providers import sms
from connectid.providers.errors import Rejected

log = structlog.get_logger(__name__)


def tell_all(*, invite_ids: Sequence[str]) -> None:
    """Enqueue a text for each link. One statement for each thousand."""
    enqueue_many(tasks.tell_holder.using(unique_key=invite_id).prepare(invite_id) for invite_id in invite_ids)


def tell(*, invite_id: UUID, at: datetime) -> None:
    """Send the text of a link, unless it was sent, or nothing waits for acceptance there.

    Two statements. A worker that dies between the provider's answer and our record sends it again, with the same idempotency key.
    Raises ``Unavailable``, for the job to be retried.
    """
    waiting = Award.objects.filter(
        invite_id=invite_id, told_at=None, accepted_at=None, revoked_at=None, account__is_active=True
    )
    found = list(waiting.order_by("id").values_list("account__phone_number", "credential__issuer__authority"))
    if not found:
        return
    number, authority = found[0]
    if _gets_texts(number):
        try:
            sms.pick().send(
                to=number,
                text=_text(count=len(found), authority=authority, invite_id=invite_id),
                idempotency_key=f"award-{invite_id}",
            )
        except Rejected as rejected:
            log.warning("award_text_rejected", reason=rejected.reason)
    Award.objects.filter(invite_id=invite_id, told_at=None).update(told_at=at)


def _gets_texts(raw: str) -> bool:
    try:
        number = phone.parse(raw)
    except UnparsablePhoneNumber:
        return False
    countries = settings.SMS_COUNTRIES
    return (
        number.textable and not phone.is_fictitious(number) and (not countries or number.region in countries)
    )


def _text(*, count: int, authority: str, invite_id: UUID) -> str:
    """The words. Nothing that an issuer wrote is in them, so no issuer can send people to an address of its own."""
    what = "a new credential" if count == 1 else f"{count} new credentials"
    link = f"{settings.PUBLIC_URL}/users/accept_credential/{invite_id}"
    return f"You have received {what} from {Authority(authority).label}. See and accept: {link}"
