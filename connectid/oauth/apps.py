"""OAuth2."""

from django.apps import AppConfig


class OauthConfig(AppConfig):
    """Clients and tokens."""

    name = "connectid.oauth"
    label = "oauth"
    verbose_name = "OAuth2"
