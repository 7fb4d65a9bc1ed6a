import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from connectid.core import encryption
from connectid.core.encryption import CannotDecrypt
from connectid.core.keyring import KeyRing, UnknownKey
from connectid.core.tests.rings import NEW, OLD, ROTATED, SAME_ID_OTHER_KEY


@pytest.fixture(autouse=True)
def _old_ring(settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = OLD


@given(st.text(), st.text(min_size=1), st.text())
def test_what_is_encrypted_is_decrypted(text: str, purpose: str, row: str) -> None:
    stored = encryption.encrypt(text, purpose=purpose, row=row)
    assert stored.startswith("2026a$")
    assert stored.isascii()
    assert encryption.decrypt(stored, purpose=purpose, row=row) == text


@given(st.text(min_size=8))
def test_the_text_is_not_in_the_ciphertext_and_equal_texts_differ(text: str) -> None:
    first, second = (encryption.encrypt(text, purpose="p") for _ in range(2))
    assert first != second
    assert text.encode(errors="surrogatepass") not in base64.b64decode(first.partition("$")[2])


@given(st.text(), st.data())
def test_an_altered_ciphertext_does_not_open(text: str, data: st.DataObject) -> None:
    key_id, _, encoded = encryption.encrypt(text, purpose="p").partition("$")
    sealed = bytearray(base64.b64decode(encoded))
    position = data.draw(st.integers(0, len(sealed) - 1))
    sealed[position] ^= data.draw(st.integers(1, 255))
    with pytest.raises(CannotDecrypt):
        encryption.decrypt(f"{key_id}${base64.b64encode(sealed).decode()}", purpose="p")


@pytest.mark.parametrize(
    ("purpose", "row"),
    [("other.column", "7"), ("server.secret", "8"), ("server.secret", ""), ("server.secret7", "")],
)
def test_a_ciphertext_opens_only_where_it_belongs(purpose: str, row: str) -> None:
    stored = encryption.encrypt("text", purpose="server.secret", row="7")
    with pytest.raises(CannotDecrypt, match=purpose):
        encryption.decrypt(stored, purpose=purpose, row=row)


@pytest.mark.parametrize("stored", ["", "plain text", "2026a$", "2026a$AAAA", "2026a$%%%", "2026a$\u2022"])
def test_what_is_no_ciphertext_is_named_without_its_content(stored: str) -> None:
    with pytest.raises(CannotDecrypt) as refused:
        encryption.decrypt(stored, purpose="server.secret")
    assert "server.secret" in str(refused.value)
    assert not stored or stored not in str(refused.value)


def test_rotation_old_key_decrypts_new_key_rewrites(settings: Settings) -> None:
    stored = encryption.encrypt("text", purpose="p")
    assert not encryption.needs_rewrite(stored)

    settings.FIELD_ENCRYPTION_KEYS = ROTATED
    assert encryption.needs_rewrite(stored)
    assert encryption.decrypt(stored, purpose="p") == "text"
    rewritten = encryption.encrypt("text", purpose="p")
    assert rewritten.startswith("2026b$")

    settings.FIELD_ENCRYPTION_KEYS = NEW
    assert encryption.decrypt(rewritten, purpose="p") == "text"
    with pytest.raises(UnknownKey, match="2026a"):
        encryption.decrypt(stored, purpose="p")


@pytest.mark.parametrize("ring", [SAME_ID_OTHER_KEY])
def test_a_wrong_key_is_a_clear_error(settings: Settings, ring: KeyRing) -> None:
    stored = encryption.encrypt("text", purpose="p")
    settings.FIELD_ENCRYPTION_KEYS = ring
    with pytest.raises(CannotDecrypt, match="FIELD_ENCRYPTION_KEYS holds other material"):
        encryption.decrypt(stored, purpose="p")
