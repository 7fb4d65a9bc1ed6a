"""How often integrity reports are taken."""

from datetime import timedelta

from connectid.core.ratelimit import Limit

# A report needs no login and costs a call of Google's daily quota (E-43). CommCare HQ asks a phone for one now and then;
# its app repeats a failed report at the next heartbeat, four hours later.
REPORTS_PER_DEVICE = Limit("report_integrity.device", 10, within=timedelta(hours=1))

# A block of addresses may be a carrier's, with every phone of a region behind it.
REPORTS_PER_ADDRESS = Limit("report_integrity.address", 300, within=timedelta(hours=1))
