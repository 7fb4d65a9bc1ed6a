"""The languages of the pages: what the client says a person reads, or else what their browser says."""

import pytest
from django.conf import settings

from connectid.oauth.models import Client
from connectid.signin.tests.flows import Walk, asked

pytestmark = pytest.mark.django_db

HEADINGS = {
    "en": "Sign in",
    "fr": "Se connecter",
    "es": "Iniciar sesión",
    "pt": "Entrar",
    "sw": "Ingia",
    "hi": "साइन इन करें",
}


def shown(client: Client, *, accepted: str = "", **parameters: str) -> tuple[str, str]:
    """The heading of the first page, and the language that the page says it is in."""
    walk = Walk(asked(client, **parameters))
    answer = walk.browser.get(f"/o/sign_in?{walk.query}", headers={"Accept-Language": accepted})
    page = answer.content.decode()
    language = page.partition('<html lang="')[2].partition('"')[0]
    assert answer.headers["Content-Language"] == language
    return page.partition("<h1>")[2].partition("</h1>")[0], language


def test_every_language_is_looked_at() -> None:
    assert [code for code, _ in settings.LANGUAGES] == list(HEADINGS)


@pytest.mark.parametrize(("language", "heading"), HEADINGS.items())
def test_what_the_client_says(client_app: Client, language: str, heading: str) -> None:
    """OpenID Connect Core, 3.1.2.1."""
    assert shown(client_app, ui_locales=f"zz {language}-XX", accepted="en") == (heading, language)


@pytest.mark.parametrize(("language", "heading"), HEADINGS.items())
def test_what_the_browser_says(client_app: Client, language: str, heading: str) -> None:
    assert shown(client_app, accepted=f"{language}-XX,en;q=0.5") == (heading, language)


@pytest.mark.parametrize("spoken", ["", "zz", "*", "\x00", "xx-" * 50])
def test_english_otherwise(client_app: Client, spoken: str) -> None:
    assert shown(client_app, accepted=spoken, ui_locales=spoken) == ("Sign in", "en")


def test_texts_with_a_client_s_name_in_them(signed_in: Walk) -> None:
    signed_in.parameters["ui_locales"] = "sw"
    answer = signed_in.browser.get(f"/o/authorize/?{signed_in.query}&prompt=consent", follow=True)
    assert "<strong>Clinic Records</strong> itajua:" in answer.content.decode()
