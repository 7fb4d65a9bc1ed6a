"""``EMAIL_URL`` as an entry of Django's ``MAILERS``.

| URL | Mails go |
|---|---|
| ``smtp://user:password@host:port/`` | to an SMTP server in the clear; ``?tls=true`` for STARTTLS, ``?ssl=true`` for TLS from the start |
| ``smtps://``, ``smtp+tls://``, ``submission://`` | to an SMTP server with STARTTLS, port 587 |
| ``smtp+ssl://`` | to an SMTP server with TLS from the start, port 465 |
| ``ses://`` or ``ses://region`` | to Amazon SES, with boto3's own credentials; ``?configuration_set=name`` |
| ``filemail:///dir`` | into files of a folder |
| ``consolemail://`` | to the standard output |
| unset | to the sandbox inbox |

User names and passwords are percent-encoded.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

type Mailer = dict[str, Any]

_SMTP = "django.core.mail.backends.smtp.EmailBackend"
_TRUE = frozenset({"1", "true", "yes", "on", "t", "y"})
_SMTP_TIMEOUT = 10.0  # seconds for each exchange with the server


def mailer(url: str) -> Mailer:
    """Return ``BACKEND`` and ``OPTIONS`` for a URL; raises ``ValueError`` saying what is wrong with it."""
    if not url:
        return {"BACKEND": "connectid.providers.email.sandbox.SandboxEmailBackend"}
    try:
        parts = urlsplit(url)
        read = _SCHEMES[parts.scheme]
    except KeyError:
        raise ValueError(f"starts with none of {', '.join(f'{scheme}://' for scheme in _SCHEMES)}") from None
    return read(parts)


def checked(url: str) -> str:
    """Return the URL; raises ``ValueError`` saying what is wrong with it."""
    mailer(url)
    return url


def _smtp(parts: SplitResult) -> Mailer:
    query = parse_qs(parts.query)
    ssl = _flag(query, "ssl", default=parts.scheme == "smtp+ssl")
    tls = not ssl and _flag(query, "tls", default=parts.scheme in {"smtps", "smtp+tls", "submission"})
    if not parts.hostname:
        raise ValueError("names no host: smtp://user:password@host:587/?tls=true")
    return {
        "BACKEND": _SMTP,
        "OPTIONS": {
            "host": parts.hostname,
            "port": parts.port,
            "username": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "use_tls": tls,
            "use_ssl": ssl,
            "timeout": float(query.get("timeout", [_SMTP_TIMEOUT])[0]),
        },
    }


def _ses(parts: SplitResult) -> Mailer:
    query = parse_qs(parts.query)
    return {
        "BACKEND": "connectid.providers.email.ses.SesEmailBackend",
        "OPTIONS": {
            "region": parts.hostname or query.get("region", [None])[0],
            "configuration_set": query.get("configuration_set", [None])[0],
        },
    }


def _file(parts: SplitResult) -> Mailer:
    folder = unquote(parts.path)
    if parts.netloc or len(folder) < 2:
        raise ValueError("names no folder: filemail:///var/mail/connectid")
    return {
        "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "OPTIONS": {"file_path": folder},
    }


def _console(_: SplitResult) -> Mailer:
    return {"BACKEND": "django.core.mail.backends.console.EmailBackend"}


_SCHEMES: dict[str, Callable[[SplitResult], Mailer]] = {
    "smtp": _smtp,
    "smtps": _smtp,
    "smtp+tls": _smtp,
    "smtp+ssl": _smtp,
    "submission": _smtp,
    "ses": _ses,
    "filemail": _file,
    "consolemail": _console,
}


def _flag(query: dict[str, list[str]], name: str, *, default: bool) -> bool:
    return query[name][0].lower() in _TRUE if name in query else default
