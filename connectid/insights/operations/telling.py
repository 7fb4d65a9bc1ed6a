"""What analytics is told: who enrolled, who recovered, how much was awarded; only where an operator wants it."""

from datetime import datetime

from connectid.core import events
from connectid.insights import tasks
from connectid.insights.pseudonyms import ANALYTICS, pseudonym
from connectid.providers import analytics
from connectid.providers.analytics import Occurrence


def on_enrolled(event: events.AccountEnrolled) -> None:
    """Somebody has an account."""
    _later("account_enrolled", event.account_id, {"invited": "yes" if event.is_invited else "no"}, event.at)


def on_recovered(event: events.AccountRecovered) -> None:
    """Somebody has their account on another phone."""
    _later("account_recovered", event.account_id, {}, event.at)


def on_awarded(event: events.CredentialsAwarded) -> None:
    """Credentials were given."""
    _later("credentials_awarded", None, {"awards": event.awards}, event.at)


def _later(name: str, account_id: int | None, details: dict[str, str | int], at: datetime) -> None:
    """Enqueue, in the transaction of what happened; no statement where analytics is off."""
    if analytics.is_on():
        tasks.tell_analytics.enqueue(name, at.isoformat(), account_id, details)


def tell(*, name: str, at: datetime, account_id: int | None, details: dict[str, str | int]) -> None:
    """Tell the service, with a pseudonym and nothing else of the person. Nothing, where it was switched off meanwhile."""
    if not analytics.is_on():
        return
    person = "" if account_id is None else pseudonym(account_id, purpose=ANALYTICS)
    analytics.pick().tell(Occurrence(name, at, person, details))
