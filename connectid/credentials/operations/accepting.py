"""Accepting what a text's link offers."""

from datetime import datetime
from uuid import UUID

from connectid.credentials.models import Award


def accept(*, invite_id: UUID, at: datetime) -> int:
    """Accept every award of the link that stands and was not accepted yet; return how many. One statement."""
    open_ones = Award.objects.filter(
        invite_id=invite_id, revoked_at=None, accepted_at=None, account__is_active=True
    )
    return open_ones.update(accepted_at=at)
