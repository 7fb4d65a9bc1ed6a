"""Reads of invitations."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from connectid.invitations import links
from connectid.invitations.models import HqInvite

LIFETIME = timedelta(days=30)
"""How long a link works, and how long its row is kept."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the page of a link shows: who invites whom, and where the app is opened with it."""

    hq_domain: str
    hq_username: str
    app_link: str


def invitation(key: str, *, at: datetime) -> Invitation | None:
    """Return the invitation that a link names, while it works; one statement, none for a link that we did not make."""
    invite_id = links.invite_of(key)
    if invite_id is None:
        return None
    known = HqInvite.objects.filter(pk=invite_id, created_at__gt=at - LIFETIME, account__is_active=True)
    invite = known.select_related("account").first()
    if invite is None:
        return None
    parameters = {
        "callback_url": invite.callback_url,
        "hq_username": invite.hq_username,
        "hq_domain": invite.hq_domain,
        "invite_code": invite.invite_code,
        "connect_username": invite.account.username,
    }
    return Invitation(invite.hq_domain, invite.hq_username, links.app_link(parameters))
