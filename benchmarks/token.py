"""The token endpoint: the password grant of the app, which every phone asks for about twice a day. And the end of tokens."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from benchmarks import load, server
from benchmarks.report import Figure

PATH = "/o/token/"
REQUESTS = 2000
TOKENS = 10_000
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
    yield from _revocation(form["username"])


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
    from django.test import Client

    from connectid.web.query_budget import counted

    with counted() as sent:
        Client().post(PATH, urlencode(form), content_type=HEADERS["Content-Type"])
    return sent.total


def _revocation(username: str) -> Iterator[Figure]:
    """End all that an account has, be it very many: codes and browser sessions are a statement each besides."""
    from connectid.accounts.models import Account
    from connectid.oauth.models import AccessToken
    from connectid.oauth.operations import revocation
    from connectid.web.query_budget import counted

    account = Account.objects.get(username=username)
    _grow(account.pk)
    began = time.monotonic()
    with counted() as sent:
        revocation.revoke_all(account_id=account.pk)
    took = time.monotonic() - began
    if AccessToken.objects.filter(user=account).exists():
        raise RuntimeError("a token outlived its revocation")
    on_tokens = sum(times for sql, times in sent.by_text.items() if "token" in sql)
    yield Figure(f"{TOKENS:,} tokens revoked: statements on tables of tokens", on_tokens, "", goal=2)
    yield Figure(f"{TOKENS:,} tokens revoked: time", took * 1000, "ms")


def _grow(account_id: int) -> None:
    """Give the account half of the tokens of either kind."""
    import uuid

    from connectid.core import clock, secrets
    from connectid.oauth import lifetimes
    from connectid.oauth.models import AccessToken, Client, RefreshToken
    from connectid.oauth.opaque_tokens import checksum

    now = clock.now()
    client_id = Client.objects.values_list("pk", flat=True)[0]
    models: tuple[Any, ...] = (AccessToken, RefreshToken)
    for model in models:
        known: dict[str, Any] = {"application_id": client_id, "user_id": account_id, "scope": "openid"}
        known |= {"created": now, "expires": now + lifetimes.ACCESS_TOKEN}
        if model is RefreshToken:
            known["authenticated_at"] = now
        model.objects.bulk_create(
            model(token_checksum=checksum(secrets.new_token()), token_family=uuid.uuid4(), **known)
            for _ in range(TOKENS // 2)
        )
