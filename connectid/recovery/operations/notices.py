"""Telling the owner of an account what happened to it, where somebody else may have done it."""

import structlog

from connectid.accounts.models import Account
from connectid.providers import email
from connectid.providers.errors import Rejected

log = structlog.get_logger(__name__)

MOVED_SUBJECT = "Your PersonalID account was moved to another phone"
MOVED_TEXT = (
    "Your PersonalID account was opened on another phone. It no longer works on the former phone.\n\n"
    "If this was you, there is nothing to do. If it was not, somebody knows your backup code or reads your messages: ask the support of your programme"
    " to lock the account.\n"
)


def tell_of_move(*, account_id: int) -> None:
    """Mail the owner of a recovered account (safety: recovery notifies). Raises ``Unavailable``, for the job to be retried.

    The mail names nobody and nothing of the account, since an address may have come into other hands.
    """
    address = Account.objects.filter(pk=account_id, is_active=True).values_list("email", flat=True).first()
    if not address:
        return
    try:
        email.pick().send(to=address, subject=MOVED_SUBJECT, text=MOVED_TEXT)
    except Rejected as rejected:
        log.warning("notice_rejected", account_id=account_id, reason=rejected.reason)
