"""The directory."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    """Look-ups of servers, and the record of them."""

    name = "connectid.directory"
    label = "directory"
