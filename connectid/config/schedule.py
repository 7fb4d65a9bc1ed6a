"""What runs at fixed times. Times are UTC; every entry is enqueued once per tick, however many workers there are."""

from connectid.accounts import tasks as accounts
from connectid.dashboard import tasks as dashboard
from connectid.devices import tasks as devices
from connectid.directory import tasks as directory
from connectid.enrollment import tasks as enrollment
from connectid.insights import tasks as insights
from connectid.integrity import tasks as integrity
from connectid.invitations import tasks as invitations
from connectid.jobs import tasks as jobs
from connectid.jobs.schedule import Scheduled
from connectid.messaging import tasks as messaging
from connectid.notifications import tasks as notifications
from connectid.oauth import tasks as oauth
from connectid.payments import tasks as payments
from connectid.recovery import tasks as recovery
from connectid.signin import tasks as signin
from connectid.verification import tasks as verification

SCHEDULE: tuple[Scheduled, ...] = (
    Scheduled(cron="23 3 * * *", task=jobs.discard_dead_letters),
    Scheduled(cron="41 * * * *", task=integrity.prune),
    Scheduled(cron="13 3 * * *", task=enrollment.prune_sessions),
    Scheduled(cron="43 3 * * *", task=enrollment.prune_unproven_accounts),
    Scheduled(cron="53 3 * * *", task=devices.prune_push_addresses),
    Scheduled(cron="18 3 * * *", task=recovery.prune_sessions),
    Scheduled(cron="33 3 * * *", task=verification.prune),
    Scheduled(cron="51 * * * *", task=signin.prune),
    Scheduled(cron="48 3 * * *", task=accounts.prune),
    Scheduled(cron="58 3 * * *", task=devices.prune),
    Scheduled(cron="7 * * * *", task=oauth.prune),
    Scheduled(cron="3 4 * * *", task=directory.prune),
    Scheduled(cron="8 4 * * *", task=payments.prune),
    Scheduled(cron="12 4 * * *", task=invitations.prune),
    Scheduled(cron="* * * * *", task=verification.judge_breaker),
    Scheduled(cron="*/5 * * * *", task=recovery.lift_expired_locks),
    # Seconds first. What a dead worker left is on its way within a minute and a half: its lease, and this.
    Scheduled(cron="*/20 * * * * *", task=messaging.relay_waiting),
    Scheduled(cron="*/5 * * * *", task=dashboard.refresh),
    Scheduled(cron="38 4 * * *", task=dashboard.settle),
    Scheduled(cron="* * * * *", task=notifications.push_waiting),
    # Each person hourly at most; six times an hour, so that nobody waits for an hour more where a run came early.
    Scheduled(cron="*/10 * * * *", task=notifications.remind),
    Scheduled(cron="28 3 * * *", task=notifications.prune),
    Scheduled(cron="38 3 * * *", task=messaging.prune),
    Scheduled(cron="*/5 * * * *", task=insights.count),
    Scheduled(cron="18 4 * * *", task=insights.reconcile_counts),
    Scheduled(cron="33 1 * * *", task=insights.export),
    Scheduled(cron="22 4 * * *", task=insights.prune),
)
