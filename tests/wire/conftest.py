"""Who asks by both ways."""

import pytest
from django.test import Client

from connectid.testing.partners import new_channel, new_partner, send
from connectid.testing.scene import EnrolledPhone, new_phone
from tests.wire.both_ways import Ways


@pytest.fixture
def phone(client: Client) -> EnrolledPhone:
    """A phone with channels and messages."""
    phone = new_phone()
    partner = new_partner()
    for name in ("Malaria", 'Ñandú "quoted" \\ é'):
        channel = new_channel(partner, phone.account.pk, name=name)
        for _ in range(2):
            send(client, partner, channel)
    return phone


@pytest.fixture
def ways() -> Ways:
    return Ways()
