"""Jobs of signing in."""

from connectid.core import clock
from connectid.jobs import task
from connectid.signin.operations import pruning, sending


@task(priority=50, max_attempts=8, backoff_base=5, backoff_cap=120)  # somebody waits for it
def send_code(sign_in_id: int) -> None:
    """Have a code sent to the number, if it has an account."""
    sending.send_code(sign_in_id=sign_in_id)


@task
def prune() -> None:
    """Every hour: forget sign-ins and sessions that expired, and consents that no longer count."""
    pruning.prune(at=clock.now())
