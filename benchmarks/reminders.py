"""Reminders of messages that phones did not fetch: how many pushes and statements a thousand messages cost."""

from collections.abc import Iterator
from datetime import timedelta

from benchmarks.report import Figure

PEOPLE = 100
EACH = 10


def figures() -> Iterator[Figure]:
    """Count; the sandbox takes the pushes, in two statements that are not counted."""
    import django

    django.setup()
    from connectid.accounts.models import Account, new_subject
    from connectid.core import clock
    from connectid.core.identifiers import new_ordered_uuid
    from connectid.devices.models import PushRegistration
    from connectid.devices.queries import token_digest
    from connectid.notifications.models import Kind, Notification
    from connectid.notifications.operations import reminders
    from connectid.web.query_budget import counted

    now = clock.now()
    accounts = Account.objects.bulk_create(Account(username=new_subject()) for _ in range(PEOPLE))
    PushRegistration.objects.bulk_create(
        PushRegistration(account=one, token=f"r-{one.pk}", token_digest=token_digest(f"r-{one.pk}"))
        for one in accounts
    )
    Notification.objects.bulk_create(
        Notification(
            account=one,
            kind=Kind.MESSAGING,
            payload="{}",
            message_id=new_ordered_uuid(),
            created_at=now - timedelta(hours=2),
        )
        for one in accounts
        for _ in range(EACH)
    )
    with counted() as sent:
        pushed = reminders.remind(at=now)
    statements = sum(times for sql, times in sent.by_text.items() if "sandbox_sandboxmessage" not in sql)
    yield Figure(f"{PEOPLE * EACH} unread messages of {PEOPLE} people: pushes", pushed, "", goal=100)
    yield Figure("the same: statements", statements, "", goal=8)
