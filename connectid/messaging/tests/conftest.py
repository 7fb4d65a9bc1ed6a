"""What tests of the relay have around them."""

import pytest

from connectid.providers import webhooks
from connectid.testing.partners import ListeningPartner


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> ListeningPartner:
    """Every partner: it remembers its calls, and fails as it is told."""
    found = ListeningPartner()
    monkeypatch.setattr(webhooks, "pick", lambda: found)
    return found
