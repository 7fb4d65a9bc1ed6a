"""The app, and the admin site in place of Django's."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class StaffConfig(AppConfig):
    """Rights, the worker's page and the audit trail."""

    name = "connectid.staff"

    def ready(self) -> None:
        """Record who signs in, and who tries."""
        from connectid.staff import signals

        signals.connect()


class StaffAdminConfig(AdminConfig):
    """Django's admin, every request of which is recorded."""

    default_site = "connectid.staff.site.StaffSite"
