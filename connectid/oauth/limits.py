"""The limits of clients, each with its reason.

Only refused attempts are counted: what they try to guess has 256 random bits, and whoever has the right secret is never refused
for what somebody else tries. What phones try at the token endpoint counts with everything else that they try
(``connectid.devices.limits``).
"""

from datetime import timedelta

from connectid.core.ratelimit import Limit

WRONG_SECRETS_PER_ADDRESS = Limit("client.address", 60, within=timedelta(hours=1))
"""Wrong secrets of clients from one block of addresses: servers, whose secrets are right or need an operator."""

IMPORTED_SECRETS_PER_ADDRESS = Limit("client.imported", 10, within=timedelta(minutes=1))
"""Secrets compared with a hash of the former server, which costs half a second of CPU; the first right one replaces it."""
