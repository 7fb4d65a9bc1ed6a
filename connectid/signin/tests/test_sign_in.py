"""GET and POST /o/sign_in: the first step."""

import re
from datetime import timedelta

import pytest
from django.test import Client as Browser

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.jobs.draining import run_pending
from connectid.oauth.models import Client
from connectid.sandbox import inbox
from connectid.signin import limits
from connectid.signin.models import SignIn
from connectid.signin.tests.flows import Walk, asked, new_client, spend_all
from connectid.testing.answers import Answered
from connectid.testing.budget import StatementBudget
from connectid.testing.scene import new_account, new_number
from connectid.testing.statements import count_statements

pytestmark = pytest.mark.django_db

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')


def page(answer: Answered) -> str:
    """The page without the token of its forms, which differs each time."""
    return TOKEN.sub("", answer.content.decode())


def texts_to(number: str) -> int:
    run_pending()
    return len(inbox.messages(kind="sms", to=number))


def test_the_page_says_where_one_is_going(walk: Walk) -> None:
    shown = page(walk.get())
    assert "<strong>Clinic Records</strong>" in shown
    assert '<html lang="en" dir="ltr">' in shown


def test_a_clients_name_is_only_text(client_app: Client) -> None:
    Client.objects.filter(pk=client_app.pk).update(name="<script>alert(1)</script>")
    assert "<script" not in page(Walk(asked(client_app)).get())


def test_a_number_of_an_account_gets_a_text(walk: Walk, account: Account) -> None:
    answer = walk.number(account.phone_number)
    assert (answer.status_code, answer["Location"]) == (303, f"/o/sign_in/code?{walk.query}")
    assert texts_to(account.phone_number) == 1


def test_the_number_of_a_locked_account_gets_a_text(walk: Walk) -> None:
    """Its owner is told of the lock once the number is proven."""
    locked = new_account(is_active=False, locked_at=clock.now())
    walk.number(locked.phone_number)
    assert texts_to(locked.phone_number) == 1


def test_other_numbers_get_none(walk: Walk) -> None:
    """Nobody's number, and that of an account that was closed for good."""
    for number in (new_number(), new_account(is_active=False).phone_number):
        assert walk.number(number).status_code == 303
        assert texts_to(number) == 0


def everything_without_the_text(walk: Walk, number: str) -> list[Answered]:
    """The answers to all that can be done by whoever cannot read the number's texts."""
    with clock.frozen() as now:
        answers = [walk.get(), walk.number(number)]
        run_pending()
        answers += [walk.get("/code"), *(walk.post("/code", code="000000") for _ in range(6))]
        answers += [walk.post("/code", again="1"), walk.get("/backup_code"), walk.post("/backup_code")]
        now.advance(minutes=3)
        answers += [walk.post("/code", again="1")]
        run_pending()
        answers += [walk.get("/code"), walk.number(number), walk.post("/code", code="000000")]
    return answers


def test_nothing_tells_whether_a_number_has_an_account(client_app: Client) -> None:
    """Status, headers and pages are the same (ASVS 6.3.8)."""
    new_account(phone_number="+265991234567")
    known, unknown = (
        everything_without_the_text(Walk(asked(client_app)), number)
        for number in ("+265991234567", "+265991234568")
    )
    for one, other in zip(known, unknown, strict=True):
        assert one.status_code == other.status_code
        assert page(one) == page(other).replace("23 45 68", "23 45 67")
        assert {**one.headers, "X-Request-ID": ""} == {**other.headers, "X-Request-ID": ""}


def test_the_statements_do_not_tell_either(client_app: Client, account: Account) -> None:
    kinds = []
    for number in (account.phone_number, new_number()):
        walk = Walk(asked(client_app))
        with count_statements() as statements:
            walk.number(number)
            walk.get("/code")
            walk.post("/code", code="000000")
        # Workers are woken now and then only, whoever's job it is.
        woken = r", CAST\(pg_notify\([^)]*\) AS text\)"
        kinds.append([re.sub(woken, "", re.sub(r"'[^']*'|\d+", "?", sql)) for sql in statements])
    assert kinds[0] == kinds[1]


@pytest.mark.parametrize(
    ("typed", "country"),
    [
        ("+265 991 23 45 67", ""),
        ("+265991234567", "TZ"),
        ("0991 234 567", "MW"),
        ("991234567", "MW"),
        ("00265991234567", "MW"),
        ("(0)991-234-567", "MW"),
        ("०९९१२३४५६७", "MW"),
    ],
)
def test_a_number_may_be_typed_as_at_home(walk: Walk, typed: str, country: str) -> None:
    assert walk.post("", number=typed, country=country).status_code == 303
    assert SignIn.objects.get().phone_number == "+265991234567"


