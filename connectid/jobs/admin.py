"""Jobs in the admin: what waits, what runs, what failed and why. Dead letters can be replayed or discarded."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from connectid.core import clock
from connectid.jobs import operations
from connectid.jobs.models import Job, ScheduleEntry
from connectid.web.admin_pages import ReadOnlyAdmin


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin[Job]):
    """Arguments are shown: they are ids, by the rule that tasks take nothing else."""

    list_display = ("id", "task", "queue", "state", "runs", "run_at", "failed_at", "error_class", "error")
    list_filter = ("state", "queue", "task", "error_class")
    search_fields = ("task", "unique_key", "error_class")
    ordering = ("-id",)
    show_full_result_count = False
    actions = ("replay", "discard")

    @admin.display(description="attempts")
    def runs(self, job: Job) -> str:
        """Attempts so far, of those permitted."""
        return f"{job.attempts}/{job.max_attempts}"

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Replaying and discarding need Django's permission to change jobs."""
        return request.user.has_perm("jobs.change_job")

    @admin.action(description="Replay selected dead letters", permissions=["operate"])
    def replay(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Let the dead letters among the selected jobs run again."""
        count = operations.replay(ids=list(queryset.values_list("pk", flat=True)), at=clock.now())
        self.message_user(request, f"{count} jobs will run again.", messages.SUCCESS)

    @admin.action(description="Discard selected dead letters", permissions=["operate"])
    def discard(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Delete the dead letters among the selected jobs."""
        count = operations.discard(ids=list(queryset.values_list("pk", flat=True)))
        self.message_user(request, f"{count} dead letters were discarded.", messages.SUCCESS)


@admin.register(ScheduleEntry)
class ScheduleEntryAdmin(ReadOnlyAdmin[ScheduleEntry]):
    """When each scheduled task runs next."""

    list_display = ("name", "cron", "due_at", "enqueued_at")
    ordering = ("due_at",)
