"""What phones send every four hours: a heartbeat whose address has not changed."""

from collections.abc import Iterator

from benchmarks import load, server
from benchmarks.report import Figure

REQUESTS = 4000
PHONES = 20_000
"""In the tables, so that indexes are needed."""

PATH = "/users/heartbeat"
ACCEPTED = 202


def figures(environment: dict[str, str]) -> Iterator[Figure]:
    """Measure one server; every request is the same phone's."""
    headers, body = _prepare()
    with server.running(environment) as running:
        seconds = _measure(running, headers, body)
    yield Figure("heartbeat, unchanged: statements per request", _statements(headers, body), "", goal=2)
    yield Figure("heartbeat, unchanged: application CPU per request", seconds * 1000, "ms", goal=1.0)


def _prepare() -> tuple[dict[str, str], str]:
    import django

    django.setup()
    from connectid.accounts.models import Account, new_subject
    from connectid.core import clock
    from connectid.devices.models import PushRegistration
    from connectid.devices.queries import token_digest
    from connectid.oauth.models import AccessToken
    from connectid.oauth.queries.access_tokens import checksum

    now = clock.now()
    accounts = Account.objects.bulk_create(Account(username=new_subject()) for _ in range(PHONES))
    PushRegistration.objects.bulk_create(
        PushRegistration(
            account=account, token=f"t-{account.pk}", token_digest=token_digest(f"t-{account.pk}")
        )
        for account in accounts
    )
    AccessToken.objects.bulk_create(
        AccessToken(
            user=account,
            token_checksum=checksum(f"a-{account.pk}"),
            scope="openid",
            expires=now.replace(year=now.year + 1),
        )
        for account in accounts
    )
    phone = accounts[PHONES // 2].pk
    headers = {"Authorization": f"Bearer a-{phone}", "Content-Type": "application/x-www-form-urlencoded"}
    return headers, f"fcm_token=t-{phone}"


def _measure(running: server.Server, headers: dict[str, str], body: str) -> float:
    for count in (REQUESTS // 10, REQUESTS):  # the first to warm up
        before = running.cpu_seconds()
        outcome = load.apply(
            load.Load(running.url, PATH, count, method="POST", headers=headers, body=body, expected=ACCEPTED)
        )
        if outcome.failures:
            raise RuntimeError(f"{PATH}: answered {outcome.failures} instead of {ACCEPTED}")
    return (running.cpu_seconds() - before) / REQUESTS


def _statements(headers: dict[str, str], body: str) -> float:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    with CaptureQueriesContext(connection) as captured:
        client.post(PATH, body, content_type=headers["Content-Type"], headers=headers)
    return len(captured)
