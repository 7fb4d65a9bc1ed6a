"""Jobs of verification."""

from django.tasks import task

from connectid.core import clock
from connectid.verification import breaker, delivery, pruning


@task
def send_challenge(challenge_id: int) -> None:
    """Hand the challenge's code to the provider."""
    delivery.deliver(challenge_id=challenge_id, at=clock.now())


@task
def judge_breaker() -> None:
    """Every minute: look for guessing over many numbers."""
    breaker.judge(at=clock.now())


@task
def prune() -> None:
    """Every night: forget what is old."""
    pruning.prune(at=clock.now())
