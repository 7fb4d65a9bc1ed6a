"""Jobs of recovery."""

from connectid.core import clock
from connectid.jobs import task
from connectid.recovery.operations import lifting, notices, sessions


# Somebody waits for the code: before other jobs, and again quickly.
@task(priority=50, max_attempts=8, backoff_base=5, backoff_cap=120)
def send_code(session_id: int) -> None:
    """Have the code texted that proves a recovery session's number."""
    sessions.send_code(session_id=session_id, at=clock.now())


@task
def prune_sessions() -> None:
    """Delete recovery sessions that ended long ago."""
    sessions.prune(at=clock.now())


@task(max_attempts=1)  # the next tick brings the next one
def lift_expired_locks() -> None:
    """End locks for wrong backup codes whose time has come."""
    lifting.lift_expired(at=clock.now())


@task(max_attempts=10)
def tell_of_move(account_id: int) -> None:
    """Mail an account's owner that the account moved to another phone."""
    notices.tell_of_move(account_id=account_id)
