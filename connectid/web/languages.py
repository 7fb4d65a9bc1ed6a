"""The language of a page that people read: what was asked for, else what their browser prefers, else English.

Only such pages choose: no middleware does, so that the API, whose texts are part of its contract, neither pays nor changes.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

PARAMETER = "ui_locales"
"""What a relying party says a person reads (OpenID Connect Core, 3.1.2.1), and what the links of our language switch set."""

_MOST_TAGS = 10


@contextmanager
def spoken(request: HttpRequest) -> Iterator[str]:
    """Speak the request's language inside the block; yields its code."""
    language = chosen(request)
    with translation.override(language):
        yield language


def chosen(request: HttpRequest) -> str:
    """Return the code of the first language of ``ui_locales`` that we speak, or else that of ``Accept-Language``."""
    for tag in request.GET.get(PARAMETER, "").split()[:_MOST_TAGS]:
        try:
            return translation.get_supported_language_variant(tag.lower())
        except LookupError:
            continue
    return translation.get_language_from_request(request)


def note(response: HttpResponseBase, language: str) -> None:
    """Say in the answer which language it is in, and that another browser might get another."""
    response.headers.setdefault("Content-Language", language)
    patch_vary_headers(response, ["Accept-Language"])


def names() -> list[tuple[str, str]]:
    """The languages that pages speak: code, and the name that its speakers know it by."""
    return [(code, translation.get_language_info(code)["name_local"]) for code, _ in settings.LANGUAGES]
