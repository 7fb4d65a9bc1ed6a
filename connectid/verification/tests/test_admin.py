"""What staff see of verification."""

import pytest
from django.db import models
from django.test import Client

from connectid.accounts.models import Account
from connectid.core import phone
from connectid.verification.models import Breaker, Challenge, Counter
from connectid.verification.tests.acts import AT, NUMBER, challenge, code, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(Account.objects.create_superuser("staff", "correct horse battery staple"))
    return client


@pytest.mark.parametrize("model", [Breaker, Challenge, Counter])
def test_lists_can_be_looked_at_and_not_changed(staff: Client, model: type[models.Model]) -> None:
    send()
    Breaker.objects.create(opened_at=AT, open_until=AT, checks=1, failures=1)
    page = f"/admin/verification/{model._meta.model_name}/"
    assert staff.get(page, {"q": NUMBER} if model in {Challenge, Counter} else {}).status_code == 200
    row = model._default_manager.latest("pk").pk
    assert staff.get(f"{page}{row}/change/").status_code == 200
    assert staff.get(f"{page}add/").status_code == 403
    assert staff.post(f"{page}{row}/delete/", {"post": "yes"}).status_code == 403
    assert staff.post(f"{page}{row}/change/", {}).status_code == 403


def test_neither_the_code_nor_what_it_is_derived_from_is_shown(staff: Client) -> None:
    send()
    held = challenge()
    shown = staff.get(f"/admin/verification/challenge/{held.pk}/change/").content.decode()
    assert phone.masked(NUMBER) in shown
    assert NUMBER not in shown
    assert held.nonce not in shown
    assert code() not in shown
