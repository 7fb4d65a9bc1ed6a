"""GET /users/credentials/<uuid>/verifiable: W3C Verifiable Credentials that anybody can check."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.test import Client
from jwcrypto.common import JWException

from connectid.core import clock
from connectid.credentials.models import Award, Holder, StatusList
from connectid.credentials.operations import revoking, verifying
from connectid.credentials.tests.verifying import fetch, published, verified
from connectid.oauth.key_uses import VERIFIABLE_CREDENTIAL
from connectid.oauth.operations import signing_keys
from connectid.testing.budget import StatementBudget
from connectid.testing.issuers import new_award, new_issuer
from connectid.testing.scene import new_account, new_phone

pytestmark = pytest.mark.django_db

UNKNOWN = {"detail": "No credential matches the given query."}


def test_what_it_says(client: Client) -> None:
    """The whole of it: VC Data Model 2.0, Open Badges 3.0, and the claims of a JWT that say the same."""
    phone = new_phone()
    award = new_award(new_issuer(), phone.account.pk, opportunity_id=7)
    at = datetime(2026, 7, 22, 10, 11, 12, 345678, tzinfo=UTC)
    Award.objects.update(awarded_at=at)
    header, said = verified(fetch(client, phone, award), published(client))
    assert (header["alg"], header["typ"], header["cty"]) == ("ES256", "vc+jwt", "vc")
    assert {*header} == {"alg", "typ", "cty", "kid"}
    issuer = f"{settings.PUBLIC_URL}/credentials/issuer"
    holder = Holder.objects.get().subject
    placed = Award.objects.get()
    list_address = f"{settings.PUBLIC_URL}/credentials/status/1"
    issued, until = said.pop("iat"), said.pop("exp")
    assert until - issued == timedelta(days=365).total_seconds()
    valid_until = datetime.fromisoformat(said.pop("validUntil"))
    assert valid_until.timestamp() == until
    achievement = said["credentialSubject"].pop("achievement")
    assert said == {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": f"urn:uuid:{award.uuid}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Active for three months in Antenatal Care",
        "issuer": {"id": issuer, "type": ["Profile"], "name": "PersonalID"},
        "validFrom": "2026-07-22T10:11:12Z",
        "awardedDate": "2026-07-22T10:11:12Z",
        "credentialSubject": {
            "id": f"urn:uuid:{holder}",
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "identityType": "name",
                    "hashed": False,
                    "identityHash": phone.account.name,
                }
            ],
        },
        "credentialStatus": {
            "id": f"{list_address}#{placed.status_index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(placed.status_index),
            "statusListCredential": list_address,
        },
        "credentialSchema": [
            {
                "id": "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json",
                "type": "1EdTechJsonSchemaValidator2019",
            }
        ],
        "iss": issuer,
        "jti": f"urn:uuid:{award.uuid}",
        "sub": f"urn:uuid:{holder}",
    }
    assert UUID(achievement.pop("id").removeprefix("urn:uuid:")).version == 5
    assert achievement == {
        "type": ["Achievement"],
        "achievementType": "Achievement",
        "name": "Active for three months in Antenatal Care",
        "description": "Active for three months in Antenatal Care. Awarded by CommCare HQ (production).",
        "criteria": {"narrative": "Used an app for work, as its records show."},
        "humanCode": "3MON_ACTIVE",
        "creator": {"id": f"{issuer}#HQ-production", "type": ["Profile"], "name": "CommCare HQ"},
        "otherIdentifier": [
            {"type": "IdentifierEntry", "identifier": award.credential.slug, "identifierType": "ext:slug"},
            {
                "type": "IdentifierEntry",
                "identifier": award.credential.app_id,
                "identifierType": "ext:app_id",
            },
            {"type": "IdentifierEntry", "identifier": "7", "identifierType": "ext:opportunity_id"},
        ],
    }


def test_neither_number_nor_username_is_in_it(client: Client) -> None:
    """Whoever is shown one learns the name, and an identifier that is of no use here."""
    phone = new_phone()
    issuer = new_issuer()
    said = [
        verified(fetch(client, phone, new_award(issuer, phone.account.pk, slug=n)), published(client))[1]
        for n in range(2)
    ]
    for secret in (phone.account.username, phone.account.phone_number, phone.account.phone_number[1:]):
        assert secret not in json.dumps(said)
    assert said[0]["sub"] == said[1]["sub"]  # one person's credentials can be told to be one person's
    other = new_phone()
    told = verified(fetch(client, other, new_award(issuer, other.account.pk)), published(client))[1]
    assert told["sub"] != said[0]["sub"]
    assert told["credentialSubject"]["achievement"]["id"] != said[0]["credentialSubject"]["achievement"]["id"]


def test_a_holder_without_a_name(client: Client) -> None:
    phone = new_phone(name="")
    _, said = verified(fetch(client, phone, new_award(new_issuer(), phone.account.pk)), published(client))
    assert "identifier" not in said["credentialSubject"]


@pytest.mark.parametrize("part", [0, 1, 2])
def test_whatever_is_altered_is_noticed(client: Client, part: int) -> None:
    phone = new_phone()
    parts = fetch(client, phone, new_award(new_issuer(), phone.account.pk)).split(".")
    middle = len(parts[part]) // 2
    parts[part] = (
        parts[part][:middle] + ("A" if parts[part][middle] != "A" else "B") + parts[part][middle + 1 :]
    )
    with pytest.raises((JWException, ValueError)):
        verified(".".join(parts), published(client))


def test_only_its_holder(client: Client) -> None:
    """Another's, none, one that is no id: all alike; strangers are told nothing."""
    phone, award = new_phone(), new_award(new_issuer(), new_account().pk)
    for uuid in (award.uuid, uuid4(), "7", "x" * 100):
        answer = client.get(f"/users/credentials/{uuid}/verifiable", headers=phone.headers)
        assert (answer.status_code, answer.json()) == (404, UNKNOWN)
    assert client.get(f"/users/credentials/{award.uuid}/verifiable").status_code == 401
    assert not StatusList.objects.exists()


