"""The limits of look-ups, each with its reason."""

from datetime import timedelta

from connectid.core.ratelimit import Limit

LOOK_UPS_PER_CLIENT = Limit("directory.client", 600, within=timedelta(hours=1))
"""Look-ups of one client, of 1,000 numbers each at most. Connect makes one for each batch of invitations; with a stolen secret,
whole ranges of numbers would be tried for accounts."""
