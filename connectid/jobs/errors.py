"""How a run ends badly: what a task may raise, and what a worker concludes by itself."""


class GiveUp(Exception):
    """Raised by a task that cannot succeed however often it runs; the job goes to the dead letters at once.

    ``reason`` is stored and shown to operators, so it is a phrase of our own and never holds a personal fact.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class DeadlineExceeded(GiveUp):
    """The job was not done within its task's ``deadline``; running it now would be of no use to anybody."""

    def __init__(self) -> None:
        super().__init__("not done before its deadline")


class WorkerLost(GiveUp):
    """Every permitted attempt ended with the worker gone and its lease expired, as when the job exhausts the memory."""

    def __init__(self) -> None:
        super().__init__("the last worker that ran it disappeared")


class TimedOut(Exception):
    """The run took longer than its task's ``timeout``; the worker no longer waits for it."""

    reason = "ran longer than its timeout"


class UnknownTask(Exception):
    """The job names no task of this release. It is retried: a worker of a newer release may know it."""

    reason = "no such task in this release"
