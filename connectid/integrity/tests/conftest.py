"""Fixtures of the tests of integrity."""

import pytest

from connectid.core import ratelimit


@pytest.fixture(autouse=True)
def _unspent_limits() -> None:
    ratelimit.forget()
