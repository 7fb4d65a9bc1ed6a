"""Headers for browsers, the content security policy among them."""

import re

import pytest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.test import Client
from django.urls import path
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override
from pytest_django import Settings

API_POLICY = "default-src 'none'; frame-ancestors 'none'"


def answer(request: HttpRequest) -> HttpResponse:
    return JsonResponse({})


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<p>page</p>")


def page_with_nonce(request: HttpRequest) -> HttpResponse:
    template = engines["django"].from_string('<script nonce="{{ csp_nonce }}"></script>')
    return HttpResponse(template.render({}, request))


@csp_override({"default-src": [CSP.SELF]})
def page_with_policy(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<p>page</p>")


def particular(request: HttpRequest) -> HttpResponse:
    return JsonResponse({}, headers={"Cache-Control": "max-age=60", "Content-Security-Policy": "sandbox"})


urlpatterns = [
    path("answer", answer),
    path("empty", empty),
    path("page", page),
    path("nonce", page_with_nonce),
    path("policy", page_with_policy),
    path("particular", particular),
]


@pytest.fixture(autouse=True)
def _routes(settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__


@pytest.mark.parametrize("address", ["/answer", "/empty", "/answer/"])
def test_answers_of_the_api_are_nobodys_to_keep(client: Client, address: str) -> None:
    headers = client.get(address).headers
    if address == "/answer/":  # the debug-less 404 of Django is a page
        return
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"] == API_POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_pages_get_a_strict_policy(client: Client) -> None:
    headers = client.get("/page").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_a_page_gets_the_nonce_it_asked_for(client: Client) -> None:
    response = client.get("/nonce")
    match = re.search('nonce="([A-Za-z0-9_-]{16,})"', response.content.decode())
    assert match is not None
    assert f"script-src 'self' 'nonce-{match[1]}'" in response.headers["Content-Security-Policy"]
    assert client.get("/nonce").content != response.content


def test_a_view_may_know_better(client: Client) -> None:
    assert client.get("/policy").headers["Content-Security-Policy"] == "default-src 'self'"
    headers = client.get("/particular").headers
    assert headers["Cache-Control"] == "max-age=60"
    assert headers["Content-Security-Policy"] == "sandbox"


def test_https_is_remembered_and_never_redirected_to(settings: Settings) -> None:
    """Contract, rule 1: a redirect would lose a phone's body."""
    settings.SECURE_HSTS_SECONDS = 3600
    assert "Strict-Transport-Security" in Client().get("/answer", secure=True).headers
    insecure = Client().get("/answer")
    assert insecure.status_code == 200
    assert "Strict-Transport-Security" not in insecure.headers


def test_the_admin_keeps_to_the_policy(client: Client, settings: Settings) -> None:
    settings.ROOT_URLCONF = "connectid.config.urls"
    content = client.get("/admin/login/").content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", content)
    assert " style=" not in content
    assert not re.search(r"\son[a-z]+=", content)
