"""Messages of partner servers to many people: stored, pushed at once, and told what became of each."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import connection

from connectid.core import replicas, rows
from connectid.core.identifiers import new_ordered_uuid
from connectid.devices import queries as device_queries
from connectid.devices.queries import Recipient
from connectid.notifications import payloads
from connectid.notifications.models import Kind
from connectid.notifications.operations import pushing
from connectid.notifications.operations.pushing import Attempt
from connectid.providers.push import DeadAddress, Delivered, Outcome


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to some people. ``payload`` holds none of the names that are the notification's own.

    ``options`` are what stands around the payload: ``analytics_label``, and ``title`` and ``body`` where the phone's system is to
    show them by itself.
    """

    usernames: Sequence[str]
    payload: Mapping[str, str] = field(default_factory=dict, repr=False)
    options: Mapping[str, str] = field(default_factory=dict, repr=False)


class Status(StrEnum):
    """What partners hear of a recipient (contract 7.3)."""

    SUCCESS = "success"
    ERROR = "error"
    DEACTIVATED = "deactivated"


@dataclass(frozen=True, slots=True)
class Told:
    """What a message's sender hears of its recipients, each once, in the order in which they were named."""

    all_success: bool
    statuses: dict[str, Status]


def send(messages: Sequence[Outgoing], *, at: datetime, patience: float) -> list[Told]:
    """Store every message for everybody it is to who has an account, and push all at once; return what became of each.

    Within ``patience`` seconds: what is not finished by then is ``error``, and a job completes it. So it does where this process
    dies. At most seven statements, whatever the number of messages and people.
    """
    began = time.monotonic()
    usernames = {username for message in messages for username in message.usernames}
    recipients = device_queries.recipients_by_username(usernames)
    lease = at + pushing.LEASE
    stored = [_Stored(message, _found(message, recipients)) for message in messages]
    _store(stored, at=at, lease=lease)
    attempts = [attempt for one in stored for attempt in one.attempts(at)]
    left = patience - (time.monotonic() - began)
    outcomes = iter(pushing.attempt(attempts, lease=lease, deadline=max(0.0, left), by="request"))
    return [_told(one, outcomes) for one in stored]


@dataclass(frozen=True, slots=True)
class _Stored:
    """A message and its notifications, by recipient."""

    message: Outgoing
    notifications: dict[str, tuple[UUID, Recipient]]

    def attempts(self, at: datetime) -> list[Attempt]:
        """The pushes to those whose phone has an address."""
        return [
            Attempt(
                notification_id=pk,
                created_at=at,
                attempts=1,
                registration_id=recipient.registration_id,
                push=pushing.compose(
                    notification_id=pk,
                    kind=Kind.CONNECT,
                    created_at=at,
                    payload=dict(self.message.payload),
                    options=dict(self.message.options),
                    address=recipient.token,
                ),
            )
            for pk, recipient in self.notifications.values()
            if recipient.registration_id is not None
        ]


def _found(message: Outgoing, recipients: Mapping[str, Recipient]) -> dict[str, tuple[UUID, Recipient]]:
    return {
        username: (new_ordered_uuid(), recipients[username])
        for username in dict.fromkeys(message.usernames)
        if username in recipients
    }


def _store(stored: Sequence[_Stored], *, at: datetime, lease: datetime) -> None:
    """Insert the notifications, under our lease where there is something to push. One statement; a payload travels once."""
    notifications: list[dict[str, Any]] = [
        {
            "id": str(rows.stored_identifier(pk)),
            "account_id": recipient.account_id,
            "message": place,
            "is_pushed": recipient.registration_id is not None,
        }
        for place, one in enumerate(stored)
        for pk, recipient in one.notifications.values()
    ]
    if not notifications:
        return
    texts = [
        {
            "message": place,
            "payload": payloads.stored(one.message.payload),
            "options": json.dumps(dict(one.message.options)) if one.message.options else "",
        }
        for place, one in enumerate(stored)
        if one.notifications
    ]
    message = rows.given("message", message="integer", payload="text", options="text")
    told = rows.given("told", id="uuid", account_id="bigint", message="integer", is_pushed="boolean")
    moment = rows.as_moment()
    sql = f"""
    WITH {message}, {told}
    INSERT INTO notifications_notification
           (id, account_id, kind, payload, created_at, push_due_at, push_attempts, push_options)
    SELECT told.id, told.account_id, '{Kind.CONNECT.value}', message.payload, {moment},
           CASE WHEN told.is_pushed THEN {moment} END, CASE WHEN told.is_pushed THEN 1 ELSE 0 END, message.options
      FROM told JOIN message ON message.message = told.message
    """  # noqa: S608 - names of our own
    parameters = [
        json.dumps(texts),
        json.dumps(notifications),
        rows.stored_moment(at),
        rows.stored_moment(lease),
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
    replicas.wrote({told["account_id"] for told in notifications})


def _told(stored: _Stored, outcomes: Any) -> Told:
    """Judge the recipients of one message; ``outcomes`` goes on to the next one's."""
    statuses: dict[str, Status] = {}
    all_success = True
    for username in dict.fromkeys(stored.message.usernames):
        found = stored.notifications.get(username)
        if found is None:
            statuses[username], all_success = Status.DEACTIVATED, False
        elif found[1].registration_id is None:
            statuses[username] = (
                Status.DEACTIVATED
            )  # stored, for a phone that has no address yet: a success (contract 7.3)
        else:
            statuses[username] = _status(next(outcomes))
            all_success &= statuses[username] == Status.SUCCESS
    return Told(all_success, statuses)


def _status(outcome: Outcome) -> Status:
    match outcome:
        case Delivered():
            return Status.SUCCESS
        case DeadAddress("unregistered"):
            return Status.DEACTIVATED
        case _:
            return Status.ERROR
