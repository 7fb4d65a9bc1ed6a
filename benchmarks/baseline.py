"""The same read as the former server does it: Django's default hasher on every request, the ORM for every row.

Served only by ``benchmarks.baseline:application``, beside the real endpoints, so that both are measured in one run.
"""

import base64

from django.http import HttpRequest, JsonResponse
from django.urls import path

from connectid.config.wsgi import application

__all__ = ["application"]


def fetch_db_key_by_password(request: HttpRequest) -> JsonResponse:
    """The storage key, after checking a password with Django's default hasher."""
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    from connectid.accounts.models import Account

    encoded = request.headers["Authorization"].removeprefix("Basic ")
    username, _, password = base64.b64decode(encoded).decode().partition(":")
    account = Account.objects.get(username=username)
    if not PBKDF2PasswordHasher().verify(password, account.password):
        return JsonResponse({"detail": "Invalid username/password."}, status=401)
    return JsonResponse({"db_key": account.storage_key})


def _serve_baseline_too() -> None:
    from connectid.config import urls

    urls.urlpatterns.insert(0, path("baseline/fetch_db_key", fetch_db_key_by_password))


_serve_baseline_too()
