"""Jobs of payments."""

from connectid.core import clock
from connectid.jobs import task
from connectid.payments.operations import numbers, telling


@task(max_attempts=10)
def look_up_carrier(number_id: int) -> None:
    """Ask whose line a payment number is."""
    telling.look_up_carrier(number_id=number_id)


@task(max_attempts=10)
def tell_former_number(number_id: int) -> None:
    """Text the former payment number that another one will take its place."""
    telling.tell_former_number(number_id=number_id, at=clock.now())


@task
def prune() -> None:
    """Every night: forget payment numbers that nobody proved."""
    numbers.prune(at=clock.now())
