"""Look-ups of partners: of numbers, of a country and of a credential's holders, and the demonstration accounts."""

from collections.abc import Iterator
from urllib.parse import urlencode

from benchmarks import asking, load, server
from benchmarks.report import Figure

PEOPLE = 20_000
IN_COUNTRY = 8_000
"""A country of more than 10,000 is answered with a refusal."""
HOLDERS = 200
NUMBERS = 100
REQUESTS = 400
SLUG = "bench-directory"
FIRST = 265_880_000_000
ELSEWHERE = 254_700_000_000
"""Numbers: of the first in the country, and of the first of the others."""


def figures(environment: dict[str, str]) -> Iterator[Figure]:
    """Measure one server, in a directory of :data:`PEOPLE`."""
    import django

    django.setup()
    headers = _prepare()
    numbers = [("phone_numbers", f"+{FIRST + n}") for n in range(NUMBERS)]
    asked = {
        f"fetch_users, {NUMBERS} numbers": f"/users/fetch_users?{urlencode(numbers)}",
        f"filter_users, a credential of {HOLDERS}": f"/users/filter_users?credential={SLUG}",
        f"filter_users, a country of {IN_COUNTRY:,}": "/users/filter_users?country=%2B265",
        "demo_users": "/users/demo_users",
    }
    for name, path in asked.items():
        yield Figure(f"{name}: statements per request", asking.statements(path, headers), "", goal=3)
    with server.running(environment) as running:
        for name, path in asked.items():
            count = REQUESTS // 20 if "country" in name else REQUESTS
            measured = asking.measured(running, load.Load(running.url, path, count, headers=headers))
            yield Figure(f"{name}: application CPU per request", measured.cpu * 1000, "ms")
            yield Figure(f"{name}: median", measured.median * 1000, "ms")


def _prepare() -> dict[str, str]:
    """Make everybody, and a client that may ask for them."""
    from connectid.accounts.models import Account, new_subject
    from connectid.core import clock
    from connectid.credentials.models import Award, Issuer
    from connectid.credentials.operations import awarding, issuers
    from connectid.testing.clients import server_headers
    from connectid.testing.issuers import item

    made = Account.objects.bulk_create(
        (
            Account(username=new_subject(), name="Chikondi Banda", phone_number=f"+{_number(n)}")
            for n in range(PEOPLE)
        ),
        batch_size=5000,
    )
    client_id = issuers.create_issuer(authority="HQ", environment="staging").client_id
    issuer = Issuer.objects.get(client_id=client_id)
    batch = [item(*(account.username for account in made[:HOLDERS]), slug=SLUG)]
    awarding.award(issuer_id=issuer.pk, batch=batch, at=clock.now())
    Award.objects.filter(credential__slug=SLUG).update(accepted_at=clock.now())
    return server_headers("fetch_users", "filter_users", "demo_users")


def _number(person: int) -> int:
    return (FIRST if person < IN_COUNTRY else ELSEWHERE) + person
