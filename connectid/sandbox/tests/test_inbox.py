"""What the inbox keeps and in which order it gives it back."""

import pytest

from connectid.sandbox import inbox

pytestmark = pytest.mark.django_db


def texts(**query: int | str) -> list[str]:
    return [message.text for message in inbox.messages(**query)]  # type: ignore[arg-type]


def test_newest_first() -> None:
    for text in "abc":
        inbox.record("sms", recipient="+1", text=text)
    assert texts() == ["c", "b", "a"]
    assert texts(limit=2) == ["c", "b"]


def test_by_kind_recipient_and_id() -> None:
    first = inbox.record("sms", recipient="+1", text="a")
    inbox.record("email", recipient="+1", text="b")
    inbox.record("sms", recipient="+2", text="c")
    assert texts(kind="sms") == ["c", "a"]
    assert texts(to="+1") == ["b", "a"]
    assert texts(after=int(first)) == ["c", "b"]


def test_the_newest_thousand_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "KEPT", 3)
    for number in range(5):
        inbox.record("sms", recipient="+1", text=str(number))
    assert texts() == ["4", "3", "2"]


def test_clear_says_how_many_there_were() -> None:
    inbox.record("sms", recipient="+1", text="a")
    inbox.record("sms", recipient="+1", text="b")
    assert inbox.clear() == 2
    assert texts() == []
