"""How Play Integrity is called, and what each of its failures means (contract 5.1, 11)."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.test import override_settings
from joserfc import jwt
from joserfc.jwk import RSAKey

from connectid.core import clock
from connectid.providers import attestation
from connectid.providers.attestation import Attestor
from connectid.providers.attestation.tests.fake_google import ACCOUNT, FakeGoogle
from connectid.providers.errors import Rejected, Unavailable
from connectid.testing.fake_http import Answer

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PACKAGE = "org.commcare.dalvik"


def test_google_is_asked_for_the_package_with_an_access_token(google: FakeGoogle, play: Attestor) -> None:
    google.tokens["t"] = Answer(json={"tokenPayloadExternal": {}})
    with clock.frozen(AT):
        play.decode(token="t", package=PACKAGE, deadline=5)
    [token_request, request] = google.server.requests
    assert (request.method, request.path) == ("POST", f"/v1/{PACKAGE}:decodeIntegrityToken")
    assert request.json() == {"integrityToken": "t"}
    assert request.headers["Authorization"] == "Bearer access-1"
    assert token_request.form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    assertion = jwt.decode(
        token_request.form["assertion"][0], RSAKey.import_key(json.loads(ACCOUNT)["private_key"])
    )
    assert assertion.header["alg"] == "RS256"
    assert assertion.claims == {
        "iss": "server@project.iam.gserviceaccount.com",
        "scope": "https://www.googleapis.com/auth/playintegrity",
        "aud": f"{google.server.url}/token",
        "iat": int(AT.timestamp()),
        "exp": int(AT.timestamp()) + 3600,
    }


def test_threads_share_one_access_token(google: FakeGoogle, play: Attestor) -> None:
    google.tokens["t"] = Answer(json={"tokenPayloadExternal": {}})
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: play.decode(token="t", package=PACKAGE, deadline=5), range(24)))
    assert google.issued == 1
    assert len(google.asked) == 24


def test_an_access_token_about_to_end_is_replaced(google: FakeGoogle, play: Attestor) -> None:
    google.tokens["t"] = Answer(json={"tokenPayloadExternal": {}})
    google.token_answers = [Answer(json={"access_token": "short", "expires_in": 200})]
    for _ in range(2):
        play.decode(token="t", package=PACKAGE, deadline=5)
    assert [request.headers["Authorization"] for request in google.asked] == [
        "Bearer short",
        "Bearer access-1",
    ]


def test_a_revoked_access_token_is_replaced_at_once(google: FakeGoogle, play: Attestor) -> None:
    google.tokens["t"] = Answer(json={"tokenPayloadExternal": {}})
    google.revoked = {"access-1"}
    play.decode(token="t", package=PACKAGE, deadline=5)
    assert google.issued == 2


def test_an_account_google_never_accepts_is_unavailable_and_not_asked_for_ever(
    google: FakeGoogle, play: Attestor
) -> None:
    google.revoked = {f"access-{number}" for number in range(10)}
    with pytest.raises(Unavailable):
        play.decode(token="t", package=PACKAGE, deadline=5)
    assert len(google.asked) == 2


@pytest.mark.parametrize("status", [403, 404, 429, 500])
def test_what_is_not_the_token_s_fault_is_unavailable(
    status: int, google: FakeGoogle, play: Attestor
) -> None:
    google.tokens["t"] = Answer(status, json={"error": {"message": "no"}})
    with pytest.raises(Unavailable):
        play.decode(token="t", package=PACKAGE, deadline=5)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(400, json={"error": "invalid_grant"}),
        Answer(200, json={"token_type": "Bearer"}),
        Answer(200, json=[1]),
        Answer(200, b"<html>"),
        Answer(500),
    ],
)
def test_a_token_endpoint_that_gives_no_token_is_unavailable(
    answer: Answer, google: FakeGoogle, play: Attestor
) -> None:
    google.token_answers = [answer] * 3
    with pytest.raises(Unavailable):
        play.decode(token="t", package=PACKAGE, deadline=5)
    assert google.asked == []


def test_the_deadline_covers_both_requests(google: FakeGoogle, play: Attestor) -> None:
    google.token_answers = [Answer(json={"access_token": "a", "expires_in": 3599}, delay=0.05)]
    google.tokens["t"] = Answer(json={"tokenPayloadExternal": {}}, delay=50)
    with pytest.raises(Unavailable):
        play.decode(token="t", package=PACKAGE, deadline=0.3)
    google.token_answers = [Answer(delay=50)]
    with override_settings(**google.settings()), pytest.raises(Unavailable):
        attestation.pick().decode(token="t", package=PACKAGE, deadline=0.3)


def test_a_deadline_that_has_passed_is_unavailable(google: FakeGoogle, play: Attestor) -> None:
    with pytest.raises(Unavailable):
        play.decode(token="t", package=PACKAGE, deadline=-1)
    assert google.asked == []


@pytest.mark.parametrize(
    "package",
    ["", "x", "a/b", "../o/token", "a.b?x=", "a.b#", "a..b", "a.b/../c.d", "a.b\n", "é.b", "a." + "b" * 300],
)
def test_a_package_that_cannot_be_one_is_never_put_in_an_address(
    package: str, google: FakeGoogle, play: Attestor
) -> None:
    with pytest.raises(Rejected):
        play.decode(token="t", package=package, deadline=5)
    assert google.server.requests == []


@pytest.mark.parametrize("token", ["", "é", "x" * 20_000])
def test_a_token_that_cannot_be_one_costs_no_request(token: str, google: FakeGoogle, play: Attestor) -> None:
    with pytest.raises(Rejected):
        play.decode(token=token, package=PACKAGE, deadline=5)
    assert google.server.requests == []


@pytest.mark.parametrize(
    "account", ["", "{}", "[]", '{"client_email": "a", "private_key": "secret-text", "token_uri": "u"}']
)
def test_an_account_that_cannot_be_read_says_so_and_no_more(account: str, google: FakeGoogle) -> None:
    with (
        override_settings(**google.settings() | {"PLAY_SERVICE_ACCOUNT": account}),
        pytest.raises(ValueError, match="service account") as caught,
    ):
        attestation.pick()
    assert "secret-text" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
