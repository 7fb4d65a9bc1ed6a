"""Request ids: ours, or a trusted proxy's."""

import re
from collections.abc import Iterator

import pytest
import structlog
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from pytest_django import Settings

HEX = "0123456789abcdef" * 2


def view(request: HttpRequest) -> HttpResponse:
    return HttpResponse(structlog.contextvars.get_contextvars()["request_id"])


def broken(request: HttpRequest) -> HttpResponse:
    raise LookupError("broken")


urlpatterns = [path("id", view), path("broken", broken)]
handler500 = "connectid.web.pages.fault"


@pytest.fixture(autouse=True)
def _behind_a_proxy(settings: Settings) -> Iterator[None]:
    settings.ROOT_URLCONF = __name__
    settings.TRUSTED_PROXIES = ("10.0.0.0/8",)
    yield
    assert structlog.contextvars.get_contextvars() == {}


def test_every_answer_has_an_id_of_its_own(client: Client) -> None:
    first, second = (client.get("/id") for _ in range(2))
    assert re.fullmatch("[0-9a-f]{32}", first.headers["X-Request-ID"])
    assert first.content.decode() == first.headers["X-Request-ID"] != second.headers["X-Request-ID"]
    assert first.wsgi_request.request_id == first.headers["X-Request-ID"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("given", [HEX, "0b0e7c4e-8a56-4b7e-9d0a-2f6a1a6d7c11"])
def test_a_trusted_proxy_gives_the_id(client: Client, given: str) -> None:
    response = client.get("/id", headers={"X-Request-ID": given}, REMOTE_ADDR="10.0.0.1")
    assert response.headers["X-Request-ID"] == given


@pytest.mark.parametrize(
    ("remote", "given"),
    [
        ("203.0.113.9", HEX),
        ("10.0.0.1", "255712345612"),
        ("10.0.0.1", HEX[:-1]),
        ("10.0.0.1", HEX * 2),
        ("10.0.0.1", HEX.upper()),
        ("10.0.0.1", HEX + "\n"),
        ("10.0.0.1", ""),
    ],
)
def test_nobody_else_does_and_nothing_else_is_one(client: Client, remote: str, given: str) -> None:
    response = client.get("/id", headers={"X-Request-ID": given}, REMOTE_ADDR=remote)
    assert response.headers["X-Request-ID"] != given


def test_a_500_tells_its_id() -> None:
    response = Client(raise_request_exception=False).get("/broken")
    assert response.status_code == 500
    assert response.headers["X-Request-ID"] in response.content.decode()
