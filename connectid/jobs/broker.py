"""The message broker, through Celery: how it is set up, and one connection to it.

A message is a list of job ids and means "somebody look at these". Everything else about a job is in its row.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.tasks import task_backends

if TYPE_CHECKING:
    from celery import Celery

RUN = "connectid.jobs.run"
"""Name of the one Celery task."""

CONNECT_SECONDS = 4.0
ANSWER_SECONDS = 10.0
"""How long the broker may take for an answer before the connection counts as broken."""


class BrokerUnavailable(Exception):
    """The broker cannot be reached, or did not take what it was given. ``reason`` is an exception's name."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@cache
def app() -> "Celery":
    """Return this process's Celery. Raises ``ImproperlyConfigured`` without ``CELERY_BROKER_URL``, or without Celery."""
    if not settings.CELERY_BROKER_URL:
        raise ImproperlyConfigured("CELERY_BROKER_URL is unset: there is no broker that could carry jobs")
    try:
        from celery import Celery
        from kombu import Queue
    except ImportError as error:
        raise ImproperlyConfigured(
            "CELERY_BROKER_URL needs the extra `celery`: uv sync --extra celery"
        ) from error
    # Without Celery's own care for Django: what a job needs of the database is done where it is run.
    celery = Celery("connectid", set_as_current=False, fixups=[])
    celery.conf.update(
        broker_url=settings.CELERY_BROKER_URL,
        broker_connection_timeout=CONNECT_SECONDS,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options=_transport_options(settings.CELERY_BROKER_URL),
        task_queues=[Queue(queue_name(queue), routing_key=queue_name(queue)) for queue in job_queues()],
        task_default_queue=queue_name(job_queues()[0]),
        task_create_missing_queues=False,
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        # The row outlives any broker: messages need not be kept through its restart, nor redelivered after a crash.
        task_default_delivery_mode="transient",
        task_acks_late=False,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        # Nothing but our queues: no events, no gossip, no replies to remote commands that nobody gives.
        worker_enable_remote_control=False,
    )

    @celery.task(name=RUN, shared=False)  # type: ignore[untyped-decorator]  # Celery ships no types
    def run(ids: list[int]) -> None:
        from connectid.jobs.published import run_published

        run_published(ids)

    return celery


def job_queues() -> tuple[str, ...]:
    """The queues of jobs."""
    return tuple(sorted(task_backends["default"].queues))


def queue_name(queue: str) -> str:
    """Return what a queue of jobs is called at the broker."""
    return f"{settings.CELERY_QUEUE_PREFIX}.{queue}"


class Broker:
    """One connection, for one thread; it opens when it is needed and, after a failure, anew."""

    def __init__(self) -> None:
        self._app = app()
        self._connection: Any = None

    def waiting(self, queue: str) -> int:
        """Return how many messages of a queue no worker has taken yet; makes the queue if there is none."""
        with self._failing_as_unavailable() as channel:
            known = self._app.amqp.queues[queue_name(queue)].bind(channel)
            known.declare()  # each time: somebody may have deleted it, and its messages would go nowhere
            return int(known.queue_declare().message_count)

    def publish(self, queue: str, ids: Sequence[int]) -> None:
        """Send a message; when this returns, the broker has it."""
        with self._failing_as_unavailable() as channel:
            self._app.send_task(
                RUN,
                args=(list(ids),),
                queue=queue_name(queue),
                producer=self._app.amqp.Producer(channel, auto_declare=False),
                retry=False,
                confirm_timeout=ANSWER_SECONDS,
            )

    def close(self) -> None:
        """Hang up."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):  # whatever it died of has been told already
                connection.release()

    @contextmanager
    def _failing_as_unavailable(self) -> Iterator[Any]:
        """Lend the channel; what goes wrong breaks the connection and is raised as :class:`BrokerUnavailable`."""
        from kombu.exceptions import KombuError

        if self._connection is None:
            self._connection = self._app.connection_for_write()
        opened = self._connection
        try:
            if not opened.connected:
                opened.ensure_connection(max_retries=1, timeout=CONNECT_SECONDS)
            yield opened.default_channel
        except (KombuError, OSError, *opened.connection_errors, *opened.channel_errors) as error:
            self.close()
            raise BrokerUnavailable(type(error).__name__) from error


def _transport_options(url: str) -> dict[str, Any]:
    """What makes a broker that is gone, or stuck, a failure in good time."""
    scheme = url.partition(":")[0]
    if scheme in ("amqp", "amqps", "pyamqp"):
        return {"confirm_publish": True}
    if scheme in ("redis", "rediss", "sentinel"):
        return {
            "global_keyprefix": f"{settings.CELERY_QUEUE_PREFIX}:",
            "socket_connect_timeout": CONNECT_SECONDS,
            "socket_timeout": ANSWER_SECONDS,
            "socket_keepalive": True,
        }
    return {}


def _forget(*, setting: str, **_: object) -> None:
    if setting in ("CELERY_BROKER_URL", "CELERY_QUEUE_PREFIX", "TASKS"):
        app.cache_clear()


setting_changed.connect(_forget)
