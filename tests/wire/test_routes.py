"""Paths, methods, versions and headers (contract 2.1, 2.2, 2.3; rules 1, 2 and 4 of 17)."""

import pytest
from django.test import Client

from connectid.config import urls
from connectid.testing.answers import Answered
from connectid.web import openapi
from tests.wire.api import ENDPOINTS, METHODS, ROUTES, Route

# Nearly all of it is judged before the database is asked for anything.
pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

DIFFERENT_EACH_TIME = {"X-Request-ID", "Date"}

every_route = pytest.mark.parametrize("route", ROUTES, ids=str)
every_endpoint = pytest.mark.parametrize("route", ENDPOINTS, ids=str)


def visible(answer: Answered) -> tuple[int, bytes, dict[str, str]]:
    """All that a client can compare."""
    headers = {name: value for name, value in answer.headers.items() if name not in DIFFERENT_EACH_TIME}
    return answer.status_code, answer.content, headers


def test_every_path_has_a_twin_and_a_description() -> None:
    served = {openapi.template(pattern) for pattern in urls.api}
    tabulated = {route.template for route in ROUTES}
    twins = {path.removesuffix("/") if path.endswith("/") else f"{path}/" for path in tabulated}
    assert served == tabulated | twins
    assert all(route.methods for route in ROUTES)


@every_route
def test_both_slash_variants_answer_alike_and_neither_redirects(route: Route) -> None:
    """Rule 1."""
    for method in METHODS:
        first, second = route.call(method), route.call(method, path=route.twin)
        assert visible(first) == visible(second)
        assert not 300 <= first.status_code < 400


@every_route
def test_another_method_is_refused_with_those_that_are_not(route: Route) -> None:
    """2.1."""
    route.opened()
    for method in {*METHODS, "BREW"} - {*route.methods}:
        answer = route.call(method)
        assert answer.status_code == 405
        assert answer.json() == {"detail": f'Method "{method}" not allowed.'}
        assert answer.headers["Allow"] == route.allow


@every_route
def test_head_answers_as_get_without_the_body(route: Route) -> None:
    """RFC 9110, 9.3.2; a route without GET refuses it like any other method."""
    headers = route.opened()
    answer = route.call("HEAD", headers=headers)
    assert answer.content == b""
    if "GET" in route.methods:
        same = route.call("GET", headers=headers)
        assert (answer.status_code, answer.headers["Content-Type"]) == (
            same.status_code,
            same.headers["Content-Type"],
        )
    else:
        assert (answer.status_code, answer.headers["Allow"]) == (405, route.allow)


@every_endpoint
@pytest.mark.parametrize(
    "accept",
    [
        None,
        "*/*",
        "application/json",
        "application/json;version=1.0",
        "application/json;version=2.0",
        'application/json; version="2.0"',
        "text/html, application/xhtml+xml, */*;q=0.8",
    ],
)
def test_these_accept_headers_are_accepted(route: Route, accept: str | None) -> None:
    """Rule 4; 2.2."""
    given = {} if accept is None else {"Accept": accept}
    for method in route.methods:
        assert route.call(method, headers=given | route.opened()).status_code not in (406, 500)


@every_endpoint
@pytest.mark.parametrize(
    ("accept", "detail"),
    [
        ("application/json;version=3.0", 'Invalid version in "Accept" header.'),
        ("application/json;version=", 'Invalid version in "Accept" header.'),
        ("*/*; version=2", 'Invalid version in "Accept" header.'),
        ("text/html", "Could not satisfy the request Accept header."),
        ("image/png, text/*", "Could not satisfy the request Accept header."),
    ],
)
def test_another_version_is_refused_where_versions_count(route: Route, accept: str, detail: str) -> None:
    """2.2; routes that never were versioned ignore the header."""
    for method in route.methods:
        answer = route.call(method, headers={"Accept": accept})
        if route.is_versioned:
            assert (answer.status_code, answer.json()) == (406, {"detail": detail})
        else:
            assert answer.status_code != 406


@every_route
def test_the_version_header_is_on_every_answer_or_on_none(route: Route) -> None:
    """2.2: with the answer, with its refusals, with 405 and 406."""
    headers = route.opened()
    for method in METHODS:
        for given in ({}, headers, {"Accept": "text/html"}, {"Authorization": "Basic !"}):
            answer = route.call(method, headers=given)
            expected = "2.0" if route.is_versioned else None
            assert answer.headers.get("X-API-Current-Version") == expected, f"{method} {answer.status_code}"


@every_route
def test_answers_are_json_or_empty(route: Route) -> None:
    """2.3: never 204 or 205, an empty body says text/html, JSON names no charset."""
    headers = route.opened()
    for method in METHODS:
        for given in ({}, headers):
            answer = route.call(method, headers=given)
            assert answer.status_code not in (204, 205)
            expected = (
                "application/json" if answer.content[:1] in (b"{", b"[") else "text/html; charset=utf-8"
            )
            assert answer.headers["Content-Type"] == expected


@every_endpoint
def test_without_body_and_credentials_the_answer_is_as_described(route: Route) -> None:
    for method in route.methods:
        for given in ({}, route.opened(), {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer x"}):
            route.assert_as_described(method, route.call(method, headers=given))


@every_endpoint
def test_no_cookie_is_set_and_none_is_asked_for(route: Route) -> None:
    """2.6: also where a browser with a session would have to send a token of its form."""
    for method in route.methods:
        answer = Client(enforce_csrf_checks=True).generic(method, route.path, content_type="")
        assert not answer.cookies
        assert answer.status_code == route.call(method).status_code


@pytest.mark.parametrize("path", ["/users/login", "/users", "//users/", "/users//", "/USERS/", "/nowhere"])
def test_an_address_that_nobody_serves(path: str) -> None:
    """2.4; `users` is the ping's twin."""
    answer = Client().get(path)
    if path == "/users":
        assert answer.content == b"pong"
    else:
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})
