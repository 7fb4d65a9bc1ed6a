"""POST /o/token, password grant: the app's (contract 14.1, 4.1; 16, E-29)."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client as Browser
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.devices.models import Device
from connectid.devices.operations import credentials
from connectid.oauth.models import AccessToken, RefreshToken
from connectid.oauth.tests.asking import FORM, INVALID_CREDENTIALS, PATH, app_form, ask
from connectid.testing.scene import EnrolledPhone, new_phone
from connectid.testing.tokens import the_app

pytestmark = pytest.mark.django_db

OTHER_DEVICE = {
    "error": "LOGIN_FROM_DIFFERENT_DEVICE",
    "error_description": "Login attempted from a previously configured device.",
    "error_code": "LOGIN_FROM_DIFFERENT_DEVICE",
}


@pytest.fixture
def phone() -> EnrolledPhone:
    the_app()
    return new_phone()


def test_the_answer(client: Browser, phone: EnrolledPhone) -> None:
    answer = ask(client, app_form(phone))
    assert answer.status_code == 200
    body = answer.json()
    assert {**body, "access_token": "", "refresh_token": ""} == {
        "access_token": "",
        "expires_in": 36000,
        "token_type": "Bearer",
        "scope": "openid",
        "refresh_token": "",
    }
    assert (answer["Cache-Control"], answer["Pragma"]) == ("no-store", "no-cache")
    assert answer["Content-Type"] == "application/json"


def test_tokens_are_opaque_and_short(client: Browser, phone: EnrolledPhone) -> None:
    """14.1: 30 letters and digits."""
    body = ask(client, app_form(phone)).json()
    for token in (body["access_token"], body["refresh_token"]):
        assert len(token) == 30
        assert token.isalnum()
        assert token.isascii()


@pytest.mark.parametrize("path", ["/o/token", "/o/token/"])
@pytest.mark.parametrize(
    "accept", ["application/json;version=2.0", "application/json;version=9.9", "text/html", "*/*"]
)
def test_both_slashes_and_any_accept(client: Browser, phone: EnrolledPhone, path: str, accept: str) -> None:
    """2.2: OAuth endpoints ignore Accept."""
    answer = client.post(path, app_form(phone), headers={"Accept": accept})
    assert answer.status_code == 200
    assert "X-API-Current-Version" not in answer


@pytest.mark.parametrize(
    ("content_type", "encode"),
    [
        (FORM, urlencode),
        ("application/json", json.dumps),
        (MULTIPART_CONTENT, lambda form: encode_multipart(BOUNDARY, form)),
    ],
)
def test_form_json_and_multipart(
    client: Browser, phone: EnrolledPhone, content_type: str, encode: Any
) -> None:
    answer = client.generic("POST", PATH, encode(app_form(phone)), content_type=content_type)
    assert answer.status_code == 200


def test_get_is_refused(client: Browser) -> None:
    answer = client.get(PATH)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert answer["Cache-Control"] == "no-store"


def test_only_checksums_are_stored(client: Browser, phone: EnrolledPhone) -> None:
    body = ask(client, app_form(phone)).json()
    stored = [*AccessToken.objects.values(), *RefreshToken.objects.values()]
    assert len(stored) == 2
    for token in (body["access_token"], body["refresh_token"]):
        assert token not in repr(stored)


def test_the_use_is_noted(client: Browser, phone: EnrolledPhone) -> None:
    """14.1: success refreshes the device's last use."""
    with clock.frozen() as time:
        time.advance(hours=2)
        ask(client, app_form(phone))
        assert Device.objects.get(account=phone.account).last_accessed_at == time.at


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "wrong"},
        {"password": "0" * 64},
        {"username": "nobody"},
        {"username": "x" * 10_000, "password": "y" * 10_000},
    ],
)
def test_wrong_credentials(client: Browser, phone: EnrolledPhone, wrong: dict[str, str]) -> None:
    answer = ask(client, app_form(phone) | wrong)
    assert (answer.status_code, answer.json()) == (400, INVALID_CREDENTIALS)
    assert not AccessToken.objects.exists()


def test_the_username_is_case_sensitive(client: Browser) -> None:
    the_app()
    phone = new_phone(username="abcdef0123456789abcd")
    answer = ask(client, app_form(phone, username="ABCDEF0123456789ABCD"))
    assert (answer.status_code, answer.json()) == (400, INVALID_CREDENTIALS)


def test_somebody_else_s_credential(client: Browser, phone: EnrolledPhone) -> None:
    answer = ask(client, app_form(phone, password=new_phone().credential))
    assert (answer.status_code, answer.json()) == (400, INVALID_CREDENTIALS)


def test_an_inactive_account(client: Browser, phone: EnrolledPhone) -> None:
    """14.1: deactivated and locked accounts are not active."""
    Account.objects.filter(pk=phone.account.pk).update(is_active=False, locked_at=clock.now())
    answer = ask(client, app_form(phone))
    assert (answer.status_code, answer.json()) == (400, INVALID_CREDENTIALS)


def test_the_account_moved_to_another_phone(client: Browser, phone: EnrolledPhone) -> None:
    """14.1: the wipe with an explanation."""
    new_phone(account=phone.account)
    answer = ask(client, app_form(phone))
    assert (answer.status_code, answer.json()) == (400, OTHER_DEVICE)
    assert answer["Cache-Control"] == "no-store"


def test_the_account_moved_long_ago(client: Browser, phone: EnrolledPhone) -> None:
    new_phone(account=phone.account, at=clock.now() - timedelta(days=31))
    answer = ask(client, app_form(phone))
    assert (answer.status_code, answer.json()) == (400, INVALID_CREDENTIALS)


@pytest.mark.parametrize("scope", [None, "", "openid", "openid newer", "openid openid"])
def test_scopes(client: Browser, phone: EnrolledPhone, scope: str | None) -> None:
    """4.1: a later app that asks for a scope more must not be wiped; it is told what it got (RFC 6749 section 3.3)."""
    form = app_form(phone) | ({} if scope is None else {"scope": scope})
    if scope is None:
        del form["scope"]
    answer = ask(client, form)
    assert (answer.status_code, answer.json()["scope"]) == (200, "openid")


def test_no_known_scope(client: Browser, phone: EnrolledPhone) -> None:
    answer = ask(client, app_form(phone, scope="everything"))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_several_known_scopes(client: Browser, phone: EnrolledPhone) -> None:
    answer = ask(client, app_form(phone, scope="sync openid"))
    assert answer.json()["scope"] == "sync openid"


@pytest.mark.parametrize("missing", ["username", "password", "grant_type"])
@pytest.mark.parametrize("empty", [True, False])
def test_missing_parameters(client: Browser, phone: EnrolledPhone, missing: str, empty: bool) -> None:
    form = app_form(phone) | {missing: ""}
    if not empty:
        del form[missing]
    answer = ask(client, form)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_an_unknown_grant_type(client: Browser, phone: EnrolledPhone) -> None:
    answer = ask(client, app_form(phone, grant_type="implicit"))
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


def test_an_account_that_is_closed_and_opened_again_beside_it(
    client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """4.1: the credential is right when it is looked at last, so that its phone is to ask again, not to forget its user."""
    monkeypatch.setattr(credentials, "hold", lambda device: False)
    answer = ask(client, app_form(new_phone()))
    assert (answer.status_code, answer["Retry-After"]) == (429, "1")
