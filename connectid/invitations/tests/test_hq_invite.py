"""GET /hq_invite/ (contract 8)."""

import html
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.invitations import links
from connectid.invitations.models import HqInvite
from connectid.testing.budget import StatementBudget
from connectid.testing.scene import new_account

PATH = "/hq_invite/"

pytestmark = pytest.mark.django_db


def new_invite(**changes: str) -> HqInvite:
    given = {
        "callback_url": "https://www.commcarehq.org/a/malaria/confirm/",
        "hq_username": "chikondi",
        "hq_domain": "malaria",
        "invite_code": "a&b=c",
    }
    return HqInvite.objects.create(
        account=new_account(), client_id="hq", created_at=clock.now(), **given | changes
    )


def address(invite: HqInvite) -> str:
    parts = urlsplit(links.link(invite.pk))
    return f"{parts.path}?{parts.query}"


def test_who_invites_whom_and_a_link_into_the_app(client: Client) -> None:
    invite = new_invite()
    answer = client.get(address(invite))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "malaria" in page
    assert "chikondi" in page
    [found] = re.findall(r'href="(intent://[^"]+)"', page)
    parts = urlsplit(html.unescape(found))
    assert parts.path == "/hq_invite/"
    assert parts.fragment == "Intent;scheme=https;package=org.commcare.dalvik;end"
    assert parse_qs(parts.query) == {
        "callback_url": [invite.callback_url],
        "hq_username": ["chikondi"],
        "hq_domain": ["malaria"],
        "invite_code": ["a&b=c"],
        "connect_username": [invite.account.username],
    }
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "no-referrer"


def test_it_speaks_five_languages_more_and_has_no_script(client: Client) -> None:
    """Everything else is for browsers that have one, as the sign-in pages are."""
    invite, titles = new_invite(), set()
    for language in ("en", "fr", "es", "pt", "sw", "hi"):
        answer = client.get(address(invite), headers={"Accept-Language": language})
        page = answer.content.decode()
        assert f'<html lang="{language}"' in page
        assert answer["Content-Language"] == language
        assert "<script" not in page
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        titles |= {*re.findall(r"<h1>(.+)</h1>", page)}
    assert len(titles) == 6


def test_what_a_sender_wrote_is_text(client: Client) -> None:
    page = client.get(address(new_invite(hq_domain="<script>alert(1)</script>"))).content.decode()
    assert "<script>" not in page


@pytest.mark.parametrize(
    "query", ["", "?invite=", "?invite=1", "?invite=1:forged", "?invite=%00", "?hq_domain=Call+0800"]
)
def test_a_link_that_we_did_not_make(client: Client, query: str) -> None:
    """It shows nothing of what it says."""
    new_invite()
    answer = client.get(f"{PATH}{query}")
    assert answer.status_code == 404
    assert "does not work any more" in answer.content.decode()
    assert "0800" not in re.sub(r"<[^>]*>", "", answer.content.decode())


def test_a_link_works_for_thirty_days_and_as_long_as_the_account(client: Client) -> None:
    invite = new_invite()
    with clock.frozen(clock.now() + timedelta(days=30)):
        assert client.get(address(invite)).status_code == 404
    Account.objects.filter(pk=invite.account_id).update(is_active=False)
    assert client.get(address(invite)).status_code == 404


def test_it_changes_nothing(client: Client) -> None:
    """Link previews fetch it too (as E-31)."""
    assert client.post(address(new_invite())).status_code == 405


def test_statements(client: Client, statement_budget: StatementBudget) -> None:
    invite = new_invite()
    statement_budget(
        1, grow=lambda n: [new_invite() for _ in range(n)], act=lambda: client.get(address(invite))
    )