def test_not_after_it_was_revoked(client: Client) -> None:
    phone = new_phone()
    award = new_award(new_issuer(), phone.account.pk)
    fetch(client, phone, award)
    revoking.revoke(award_ids=[award.pk], reason="test", at=clock.now())
    answer = client.get(f"/users/credentials/{award.uuid}/verifiable", headers=phone.headers)
    assert (answer.status_code, answer.json()) == (404, UNKNOWN)


def test_after_a_rotation_the_old_one_still_verifies(client: Client) -> None:
    """Its key stays published for as long as anything that it signed is good."""
    phone = new_phone()
    award = new_award(new_issuer(), phone.account.pk)
    old = fetch(client, phone, award)
    signing_keys.rotate(at=clock.now(), use=VERIFIABLE_CREDENTIAL, at_once=True)
    new = fetch(client, phone, award)
    keys = published(client)
    assert len(keys["keys"]) == 2
    assert verified(old, keys)[0]["kid"] != verified(new, keys)[0]["kid"]
    just_before, after = (clock.now() + timedelta(days=365, minutes=m) for m in (59, 61))
    stored = signing_keys.keys(at=clock.now(), use=VERIFIABLE_CREDENTIAL, afresh=True)
    assert [len(stored.published(moment)) for moment in (just_before, after)] == [2, 1]


def test_after_a_leak_it_does_not(client: Client) -> None:
    phone = new_phone()
    award = new_award(new_issuer(), phone.account.pk)
    old = fetch(client, phone, award)
    signing_keys.keys(at=clock.now())  # the keys of id tokens are others
    signing_keys.replace_all(at=clock.now(), use=VERIFIABLE_CREDENTIAL)
    with pytest.raises(ValueError, match="unpack"):
        verified(old, published(client))
    verified(fetch(client, phone, award), published(client))
    assert len(signing_keys.keys(at=clock.now(), afresh=True).keys) == 1


def test_places_are_random_and_no_two_have_one(client: Client) -> None:
    issuer, accounts = new_issuer(), [new_account() for _ in range(30)]
    for account in accounts:
        award = new_award(issuer, account.pk)
        verifying.prepare(account_id=account.pk, award_uuid=award.uuid, at=clock.now())
    places = [place or 0 for place in Award.objects.order_by("id").values_list("status_index", flat=True)]
    assert len({*places}) == 30
    assert places != sorted(places)
    assert StatusList.objects.get().taken == 30


def test_a_half_full_list_is_followed_by_the_next(client: Client) -> None:
    StatusList.objects.create(number=4, taken=verifying.FULL_AT)
    phone = new_phone()
    _, said = verified(fetch(client, phone, new_award(new_issuer(), phone.account.pk)), published(client))
    assert said["credentialStatus"]["statusListCredential"].endswith("/credentials/status/5")


def test_taken_places_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    picks = iter([[1] * 24, [1, *range(2, 25)], [2, *range(50, 73)]])

    class Rigged:
        def sample(self, among: Any, count: int) -> list[int]:
            return next(picks)

    monkeypatch.setattr(verifying, "_chance", Rigged())
    issuer = new_issuer()
    for _ in range(3):
        award = new_award(issuer, new_account().pk)
        verifying.prepare(account_id=award.account_id, award_uuid=award.uuid, at=clock.now())
    assert [*Award.objects.order_by("id").values_list("status_index", flat=True)] == [1, 2, 50]


def test_statements(client: Client, statement_budget: StatementBudget) -> None:
    """One after authentication; the first time ten."""
    issuer, phone = new_issuer(), new_phone()
    first = new_award(issuer, phone.account.pk, slug="first")
    signing_keys.keys(at=clock.now() - timedelta(hours=1), use=VERIFIABLE_CREDENTIAL)
    fetch(client, phone, new_award(issuer, phone.account.pk, slug="warm"))
    with statement_budget.at_most(10):
        fetch(client, phone, first)
    statement_budget(
        2,
        grow=lambda n: [new_award(issuer, phone.account.pk, slug=clock.now().isoformat()) for _ in range(n)],
        act=lambda: fetch(client, phone, first),
    )
