"""Passing invitations of CommCare HQ on to workers, and their confirmation back."""

from datetime import datetime

import structlog
from django.db import transaction

from connectid.accounts.models import Account
from connectid.core import batches, phone, ratelimit
from connectid.core.phone import UnparsablePhoneNumber
from connectid.invitations import callbacks, errors, limits, links, queries, tasks
from connectid.invitations.models import HqInvite
from connectid.notifications.models import Kind
from connectid.notifications.operations import notices
from connectid.providers import hq, sms
from connectid.providers.errors import Rejected, Unavailable
from connectid.verification import counters
from connectid.verification.counters import Taking
from connectid.verification.limits import texts_in_all, texts_per_country

log = structlog.get_logger(__name__)

LONGEST = 255
LONGEST_CODE = 4_096

TOLD = {
    "title": "Invitation to CommCare HQ",
    "body": "A project invites you to work with CommCare HQ. The link is in a text message.",
}
TEXT = "A project on CommCare HQ invites you. Open this link on the phone with your PersonalID: {link}"
"""Nothing of it is the sender's, so nobody can put words or links of their own into our texts."""


def forward(
    *,
    phone_number: str,
    callback_url: str,
    hq_username: str,
    hq_domain: str,
    invite_code: str,
    client_id: str,
    at: datetime,
) -> None:
    """Have the worker of this number told of the invitation; nothing where nobody has it, and nobody hears of that.

    Raises :class:`~connectid.invitations.errors.InviteIncomplete`, :class:`~connectid.invitations.errors.UnauthorizedCallback` and
    :class:`~connectid.core.ratelimit.Throttled`.
    """
    _require(phone_number, hq_username, hq_domain)
    _require(invite_code, longest=LONGEST_CODE)
    if not callbacks.is_trusted(callback_url):
        raise errors.UnauthorizedCallback
    ratelimit.spend(limits.INVITES_PER_CLIENT, client_id)
    number = _number(phone_number)
    with transaction.atomic():
        account = (
            Account.objects.only("pk", "phone_number")
            .filter(phone_number=number, is_active=True)
            .exclude(phone_number="")
            .first()
        )
        if account is None:
            return
        invite = HqInvite.objects.create(
            account=account,
            callback_url=callback_url,
            hq_username=hq_username,
            hq_domain=hq_domain,
            invite_code=invite_code,
            client_id=client_id,
            created_at=at,
        )
        notices.store(account_id=account.pk, kind=Kind.CONNECT, payload=TOLD, at=at)
        if _may_be_texted(account.phone_number, at):
            tasks.text_invite.enqueue(invite.pk)
    log.info("invitation_passed_on", client=client_id, account_id=account.pk)


def text_invite(*, invite_id: int) -> None:
    """Text the link of an invitation. Raises :class:`~connectid.providers.errors.Unavailable`, for the job to be tried again."""
    invite = HqInvite.objects.select_related("account").filter(pk=invite_id, account__is_active=True).first()
    if invite is None:
        return
    try:
        sms.pick().send(
            to=invite.account.phone_number,
            text=TEXT.format(link=links.link(invite_id)),
            idempotency_key=f"hq-invite-{invite_id}",
        )
    except Rejected as rejected:
        log.warning("invitation_not_texted", reason=rejected.reason)


def confirm(*, account_id: int, invite_code: str, token: str, callback_url: str) -> None:
    """Tell CommCare HQ that the worker accepts, with the token by which it asks us who that is.

    The worker waits for HQ's word, at most a few seconds; no transaction is open meanwhile. Raises
    :class:`~connectid.invitations.errors.InviteIncomplete`, :class:`~connectid.invitations.errors.UnauthorizedCallback`,
    :class:`~connectid.invitations.errors.CallbackFailed` and :class:`~connectid.core.ratelimit.Throttled`.
    """
    _require(invite_code, token, longest=LONGEST_CODE)
    if not callbacks.is_trusted(callback_url):
        raise errors.UnauthorizedCallback
    ratelimit.spend(limits.CONFIRMATIONS_PER_ACCOUNT, str(account_id))
    try:
        hq.pick().confirm_invite(url=callback_url, invite_code=invite_code, token=token)
    except (Rejected, Unavailable) as error:
        log.warning("invitation_not_confirmed", reason=type(error).__name__)
        raise errors.CallbackFailed from error


def prune(*, at: datetime, batch: int = batches.BATCH) -> int:
    """Forget invitations whose link does not work any more; return how many that was."""
    return batches.delete(HqInvite.objects.filter(created_at__lte=at - queries.LIFETIME), batch=batch)


def _require(*texts: str, longest: int = LONGEST) -> None:
    if not all(0 < len(text.strip()) <= longest for text in texts):
        raise errors.InviteIncomplete


def _may_be_texted(phone_number: str, at: datetime) -> bool:
    """Count a text to the number, unless a limit refuses it; last in the caller's transaction, for it locks counters."""
    number = phone.parse(phone_number)
    if phone.is_fictitious(number):
        return False
    takings = [
        Taking(limits.TEXTS_PER_NUMBER, number.e164),
        Taking(texts_per_country(), str(number.country_code)),
        Taking(texts_in_all(), ""),
    ]
    with transaction.atomic():
        taken = counters.take(takings, at=at)
        transaction.set_rollback(not taken)  # a text that is not sent costs nobody anything
    if not taken:
        log.warning("invitation_not_texted", reason="limit")
    return taken


def _number(phone_number: str) -> str:
    """The number as it is kept; empty for what is none, which nobody has."""
    try:
        return phone.parse(phone_number).e164
    except UnparsablePhoneNumber:
        return ""
