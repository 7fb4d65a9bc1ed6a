"""What a log line may hold: an allow-list, for numbers, codes, names and places must not reach a log.

A key that is not listed is dropped, and so is a value that is not of the listed form. To log something new,
list its key here, under the narrowest form, after asking whether it could ever hold a fact about a person.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

type Form = Callable[[Any], Any]

LONGEST_WORD = 100
LONGEST_LIST = 20

_REFUSED = object()

# No blanks, quotes, "+" or "@", and at most four digits in all: no sentences, full names, phone numbers, codes,
# coordinates or tokens.
_FEW_DIGITS = r"(?!(?:.*\d){5})"
_WORD = re.compile(rf"{_FEW_DIGITS}[A-Za-z_<.][A-Za-z0-9_.:/<>\-]{{0,{LONGEST_WORD - 1}}}")
_EVENT = re.compile(rf"{_FEW_DIGITS}[a-z][a-z0-9_]{{2,63}}")
_PLACE = re.compile(r"[A-Za-z_][A-Za-z0-9_./\-]{0,99}:\d{1,5}(?::[A-Za-z0-9_.<>]{1,99})?")
_WORKER = re.compile(r"[A-Za-z0-9.\-]{1,60}:\d{1,8}:[0-9a-f]{8}")
_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# The public id of an OAuth client: 40 hexadecimal characters, as we make them, or words of others; but nothing as short as our
# usernames and device credentials are, nor as long as our tokens.
_CLIENT = re.compile(r"[0-9a-f]{40}|(?![0-9a-f]+$)(?=.*[A-Za-z])[A-Za-z0-9_-]{8,40}")
_MANY = 10**10  # a phone number with its country has more digits


def number(value: Any) -> Any:
    """Counts, durations and internal row ids; nothing as long as a phone number."""
    return value if isinstance(value, (int, float)) and abs(value) < _MANY else _REFUSED


def word(value: Any) -> Any:
    """Names from our own code: of routes, refusals, providers, classes."""
    return str(value) if isinstance(value, str) and _is_word(value) else _REFUSED


def words(value: Any) -> Any:
    """A short list of words."""
    if not isinstance(value, (list, tuple, set, frozenset)) or len(value) > LONGEST_LIST:
        return _REFUSED
    found = [word(item) for item in value]
    return _REFUSED if _REFUSED in found else found


def identifier(value: Any) -> Any:
    """A random id: a UUID or 32 hexadecimal digits. Not a token: those are longer."""
    text = str(value)
    return text if _ID.fullmatch(text) else number(value)


def place(value: Any) -> Any:
    """A line of code: ``file:line`` or ``file:line:function``."""
    return value if isinstance(value, str) and _PLACE.fullmatch(value) else _REFUSED


def worker_name(value: Any) -> Any:
    """The name of a job worker: host, process and a random part."""
    return value if isinstance(value, str) and _WORKER.fullmatch(value) else word(value)


def client_name(value: Any) -> Any:
    """The public id of an OAuth client, which audits need."""
    return value if isinstance(value, str) and _CLIENT.fullmatch(value) else word(value)


ALLOWED: Mapping[str, Form] = {
    # The request
    "request_id": identifier,
    "method": word,
    "route": word,
    "endpoint": word,
    "status": number,
    "duration_ms": number,
    "statements": number,
    "repeats": number,
    "at": place,
    # An overload
    "waiting": number,
    "refused": number,
    # Refusals and failures
    "code": word,
    "sub_code": word,
    "reason": word,
    "exception": word,
    "error_class": word,
    "sqlstate": word,
    "limit": word,
    "retry_after": number,
    # Parts of the system
    "provider": word,
    "operation": word,
    "outcome": word,
    "database": word,
    "model": word,
    "column": word,
    "setting": word,
    "switch": word,
    "purpose": word,
    "transport": word,
    "key_id": word,
    "permission": word,
    "refusal": word,
    "package": word,
    "enforced": number,
    "check": word,
    "state": word,
    "version": word,
    "environment": word,
    # Jobs
    "job_id": identifier,
    "job": word,
    "task": word,
    "queue": word,
    "queues": words,
    "worker": worker_name,
    "workers": number,
    "threads": number,
    "attempt": number,
    "attempts": number,
    "abandoned": number,
    # Quantities
    "count": number,
    "rows": number,
    "batch": number,
    "sent": number,
    "failed": number,
    "failures": number,
    "checks": number,
    "accepted": number,
    "pending": number,
    "skipped": number,
    "bytes": number,
    "seconds": number,
    "deadline": number,
    "port": number,
    "pid": number,
    # Callers, rows by their own ids, and countries: nothing to who has no database
    "client": client_name,
    "account_id": identifier,
    "challenge_id": identifier,
    "channel_id": identifier,
    "device_id": identifier,
    "issuer_id": identifier,
    "message_id": identifier,
    "session_id": identifier,
    "region": word,
    "country_code": number,
}


def redacted(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that may be logged.

    ``redacted`` lists allowed keys whose value was not of their form, ``dropped`` counts keys that are not
    allowed (their names may be anybody's, so they are not shown): a line that lost something says so.
    """
    kept: dict[str, Any] = {}
    malformed: list[str] = []
    dropped = 0
    for key, value in fields.items():
        form = ALLOWED.get(key)
        if form is None:
            dropped += 1
        elif value is not None:
            allowed = form(value)
            if allowed is _REFUSED:
                malformed.append(key)
            else:
                kept[key] = allowed
    if malformed:
        kept["redacted"] = malformed
    if dropped:
        kept["dropped"] = dropped
    return kept


def event_name(event: object) -> str:
    """The event if it is a name (``code_sent``); free text may hold anything and becomes ``unnamed_event``."""
    return event if isinstance(event, str) and _is_event(event) else "unnamed_event"


@lru_cache(maxsize=1024)
def _is_word(value: str) -> bool:
    return _WORD.fullmatch(value) is not None


@lru_cache(maxsize=1024)
def _is_event(value: str) -> bool:
    return _EVENT.fullmatch(value) is not None
