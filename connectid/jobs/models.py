"""The job table, and the next tick of every schedule.

Jobs that succeed are deleted when they are acknowledged: the table holds what is still to be done, so it stays small and
its indexes hot however long the server runs. Jobs that failed for good stay, with their cause, until they are replayed or
their retention ends.
"""

from django.db import models
from django.db.models import F, Q


class State(models.TextChoices):
    """Where a job stands."""

    READY = "ready"
    RUNNING = "running"
    FAILED = "failed"


class Job(models.Model):
    """One call of a task that is still to be done, or that failed for good.

    ``run_at`` is the earliest moment at which a worker may take the job: the time its caller chose, its next retry, or,
    while a worker runs it, the end of that worker's lease; while its id is with a broker, the end of our trust in that. One
    column for all makes the takeover of a dead worker's job, and of a lost message's, the ordinary claim on the ordinary index.
    """

    id = models.BigAutoField(primary_key=True)
    task = models.CharField(max_length=200, help_text="Dotted path of the task.")
    args = models.JSONField(default=list)
    kwargs = models.JSONField(default=dict)
    queue = models.CharField(max_length=50)
    priority = models.SmallIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State.choices, default=State.READY)
    run_at = models.DateTimeField(
        help_text="When it may be taken; while it runs, when its worker's lease ends."
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField()
    worker = models.CharField(max_length=100, blank=True, default="")
    with_broker_since = models.DateTimeField(
        null=True, blank=True, help_text="When it became due, while its id is with a message broker."
    )
    unique_key = models.CharField(max_length=200, blank=True, default="")
    error_class = models.CharField(max_length=200, blank=True, default="")
    error = models.CharField(
        max_length=300, blank=True, default="", help_text="What the last attempt died of."
    )
    created_at = models.DateTimeField()
    failed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="jobs_job_state_known"),
            models.CheckConstraint(
                condition=Q(state=State.FAILED, failed_at__isnull=False)
                | (~Q(state=State.FAILED) & Q(failed_at__isnull=True)),
                name="jobs_job_failed_at_iff_failed",
            ),
            models.UniqueConstraint(
                fields=["task", "unique_key"],
                condition=Q(state=State.READY) & ~Q(unique_key=""),
                name="jobs_job_one_waiting_per_key",
            ),
        ]
        indexes = [
            # The claim: within a queue, the most urgent first, then the longest due. Dead letters are not in it.
            models.Index(
                F("queue"), F("priority").desc(), F("run_at"), F("id"),
                condition=~Q(state=State.FAILED), name="jobs_job_claim",
            ),
            models.Index(fields=["failed_at"], condition=Q(state=State.FAILED), name="jobs_job_dead"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.task} #{self.pk}"


class ScheduleEntry(models.Model):
    """The next tick of one entry of the schedule; the worker that moves ``due_at`` on enqueues the task."""

    name = models.CharField(primary_key=True, max_length=200)
    cron = models.CharField(max_length=100)
    due_at = models.DateTimeField()
    enqueued_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "schedule entries"

    def __str__(self) -> str:
        return self.name