@pytest.mark.parametrize(
    ("typed", "country", "said"),
    [
        ("", "MW", "Enter your phone number."),
        ("0991234567", "", "Choose your country"),
        ("0991234567", "XX", "This is not a phone number of that country."),
        ("12", "MW", "This is not a phone number of that country."),
        ("abc", "MW", "This is not a phone number of that country."),
        ("+", "", "This is not a phone number of that country."),
        ("9" * 100, "MW", "This is not a phone number of that country."),
        ("\x00", "MW", "This is not a phone number of that country."),
    ],
)
def test_what_is_no_number_is_explained(walk: Walk, typed: str, country: str, said: str) -> None:
    answer = walk.post("", number=typed, country=country)
    assert answer.status_code == 422
    assert said in page(answer)
    assert "<title>Error: Sign in" in page(answer)
    assert SignIn.objects.count() == 0


def test_the_clients_hint_is_filled_in_if_it_is_a_number(walk: Walk) -> None:
    """oidcc-login-hint; OpenID Connect Core, 3.1.2.1."""
    walk.parameters["login_hint"] = "+265991234567"
    assert 'value="+265 991 23 45 67"' in page(walk.get())
    walk.parameters["login_hint"] = '"><script>'
    assert 'value=""' in page(walk.get())


@pytest.mark.parametrize(
    ("languages", "region"), [("sw-TZ,sw;q=0.9", "TZ"), ("fr", ""), ("en-XX, pt-MZ", "MZ")]
)
def test_the_browsers_languages_suggest_a_country(walk: Walk, languages: str, region: str) -> None:
    shown = page(walk.browser.get(f"/o/sign_in?{walk.query}", headers={"Accept-Language": languages}))
    assert re.findall(r'<option value="(\w*)" selected', shown) == ([region] if region else [])


def test_going_back_and_on_sends_no_second_text(walk: Walk, account: Account) -> None:
    walk.number(account.phone_number)
    walk.get()
    assert walk.number(account.phone_number).status_code == 303
    assert texts_to(account.phone_number) == 1


def test_another_number_takes_the_place_of_the_first(walk: Walk) -> None:
    walk.number("+265991234567")
    walk.number("+265991234568")
    assert SignIn.objects.get().phone_number == "+265991234568"


def test_a_number_gets_four_codes_a_day_from_browsers(client_app: Client, account: Account) -> None:
    """And its own phone at least one more."""
    with clock.frozen() as now:
        for _ in range(4):
            assert Walk(asked(client_app)).number(account.phone_number).status_code == 303
            run_pending()
            now.advance(minutes=10)
        answer = Walk(asked(client_app)).number(account.phone_number)
        assert answer.status_code == 429
        assert int(answer["Retry-After"]) > 3600
        assert "Please try again in 6 hours." in page(answer)
        assert texts_to(account.phone_number) == 4
        now.advance(hours=6)
        assert Walk(asked(client_app)).number(account.phone_number).status_code == 303


def test_two_browsers_wait_a_minute_for_each_other(client_app: Client, account: Account) -> None:
    Walk(asked(client_app)).number(account.phone_number)
    answer = Walk(asked(client_app)).number(account.phone_number)
    assert (answer.status_code, "Please try again in 1 minute." in page(answer)) == (429, True)


def test_one_address_is_slowed(walk: Walk) -> None:
    spend_all(limits.NUMBERS_PER_ADDRESS)
    answer = walk.post("", number="+265991234567")
    assert (answer.status_code, int(answer["Retry-After"]) > 0) == (429, True)
    assert walk.get().status_code == 200


def test_a_form_of_another_site_is_refused_in_plain_words(walk: Walk) -> None:
    browser = Browser(enforce_csrf_checks=True)
    answer = browser.post(f"/o/sign_in?{walk.query}", {"number": "+265991234567"})
    assert answer.status_code == 403
    assert "Please try that again" in answer.content.decode()


def test_a_sign_in_nobody_goes_on_with_is_over_after_a_quarter_of_an_hour(
    walk: Walk, account: Account
) -> None:
    with clock.frozen() as now:
        walk.number(account.phone_number)
        now.advance(timedelta(minutes=16))
        for page_of in ("/code", "/backup_code"):
            answer = walk.get(page_of)
            assert answer.status_code == 403
            assert "Please begin again" in page(answer)
            assert f"/o/sign_in?{walk.query}".replace("&", "&amp;") in page(answer)


def test_statements(statement_budget: StatementBudget) -> None:
    """Client; count, sign-in, job: however many sign-ins there are."""
    client = new_client()

    def act() -> None:
        Walk(asked(client)).number(new_number())

    def grow(n: int) -> None:
        for _ in range(n):
            act()

    statement_budget(4, cap=20, act=act, grow=grow)
