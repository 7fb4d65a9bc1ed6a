"""How often it can be asked who has a number (E-22)."""

from datetime import timedelta

from connectid.core.ratelimit import Limit
from connectid.verification.limits import CountedLimit

AVAILABILITY_PER_ADDRESS = Limit("phone_available.address", 20, within=timedelta(hours=1))
"""Numbers that somebody at one block of addresses may ask about: a phone asks once or twice while its owner types."""

AVAILABILITY_IN_ALL = CountedLimit(name="availability", an_hour=300)
"""The same for everybody together, so that many addresses are no way to read a country's numbers out: 7,200 a day at most, and
none of them with a name."""
