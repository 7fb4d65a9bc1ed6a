"""Handing a challenge's code to the provider: the work of the job that ``operations.send`` enqueues."""

from datetime import datetime

import structlog

from connectid.providers import email, sms
from connectid.providers.errors import Rejected
from connectid.verification import codes, messages, metrics
from connectid.verification.models import Challenge, Transport

log = structlog.get_logger(__name__)


def deliver(*, challenge_id: int, at: datetime) -> None:
    """Send the code unless it is dead, or no send is outstanding.

    Several outstanding sends become one message. A message that the provider took over is not sent again; only when this
    process dies between the provider's answer and our record of it, the job's next run repeats it, with the same
    idempotency key. Raises ``Unavailable``, for the job to be retried. A rejection is recorded and ends the matter: trying
    again would be refused again, and the user may ask for another send.
    """
    challenge = Challenge.objects.filter(pk=challenge_id).first()
    if challenge is None or not challenge.is_live(at) or challenge.delivered_sends >= challenge.sends:
        return
    try:
        provider_id, rejection = _hand_over(challenge, at), ""
    except Rejected as rejected:
        provider_id, rejection = "", rejected.reason
        log.warning("code_rejected", transport=challenge.transport, challenge_id=challenge.pk)
    metrics.DELIVERIES.labels(challenge.transport, "rejected" if rejection else "accepted").inc()
    # Of the same code only: another one may have taken its place meanwhile, and has a job of its own.
    Challenge.objects.filter(pk=challenge.pk, nonce=challenge.nonce).update(
        delivered_sends=challenge.sends,
        delivered_at=at,
        provider_id=provider_id[:100],
        rejection=rejection[:200],
    )


def _hand_over(challenge: Challenge, at: datetime) -> str:
    """Call the provider; return its name for the message."""
    code = codes.code_of(challenge)
    if challenge.transport == Transport.SMS:
        key = f"code-{challenge.pk}-{challenge.created_at.timestamp():.0f}-{challenge.sends}"
        words = messages.text(code, purpose=challenge.purpose)
        return sms.pick().send(to=challenge.address, text=words, idempotency_key=key).provider_id
    body = messages.email(code, left=challenge.expires_at - at)
    email.pick().send(to=challenge.address, subject=messages.EMAIL_SUBJECT, text=body)
    return ""
