"""What somebody sees whose browser sent a form without the cookie that protects it."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from connectid.web import languages
from connectid.web.html_pages import page


def not_sent(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 in plain words, for every form of the server: ``settings.CSRF_FAILURE_VIEW``."""
    with languages.spoken(request) as language:
        response = page(request, "signin/not_sent.html", status=HTTPStatus.FORBIDDEN)
    languages.note(response, language)
    return response
