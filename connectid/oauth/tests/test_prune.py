"""The hourly job: what is spent goes, what still tells a thief from an owner stays."""

import uuid
from datetime import timedelta

import pytest

from connectid.core import clock
from connectid.oauth import key_uses, lifetimes, tasks
from connectid.oauth.models import AccessToken, AuthorizationCode, RefreshToken, SigningKey
from connectid.oauth.opaque_tokens import checksum
from connectid.oauth.operations import grants, pruning, revocation, signing_keys
from connectid.oauth.operations.tokens import Issued
from connectid.oauth.queries.clients import stored_client
from connectid.testing.budget import StatementBudget
from connectid.testing.scene import new_account
from connectid.testing.statements import count_statements
from connectid.testing.tokens import new_pair, new_token, the_app

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


def exchange(issued: Issued) -> Issued:
    client = stored_client(the_app().client_id)
    assert client is not None
    assert issued.refresh_token is not None
    return grants.by_refresh_token(
        client=client, refresh_token=issued.refresh_token, scope=None, at=clock.now()
    )


def new_code(*, expired_for: timedelta) -> AuthorizationCode:
    at = clock.now()
    code: AuthorizationCode = AuthorizationCode.objects.create(
        user=new_account(),
        application=the_app(),
        code_checksum=checksum(str(uuid.uuid4())),
        redirect_uri="https://hq.example/",
        authenticated_at=at,
        expires=at - expired_for,
    )
    return code


def test_access_tokens_go_when_they_expire() -> None:
    with clock.frozen() as time:
        new_token(lifetime=timedelta())
        live = new_token(lifetime=SECOND)
        assert pruning.prune(at=time.at) == 1
    assert AccessToken.objects.get().user_id == live.account.pk


def test_refresh_tokens_go_when_they_expire() -> None:
    with clock.frozen() as time:
        new_pair(new_account())
        assert pruning.prune(at=time.at + lifetimes.APP_REFRESH_TOKEN - SECOND) == 1  # the access token
        assert pruning.prune(at=time.at + lifetimes.APP_REFRESH_TOKEN) == 1
    assert not RefreshToken.objects.exists()


def test_a_reuse_is_noticed_for_as_long_as_the_family_lives() -> None:
    with clock.frozen() as time:
        stolen = newest = new_pair(new_account())
        for _ in range(3):
            time.advance(hours=20)
            newest = exchange(newest)
            pruning.prune(at=time.at)
        assert RefreshToken.objects.count() == 4
        with pytest.raises(Exception, match="invalid_grant"):
            exchange(stolen)
        with pytest.raises(Exception, match="invalid_grant"):
            exchange(newest)
        time.advance(hours=24)
        pruning.prune(at=time.at)
    assert not RefreshToken.objects.exists()


def test_codes_go_a_day_after_they_expired() -> None:
    new_code(expired_for=pruning.CODES_KEPT)
    kept = new_code(expired_for=pruning.CODES_KEPT - timedelta(minutes=5))
    assert pruning.prune(at=clock.now()) == 1
    assert AuthorizationCode.objects.get() == kept


def test_what_was_revoked_is_gone_already() -> None:
    account = new_account()
    new_pair(account)
    revocation.revoke_all(account_id=account.pk)
    assert pruning.prune(at=clock.now() + timedelta(days=99)) == 0


def test_rows_go_in_batches() -> None:
    for _ in range(7):
        new_token(lifetime=-SECOND)
    with count_statements() as statements:
        assert pruning.prune(at=clock.now(), batch=5) == 7
    assert len(statements) == 2 + 1 + 1 + len(
        key_uses.ALL
    )  # access tokens, refresh tokens, codes, signing keys


def test_statements(statement_budget: StatementBudget) -> None:
    def grow(count: int) -> None:
        for _ in range(count):
            new_token(lifetime=-SECOND)
            new_code(expired_for=timedelta(days=2))

    statement_budget(3 + len(key_uses.ALL), grow=grow, act=tasks.prune.call, consumed=True, cap=999)


def test_it_has_a_job() -> None:
    new_token(lifetime=-SECOND)
    signing_keys.rotate(at=clock.now() - timedelta(days=9))
    tasks.prune.call()
    assert not AccessToken.objects.exists()
    assert SigningKey.objects.count() == 1
