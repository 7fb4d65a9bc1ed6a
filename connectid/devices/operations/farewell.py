"""The last push to a phone whose registration was ended for it; then its address is forgotten."""

from datetime import datetime, timedelta

import structlog
from django.db.models import Exists, OuterRef, QuerySet

from connectid.devices.models import Device, EndReason, PushRegistration
from connectid.providers import push
from connectid.providers.errors import Unavailable
from connectid.providers.push import Misconfigured, NotFinished, Push, TryLater

log = structlog.get_logger(__name__)

TEXTS = {
    EndReason.MOVED: "Your account is now used on another phone. If this was not you, ask for help.",
    EndReason.LOCKED: "Your account was locked. If this was not you, ask for help.",
    EndReason.DEACTIVATED: "Your account was closed.",
}
"""What the phone shows: nothing that says whose account it was, as anybody may hold the phone by now."""

TITLE = "PersonalID"
_PATIENCE = 20.0

FORGOTTEN_AFTER = timedelta(days=2)
"""When a phone that could not be told is not told any more: later than the job gives up."""


def say(*, registration_id: int) -> None:
    """Tell the phone of an ended registration why it hears no more, and forget its address. Two statements.

    A phone that was told, or registered again, is left alone, so the job may run again; one that dies between FCM's answer and
    our record of it tells the phone twice. Raises ``Unavailable``, for the job to be retried.
    """
    current = PushRegistration.objects.filter(token_digest=OuterRef("token_digest"), ended_at=None)
    device = Device.objects.filter(
        account_id=OuterRef("account_id"), revoked_at=None, installation_id=OuterRef("installation_id")
    ).exclude(installation_id="")
    ended = (
        _untold()
        .annotate(is_current=Exists(current), is_on_its_device=Exists(device))
        .filter(pk=registration_id)
        .first()
    )
    if ended is None:
        return
    # An account that was recovered on the phone it was on has not moved, and an address that is current again, of whichever
    # account, is not one to say farewell to.
    has_stayed = ended.end_reason == EndReason.MOVED and ended.is_on_its_device
    if not ended.is_current and not has_stayed:
        _send(ended)
    # Only while it is as it was read: its phone may have registered again meanwhile.
    PushRegistration.objects.filter(pk=ended.pk, ended_at=ended.ended_at).update(token="")


def forget_untold(*, at: datetime) -> int:
    """Forget addresses of phones that could not be told in time; return how many. One statement."""
    return _untold().filter(ended_at__lt=at - FORGOTTEN_AFTER).update(token="")


def _untold() -> QuerySet[PushRegistration]:
    return PushRegistration.objects.filter(ended_at__isnull=False).exclude(token="")


def _send(ended: PushRegistration) -> None:
    content = {"title": TITLE, "body": TEXTS[EndReason(ended.end_reason)]}
    (outcome,) = push.pick().send([Push(ended.token, content)], deadline=_PATIENCE)
    match outcome:
        case TryLater(reason, retry_after):
            raise Unavailable(reason, retry_after)
        case Misconfigured(reason):
            raise Unavailable(reason)
        case NotFinished():
            raise Unavailable("the push was not finished in time")
        case _:
            log.info("farewell_said", outcome=type(outcome).__name__, reason=ended.end_reason)
