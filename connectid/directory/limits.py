"""The limits of look-ups, each with its reason."""

from datetime import timedelta
from typing import Final

from connectid.core.ratelimit import Limit

LOOK_UPS_PER_CLIENT = Limit("directory.client", 600, within=timedelta(hours=1))
"""Look-ups of one client, of 1,000 numbers each at most. Connect makes one for each batch of invitations; with a stolen secret,
whole ranges of numbers would be tried for accounts."""

MOST_FOUND: Final = 10_000
"""Accounts of one answer, which is built as a whole: a country may have a million. Whoever needs more asks by credential."""
