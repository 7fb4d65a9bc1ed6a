"""Enrolment."""

from django.apps import AppConfig


class EnrollmentConfig(AppConfig):
    """From an unknown phone to an account."""

    name = "connectid.enrollment"
    label = "enrollment"
