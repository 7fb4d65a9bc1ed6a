"""POST /users/add_credential (contract 7.5, A7, E-30, E-52, E-53)."""

from typing import Any

import pytest
from django.test import Client

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.credentials.models import Award, Credential, Issuer
from connectid.credentials.operations import awarding, issuers
from connectid.testing.budget import StatementBudget
from connectid.testing.issuers import PATH, PATH_OF_HQ, award, item, new_issuer
from connectid.testing.partners import new_partner
from connectid.testing.scene import basic, new_account, new_phone

pytestmark = pytest.mark.django_db

NOT_PROVIDED = {"detail": "Authentication credentials were not provided."}


def outcome(success: list[int], failed: list[int]) -> tuple[int, dict[str, list[int]]]:
    return 200, {"success": success, "failed": failed}


@pytest.mark.parametrize("path", [PATH, PATH_OF_HQ])
@pytest.mark.parametrize("nested", [False, True])
def test_an_award(client: Client, path: str, nested: bool) -> None:
    """Both slash variants, flat and nested."""
    issuer, account = new_issuer(), new_account()
    sent = item(account.username)
    answer = award(client, issuer, {"credentials": sent} if nested else sent, path=path)
    assert (answer.status_code, answer.json()) == outcome([0], [])
    stored = Award.objects.select_related("credential").get()
    assert (stored.account_id, stored.accepted_at, stored.revoked_at) == (account.pk, None, None)
    credential = stored.credential
    assert credential.issuer_id == issuer.issuer.pk
    told = {name: getattr(credential, name) for name in ("title", "type", "level", "slug", "app_id")}
    assert told == {name: sent[name] for name in told}
    assert credential.opportunity_id is None


def test_integers_of_connect_become_texts(client: Client) -> None:
    issuer, account = new_issuer("CONNECT"), new_account()
    sent = item(account.username, type="LEARN", level="LEARN_PASSED", slug=712, opportunity_id=712)
    answer = award(
        client, issuer, sent, item(account.username, type="LEARN", level="LEARN_PASSED", slug="712")
    )
    assert (answer.status_code, answer.json()) == outcome([0, 1], [])
    credential = Credential.objects.get()
    assert (credential.slug, credential.opportunity_id) == ("712", None)  # the later item says so


def test_titles_follow_and_awards_stay(client: Client) -> None:
    """Repeating is harmless: what identifies it is issuer, type, level and slug."""
    issuer, account = new_issuer(), new_account()
    award(client, issuer, item(account.username))
    first = Award.objects.get()
    again = award(client, issuer, item(account.username, title="A better title", app_id=None))
    assert (again.status_code, again.json()) == outcome([0], [])
    stored = Award.objects.select_related("credential").get()
    assert (stored.uuid, stored.awarded_at, stored.invite_id) == (
        first.uuid,
        first.awarded_at,
        first.invite_id,
    )
    assert (stored.credential.title, stored.credential.app_id) == ("A better title", None)


def test_the_same_name_of_another_issuer_is_another_credential(client: Client) -> None:
    account = new_account()
    for issuer in (new_issuer(), new_issuer("CONNECT")):
        award(client, issuer, item(account.username))
    assert (Credential.objects.count(), Award.objects.count()) == (2, 2)


def test_nobody_and_closed_accounts_are_passed_over(client: Client) -> None:
    """The item counts as awarded all the same."""
    issuer, account = new_issuer(), new_account()
    closed = new_account(is_active=False)
    names: list[Any] = [
        "nobody",
        closed.username,
        account.username,
        account.username,
        None,
        7,
        [],
        {"a": 1},
        "\ud800",
        "\x00",
    ]
    answer = award(client, issuer, item(*names), item(level="1MON_ACTIVE"))
    assert (answer.status_code, answer.json()) == outcome([0, 1], [])
    assert [stored.account_id for stored in Award.objects.all()] == [account.pk]


@pytest.mark.parametrize(
    "bad",
    [
        *(None, [], {}, 7, "text", True, {"credentials": None}, {"credentials": {}}),
        *(item(**{name: None}) for name in ("title", "type", "level", "slug", "usernames")),
        *(item(**{name: ""}) for name in ("title", "type", "level", "slug")),
        *(
            item(**{name: "x" * 5000})
            for name in ("title", "type", "level", "slug", "app_id", "opportunity_id")
        ),
        *(
            item(**{name: "a\x00b"})
            for name in ("title", "type", "level", "slug", "app_id", "opportunity_id")
        ),
        *(item(title=value) for value in ("\ud800", ["a"], {"a": 1}, 1.5, True, 10**30)),
        *(item(usernames=value) for value in ("name", 7, {"name": 1}, True)),
    ],
)
def test_a_bad_item_fails_alone(client: Client, bad: Any) -> None:
    """E-53: on the existing server some of these made the whole batch a 500."""
    issuer, account = new_issuer(), new_account()
    answer = award(client, issuer, item(account.username), bad, item(account.username, slug="other"))
    assert (answer.status_code, answer.json()) == outcome([0, 2], [1])
    assert Award.objects.count() == 2


