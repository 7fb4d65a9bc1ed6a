"""POST /users/add_credential: the same batch by several requests at once, on PostgreSQL."""

from typing import Any

import pytest
from django.test import Client

from connectid.credentials.models import Award, Credential
from connectid.jobs.models import Job
from connectid.testing.at_once import at_once
from connectid.testing.issuers import award, item, new_issuer
from connectid.testing.scene import new_account

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def test_one_award_each_and_every_answer_is_a_success(settings: Any) -> None:
    """Also in another order: nobody waits for whom they keep waiting. One text for each person, too."""
    settings.CREDENTIAL_TEXTS = True
    issuer = new_issuer()
    names = [new_account().username for _ in range(20)]
    batch = [item(*names, slug=n) for n in range(20)]
    orders = [batch, batch[::-1], batch, batch[::-1]]
    answers = at_once(*(lambda order=order: award(Client(), issuer, *order) for order in orders))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert [answer.json() for answer in answers] == [{"success": list(range(20)), "failed": []}] * 4
    assert (Credential.objects.count(), Award.objects.count()) == (20, 400)
    [told] = Job.objects.values_list("args", flat=True)
    assert len(told[0]) == 20


def test_overlapping_batches(settings: Any) -> None:
    """What two batches share is given once; nobody gets two texts for one award."""
    settings.CREDENTIAL_TEXTS = True
    issuer = new_issuer()
    names = [new_account().username for _ in range(30)]
    parts = [names[:20], names[10:], names[::-1][:25]]
    answers = at_once(
        *(
            lambda part=part: award(Client(), issuer, *(item(*part, slug=n) for n in range(10)))
            for part in parts
        )
    )
    assert {answer.status_code for answer in answers} == {200}
    assert Award.objects.count() == 300
    told = [invite for (invites,) in Job.objects.values_list("args", flat=True) for invite in invites]
    assert {str(one) for one in Award.objects.values_list("invite_id", flat=True)} == {*told}
