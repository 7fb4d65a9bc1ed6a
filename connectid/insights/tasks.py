"""Jobs of insights."""

from connectid.insights.operations import counting
from connectid.jobs import task


@task(unique_key="insights.count")
def count() -> None:
    """Every five minutes: make part of the monthly counts what changed since."""
    counting.roll_up()


@task
def reconcile_counts() -> None:
    """Every night: compare the monthly counts with the accounts, and mend them."""
    counting.reconcile()
