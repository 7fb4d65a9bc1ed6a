"""Every page of the admin: which models have one, what it costs, and what it never shows."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import models
from django.test import Client

from connectid.core.fields import DigestField, EncryptedTextField, MemorisedHashField
from connectid.testing.budget import StatementBudget
from connectid.testing.rows import new_row, new_rows
from connectid.testing.staff import sign_in

pytestmark = pytest.mark.django_db

ABSENT = {
    "accounts.pendingphoto": "a photo on its way; nobody's to look at",
    "auth.permission": "written by migrations; chosen on a group's page",
    "contenttypes.contenttype": "Django's own",
    "sessions.session": "the keys of signed-in staff",
    "integrity.seentoken": "digests, for a day",
    "oauth.devicegrant": "has no table",
    "credentials.holder": "links a published name to a person",
    "credentials.statuslist": "bits that are published",
    "notifications.reminder": "when a phone was last reminded",
    "payments.judgement": "on the page of its number",
    "notifications.pushbudget": "one row, the state of a counter that nobody may set",
    "waffle.flag": "not used",
    "waffle.sample": "not used",
    "sandbox.sandboxmessage": "/sandbox/ shows it",
    "sandbox.invitednumber": "/sandbox/ shows it",
}
WITHOUT_ROWS = {"oauth.idtoken"}
MODELS: dict[str, type[models.Model]] = {
    model._meta.label_lower: model
    for model in admin.site._registry
    if model._meta.label_lower not in WITHOUT_ROWS
}
SECRETS = (DigestField, EncryptedTextField, MemorisedHashField)


@pytest.fixture(autouse=True)
def _signed_in(client: Client) -> None:
    sign_in(client)


def page_of(model: type[models.Model], row: Any = None) -> str:
    page = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    return page if row is None else f"{page}{row.pk}/change/"


def test_every_model_has_a_page_or_a_reason_not_to() -> None:
    every = {model._meta.label_lower for model in apps.get_models()}
    registered = {model._meta.label_lower for model in admin.site._registry}
    assert every - registered == set(ABSENT)


@pytest.mark.parametrize("label", MODELS)
def test_a_list_takes_no_more_statements_for_more_rows(
    client: Client, statement_budget: StatementBudget, label: str
) -> None:
    model = MODELS[label]

    def look() -> None:
        assert client.get(page_of(model)).status_code == 200

    statement_budget(8, cap=20, grow=lambda n: new_rows(model, n), act=look)


@pytest.mark.parametrize("label", MODELS)
def test_a_row_shows_no_secret(client: Client, label: str) -> None:
    """Neither digests nor what opens something; the list neither."""
    row = new_row(MODELS[label])
    texts = client.get(page_of(MODELS[label])).content.decode()
    texts += client.get(page_of(MODELS[label], row), follow=True).content.decode()
    fields = [field for field in row._meta.concrete_fields if isinstance(field, SECRETS)]
    hidden = {str(value) for field in fields if (value := getattr(row, field.attname))}
    assert [value for value in hidden if len(value) > 8 and value in texts] == []


@pytest.mark.parametrize(
    "label", [label for label in MODELS if label.split(".")[0] not in ("auth", "waffle")]
)
def test_a_list_can_be_searched(client: Client, label: str) -> None:
    """For whatever somebody types, without a fault."""
    new_row(MODELS[label])
    for typed in ("+255712345678", "nobody", "'; --", "\u0661"):
        assert client.get(page_of(MODELS[label]), {"q": typed}).status_code == 200
