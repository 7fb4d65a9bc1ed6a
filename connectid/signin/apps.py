"""The sign-in pages as a Django app."""

from django.apps import AppConfig


class SigninConfig(AppConfig):
    """Tables, templates and translations."""

    name = "connectid.signin"
    label = "signin"
    verbose_name = "Sign-in pages"
