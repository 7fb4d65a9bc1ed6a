"""POST /users/add_credential: whatever an item is, it alone fails, and there is never a 500 (E-53)."""

import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectid.credentials import items
from connectid.credentials.models import Award, Credential
from connectid.testing.issuers import PATH, item, new_issuer
from connectid.testing.scene import new_account

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
hostile_text = st.sampled_from(["\x00", "\ud800", "x" * 301, "😀" * 256, "", " ", "'; DROP TABLE", "١٢٣"])
values = anything | hostile_text
fields = ("usernames", "title", "type", "level", "slug", "app_id", "opportunity_id", "credentials")
almost_items = st.dictionaries(st.sampled_from(fields), values, max_size=8).map(lambda odd: item() | odd)
sent_items = anything | almost_items | almost_items.map(lambda inner: {"credentials": inner})


@given(sent=sent_items)
@settings(max_examples=300)
def test_reading_never_raises(sent: Any) -> None:
    read = items.read(sent)
    if read is not None:
        for text in (read.type, read.level, read.slug, read.title, *read.usernames):
            assert "\x00" not in text
            text.encode()


@pytest.mark.django_db
def test_the_others_are_awarded(client: Client) -> None:
    issuer, account = new_issuer(), new_account()
    good = item(account.username, slug="good")

    @given(sent=st.lists(sent_items, max_size=4))
    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def attempt(sent: list[Any]) -> None:
        Award.objects.all().delete()
        Credential.objects.all().delete()
        raw = json.dumps({"credentials": [*sent, good]})
        answer = client.post(PATH, raw, content_type="application/json", headers=issuer.headers)
        assert answer.status_code == 200, answer.content
        told = answer.json()
        assert sorted(told["success"] + told["failed"]) == list(range(len(sent) + 1))
        assert len(sent) in told["success"]
        assert Award.objects.filter(account=account, credential__slug="good").count() == 1
        assert told["success"] == [n for n, one in enumerate([*sent, good]) if items.read(one) is not None]

    attempt()
