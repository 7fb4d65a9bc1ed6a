"""What partner servers ask about an access token: userinfo and introspection."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks import load, server
from benchmarks.report import Figure

REQUESTS = 4000
TOKENS = 20_000
"""In the table, so that an index is needed."""


@dataclass(frozen=True)
class Asked:
    """A request: headers, and the form of a POST."""

    name: str
    path: str
    headers: dict[str, str]
    body: str | None = None


def figures(environment: dict[str, str]) -> Iterator[Figure]:
    """Measure both in one run of one server."""
    both = _prepare()
    with server.running(environment) as running:
        for asked in both:
            seconds = _measure(running, asked)
            yield Figure(f"{asked.name}: statements per request", _statements(asked), "", goal=2)
            yield Figure(f"{asked.name}: application CPU per request", seconds * 1000, "ms", goal=1.0)


def _prepare() -> tuple[Asked, Asked]:
    import django

    django.setup()
    from connectid.accounts.models import Account, new_subject
    from connectid.core import clock
    from connectid.oauth.models import AccessToken, Client
    from connectid.oauth.operations import clients
    from connectid.oauth.permissions import Permission
    from connectid.oauth.queries.access_tokens import checksum

    connect = clients.create_client(
        name="Connect", grant=Client.GRANT_CLIENT_CREDENTIALS, permissions=[Permission.INTROSPECT]
    )
    app = clients.create_client(name="App", grant=Client.GRANT_PASSWORD, public=True)
    client = Client.objects.get(client_id=app.client_id)
    account = Account.objects.create(
        username=new_subject(), name="Bench", phone_number="+265991234568", storage_key="k" * 44
    )
    now = clock.now()
    AccessToken.objects.bulk_create(
        AccessToken(
            user=account,
            application=client,
            token_checksum=checksum(f"token-{number}"),
            scope="openid",
            expires=now.replace(year=now.year + 1),
        )
        for number in range(TOKENS)
    )
    token = f"token-{TOKENS // 2}"
    basic = base64.b64encode(f"{connect.client_id}:{connect.client_secret}".encode()).decode()
    form = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
    return (
        Asked("userinfo", "/o/userinfo", {"Authorization": f"Bearer {token}"}),
        Asked("introspect", "/o/introspect/", form, body=f"token={token}"),
    )


def _measure(running: server.Server, asked: Asked) -> float:
    method = "GET" if asked.body is None else "POST"
    for count in (max(8, REQUESTS // 10), REQUESTS):  # the first to warm up
        before = running.cpu_seconds()
        outcome = load.apply(
            load.Load(running.url, asked.path, count, method=method, headers=asked.headers, body=asked.body)
        )
        if outcome.failures:
            raise RuntimeError(f"{asked.path}: answered {outcome.failures} instead of 200")
    return (running.cpu_seconds() - before) / REQUESTS


def _statements(asked: Asked) -> float:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    with CaptureQueriesContext(connection) as captured:
        if asked.body is None:
            client.get(asked.path, headers=asked.headers)
        else:
            client.post(
                asked.path, asked.body, content_type=asked.headers["Content-Type"], headers=asked.headers
            )
    return len(captured)
