"""The Accept header (contract 2.2; rule 4 of contract 17)."""

import pytest
from django.test import RequestFactory

from connectid.web import negotiation
from connectid.web.negotiation import LONGEST_REMEMBERED, NotAcceptable, version_of


def version(accept: str | None) -> str:
    headers = {} if accept is None else {"Accept": accept}
    return version_of(RequestFactory().get("/", headers=headers))


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "2.0"),
        ("*/*", "2.0"),
        ("application/json", "2.0"),
        ("application/json;version=2.0", "2.0"),
        ("application/json; version=1.0", "1.0"),
        ('application/json; version="1.0"', "1.0"),
        ("application/json; charset=utf-8; version=1.0", "1.0"),
        ("text/html, application/*;q=0.9", "2.0"),
        ("APPLICATION/JSON", "2.0"),
    ],
)
def test_the_version_is_the_one_asked_for_and_2_by_default(accept: str | None, expected: str) -> None:
    assert version(accept) == expected


@pytest.mark.parametrize(
    "accept", ["application/json;version=3.0", "application/json;version=", "*/*;version=abc"]
)
def test_an_unknown_version_is_refused(accept: str) -> None:
    with pytest.raises(NotAcceptable, match=r'^Invalid version in "Accept" header\.$'):
        version(accept)


@pytest.mark.parametrize("accept", ["text/html", "image/webp", ""])
def test_media_types_without_json_are_refused(accept: str) -> None:
    with pytest.raises(NotAcceptable, match=r"^Could not satisfy the request Accept header\.$"):
        version(accept)


def test_a_long_header_is_answered_alike_and_not_remembered() -> None:
    """Anybody may send one, in a thousand variants."""
    negotiation._remembered.cache_clear()
    short = "application/json;version=1.0"
    long = f"{short}, {'x' * LONGEST_REMEMBERED}/html"
    assert version(long) == version(short) == "1.0"
    with pytest.raises(NotAcceptable):
        version(long.replace("1.0", "3.0"))
    assert negotiation._remembered.cache_info().currsize == 1
