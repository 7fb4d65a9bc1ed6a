"""The limits of enrolment, each with its reason."""

from datetime import timedelta

from connectid.core.ratelimit import Limit

MAX_NAME_CHECKS = 10
"""Names that one session may try. People correct a typo or two; more is somebody guessing whose number this is (E-24)."""

# A worker with a bad network opens a few sessions; more is somebody probing a number.
SESSIONS_PER_NUMBER = Limit("start_configuration.number", 20, within=timedelta(days=1))

# Each session costs calls of CommCare Connect and of Google's quota (E-44). A block of addresses may be a carrier's, with
# every phone of a region behind it.
SESSIONS_PER_ADDRESS = Limit("start_configuration.address", 300, within=timedelta(hours=1))

# Support reads codes out one call at a time; a client that reads more is being misused (E-12).
CODES_READ_PER_CLIENT = Limit("generate_manual_otp.client", 120, within=timedelta(hours=1))
