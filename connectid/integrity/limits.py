"""How often integrity reports are taken. They need no login and each costs a call of Google's daily quota (E-43)."""

from datetime import timedelta

from connectid.core.ratelimit import Limit

REPORTS_PER_DEVICE = Limit("report_integrity.device", 10, within=timedelta(hours=1))
"""Reports of one installation. CommCare HQ asks for one now and then; the app repeats a failed one after four hours."""

REPORTS_PER_ADDRESS = Limit("report_integrity.address", 300, within=timedelta(hours=1))
"""Reports from one block of addresses, which may be a carrier's with every phone of a region behind it."""
