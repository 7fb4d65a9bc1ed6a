"""Requests that no client sends on purpose get the same answer by the short way and by the long one, byte for byte, headers included."""

import io

import pytest

from connectid.core import clock
from connectid.testing.scene import EnrolledPhone
from tests.wire.both_ways import FAST, POLL, Ways, asked, long_way

pytestmark = pytest.mark.django_db

ODD: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "a query": ({}, {"QUERY_STRING": "format=api&page=2&%ff=%00"}),
    "a lowercase scheme": ({"Authorization": "basic {}"}, {}),
    "blanks around the credentials": ({"Authorization": "BASIC    {}  "}, {}),
    "a tab for a blank": ({"Authorization": "Basic\t{}"}, {}),
    "a header given twice": ({"Authorization": "Basic {}, Basic {}"}, {}),
    "another scheme beside it": ({"Authorization": "Basic {}, Bearer x"}, {}),
    "no padding": ({"Authorization": "Basic YTpi="}, {}),
    "no colon": ({"Authorization": "Basic YWI="}, {}),
    "no name": ({"Authorization": "Basic OmE="}, {}),
    "no password": ({"Authorization": "Basic YTo="}, {}),
    "a NUL": ({"Authorization": "Basic YQA6Yg=="}, {}),
    "a password beyond ASCII": ({"Authorization": "Basic YTrDqQ=="}, {}),
    "bytes that are no text": ({"Authorization": "Basic YTr/"}, {}),
    "a header beyond ASCII": ({"Authorization": "Basic \u00e9\u00e8"}, {}),
    "nothing behind the scheme": ({"Authorization": "Basic "}, {}),
    "an empty header": ({"Authorization": ""}, {}),
    "cookies": ({"Cookie": "sessionid=x; csrftoken=y; django_language=fr"}, {}),
    "conditions": (
        {"If-None-Match": "*", "If-Modified-Since": "Fri, 01 Jan 2027 00:00:00 GMT", "Range": "bytes=0-1"},
        {},
    ),
    "another coding": ({"Accept-Encoding": "gzip, br", "Accept-Language": "fr"}, {}),
    "an Accept of several": ({"Accept": "text/html, application/json; version=1.0;q=0.9, */*"}, {}),
    "an Accept of parameters": ({"Accept": 'application/json ; Version="2.0" ; indent=4'}, {}),
    "an empty Accept": ({"Accept": ""}, {}),
    "an Accept of commas": ({"Accept": ",,;,"}, {}),
    "a version of the future": ({"Accept": "application/json; version=3.0"}, {}),
    "a type of no body": ({}, {"CONTENT_TYPE": "application/json; charset=utf-16"}),
    "a body of nothing": ({}, {"CONTENT_LENGTH": "0"}),
    "a length that is none": ({}, {"CONTENT_LENGTH": "many"}),
    "a length below nothing": ({}, {"CONTENT_LENGTH": "-1"}),
    "a body": ({}, {"CONTENT_LENGTH": "7"}),
    "another method in a header": ({"X-HTTP-Method-Override": "DELETE"}, {}),
    "an id of its own": ({"X-Request-ID": "0" * 32}, {}),
    "told of TLS": ({"X-Forwarded-Proto": "https"}, {}),
    "from another origin": ({"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}, {}),
    "a host that is none": ({"Host": "a b/@:99999"}, {}),
    "below a prefix": ({}, {"SCRIPT_NAME": "/prefix"}),
    "an older HTTP": ({}, {"SERVER_PROTOCOL": "HTTP/1.0"}),
}


@pytest.mark.parametrize("path", FAST)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_odd_requests_are_answered_alike(
    ways: Ways, phone: EnrolledPhone, path: str, method: str, subtests: pytest.Subtests
) -> None:
    own = phone.headers["Authorization"].partition(" ")[2]
    for name, (headers, more) in ODD.items():
        sent = {**phone.headers, **{key: value.replace("{}", own) for key, value in headers.items()}}
        with subtests.test(name), clock.frozen():
            short, long = (
                asked(way, path, sent, method=method, **more, **{"wsgi.input": io.BytesIO(b'{"a":1}')})
                for way in (ways.application, long_way)
            )
            assert short == long


def test_most_odd_requests_are_no_reason_for_the_long_way(ways: Ways, phone: EnrolledPhone) -> None:
    for name in ("a query", "cookies", "conditions", "another coding", "below a prefix", "told of TLS"):
        headers, more = ODD[name]
        assert asked(ways.application, POLL, {**phone.headers, **headers}, **more)[0] == "200 OK"
    assert ways.long == 0


@pytest.mark.parametrize("path", ["//toggles/", "/toggles//", "/Toggles", "/toggles/x", "/toggles%2f", ""])
def test_other_addresses(ways: Ways, phone: EnrolledPhone, path: str) -> None:
    assert asked(ways.application, path, phone.headers) == asked(long_way, path, phone.headers)
    assert ways.long == 1
