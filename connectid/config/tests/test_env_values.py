"""Texts of the environment."""

import json

import pytest
from joserfc.jwk import ECKey, RSAKey

from connectid.config import env
from connectid.config.env_problems import EnvironmentInvalid
from connectid.config.env_values import broker, days, key_file, rsa_private_key


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


def test_a_service_account() -> None:
    text = json.dumps({"client_email": "a@b.iam.gserviceaccount.com", "private_key": pem()})
    assert key_file(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "/run/secrets/firebase.json",
        "[]",
        "{}",
        '{"client_email": "a@b.example", "private_key": "very secret"}',
        '{"client_email": "a@b.example", "private_key": 7}',
    ],
)
def test_what_is_no_service_account_is_found_at_start(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FCM_SERVICE_ACCOUNT", text)
    with pytest.raises(EnvironmentInvalid, match="FCM_SERVICE_ACCOUNT: is not the JSON of") as caught:
        env.load()
    assert "very secret" not in str(caught.value)


def test_a_service_account_without_a_name() -> None:
    with pytest.raises(ValueError, match="is not the JSON"):
        key_file(json.dumps({"client_email": "", "private_key": pem()}))


def test_brokers() -> None:
    assert broker("amqp://guest:guest@127.0.0.1:5672//") == "amqp://guest:guest@127.0.0.1:5672//"
    for address, said in (
        ("valkey://:s3cret@host", "Valkey is reached by redis://"),
        ("host:5672/s3cret", "no address"),
    ):
        with pytest.raises(ValueError, match=said) as refused:
            broker(address)
        assert "s3cret" not in str(refused.value)


def test_days() -> None:
    assert days("30") == 30
    for text in ("0", "-1", "1.5", "a week", "", "٣"):
        with pytest.raises(ValueError, match="whole number of days"):
            days(text)
