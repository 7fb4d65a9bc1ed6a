"""A partner's API in one file: Django with django-oauth-toolkit as a resource server, exactly as CommCare Connect has it.

Run as ``python -m tests.clients.resource_server`` with PORT, ISSUER, CLIENT_ID, CLIENT_SECRET and FOLDER in the environment.
"""

import os
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path


def configure() -> None:
    """A token that is not known here is introspected there, by this server's own client."""
    settings.configure(
        SECRET_KEY="of a test",
        ROOT_URLCONF=__name__,
        ALLOWED_HOSTS=["127.0.0.1"],
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "oauth2_provider"],
        MIDDLEWARE=[],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": Path(os.environ["FOLDER"]) / "resource_server.sqlite3",
            }
        },
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        OAUTH2_PROVIDER={
            "RESOURCE_SERVER_INTROSPECTION_URL": f"{os.environ['ISSUER']}/introspect/",
            "RESOURCE_SERVER_INTROSPECTION_CREDENTIALS": (
                os.environ["CLIENT_ID"],
                os.environ["CLIENT_SECRET"],
            ),
            "SCOPES": {"openid": "openid"},
        },
    )


def protected(request: HttpRequest) -> HttpResponse:
    """Who the token belongs to; nothing without a good one."""
    from oauth2_provider import decorators

    guard: Any = decorators.protected_resource
    found: HttpResponse = guard(scopes=["openid"])(_answer)(request)
    return found


def _answer(request: HttpRequest) -> HttpResponse:
    owner = getattr(request, "resource_owner", None)
    return JsonResponse({"username": owner.get_username() if owner else None})


def alive(request: HttpRequest) -> HttpResponse:
    """That it listens."""
    return HttpResponse("pong")


urlpatterns = [path("protected", protected), path("users/", alive)]

if __name__ == "__main__":
    configure()
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("runserver", f"127.0.0.1:{os.environ['PORT']}", use_reloader=False)
