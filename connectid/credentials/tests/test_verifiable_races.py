"""Several phones, and several requests of one, fetch at once, on PostgreSQL."""

from collections import Counter
from typing import Any

import pytest
from django.test import Client

from connectid.core import clock
from connectid.credentials.models import Award, Holder, StatusList
from connectid.credentials.operations import revoking, verifying
from connectid.credentials.tests.verifying import fetch, published, verified
from connectid.oauth.models import SigningKey
from connectid.testing.at_once import at_once
from connectid.testing.issuers import new_award, new_issuer
from connectid.testing.scene import new_phone

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def test_every_award_gets_one_place_and_every_holder_one_identifier() -> None:
    """With no key, no list and no holder there yet."""
    issuer, phones = new_issuer(), [new_phone() for _ in range(4)]
    awards = [new_award(issuer, phone.account.pk) for phone in phones]
    tokens = at_once(
        *(
            lambda one=pair: fetch(Client(), *one)
            for pair in zip(phones, awards, strict=True)
            for _ in range(2)
        )
    )
    keys = published(Client())
    said: list[dict[str, Any]] = [verified(token, keys)[1] for token in tokens]
    places = Counter((one["jti"], one["credentialStatus"]["id"], one["sub"]) for one in said)
    assert [*places.values()] == [2] * 4
    assert len({place for _, place, _ in places}) == 4
    assert (SigningKey.objects.count(), Holder.objects.count()) == (1, 4)
    assert StatusList.objects.get().taken == 4


def test_a_revocation_at_the_same_time_is_never_lost() -> None:
    """Either the fetch is refused, or the list shows what it gave away."""
    issuer, phone = new_issuer(), new_phone()
    for n in range(4):
        award = new_award(issuer, phone.account.pk, slug=n)

        def give(award: Award = award) -> object:
            answer = Client().get(f"/users/credentials/{award.uuid}/verifiable", headers=phone.headers)
            return answer.status_code

        def take(award: Award = award) -> object:
            return revoking.revoke(award_ids=[award.pk], reason="test", at=clock.now())

        results = at_once(give, take)
        assert 1 in results
        stored = Award.objects.get(pk=award.pk)
        assert stored.revoked_at is not None
        assert 200 not in results or stored.status_index is not None
    lists = {one.pk: one.version for one in StatusList.objects.all()}
    placed = Award.objects.exclude(status_list=None).count()
    assert sum(lists.values()) == placed


def test_the_next_list_is_begun_once() -> None:
    StatusList.objects.create(number=1, taken=verifying.FULL_AT)
    issuer, phones = new_issuer(), [new_phone() for _ in range(4)]
    awards = [new_award(issuer, phone.account.pk) for phone in phones]
    at_once(*(lambda one=pair: fetch(Client(), *one) for pair in zip(phones, awards, strict=True)))
    assert [*StatusList.objects.order_by("number").values_list("number", "taken")] == [
        (1, verifying.FULL_AT),
        (2, 4),
    ]
