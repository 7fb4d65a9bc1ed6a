"""The limits of payments, each with its reason. Those of codes and texts are verification's."""

from datetime import timedelta
from typing import Final

from connectid.core.ratelimit import Limit

UPDATES: Final = 1_000
"""Judgements of one request: what is stored, and pushed, in one statement each."""

LOOK_UPS_PER_CLIENT = Limit("payments.client", 600, within=timedelta(hours=1))
"""Requests for payment numbers by one client, each for 1,000 people at most: whoever pays asks once for each batch."""
