"""Jobs of enrolment."""

from connectid.core import clock
from connectid.enrollment.operations import configuration, registration, sessions
from connectid.jobs import task


@task(max_attempts=5)
def refine_country(session_id: int) -> None:
    """Refine a session's country by the remote geocoder."""
    configuration.refine_country(session_id=session_id)


@task(max_attempts=3)
def look_up_line(session_id: int) -> None:
    """Look up what kind of line a session's number is."""
    configuration.look_up_line(session_id=session_id)


@task
def prune_sessions() -> None:
    """Delete sessions that expired long ago."""
    sessions.prune(at=clock.now())


@task
def prune_unproven_accounts() -> None:
    """Delete accounts that never proved their number and are not in use."""
    registration.prune(at=clock.now())
