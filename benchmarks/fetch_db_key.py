"""The device-authenticated read, against the same read authenticated by Django's default hasher."""

import base64
from collections.abc import Iterator

from benchmarks import load, server
from benchmarks.report import Figure

REQUESTS = 4000
BASELINE_REQUESTS = 16
BASELINE_PASSWORD = "correct horse battery staple"


def figures(environment: dict[str, str]) -> Iterator[Figure]:
    """Measure both in one run of one server."""
    username, credential = _prepare()
    with server.running(environment, application="benchmarks.baseline:application") as running:
        ours = _measure(running, "/users/fetch_db_key", username, credential, REQUESTS)
        memory = running.largest_worker_mb()
        baseline = _measure(running, "/baseline/fetch_db_key", username, BASELINE_PASSWORD, BASELINE_REQUESTS)
    yield Figure("fetch_db_key: statements per request", _statements(username, credential), "", goal=2)
    yield Figure("fetch_db_key: application CPU per request", ours * 1000, "ms", goal=1.0)
    yield Figure("the same read by Django's default hasher: CPU per request", baseline * 1000, "ms")
    yield Figure("ratio", baseline / ours, "x")
    yield Figure("memory of the larger worker", memory, "MB", goal=150)


def _prepare() -> tuple[str, str]:
    import django

    django.setup()
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    from connectid.accounts.models import Account, new_subject
    from connectid.core import clock
    from connectid.devices.operations import credentials as devices

    account = Account.objects.create(
        username=new_subject(), phone_number="+265991234567", storage_key="k" * 44
    )
    credential = devices.issue(account_id=account.pk, installation_id="bench", model="bench", at=clock.now())
    devices.authenticate(username=account.username, credential=credential, address="bench", at=clock.now())
    # Afterwards: a phone that gets a credential has no password any more.
    account.password = PBKDF2PasswordHasher().encode(BASELINE_PASSWORD, "salt")
    account.save(update_fields=["password"])
    return account.username, credential


def _measure(running: server.Server, path: str, username: str, secret: str, count: int) -> float:
    headers = {
        "Authorization": "Basic " + base64.b64encode(f"{username}:{secret}".encode()).decode(),
        "Accept": "application/json;version=2.0",
    }
    warm = load.apply(load.Load(running.url, path, max(8, count // 10), headers=headers))
    before = running.cpu_seconds()
    outcome = load.apply(load.Load(running.url, path, count, headers=headers))
    if warm.failures or outcome.failures:
        raise RuntimeError(f"{path}: answered {outcome.failures} instead of 200")
    return (running.cpu_seconds() - before) / count


def _statements(username: str, credential: str) -> float:
    from django.test import Client

    from connectid.web.query_budget import counted

    authorization = "Basic " + base64.b64encode(f"{username}:{credential}".encode()).decode()
    client = Client(headers={"Authorization": authorization})
    with counted() as sent:
        client.get("/users/fetch_db_key")
    return sent.total
