"""GET /credentials/status/<number>: which credentials were revoked (Bitstring Status List 1.0)."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from connectid.core import clock
from connectid.credentials import bitstring
from connectid.credentials.models import Award, StatusList
from connectid.credentials.operations import publishing, revoking
from connectid.credentials.tests.verifying import bit, fetch, published, verified
from connectid.oauth.key_uses import VERIFIABLE_CREDENTIAL
from connectid.oauth.operations import signing_keys
from connectid.testing.budget import StatementBudget
from connectid.testing.issuers import new_award, new_issuer
from connectid.testing.scene import new_account, new_phone

PATH = "/credentials/status/1"


@pytest.mark.django_db
def test_it_shows_what_was_revoked_and_nothing_else(client: Client) -> None:
    issuer, phone = new_issuer(), new_phone()
    awards = [new_award(issuer, phone.account.pk, slug=n) for n in range(3)]
    index = [
        int(
            verified(fetch(client, phone, award), published(client))[1]["credentialStatus"]["statusListIndex"]
        )
        for award in awards
    ]
    for path in (PATH, f"{PATH}/"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/vc+jwt")
        assert answer.headers["Cache-Control"] == "public, max-age=300"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        header, listed = verified(answer.content.decode(), published(client))
        assert [bit(listed, one) for one in index] == [0, 0, 0]
    revoking.revoke(award_ids=[awards[1].pk], reason="test", at=clock.now())
    header, listed = verified(client.get(PATH).content.decode(), published(client))
    assert [bit(listed, one) for one in index] == [0, 1, 0]
    assert sum(bit(listed, one) for one in range(bitstring.BITS)) == 1
    address = f"{settings.PUBLIC_URL}/credentials/status/1"
    assert header["typ"] == "vc+jwt"
    begun, until = (datetime.fromisoformat(listed[name]) for name in ("validFrom", "validUntil"))
    assert until - begun == timedelta(days=7)
    subject = {name: value for name, value in listed["credentialSubject"].items() if name != "encodedList"}
    assert subject == {
        "id": f"{address}#list",
        "type": "BitstringStatusList",
        "statusPurpose": "revocation",
        "ttl": 300_000,
    }
    assert (listed["id"], listed["iss"], listed["issuer"]) == (
        address,
        f"{settings.PUBLIC_URL}/credentials/issuer",
        f"{settings.PUBLIC_URL}/credentials/issuer",
    )
    assert listed["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["1", "0", "-1", "x", "9" * 30])
def test_no_such_list(client: Client, number: str) -> None:
    answer = client.get(f"/credentials/status/{number}")
    assert (answer.status_code, answer.json()) == (404, {"detail": "No status list matches the given query."})


@pytest.mark.django_db
def test_one_that_nobody_fetched_has_no_place(client: Client) -> None:
    StatusList.objects.create(number=1)
    award = new_award(new_issuer(), new_account().pk)
    assert revoking.revoke(award_ids=[award.pk], reason="test", at=clock.now()) == 1
    assert StatusList.objects.get().version == 0
    _, listed = verified(client.get(PATH).content.decode(), published(client))
    assert sum(bit(listed, one) for one in range(bitstring.BITS)) == 0


@pytest.mark.django_db
def test_signed_anew_each_hour() -> None:
    StatusList.objects.create(number=1)
    at = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    first = publishing.status_list(number=1, at=at)
    assert publishing.status_list(number=1, at=at + timedelta(minutes=59)) == first
    assert publishing.status_list(number=1, at=at + timedelta(minutes=60)) != first


@pytest.mark.django_db
def test_statements(client: Client, statement_budget: StatementBudget) -> None:
    """One, when nothing changed; however many were revoked."""
    listed = StatusList.objects.create(number=1)
    issuer = new_issuer()

    def revoke_new(count: int) -> None:
        begun = Award.objects.count()
        for index in range(begun, begun + count):
            award = new_award(issuer, new_account().pk)
            Award.objects.filter(pk=award.pk).update(
                status_list=listed, status_index=index, revoked_at=clock.now()
            )

    signing_keys.keys(at=clock.now() - timedelta(hours=1), use=VERIFIABLE_CREDENTIAL)
    statement_budget(1, grow=revoke_new, act=lambda: client.get(PATH))


@given(st.sets(st.integers(0, bitstring.BITS - 1), max_size=50))
def test_bits_are_read_as_they_were_written(indexes: set[int]) -> None:
    encoded = bitstring.encode(indexes)
    assert bit({"credentialSubject": {"encodedList": encoded}}, 0) == (0 in indexes)
    for index in [*indexes, 0, 7, 8, bitstring.BITS - 1]:
        assert bitstring.is_set(encoded, index) == (index in indexes)


@pytest.mark.parametrize(
    "encoded", ["", "u", "x" + bitstring.encode([])[1:], "u!!!", "uAAAA", "u" + "A" * 4001]
)
def test_what_is_no_list(encoded: str) -> None:
    with pytest.raises(bitstring.NoBitstring):
        bitstring.is_set(encoded, 0)


@pytest.mark.parametrize("index", [-1, bitstring.BITS])
def test_a_place_that_is_not_there(index: int) -> None:
    with pytest.raises(bitstring.NoBitstring):
        bitstring.is_set(bitstring.encode([]), index)
