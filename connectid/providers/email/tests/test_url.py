"""``EMAIL_URL`` and what it makes of Django's ``MAILERS``."""

import pytest

from connectid.providers.email.url import checked, mailer


def options(url: str) -> dict[str, object]:
    found = mailer(url)["OPTIONS"]
    assert isinstance(found, dict)
    return found


def test_smtp_in_full() -> None:
    assert mailer("smtp://me%40example.org:p%2Fw@mail.example:2525/?tls=True&timeout=4") == {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": "mail.example",
            "port": 2525,
            "username": "me@example.org",
            "password": "p/w",
            "use_tls": True,
            "use_ssl": False,
            "timeout": 4.0,
        },
    }


@pytest.mark.parametrize(
    ("url", "tls", "ssl"),
    [
        ("smtp://h", False, False),
        ("smtp://h/?ssl=true", False, True),
        ("smtp://h/?ssl=true&tls=true", False, True),
        ("smtps://h", True, False),
        ("submission://h", True, False),
        ("smtp+tls://h", True, False),
        ("smtp+ssl://h", False, True),
        ("smtps://h/?tls=false", False, False),
    ],
)
def test_how_smtp_is_secured(url: str, tls: bool, ssl: bool) -> None:
    found = options(url)
    assert (found["use_tls"], found["use_ssl"]) == (tls, ssl)
    assert found["timeout"] == 10


def test_ses() -> None:
    assert options("ses://") == {"region": None, "configuration_set": None}
    assert options("ses://eu-west-1/?configuration_set=mails") == {
        "region": "eu-west-1",
        "configuration_set": "mails",
    }


def test_files_console_and_sandbox() -> None:
    assert options("filemail:///var/my%20mails") == {"file_path": "/var/my mails"}
    assert mailer("consolemail://")["BACKEND"].endswith("console.EmailBackend")
    assert mailer("")["BACKEND"].endswith("SandboxEmailBackend")


@pytest.mark.parametrize(
    "url",
    [
        "mail.example",
        "imap://h",
        "smtp://",
        "smtp://h:port",
        "smtp://h/?timeout=soon",
        "filemail://",
        "filemail://dir",
    ],
)
def test_what_is_wrong_is_a_value_error(url: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        checked(url)
