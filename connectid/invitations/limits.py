"""The limits of invitations, each with its reason."""

from datetime import timedelta

from connectid.core.ratelimit import Limit
from connectid.verification.limits import CountedLimit

INVITES_PER_CLIENT = Limit("forward_hq_invite.client", 1000, within=timedelta(hours=1))
"""Invitations of one client: a large project invites its workers in one morning."""

CONFIRMATIONS_PER_ACCOUNT = Limit("confirm_hq_invite.account", 30, within=timedelta(hours=1))
"""Confirmations of one worker, each of which is a call of ours to CommCare HQ."""

TEXTS_PER_NUMBER = CountedLimit(name="invite", a_day=5, gap=timedelta(seconds=60))
"""Texts with an invitation to one number: a link that a stranger's server can have sent must not become a nuisance. They count
against the texts of the country and of all, too."""
