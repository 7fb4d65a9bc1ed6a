"""POST /o/token: many at once, on PostgreSQL (RFC 9700 section 4.14.2; contract 16, E-14)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client as Browser

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.devices.operations import credentials
from connectid.oauth.models import AccessToken, RefreshToken
from connectid.oauth.operations import revocation
from connectid.oauth.operations.clients import NewClient
from connectid.oauth.queries import access_tokens
from connectid.oauth.tests.asking import app_form, ask, code_form, new_code, new_site, refresh_form
from connectid.testing.answers import Answered
from connectid.testing.at_once import at_once
from connectid.testing.scene import EnrolledPhone, new_account, new_phone

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def asking(form: dict[str, str], client: NewClient | None = None) -> Callable[[], Answered]:
    return lambda: ask(Browser(), form, client)


def nothing_is_left(body: dict[str, Any], site: NewClient) -> bool:
    """Whether the pair that was given is worth nothing."""
    return (
        access_tokens.live_token(body["access_token"], at=clock.now()) is None
        and ask(Browser(), refresh_form(body["refresh_token"]), site).status_code == 400
    )


@pytest.mark.parametrize("times", [2, 16])
def test_one_refresh_token_at_once(times: int) -> None:
    """One success and a revoked family."""
    site = new_site()
    first = ask(Browser(), code_form(new_code(new_account(), site)), site).json()
    answers = at_once(*[asking(refresh_form(first["refresh_token"]), site)] * times)
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * (times - 1)
    (won,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert nothing_is_left(won, site)
    assert not AccessToken.objects.exists()
    assert not RefreshToken.objects.filter(revoked=None).exists()


@pytest.mark.parametrize("times", [2, 16])
def test_one_code_at_once(times: int) -> None:
    """One success, and what it gave has ended."""
    site = new_site()
    form = code_form(new_code(new_account(), site))
    answers = at_once(*[asking(form, site)] * times)
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * (times - 1)
    (won,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert nothing_is_left(won, site)


def test_16_phones_of_one_account_all_get_tokens() -> None:
    """Requests of one account wait for each other and do not fail."""
    phone = new_phone()
    answers = at_once(*[asking(app_form(phone))] * 16)
    assert [answer.status_code for answer in answers] == [200] * 16
    assert AccessToken.objects.filter(user=phone.account).count() == 16


def move(account: Account) -> Callable[[], str]:
    """Recover the account on another phone, and end its tokens."""

    def recovered() -> str:
        with transaction.atomic():
            credential = credentials.issue(
                account_id=account.pk, installation_id="new", model="new", at=clock.now()
            )
            revocation.revoke_all(account_id=account.pk)
        return credential

    return recovered


def close(account: Account) -> Callable[[], None]:
    """Deactivate the account, and end its tokens."""

    def closed() -> None:
        with transaction.atomic():
            Account.objects.filter(pk=account.pk).update(is_active=False)
            revocation.revoke_all(account_id=account.pk)

    return closed


@pytest.mark.parametrize("end", [move, close])
@pytest.mark.parametrize("attempt", range(5))
def test_no_token_is_born_beside_the_end_of_all(end: Callable[..., Any], attempt: int) -> None:
    """E-14: whatever comes first, nothing that the former phone was given is left, and nobody waits for ever."""
    site, phone = new_site(), new_phone()
    pair = ask(Browser(), code_form(new_code(phone.account, site)), site).json()
    code = new_code(phone.account, site)
    answers = at_once(
        end(phone.account),
        *[asking(app_form(phone))] * 4,
        asking(code_form(code), site),
        asking(refresh_form(pair["refresh_token"]), site),
    )
    assert {answer.status_code for answer in answers if not isinstance(answer, str | None)} <= {200, 400}
    assert not AccessToken.objects.filter(user=phone.account).exists()
    assert not RefreshToken.objects.filter(user=phone.account).exists()


def holding(phone: EnrolledPhone) -> bool:
    now = clock.now()
    device = credentials.authenticate(
        username=phone.account.username, credential=phone.credential, address="", at=now
    )
    move(phone.account)()
    with transaction.atomic():
        return credentials.hold(device)


def test_a_phone_that_was_replaced_meanwhile_is_not_held() -> None:
    assert not holding(new_phone())
