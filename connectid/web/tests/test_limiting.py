"""Who spends what: every route has a limit, and refuses in its own words once it is spent (contract 2.4, 14.1, 14.5; E-27)."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import Settings

from connectid.testing import buckets
from connectid.testing.partners import new_partner
from connectid.testing.scene import basic, new_phone, new_session
from connectid.testing.tokens import new_token
from connectid.web import limiting, limits
from connectid.web.endpoint import Endpoint

pytestmark = pytest.mark.django_db

HERE = "127.0.0.0/24"


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield entry
        elif entry.app_name != "admin":
            yield from patterns(entry)


ALL = list(patterns(get_resolver()))
ENDPOINTS: dict[str, type[Endpoint]] = {
    f"/{pattern.pattern}": view
    for pattern in ALL
    if isinstance(view := getattr(pattern.callback, "view_class", None), type) and issubclass(view, Endpoint)
}


def call(path: str, **headers: str) -> Any:
    client = Client(raise_request_exception=True)
    view = ENDPOINTS[path]
    send = client.post if hasattr(view, "post") else client.get
    return send(path, headers=headers)


def test_every_route_has_a_limit_or_says_why_it_has_none() -> None:
    bare = {
        str(pattern.pattern)
        for pattern in ALL
        if not limiting.is_limited(pattern.callback) and not hasattr(pattern.callback, limiting.UNLIMITED)
    }
    assert not bare
    assert len(ALL) > 100


def test_what_is_never_limited() -> None:
    spared = {
        str(pattern.pattern).strip("/") for pattern in ALL if hasattr(pattern.callback, limiting.UNLIMITED)
    }
    assert spared == {
        "users",
        "health/live",
        "health/ready",
        "metrics",
        "sandbox",
        "sandbox/api/messages",
        "sandbox/api/invited_numbers",
        "admin/operations",
        "admin/operations/live",
    }


def is_there(view: type[Endpoint]) -> bool:
    return not hasattr(view, "switch")


@pytest.mark.parametrize("path", [path for path, view in ENDPOINTS.items() if is_there(view)])
def test_strangers_are_stopped_at_every_endpoint(path: str) -> None:
    """Without credentials: as anybody, or as somebody whose credentials are missing. Never a 400, never JSON from userinfo."""
    buckets.empty(limits.CALLS_PER_ADDRESS, HERE)
    buckets.empty(limits.REFUSED_PER_ADDRESS, HERE)
    view = ENDPOINTS[path]
    if view.limit is not None:
        buckets.empty(view.limit, HERE)
    refused(call(path), path)


def refused(answer: HttpResponse, path: str) -> None:
    assert int(answer["Retry-After"]) >= 1
    if path.strip("/") == "o/userinfo":
        assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        assert answer["Content-Type"].startswith("text/plain")
    else:
        assert answer.status_code == HTTPStatus.TOO_MANY_REQUESTS
        assert "json" in answer["Content-Type"] or not answer.content


def test_a_plain_page_is_stopped_as_the_framework_words_it(client: Client) -> None:
    buckets.empty(limits.PAGES_PER_ADDRESS, HERE)
    answer = client.get("/openapi.json")
    assert answer.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert answer.json()["detail"].startswith("Request was throttled. Expected available in ")
    assert int(answer["Retry-After"]) >= 1


def test_a_phone_is_counted_by_its_account_whatever_it_shows(client: Client) -> None:
    phone, neighbour = new_phone(), new_phone()
    token = new_token(account=phone.account)
    buckets.empty(limits.CALLS_PER_PHONE, f"account {phone.account.pk}")
    assert client.get("/messaging/retrieve_notifications", headers=phone.headers).status_code == 429
    assert client.get("/toggles", headers=phone.headers).status_code == 429
    assert client.get("/o/userinfo", headers=token.headers).status_code == 503
    assert client.get("/messaging/retrieve_notifications", headers=neighbour.headers).status_code == 200


def test_sessions_do_not_share_a_bucket(client: Client) -> None:
    """E-27: on the former server all sessions of all phones did."""
    spent, other = new_session(), new_session()
    buckets.empty(limits.CALLS_PER_PHONE, f"session {spent.session.pk}")
    answers = [
        client.post("/users/check_name", {}, content_type="application/json", headers=one.headers)
        for one in (spent, other)
    ]
    assert [answer.status_code == 429 for answer in answers] == [True, False]


def test_message_servers_do_not_share_a_bucket(client: Client) -> None:
    spent, other = new_partner(), new_partner()
    buckets.empty(limits.CALLS_PER_CREDENTIAL, f"message server {spent.server.pk}")
    answers = [client.post("/messaging/send_fcm", headers=one.headers) for one in (spent, other)]
    assert [answer.status_code == 429 for answer in answers] == [True, False]


def test_wrong_credentials_run_out_and_right_ones_do_not(client: Client) -> None:
    phone = new_phone()
    buckets.empty(limits.REFUSED_PER_ADDRESS, HERE)
    wrong = basic(phone.account.username, "0" * 64)
    assert client.get("/users/fetch_db_key", headers=wrong).status_code == 429
    assert client.get("/users/fetch_db_key", headers=phone.headers).status_code == 200


def test_the_address_is_the_clients_and_not_the_proxys(client: Client, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = ("127.0.0.0/8",)
    buckets.empty(limits.CALLS_PER_ADDRESS, "203.0.113.0/24")
    path = "/o/.well-known/jwks.json"
    statuses = [
        client.get(path, headers={"X-Forwarded-For": forwarded}).status_code
        for forwarded in ("203.0.113.9", "198.51.100.7, 203.0.113.9", "203.0.113.9, 198.51.100.7")
    ]
    assert statuses == [429, 429, 200]
