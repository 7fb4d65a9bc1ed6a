"""The application that holds the job table."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Tables and admin pages of jobs."""

    name = "connectid.jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"
