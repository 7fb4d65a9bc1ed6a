"""Routes without parameters are found by one look-up, with the match that Django would have made."""

import pytest
from django.urls import Resolver404, URLPattern, resolve, reverse

from connectid.config import urls
from connectid.web.exact_routes import ExactRoutes, endpoints, is_endpoint_path

PLAIN = [f"/{pattern.pattern}" for pattern in urls.api if "<" not in str(pattern.pattern)]


def by_search(path: str) -> URLPattern:
    """The first pattern that matches, tried one after another."""
    return next(pattern for pattern in urls.api if pattern.resolve(path.removeprefix("/")))


@pytest.mark.parametrize("path", PLAIN)
def test_the_match_is_the_one_of_a_search(path: str) -> None:
    match, pattern = resolve(path), by_search(path)
    assert match.func is pattern.callback
    assert f"/{match.route}" == path
    assert (match.args, match.kwargs) == ((), {})


def test_no_pattern_is_tried() -> None:
    """Of the last path, for which a search would try all of them."""
    assert [[type(entry) for entry in tried] for tried in resolve(PLAIN[-1]).tried or []] == [[ExactRoutes]]


def test_paths_with_parameters_are_searched() -> None:
    match = resolve("/credentials/status/7")
    assert match.route == "credentials/status/<number>"
    assert match.kwargs == {"number": "7"}


@pytest.mark.parametrize("path", ["/", "/users/nothing", "/users//fetch_db_key", "//users/"])
def test_nobody_s_paths(path: str) -> None:
    with pytest.raises(Resolver404):
        resolve(path)


def test_names_lead_back() -> None:
    assert reverse("users/fetch_db_key") == "/users/fetch_db_key"


def test_the_first_of_two_routes_counts() -> None:
    first, second = urls.api[0], urls.api[2]
    twins = ExactRoutes([URLPattern(first.pattern, view) for view in (first.callback, second.callback)])
    assert twins.resolve(str(first.pattern)).func is first.callback


@pytest.mark.parametrize(
    "path", ["/users/fetch_db_key", "/users/fetch_db_key/", "/o/token", "/o/token/", "/toggles/"]
)
def test_endpoints_read_no_cookies(path: str) -> None:
    assert is_endpoint_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "/admin/",
        "/o/sign_in",
        "/o/authorize/",
        "/o/logout/",
        "/sandbox/",
        "/docs",
        "/hq_invite/",
        "/nothing",
        "/users/",
    ],
)
def test_pages_may(path: str) -> None:
    assert not is_endpoint_path(path)


def test_every_endpoint_is_known_as_one() -> None:
    assert len(endpoints()) > 100
