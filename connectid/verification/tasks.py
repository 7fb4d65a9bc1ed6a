"""Jobs of verification."""

from django.tasks import task

from connectid.core import clock
from connectid.verification import delivery


@task
def send_challenge(challenge_id: int) -> None:
    """Hand the challenge's code to the provider."""
    delivery.deliver(challenge_id=challenge_id, at=clock.now())
