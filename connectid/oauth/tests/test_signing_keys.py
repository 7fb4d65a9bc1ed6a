"""The keys that sign id tokens: made once, rotated without an interruption, forgotten (contract 14.6; safety, server-rotate-keys)."""

from datetime import timedelta

import pytest
from django.db import connection
from joserfc.jwk import RSAKey
from pytest_django import Settings

from connectid.core import clock
from connectid.oauth import errors, signing
from connectid.oauth.models import SigningKey
from connectid.oauth.operations import signing_keys
from connectid.oauth.queries import signing_keys as queries
from connectid.testing.at_once import at_once
from connectid.testing.statements import count_statements

pytestmark = pytest.mark.django_db

LIFE = timedelta(seconds=36_000)


def test_the_first_key_is_made_when_it_is_needed() -> None:
    at = clock.now()
    found = signing_keys.keys(at=at)
    (key,) = found.keys
    assert found.signing(at) == key
    assert found.published(at) == [key]
    assert key.public_jwk["kty"] == "RSA"
    assert {*key.public_jwk} == {"kty", "n", "e", "use", "alg", "kid"}
    assert RSAKey.import_key(key.public_jwk).thumbprint() == key.kid  # RFC 7638
    assert signing_keys.keys(at=at).keys == (key,)


def test_the_first_key_signs_for_whoever_looked_at_the_clock_before_it_was_made() -> None:
    """Of two processes that need it at once, one makes it, and the other may have begun earlier."""
    at = clock.now()
    found = signing_keys.keys(at=at)
    assert found.signing(at - timedelta(seconds=5)) == found.keys[0]


def test_the_key_of_the_environment_is_the_first(settings: Settings) -> None:
    settings.OIDC_RSA_PRIVATE_KEY = RSAKey.generate_key(2048).as_pem(private=True).decode()
    (key,) = signing_keys.keys(at=clock.now()).keys
    assert key.kid == RSAKey.import_key(settings.OIDC_RSA_PRIVATE_KEY).thumbprint()


def test_private_keys_are_encrypted() -> None:
    (key,) = signing_keys.keys(at=clock.now()).keys
    with connection.cursor() as cursor:
        cursor.execute("SELECT private_key, public_jwk FROM oauth_signingkey")
        sealed, public = cursor.fetchone()
    assert "PRIVATE" not in sealed
    assert queries.private_key(key.kid).startswith("-----BEGIN ")
    assert '"d"' not in str(public)


def test_the_next_key_is_published_before_it_signs() -> None:
    with clock.frozen() as time:
        (old,) = signing_keys.keys(at=time.at).keys
        signing_keys.rotate(at=time.at)
        found = signing_keys.keys(at=time.at)
        new = found.keys[-1]
        assert [key.kid for key in found.published(time.at)] == [old.kid, new.kid]
        almost = time.at + signing_keys.LEAD - timedelta(seconds=1)
        assert found.signing(almost) == found.keys[0]
        assert found.signing(time.at + signing_keys.LEAD) == new


def test_an_old_key_is_published_while_its_tokens_live() -> None:
    with clock.frozen() as time:
        signing_keys.keys(at=time.at)
        signing_keys.rotate(at=time.at)
        succeeded = time.at + signing_keys.LEAD
        found = signing_keys.keys(at=time.at)
        assert len(found.published(succeeded + LIFE)) == 2
        assert len(found.published(succeeded + LIFE + queries.MARGIN)) == 1


def test_spent_keys_are_pruned() -> None:
    with clock.frozen() as time:
        signing_keys.keys(at=time.at)
        signing_keys.rotate(at=time.at)
        assert signing_keys.prune(at=time.at + signing_keys.LEAD + LIFE) == 0
        with count_statements() as statements:
            assert signing_keys.prune(at=time.at + signing_keys.LEAD + LIFE + queries.MARGIN) == 1
        assert len(statements) == 3  # one for each use of keys
    assert [key.generation for key in queries.stored_keys().keys] == [2]


def test_the_last_key_is_never_pruned() -> None:
    signing_keys.keys(at=clock.now())
    assert signing_keys.prune(at=clock.now() + timedelta(days=5000)) == 0


def test_one_rotation_at_a_time() -> None:
    at = clock.now()
    signing_keys.rotate(at=at)
    with pytest.raises(errors.RotationUnderWay):
        signing_keys.rotate(at=at + timedelta(hours=23))
    assert len(signing_keys.rotate(at=at + timedelta(hours=24)).keys) == 3


def test_a_waiting_key_can_be_brought_forward() -> None:
    at = clock.now()
    waiting = signing_keys.rotate(at=at).keys[-1]
    found = signing_keys.rotate(at=at, at_once=True)
    assert (len(found.keys), found.signing(at)) == (2, found.keys[-1])
    assert found.keys[-1].kid == waiting.kid


def test_leaked_keys_are_forgotten() -> None:
    at = clock.now()
    now = int(at.timestamp())
    claims = {"iss": signing.issuer(), "aud": "a", "sub": "s", "iat": now, "exp": now + 60}
    token = signing.sign(claims, at=at)
    signing_keys.rotate(at=at)
    (left,) = signing_keys.replace_all(at=at).keys
    assert left.generation == 2
    assert signing.read(token, at=at) is None
    assert signing.read(signing.sign(claims, at=at), at=at) == claims


def test_no_statement_when_warm() -> None:
    at = clock.now()
    signing_keys.keys(at=at - timedelta(minutes=2))
    signing_keys.keys(at=at)
    with count_statements() as statements:
        signing_keys.keys(at=at + queries.NOTICED_WITHIN - timedelta(seconds=1))
    assert len(statements) == 0
    with count_statements() as statements:
        signing_keys.keys(at=at + queries.NOTICED_WITHIN)
    assert len(statements) == 1


def test_a_key_that_was_just_made_is_not_kept_in_memory() -> None:
    """Whoever made it may yet roll back; no other request of the process may sign with it then."""
    at = clock.now()
    signing_keys.keys(at=at)
    signing_keys.keys(at=at)
    SigningKey.objects.all().delete()  # as a rollback would
    assert queries.known_keys(at=at).keys == ()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_eight_processes_one_makes_the_first_key() -> None:
    found = at_once(*[lambda: signing_keys.keys(at=clock.now())] * 8)
    kids = [key.kid for one in found for key in one.keys]
    assert len(kids) == 8
    assert len({*kids}) == 1
