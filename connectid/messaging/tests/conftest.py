"""What tests of the relay have around them."""

from collections.abc import Iterator

import pytest

from connectid.core import clock
from connectid.core.clock import FrozenClock
from connectid.messaging.models import Channel
from connectid.messaging.operations import relaying
from connectid.providers import webhooks
from connectid.testing.partners import ListeningPartner, Partner, new_channel, new_partner
from connectid.testing.scene import EnrolledPhone, new_phone


@pytest.fixture(autouse=True)
def _no_budget_of_another_test() -> None:
    """They are the process's, and keys of partners come again."""
    relaying.budgets.forget()


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> ListeningPartner:
    """Every partner: it remembers its calls, and fails as it is told."""
    found = ListeningPartner()
    monkeypatch.setattr(webhooks, "pick", lambda: found)
    return found


@pytest.fixture
def partner() -> Partner:
    return new_partner()


@pytest.fixture
def phone() -> EnrolledPhone:
    return new_phone()


@pytest.fixture
def channel(partner: Partner, phone: EnrolledPhone) -> Channel:
    return new_channel(partner, phone.account.pk)


@pytest.fixture
def now() -> Iterator[FrozenClock]:
    with clock.frozen() as found:
        yield found
