"""Settings that an operator should know of."""

import pytest
from pytest_django import Settings

from connectid.verification.checks import check_settings


@pytest.fixture(autouse=True)
def _sound(settings: Settings) -> None:
    settings.SMS_COUNTRIES = frozenset({"KE"})


def found() -> list[str | None]:
    return [message.id for message in check_settings()]


def test_nothing_to_say() -> None:
    assert found() == []


def test_texts_to_any_country(settings: Settings) -> None:
    settings.SMS_COUNTRIES = frozenset()
    assert found() == ["verification.W001"]


@pytest.mark.parametrize(("seconds", "said"), [(300, True), (301, False), (1800, False), (1801, True)])
def test_the_life_of_codes(settings: Settings, seconds: int, *, said: bool) -> None:
    settings.CODE_LIFETIME = seconds
    assert found() == ["verification.W002"] * said
