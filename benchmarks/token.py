"""The token endpoint: the password grant of the app, which every phone asks for about twice a day."""

from collections.abc import Iterator
from urllib.parse import urlencode

from benchmarks import load, server
from benchmarks.report import Figure

PATH = "/o/token/"
REQUESTS = 2000
HEADERS = {
    "Content-Type": "application/x-www-form-urlencoded",
    "Accept": "application/json;version=2.0",
}


def figures(environment: dict[str, str]) -> Iterator[Figure]:
    """Measure the app's request as it sends it."""
    form = _prepare()
    yield Figure("password grant: statements per request", _statements(form), "", goal=6)
    with server.running(environment) as running:
        request = load.Load(running.url, PATH, REQUESTS, "POST", HEADERS, urlencode(form))
        load.apply(load.Load(running.url, PATH, REQUESTS // 10, "POST", HEADERS, urlencode(form)))
        before = running.cpu_seconds()
        outcome = load.apply(request)
        cpu = (running.cpu_seconds() - before) / REQUESTS
    if outcome.failures:
        raise RuntimeError(f"{PATH}: answered {outcome.failures} instead of 200")
    yield Figure("password grant: application CPU per request", cpu * 1000, "ms", goal=3.0)
    yield Figure("password grant: total, 95th percentile", outcome.p95 * 1000, "ms")


def _prepare() -> dict[str, str]:
    """Make the app's client and an enrolled phone, and return what the phone posts."""
    import django

    django.setup()
    from connectid.accounts.models import Account, new_subject
    from connectid.core import clock
    from connectid.devices.operations import credentials
    from connectid.oauth.models import ANDROID_CLIENT_ID, Client
    from connectid.oauth.operations import clients

    clients.create_client(name="App", grant=Client.GRANT_PASSWORD, client_id=ANDROID_CLIENT_ID, public=True)
    account = Account.objects.create(
        username=new_subject(), phone_number="+265991234569", storage_key="k" * 44
    )
    credential = credentials.issue(
        account_id=account.pk, installation_id="bench", model="bench", at=clock.now()
    )
    return {
        "client_id": ANDROID_CLIENT_ID,
        "scope": "openid",
        "grant_type": "password",
        "username": account.username,
        "password": credential,
    }


def _statements(form: dict[str, str]) -> float:
    """Count at the first use of a credential, which is also noted: the most that there are."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        Client().post(PATH, urlencode(form), content_type=HEADERS["Content-Type"])
    control = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return sum(not query["sql"].upper().startswith(control) for query in captured)
