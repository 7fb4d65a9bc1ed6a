"""Enrolled phones and where pushes reach them in the admin, to look at."""

from typing import ClassVar

from django.contrib import admin

from connectid.devices.models import Device, PushRegistration
from connectid.web.admin_pages import OfAccounts


@admin.register(Device)
class DeviceAdmin(OfAccounts[Device]):
    """Which phones an account had; never their credentials."""

    list_display = ("id", "subject", "model", "created_at", "last_accessed_at", "revoked_at")
    fields = ("subject", "model", "installation_id", "created_at", "last_accessed_at", "revoked_at")


@admin.register(PushRegistration)
class PushRegistrationAdmin(OfAccounts[PushRegistration]):
    """Whether pushes reach an account's phone, and why not; never where."""

    list_display = ("id", "subject", "registered_at", "last_heartbeat_at", "ended_at", "end_reason")
    list_filter: ClassVar = ("end_reason",)
    fields = ("subject", "installation_id", "registered_at", "last_heartbeat_at", "ended_at", "end_reason")
