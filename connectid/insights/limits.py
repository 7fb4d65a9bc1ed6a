"""The limits of insights, each with its reason."""

from datetime import timedelta

from connectid.core.ratelimit import Limit

ANALYTICS_PER_CLIENT = Limit("insights.analytics", 30, within=timedelta(hours=1))
"""Lists of all accounts that one client fetches. CommCare Connect does so daily; each reads a table of a million rows."""
