"""``connectid switch``."""

import pytest
from waffle.models import Switch

from connectid.cli.tests.conftest import Connectid

pytestmark = pytest.mark.django_db


def test_on_and_off(connectid: Connectid) -> None:
    for state in ("on", "off", "on"):
        result = connectid("switch", "email_otp_verification", state)
        assert (result.exit_code, result.output) == (0, f"email_otp_verification is {state}.\n")
        assert Switch.objects.get(name="email_otp_verification").active is (state == "on")


def test_no_other_state(connectid: Connectid) -> None:
    assert connectid("switch", "email_otp_verification", "maybe").exit_code == 2
