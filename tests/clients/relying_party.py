"""A partner's website in one file: Django with mozilla-django-oidc. Run as ``python -m tests.clients.relying_party``.

The environment says where it listens and who signs its users in: PORT, ISSUER, CLIENT_ID, CLIENT_SECRET, FOLDER.
"""

import os
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.http import HttpRequest, JsonResponse
from django.urls import include, path


def configure() -> None:
    """What the package's own documentation asks for."""
    issuer = os.environ["ISSUER"]
    settings.configure(
        SECRET_KEY="of a test",
        ROOT_URLCONF=__name__,
        ALLOWED_HOSTS=["127.0.0.1"],
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "mozilla_django_oidc",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        AUTHENTICATION_BACKENDS=["mozilla_django_oidc.auth.OIDCAuthenticationBackend"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": Path(os.environ["FOLDER"]) / "relying_party.sqlite3",
            }
        },
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        LOGIN_REDIRECT_URL="/me",
        LOGIN_URL="/oidc/authenticate/",
        OIDC_RP_CLIENT_ID=os.environ["CLIENT_ID"],
        OIDC_RP_CLIENT_SECRET=os.environ["CLIENT_SECRET"],
        OIDC_RP_SCOPES="openid profile phone",
        OIDC_RP_SIGN_ALGO="RS256",
        OIDC_USE_PKCE=True,
        OIDC_USERNAME_ALGO=f"{__name__}.username",
        OIDC_OP_AUTHORIZATION_ENDPOINT=f"{issuer}/authorize/",
        OIDC_OP_TOKEN_ENDPOINT=f"{issuer}/token/",
        OIDC_OP_USER_ENDPOINT=f"{issuer}/userinfo/",
        OIDC_OP_JWKS_ENDPOINT=f"{issuer}/.well-known/jwks.json",
    )


def username(_email: str | None, claims: dict[str, Any]) -> str:
    """The website knows its people by their subject."""
    return str(claims["sub"])


def me(request: HttpRequest) -> JsonResponse:
    """Who is signed in."""
    return JsonResponse({"username": request.user.get_username()})


if __name__ == "__main__":
    configure()
    django.setup()
    # Only now: the package reads the settings when its own addresses are included.
    urlpatterns = [path("oidc/", include("mozilla_django_oidc.urls")), path("me", me), path("users/", me)]
    call_command("migrate", verbosity=0)
    call_command("runserver", f"127.0.0.1:{os.environ['PORT']}", use_reloader=False)
