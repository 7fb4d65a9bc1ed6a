"""What partners are to be told, stored beside what made it necessary."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from connectid.jobs.backend import enqueue_many
from connectid.messaging import tasks
from connectid.messaging.models import Callback, CallbackKind


@dataclass(frozen=True, slots=True)
class NewCallback:
    """A call to be made: ``body`` is the JSON text whose bytes are signed and sent."""

    channel_id: UUID
    kind: CallbackKind
    body: str
    message_id: UUID | None = None


def queue(new: Sequence[NewCallback], *, at: datetime) -> None:
    """Store the calls and wake the relay of their channels: two statements, in the caller's transaction."""
    wake_all(store(new, at=at))


def store(new: Sequence[NewCallback], *, at: datetime) -> list[UUID]:
    """Store the calls; return the channels whose relay is to be woken, by the caller, who may have others to wake as well."""
    Callback.objects.bulk_create(
        Callback(
            channel_id=callback.channel_id,
            message_id=callback.message_id,
            kind=callback.kind,
            body=callback.body,
            due_at=at,
            created_at=at,
        )
        for callback in new
    )
    return [callback.channel_id for callback in new]


def wake(channel_ids: Sequence[UUID]) -> None:
    """Have the relay look at these channels; while it is about to, nothing is added. One statement."""
    enqueue_many(
        tasks.relay_channel.using(unique_key=str(channel_id)).prepare(str(channel_id))
        for channel_id in channel_ids
    )


def wake_all(channel_ids: Sequence[UUID]) -> None:
    """The same for any number, none included; one statement for every thousand."""
    if channel_ids:
        wake(sorted(set(channel_ids)))


def wake_partner(server_id: int) -> None:
    """Have every channel of a partner looked at that has something for it. One statement."""
    tasks.relay_partner.using(unique_key=str(server_id)).enqueue(server_id)


def wake_at(channel_id: UUID, moment: datetime) -> None:
    """Have the relay look at the channel at a later moment, beside whatever wakes it before."""
    key = f"{channel_id} {moment:%Y-%m-%dT%H:%M:%S}"
    tasks.relay_channel.using(unique_key=key, run_after=moment).enqueue(str(channel_id))
