"""GET and POST /o/userinfo (contract 14.5; safety, section 4: userinfo-*, scope-*)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.core.ratelimit import Throttled
from connectid.oauth import signing
from connectid.oauth.operations import revocation
from connectid.oauth.queries import access_tokens
from connectid.testing.budget import StatementBudget
from connectid.testing.scene import new_account, new_number, new_phone
from connectid.testing.tokens import IssuedToken, new_token

PATHS = ("/o/userinfo", "/o/userinfo/")
"""Without a slash as HQ calls it, with one as Open Chat Studio does."""
PATH = PATHS[0]
CHALLENGE = 'Bearer realm="api", error="invalid_token"'

pytestmark = pytest.mark.django_db


def told(client: Client, issued: IssuedToken) -> dict[str, Any]:
    answer = client.get(PATH, headers=issued.headers)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_who_the_token_speaks_for(client: Client, path: str, method: str) -> None:
    """14.5, row 200: exactly these keys for the scope that everybody asks for."""
    issued = new_token()
    answer = client.generic(method, path, headers=issued.headers)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.json() == {
        "sub": issued.account.username,
        "name": issued.account.name,
        "phone": issued.account.phone_number,
        "is_active": True,
    }
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_the_app_sends_with_everything_is_accepted(client: Client) -> None:
    """2.2: OAuth endpoints ignore the version in Accept; userinfo-post-header: a body does not matter."""
    issued = new_token()
    for accept in ("application/json;version=2.0", "application/json;version=9", "text/html", "*/*"):
        answer = client.get(PATH, headers={**issued.headers, "Accept": accept})
        assert answer.status_code == 200
        assert "X-API-Current-Version" not in answer.headers
    form = client.post(PATH, {"anything": "x"}, headers=issued.headers)
    assert form.status_code == 200


def test_scope_phone(client: Client) -> None:
    issued = new_token(scope="openid phone")
    assert told(client, issued) == told(client, new_token(account=issued.account)) | {
        "phone_number": issued.account.phone_number,
        "phone_number_verified": True,
    }


def test_a_number_of_demonstrations_was_never_proven(client: Client) -> None:
    account = new_account(phone_number="+74260000001")
    assert told(client, new_token(account=account, scope="openid phone"))["phone_number_verified"] is False


def test_scope_email(client: Client) -> None:
    account = new_account(email="chikondi@example.org")
    found = told(client, new_token(account=account, scope="openid email"))
    assert (found["email"], found["email_verified"]) == ("chikondi@example.org", True)
    assert "email" not in told(client, new_token(account=account, scope="openid profile phone"))


def test_no_claim_of_what_is_not_known(client: Client) -> None:
    account = new_account(name="", email="", phone_number="")
    found = told(client, new_token(account=account, scope="openid profile email phone"))
    assert found == {"sub": account.username, "name": "", "phone": "", "is_active": True}


def test_scope_all(client: Client) -> None:
    account = new_account(email="chikondi@example.org")
    found = told(client, new_token(account=account, scope="email sync openid phone profile"))
    assert {*found} == {
        *("sub", "name", "phone", "is_active", "email", "email_verified"),
        *("phone_number", "phone_number_verified"),
    }


def refused(client: Client, headers: dict[str, str], **given: Any) -> None:
    """14.5: 401 invalid_token, whatever is wrong."""
    answer = client.get(PATH, headers=headers, **given)
    assert answer.status_code == 401, answer.content
    assert {*answer.json()} == {"error", "error_description"}
    assert answer.json()["error"] == "invalid_token"
    assert answer.headers["WWW-Authenticate"] == CHALLENGE


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer a b", "Bearer ü", "Bearer unknown", "Token x", "Basic eDp5"]
)
def test_no_token_or_a_wrong_one(client: Client, header: str) -> None:
    refused(client, {"Authorization": header} if header else {})


def test_an_expired_token(client: Client) -> None:
    refused(client, new_token(lifetime=timedelta(seconds=-1)).headers)


def test_a_token_without_openid(client: Client) -> None:
    """14.5: a 401 as for a wrong one."""
    for scope in ("sync", "profile email phone", "", "openidx"):
        refused(client, new_token(scope=scope).headers)


def test_a_token_of_somebody_who_may_not_sign_in(client: Client) -> None:
    """E-15, and E-14 for what was revoked."""
    issued, other = new_token(), new_token()
    Account.objects.filter(pk=issued.account.pk).update(is_active=False)
    refused(client, issued.headers)
    revocation.revoke_all(account_id=other.account.pk)
    refused(client, other.headers)


def test_an_id_token_is_no_access_token(client: Client) -> None:
    """A2: the reference takes them."""
    account, now = new_account(), int(clock.now().timestamp())
    claims = {"iss": signing.issuer(), "aud": "x", "sub": account.username, "iat": now, "exp": now + 60}
    refused(client, {"Authorization": f"Bearer {signing.sign(claims, at=clock.now())}"})


def test_a_device_credential_is_no_access_token(client: Client) -> None:
    phone = new_phone()
    refused(client, phone.headers)
    refused(client, {"Authorization": f"Bearer {phone.credential}"})


def test_never_from_the_query_string_or_a_form(client: Client) -> None:
    """E-03; RFC 6750 leaves out the form too (userinfo-post-body may warn)."""
    token = new_token().token
    refused(client, {}, query_params={"access_token": token})
    assert client.post(PATH, {"access_token": token}).status_code == 401


def test_no_database_is_no_json(client: Client) -> None:
    """4.1, 14.5: HQ would take JSON without sub for a token that is wrong, and the app would forget its user."""

    def fail(*_: Any) -> Any:
        raise OperationalError("the server closed the connection")

    with connection.execute_wrapper(fail):
        answer = client.get(PATH, headers={"Authorization": "Bearer any"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "text/plain; charset=utf-8")
    assert answer.headers["Retry-After"]


def test_whatever_may_pass_is_no_json(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for a limit or a dependency that somebody may add."""

    def throttled(*_: Any, **__: Any) -> Any:
        raise Throttled(retry_after=7)

    monkeypatch.setattr(access_tokens, "user_token", throttled)
    answer = client.get(PATH, headers={"Authorization": "Bearer any"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "text/plain; charset=utf-8")


def test_statements(client: Client, statement_budget: StatementBudget) -> None:
    issued = new_token()
    statement_budget(
        1,
        grow=lambda n: [new_token(account=new_account(phone_number=new_number())) for _ in range(n)],
        act=lambda: client.get(PATH, headers=issued.headers),
    )