def test_only_bad_items(client: Client) -> None:
    answer = award(client, new_issuer(), None, {})
    assert (answer.status_code, answer.json()) == outcome([], [0, 1])


@pytest.mark.parametrize(
    "body",
    ['{"credentials": []}', "{}", "", '{"credentials": null}', '{"credentials": "text"}', "[]", "7", "null"],
)
def test_no_list(client: Client, body: str) -> None:
    answer = client.post(PATH, body, content_type="application/json", headers=new_issuer().headers)
    assert (answer.status_code, answer.json()) == (400, {"error_code": "MISSING_DATA"})


def test_an_empty_form(client: Client) -> None:
    answer = client.post(PATH, {"credentials": "text"}, headers=new_issuer().headers)
    assert (answer.status_code, answer.json()) == (400, {"error_code": "MISSING_DATA"})


# A7


def refused(client: Client, headers: dict[str, str]) -> tuple[int, Any, str]:
    body = {"credentials": [item()]}
    answer = client.post(PATH, body, content_type="application/json", headers=headers)
    return answer.status_code, answer.json(), answer.headers["WWW-Authenticate"]


def test_a_client_id_that_nobody_has(client: Client) -> None:
    told = refused(client, basic("nobody", "secret"))
    assert told == (401, {"error_code": "INVALID_CREDENTIALS"}, 'Basic realm="api"')
    server = new_partner()  # a message server is no issuer
    assert refused(client, server.headers) == told
    issuer = new_issuer()
    Issuer.objects.update(is_active=False)
    assert refused(client, issuer.headers) == told
    assert not Credential.objects.exists()


def test_a_wrong_secret_or_none(client: Client) -> None:
    issuer = new_issuer()
    headers = [
        basic(issuer.issuer.client_id, "wrong"),
        {},
        {"Authorization": "Basic %%%"},
        new_phone().headers,
    ]
    told = [refused(client, each) for each in headers]
    assert told[:3] == [(401, NOT_PROVIDED, 'Basic realm="api"')] * 3
    assert told[3] == (401, {"error_code": "INVALID_CREDENTIALS"}, 'Basic realm="api"')
    assert refused(client, {"Authorization": "Bearer x"}) == told[0]


def test_a_secret_with_a_colon_and_shared_with_a_message_server(client: Client) -> None:
    """E-52."""
    made = issuers.create_issuer(authority="HQ", environment="india", client_id="shared", secret="a:b:c" * 8)
    answer = client.post(
        PATH,
        {"credentials": [item()]},
        content_type="application/json",
        headers=basic(made.client_id, made.client_secret),
    )
    assert (answer.status_code, answer.json()) == outcome([0], [])


def test_the_secret_before_still_works_while_it_is_replaced(client: Client) -> None:
    issuer = new_issuer()
    digest = Issuer.objects.get().secret_digest
    Issuer.objects.update(secret_digest=issuers.secret_digest("n" * 64), previous_secret_digest=digest)
    assert award(client, issuer, item()).status_code == 200
    assert (
        client.post(
            PATH,
            {"credentials": [item()]},
            "application/json",
            headers=basic(issuer.issuer.client_id, "n" * 64),
        ).status_code
        == 200
    )


# How much it costs


def people(count: int) -> list[str]:
    made = Account.objects.bulk_create(
        [Account(username=f"worker{n:06}", phone_number=f"+265991{n:06}") for n in range(count)]
    )
    return [account.username for account in made]


@pytest.mark.parametrize("texts", [False, True])
def test_a_hundred_items_for_a_hundred_people(
    client: Client, statement_budget: StatementBudget, settings: Any, texts: bool
) -> None:
    """At most ten statements, were they all different people; as many when it comes again."""
    settings.CREDENTIAL_TEXTS = texts
    issuer, names = new_issuer(), people(10_000)
    batch = [item(*names[n * 100 : n * 100 + 100], slug=n) for n in range(100)]
    with statement_budget.at_most(5 if texts else 4):
        assert award(client, issuer, *batch).json() == {"success": list(range(100)), "failed": []}
    assert Award.objects.count() == 10_000
    with statement_budget.at_most(4):
        award(client, issuer, *batch)
    assert Award.objects.count() == 10_000


def test_two_hundred_items_for_two_hundred_people(statement_budget: StatementBudget) -> None:
    """At most ten statements for each 10,000 awards."""
    issuer, names = new_issuer(), people(200)
    batch = [item(*names, slug=n) for n in range(200)]
    with statement_budget.at_most(6):
        awarding.award(issuer_id=issuer.issuer.pk, batch=batch, at=clock.now())
    assert Award.objects.count() == 40_000


def test_statements_do_not_grow(client: Client, statement_budget: StatementBudget) -> None:
    issuer = new_issuer()
    names: list[str] = []
    statement_budget(
        4,
        cap=20,
        grow=lambda n: names.extend(new_account().username for _ in range(n)),
        act=lambda: award(client, issuer, *(item(*names, slug=name) for name in names)),
    )
