"""Texts of the environment."""

import pytest
from joserfc.jwk import ECKey, RSAKey

from connectid.config.env_values import rsa_private_key


def pem() -> str:
    return RSAKey.generate_key(2048).as_pem(private=True).decode()


def test_a_pem_whose_lines_end_in_any_way() -> None:
    text = pem()
    assert rsa_private_key(text) == text
    assert rsa_private_key(text.replace("\n", "\\n")) == text
    assert rsa_private_key(f"\n{text}\n") == text


def test_what_is_no_rsa_key() -> None:
    public = RSAKey.generate_key(2048).as_pem(private=False).decode()
    with pytest.warns(match="2048"):
        short = RSAKey.generate_key(1024).as_pem(private=True).decode()
    other = ECKey.generate_key("P-256").as_pem(private=True).decode()
    for text in ("a key of forty characters, and some more than that", public, other, short, pem()[:-200]):
        with pytest.raises(ValueError, match="at least 2048 bits") as refused:
            rsa_private_key(text)
        assert text[30:60] not in str(refused.value)
