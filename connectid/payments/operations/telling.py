"""What jobs do once a payment number is proven: ask whose line it is, and tell the former number."""

from datetime import datetime

import structlog

from connectid.core import phone
from connectid.payments import messages
from connectid.payments.models import CARRIER_LENGTH, PaymentNumber
from connectid.providers import carrier, sms
from connectid.providers.errors import Rejected

log = structlog.get_logger(__name__)


def look_up_carrier(*, number_id: int) -> None:
    """Note the carrier and the kind of line; whoever pays compares them with what the worker says.

    Raises :class:`~connectid.providers.errors.Unavailable`, for the job to be tried again.
    """
    number = PaymentNumber.objects.filter(pk=number_id).first()
    if number is None or phone.is_fictitious(number.phone_number):
        return
    try:
        line = carrier.pick().look_up(number.phone_number)
    except Rejected as rejected:
        log.warning("carrier_unknown", reason=rejected.reason)
        return
    PaymentNumber.objects.filter(pk=number_id, phone_number=number.phone_number).update(
        telecom_provider=line.carrier[:CARRIER_LENGTH], line_type=line.type.value
    )


def tell_former_number(*, number_id: int, at: datetime) -> None:
    """Text the number that this one will replace; nothing where the change was taken back, or is done.

    Raises :class:`~connectid.providers.errors.Unavailable`, for the job to be tried again.
    """
    coming = PaymentNumber.objects.filter(pk=number_id, starts_at__gt=at).first()
    if coming is None or coming.starts_at is None:
        return
    former = PaymentNumber.objects.filter(account_id=coming.account_id, ends_at=coming.starts_at).first()
    if former is None or phone.is_fictitious(former.phone_number):
        return
    try:
        sms.pick().send(
            to=former.phone_number,
            text=messages.changing_text(coming.starts_at),
            idempotency_key=f"payment-change-{number_id}",
        )
    except Rejected as rejected:
        log.warning("former_number_not_told", reason=rejected.reason)
