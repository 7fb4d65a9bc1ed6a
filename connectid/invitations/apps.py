"""Invitations."""

from django.apps import AppConfig


class InvitationsConfig(AppConfig):
    """Invitations of CommCare HQ that reach workers as links."""

    name = "connectid.invitations"
    label = "invitations"
