"""Payment numbers as whoever pays asks for them and judges them, a thousand at once."""

import json
import time
from collections.abc import Iterator, Sequence

from benchmarks import asking
from benchmarks.report import Figure

PEOPLE = 1_000
ROUNDS = 5
FETCH = "/users/fetch_payment_phone_numbers"
VALIDATE = "/users/validate_payment_phone_numbers"
FIRST = 265_890_000_000
"""The number of the first of them."""


def figures() -> Iterator[Figure]:
    """Measure inside this process: a request is long enough to be timed alone. Pushes are jobs, and are not counted."""
    import django

    django.setup()
    headers, usernames = _prepare()
    path = f"{FETCH}?" + "&".join(f"usernames={name}" for name in usernames)
    yield Figure(f"fetch {PEOPLE:,} numbers: statements", asking.statements(path, headers), "", goal=3)
    yield Figure("the same: time", _fastest([None] * ROUNDS, path, headers) * 1000, "ms")
    # Every one says something else than the one before, so that each stores everything.
    bodies = [_judged(usernames, ("approved", "rejected")[turn % 2]) for turn in range(ROUNDS)]
    seconds = _fastest(bodies, VALIDATE, headers)
    statements = asking.statements(VALIDATE, headers, _judged(usernames, "pending"))
    yield Figure(f"judge {PEOPLE:,} numbers, all anew: statements", statements, "", goal=12)
    yield Figure("the same: time", seconds * 1000, "ms")
    seconds = _fastest([_judged(usernames, "pending")] * ROUNDS, VALIDATE, headers)
    yield Figure("judge them the same again: time", seconds * 1000, "ms")


def _fastest(bodies: Sequence[str | None], path: str, headers: dict[str, str]) -> float:
    seconds = []
    for body in bodies:
        begun = time.perf_counter()
        asking.statements(path, headers, body)
        seconds.append(time.perf_counter() - begun)
    return min(seconds)


def _judged(usernames: list[str], status: str) -> str:
    updates = [
        {"username": name, "phone_number": f"+{FIRST + n}", "status": status}
        for n, name in enumerate(usernames)
    ]
    return json.dumps({"updates": updates})


def _prepare() -> tuple[dict[str, str], list[str]]:
    """Make everybody with a number in force, and a client that may judge them."""
    from connectid.accounts.models import Account, new_subject
    from connectid.core import clock
    from connectid.payments.models import PaymentNumber
    from connectid.testing.clients import server_headers

    now = clock.now()
    made = Account.objects.bulk_create(Account(username=new_subject()) for _ in range(PEOPLE))
    times = {"named_at": now, "proven_at": now, "starts_at": now}
    PaymentNumber.objects.bulk_create(
        PaymentNumber(account=account, phone_number=f"+{FIRST + n}", owner_name="Chikondi Banda", **times)
        for n, account in enumerate(made)
    )
    return server_headers("payments"), [account.username for account in made]
