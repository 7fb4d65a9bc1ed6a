"""Jobs of verification."""

from connectid.core import clock
from connectid.jobs import task
from connectid.verification import breaker, delivery, pruning


# Somebody waits for the code and it soon expires: before other jobs, and again quickly.
@task(priority=50, max_attempts=8, backoff_base=5, backoff_cap=120, timeout=60)
def send_challenge(challenge_id: int) -> None:
    """Hand the challenge's code to the provider."""
    delivery.deliver(challenge_id=challenge_id, at=clock.now())


@task(max_attempts=1)  # the next minute brings the next one
def judge_breaker() -> None:
    """Every minute: look for guessing over many numbers."""
    breaker.judge(at=clock.now())


@task
def prune() -> None:
    """Every night: forget what is old."""
    pruning.prune(at=clock.now())
