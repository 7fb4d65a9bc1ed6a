"""What is sent for a push (contract 12.1)."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectid.providers.push import Notification, Push
from connectid.providers.push.message import LARGEST, TooLarge, message_of, texts


def test_every_value_becomes_a_text() -> None:
    content = {
        "text": "a",
        "yes": True,
        "no": False,
        "id": 7,
        "half": 0.5,
        "list": [1, "é"],
        "object": {"a": None},
    }
    assert texts(content) == {
        "text": "a", "yes": "true", "no": "false", "id": "7", "half": "0.5", "list": '[1,"é"]', "object": '{"a":null}',
    }  # fmt: skip


def test_null_and_what_fcm_reserves_is_left_out() -> None:
    kept = ["fromage", "message_id", "google", "googled", "gcm", "collapse_key"]
    dropped = ["from", "message_type", "google.c", "google.", "gcm.x", ""]
    assert list(texts({**dict.fromkeys([*dropped, *kept], "x"), "null": None})) == kept


def test_order_and_bytes_are_kept() -> None:
    assert list(texts({"tag": "=/+", "nonce": "a", "ciphertext": "b"}).items()) == [
        ("tag", "=/+"),
        ("nonce", "a"),
        ("ciphertext", "b"),
    ]


@pytest.mark.parametrize("label", ["", "commcare-connect-notification", "a_b.c~d%", "x" * 50])
def test_a_label(label: str) -> None:
    sent = message_of(Push("a", {}, analytics_label=label)).get("fcm_options")
    assert sent == ({"analytics_label": label} if label else None)


@pytest.mark.parametrize("label", ["two words", "é", "x" * 51, "line\n"])
def test_a_label_that_fcm_would_refuse_does_not_lose_the_push(label: str) -> None:
    assert "fcm_options" not in message_of(Push("a", {}, analytics_label=label))


def test_of_several_pushes_the_newest_may_do() -> None:
    sent = message_of(Push("a", {}, collapse_key="unread"))
    assert sent["android"] == {"priority": "high", "collapse_key": "unread"}


def test_too_large_without_what_is_polled_for() -> None:
    content = {"action": "ccc_message", "ciphertext": "c" * 4000, "nonce": "n", "tag": "t" * 200, "body": "b"}
    assert message_of(Push("a", content))["data"] == {"action": "ccc_message", "body": "b"}


def test_small_enough_with_it() -> None:
    content = {"ciphertext": "c" * 3000, "nonce": "n" * 16, "tag": "t" * 24}
    assert message_of(Push("a", content))["data"] == content


def test_a_body_that_is_too_long_is_cut() -> None:
    message = message_of(
        Push("a", {"title": "t", "body": "é" * 5000, "tag": "t"}, notification=Notification("shown"))
    )
    body = message["data"]["body"]
    assert body.endswith("é…")
    assert "tag" not in message["data"]
    assert LARGEST - 1 <= size(message["data"]) + size(message["notification"]) <= LARGEST


@pytest.mark.parametrize(
    "content", [{"title": "t" * 4096}, {"title": "t" * 4090, "body": "b"}, {"k" * 4096: ""}]
)
def test_what_cannot_be_made_to_fit(content: dict[str, str]) -> None:
    with pytest.raises(TooLarge):
        message_of(Push("a", content))


def size(content: dict[str, str]) -> int:
    return len(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
LONG = st.builds(lambda text, times: text * times, st.text(min_size=1, max_size=5), st.integers(0, 3000))
KEYS = st.text(max_size=5) | st.sampled_from(["body", "title", "ciphertext", "from", "google.x"])


@given(st.dictionaries(KEYS, JSON | LONG, max_size=5), st.booleans())
def test_whatever_the_content_it_fits_or_is_refused(content: dict[str, object], shown: bool) -> None:
    notification = Notification("title", "body") if shown else None
    try:
        message = message_of(Push("a", content, notification=notification))
    except TooLarge:
        return
    assert all(isinstance(text, str) for text in message["data"].values())
    around = size(message["notification"]) if "notification" in message else 0
    assert size(message["data"]) + around <= LARGEST
    json.dumps(message).encode()
