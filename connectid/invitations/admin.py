"""Invitations in the admin: to be read, without the code that links accounts."""

from django.contrib import admin

from connectid.invitations.models import HqInvite
from connectid.web.admin_pages import OfAccounts


@admin.register(HqInvite)
class HqInviteAdmin(OfAccounts[HqInvite]):
    """For "I got no invitation"."""

    list_display = ("subject", "hq_domain", "hq_username", "client_id", "created_at")
    fields = ("subject", "hq_domain", "hq_username", "callback_url", "client_id", "created_at")
