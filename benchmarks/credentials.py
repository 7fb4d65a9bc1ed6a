"""Batches of awards as HQ and Connect send them, and the list that phones read."""

import time
from collections.abc import Iterator
from typing import Any

from benchmarks import asking, load, server
from benchmarks.report import Figure

REQUESTS = 3000
PEOPLE = 20_000
LIST = "/users/credentials"
BATCH = "/users/add_credential/"


def figures(environment: dict[str, str]) -> Iterator[Figure]:
    """Measure batches inside this process, the list on one server."""
    import django

    django.setup()
    from connectid.accounts.models import Account, new_subject

    made = Account.objects.bulk_create(Account(username=new_subject()) for _ in range(PEOPLE))
    usernames = [account.username for account in made]
    yield from _batches(usernames)
    headers = _holder()
    with server.running(environment) as running:
        cost = asking.measured(running, load.Load(running.url, LIST, REQUESTS, headers=headers))
    yield Figure(
        "credentials, ten held: statements per request", asking.statements(LIST, headers), "", goal=2
    )
    yield Figure("credentials, ten held: application CPU per request", cost.cpu * 1000, "ms", goal=1.0)


def _batches(usernames: list[str]) -> Iterator[Figure]:
    different = [_item(n, usernames[n * 100 : n * 100 + 100]) for n in range(100)]
    first, statements = _award(different)
    yield Figure("add_credential, 100 x 100, all different people: statements", statements, "", goal=10)
    yield Figure("the same: time", first * 1000, "ms")
    again, statements = _award(different)
    yield Figure("the same batch again: statements", statements, "", goal=10)
    yield Figure("the same batch again: time, as a part of the first", again / first, "")
    largest = [_item(1000 + n, usernames[:200]) for n in range(200)]
    seconds, statements = _award(largest)
    yield Figure("add_credential, 200 x 200: statements per 10,000 awards", statements / 4, "", goal=10)
    yield Figure("the same: time", seconds, "s", goal=30)


def _item(slug: int, usernames: list[str]) -> dict[str, Any]:
    named = {"type": "LEARN", "level": "LEARN_PASSED", "slug": slug, "opportunity_id": slug}
    return {"usernames": usernames, "title": f"Opportunity {slug}", **named}


def _award(items: list[dict[str, Any]]) -> tuple[float, int]:
    from django.test import Client

    from connectid.testing.scene import basic
    from connectid.web.query_budget import counted

    headers = basic(*_issuer())
    with counted() as budget:
        begun = time.perf_counter()
        answer = Client().post(
            BATCH, {"credentials": items}, content_type="application/json", headers=headers
        )
        seconds = time.perf_counter() - begun
    if answer.json() != {"success": list(range(len(items))), "failed": []}:
        raise RuntimeError(f"{BATCH}: answered {answer.status_code}")
    return seconds, budget.total


def _issuer() -> tuple[str, str]:
    from connectid.credentials.operations import issuers

    made = issuers.create_issuer(
        authority="CONNECT", environment="production", client_id="bench", secret="bench-secret"
    )
    return made.client_id, made.client_secret


def _holder() -> dict[str, str]:
    from connectid.testing.scene import new_phone

    phone = new_phone()
    _award([_item(5000 + n, [phone.account.username]) for n in range(10)])
    return phone.headers
