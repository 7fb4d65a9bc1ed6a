"""Writes about browser sessions: beginning one, ending one, forgetting old ones."""

from datetime import datetime, timedelta

from django.conf import settings

from connectid.core import batches, secrets
from connectid.oauth.models import BrowserSession
from connectid.oauth.queries.browser_sessions import BROWSER_SESSION


def start(*, account_id: int, at: datetime) -> str:
    """Begin a session of the account and return its key, never to be seen again. One statement.

    Call it inside the transaction that holds the account active, so that no session outlives the account's closing.
    """
    key = secrets.new_urlsafe_token(32)
    BrowserSession.objects.create(
        account_id=account_id,
        key_digest=secrets.digest(key, purpose=BROWSER_SESSION),
        authenticated_at=at,
        expires_at=at + timedelta(seconds=settings.BROWSER_SESSION_LIFETIME),
    )
    return key


def hold(*, session_id: int) -> bool:
    """Hold account and session to the end of the transaction; False where either ended. One statement.

    Whoever issues what must not outlive them calls this first. The account's row is locked first, as everywhere.
    """
    live = BrowserSession.objects.filter(pk=session_id, account__is_active=True)
    held = live.select_for_update(of=("account", "self"), no_key=True).select_related("account")
    return held.only("pk", "account__id").first() is not None


def end(*, key: str) -> None:
    """End the session that ``key`` opens, if there is one. One statement."""
    BrowserSession.objects.filter(key_digest__in=secrets.digests(key, purpose=BROWSER_SESSION)).delete()


def prune(*, at: datetime) -> int:
    """Delete sessions that expired, in batches; return how many."""
    return batches.delete(BrowserSession.objects.filter(expires_at__lte=at))
