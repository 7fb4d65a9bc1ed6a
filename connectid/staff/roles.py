"""What members of staff may do: a role is one of Django's groups, whose permissions are written here and nowhere else."""

from collections.abc import Iterable
from enum import StrEnum

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

_SEEN_OF_A_WORKER = (
    *("accounts.view_account", "devices.view_device", "devices.view_pushregistration"),
    *("enrollment.view_enrollmentsession", "recovery.view_recoverysession", "verification.view_challenge"),
    *("verification.view_counter", "messaging.view_channel", "messaging.view_message"),
    *("notifications.view_notification", "oauth.view_accesstoken", "oauth.view_refreshtoken"),
    *("oauth.view_browsersession", "signin.view_consent", "integrity.view_integrityreport"),
    *("credentials.view_award", "payments.view_paymentnumber", "payments.view_judgement"),
    "invitations.view_hqinvite",
)
_SEEN_OF_PARTNERS = (
    *("oauth.view_client", "messaging.view_messageserver", "messaging.view_callback"),
    *("credentials.view_issuer", "waffle.view_switch", "jobs.view_job", "jobs.view_scheduleentry"),
    *("oauth.view_signingkey", "verification.view_breaker"),
)


class Role(StrEnum):
    """A job that somebody has."""

    SUPPORT = "support"
    OPERATOR = "operator"
    AUDITOR = "auditor"


PERMISSIONS: dict[Role, tuple[str, ...]] = {
    # Helps one worker at a time. Sees no partner's credentials, and whole numbers only with a reason.
    Role.SUPPORT: (
        *_SEEN_OF_A_WORKER,
        *("staff.lock_worker", "staff.unlock_worker", "staff.reverify_worker", "staff.reveal_worker"),
    ),
    # Runs the server and its partners; has nothing to do with workers' numbers.
    Role.OPERATOR: (
        *_SEEN_OF_A_WORKER,
        *_SEEN_OF_PARTNERS,
        *("oauth.add_client", "oauth.change_client", "messaging.add_messageserver"),
        *("messaging.change_messageserver", "credentials.add_issuer", "credentials.change_issuer"),
        *("waffle.change_switch", "jobs.change_job", "staff.lock_worker", "staff.unlock_worker"),
        *("staff.deactivate_worker", "staff.reverify_worker", "dashboard.view_tally"),
    ),
    # Looks at what the others did, and changes nothing.
    Role.AUDITOR: (
        *_SEEN_OF_A_WORKER,
        *_SEEN_OF_PARTNERS,
        *("staff.view_auditentry", "staff.export_auditentry", "admin.view_logentry"),
        *("dashboard.view_tally", "auth.view_group"),
    ),
}


def write() -> None:
    """Make every role's group what it is here; safe to repeat, as after an upgrade."""
    for role, names in PERMISSIONS.items():
        group, _ = Group.objects.get_or_create(name=role.value)
        group.permissions.set(_named(names))


def _named(names: Iterable[str]) -> list[Permission]:
    wanted = Q(pk=None)
    for name in names:
        app, _, codename = name.partition(".")
        wanted |= Q(content_type__app_label=app, codename=codename)
    return list(Permission.objects.filter(wanted))
