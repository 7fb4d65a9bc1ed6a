"""The WSGI application that Granian serves."""

import os
import threading
from importlib import import_module

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

from connectid.config import error_reports
from connectid.core import request_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "connectid.config.settings")

django.setup(set_prefix=False)

# What they import reads the settings.
from connectid.web.direct import Handler  # noqa: E402
from connectid.web.fast_path import fast_path  # noqa: E402
from connectid.web.gateway import gateway  # noqa: E402

# Sentry keeps requests apart around Django's own handler.
_handler = WSGIHandler() if error_reports.are_on() else Handler()
application = fast_path(gateway(_handler))
request_connections.use()

# Django imports the views at the first request, which would wait a third of a second for them.
import_module(settings.ROOT_URLCONF)


def _load_the_map() -> None:
    """Load the map of countries beside the first requests, so that no sign-up waits a second for it."""
    from connectid.providers import country

    country.load()


threading.Thread(target=_load_the_map, name="load-the-map", daemon=True).start()
