"""Messages of partners to many people, over HTTP: from the request until FCM took the last push and the outcomes are stored."""

import base64
import contextlib
import http.client
import json
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from benchmarks import fake_fcm, server
from benchmarks.report import Figure

IN_FLIGHT = 100
"""At once, at least, of one call to :data:`SMALL` people."""
SLOW = 0.4
"""Seconds of an answer while they are counted: long enough to send a hundred before the first answer comes, on any machine."""

SMALL = 200
LARGE = 10_000
PATH = "/messaging/send_bulk/"
DATA = {
    "action": "ccc_generic_opportunity",
    "title": "Title",
    "body": "A body of some length, as usual.",
    "opportunity_uuid": "3e6a7c52-2b8e-4f8b-9a36-0c0f3c6f1a11",
    "key": "task_assignment",
}


def figures(environment: dict[str, str]) -> Iterator[Figure]:
    """Measure one server whose FCM answers after :data:`fake_fcm.LATENCY`."""
    headers, usernames = _prepare()
    from connectid.providers.push.fcm_requests import BATCH_IN_FLIGHT

    ideal = LARGE * fake_fcm.LATENCY / BATCH_IN_FLIGHT
    to_all: list[dict[str, object]] = [{"usernames": usernames, "data": DATA}]
    to_each: list[dict[str, object]] = [{"usernames": [name], "data": DATA} for name in usernames]
    with fake_fcm.running() as chosen, server.running(environment | chosen) as running:
        for _ in range(2 * server.WORKERS):  # connections and access tokens of every worker
            _send(running, headers, to_each[:SMALL])
        small = min(_send(running, headers, to_each[:SMALL]) for _ in range(3))
        yield Figure(f"send_bulk to {SMALL} people, each push answered after 40 ms", small, "s", goal=0.5)
        yield Figure(
            f"the same {SMALL}: statements", _statements(chosen, headers, to_each[:SMALL]), "", goal=8
        )
        fake_fcm.answer_after(chosen, SLOW)
        _send(running, headers, to_each[:SMALL])
        most = fake_fcm.answer_after(chosen, fake_fcm.LATENCY)
        yield Figure(f"the same {SMALL}: pushes in flight", most, "", goal=IN_FLIGHT, bound="at least")
        before = running.largest_worker_mb()
        large = min(_send(running, headers, to_all) for _ in range(2))
        yield Figure(f"send_bulk of one message to {LARGE} people", large, "s")
        yield Figure(
            f"the same, over what {BATCH_IN_FLIGHT} in flight could do", large / ideal, "x", goal=1.3
        )
        apart = min(_send(running, headers, to_each) for _ in range(2))
        yield Figure(f"send_bulk of {LARGE} messages to one each", apart, "s")
        first = running.largest_worker_mb()
        for _ in range(4):
            _send(running, headers, to_each)
        last = running.largest_worker_mb()
    yield Figure(
        "memory that the largest worker grew by, the first four times", first - before, "MB", goal=150
    )
    yield Figure("and the next four times", last - first, "MB", goal=50)


def _prepare() -> tuple[dict[str, str], list[str]]:
    import django

    django.setup()
    from connectid.accounts.models import Account, new_subject
    from connectid.devices.models import PushRegistration
    from connectid.devices.queries import token_digest
    from connectid.oauth.operations import clients

    accounts = Account.objects.bulk_create(Account(username=new_subject()) for _ in range(LARGE))
    PushRegistration.objects.bulk_create(
        PushRegistration(
            account=one, token=f"{one.username}:{'x' * 140}", token_digest=token_digest(one.username)
        )
        for one in accounts
    )
    made = clients.create_client(name="Connect", grant="client-credentials", permissions=("send",))
    secret = base64.b64encode(f"{made.client_id}:{made.client_secret}".encode()).decode()
    return {"Authorization": f"Basic {secret}", "Content-Type": "application/json"}, [
        one.username for one in accounts
    ]


def _statements(chosen: dict[str, str], headers: dict[str, str], messages: list[dict[str, object]]) -> int:
    """Of one request, all that it runs: answered within this process, where they can be counted."""
    from django.test import override_settings

    from benchmarks.fleet.crew import request_text
    from benchmarks.hot.costs import statements_of
    from connectid.providers import push

    text = request_text("POST", PATH, headers["Authorization"], json.dumps({"messages": messages}))
    with override_settings(**chosen), contextlib.closing(push.pick()):
        statements_of(text, expected=200)  # what a process asks once
        return len(statements_of(text, expected=200))


def _send(running: server.Server, headers: dict[str, str], messages: list[dict[str, object]]) -> float:
    address = urlsplit(running.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
    body = json.dumps({"messages": messages})
    began = time.perf_counter()
    connection.request("POST", PATH, body=body, headers=headers)
    response = connection.getresponse()
    answer = json.loads(response.read())
    seconds = time.perf_counter() - began
    connection.close()
    if not (response.status == 200 and answer["all_success"]):
        raise RuntimeError(f"{PATH}: {response.status}, not every push was taken")
    return seconds
