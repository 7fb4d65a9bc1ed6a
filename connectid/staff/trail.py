"""Writing the audit trail."""

from django.db.models import Model
from django.http import HttpRequest

from connectid.core import clock, secrets
from connectid.staff.models import REASON_LENGTH, AuditEntry
from connectid.web.client_address import client_address

ADDRESS = "staff address"
"""Purpose under which addresses are digested."""

_RECORDED = "is_on_record"


def record(
    request: HttpRequest,
    action: str,
    *,
    target: Model | None = None,
    reason: str = "",
    detail: str = "",
    staff: str = "",
) -> None:
    """Add one entry about what this request does; one statement. ``staff`` is who, where nobody is signed in."""
    label = target._meta.label_lower if target is not None else ""
    key = str(target.pk) if target is not None else ""
    add(request, action, label, key, str(target or ""), reason=reason, detail=detail, staff=staff)


def add(
    request: HttpRequest,
    action: str,
    target_type: str,
    target_id: str,
    target: str,
    *,
    reason: str = "",
    detail: str = "",
    staff: str = "",
) -> None:
    """The same for a target that is only known by name."""
    AuditEntry.objects.create(
        at=clock.now(),
        staff=(staff or request.user.get_username())[:150],
        action=action,
        target_type=target_type,
        target_id=target_id[:100],
        target=target[:200],
        reason=reason[:REASON_LENGTH],
        detail=detail,
        address_digest=address_digest(request),
    )
    setattr(request, _RECORDED, True)


def is_recorded(request: HttpRequest) -> bool:
    """Whether what this request does is on record already."""
    return getattr(request, _RECORDED, False)


def address_digest(request: HttpRequest) -> str:
    """What stands for the client's address: the same for the same one, and not to be turned back without the key."""
    return secrets.digest(str(client_address(request) or "unknown"), purpose=ADDRESS)
