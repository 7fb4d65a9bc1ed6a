"""Middlewares for browsers stay away from endpoints, and nowhere else."""

from typing import Any

import pytest
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.test import Client, RequestFactory

from connectid.testing.tokens import new_token
from connectid.web.pages_only import PageCsrf, PageMessages, PageSessions, PageStaff

ENDPOINT, PAGE = "/users/heartbeat", "/o/sign_in"


def passed(path: str) -> HttpRequest:
    """The request as a view at ``path`` would get it."""
    seen: list[HttpRequest] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request)
        return HttpResponse()

    layered: Any = view
    for layer in (PageMessages, PageStaff, PageCsrf, PageSessions):
        layered = layer(layered)
    layered(RequestFactory().get(path))
    return seen[0]


@pytest.mark.parametrize("attribute", ["session", "user", "_messages"])
def test_pages_have_what_browsers_need(attribute: str) -> None:
    assert hasattr(passed(PAGE), attribute)
    assert not hasattr(passed(ENDPOINT), attribute)


def test_a_form_of_another_site_is_refused_on_a_page() -> None:
    assert Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "x"}).status_code == 403


@pytest.mark.django_db
def test_an_endpoint_takes_a_post_without_any_token() -> None:
    answer = Client(enforce_csrf_checks=True).post(
        ENDPOINT, {"fcm_token": "address"}, headers={"Authorization": f"Bearer {new_token().token}"}
    )
    assert answer.status_code == 201
    assert not answer.cookies


def test_django_s_checks_know_them() -> None:
    assert issubclass(PageSessions, SessionMiddleware)
    assert issubclass(PageCsrf, CsrfViewMiddleware)
