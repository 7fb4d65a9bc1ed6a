"""Logs: one JSON object a line on standard output, with nothing in it that is not on the allow-list.

Our own code logs events with structlog (``log.info("code_sent", transport="sms")``); what
``connectid.web.redaction`` does not allow is dropped. Records of libraries, which quote what they work on,
are reduced to where they were written; a few loggers, whose messages were read, also keep the message before
its arguments are filled in. Exceptions are reduced to types and places (``connectid.web.tracebacks``).

Django calls ``configure`` (``LOGGING_CONFIG``). On a terminal the lines are for people, and there alone
exceptions keep their messages.
"""

import logging
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, TextIO

import msgspec
import structlog
from structlog.contextvars import get_contextvars

from connectid.core import clock
from connectid.web import tracebacks
from connectid.web.answered import Answered
from connectid.web.redaction import event_name, redacted, word

log = structlog.get_logger(__name__)

# Loggers whose messages, before arguments are filled in, were read and hold nothing but words.
_READ_LOGGERS = ("_granian", "psycopg.pool")
_LONGEST_MESSAGE = 200


# Tells every answer from 400 upwards, as our line of the request does; only its exceptions are news.
_DJANGO_REQUESTS = "django.request"

_QUIET_ROUTES = frozenset({"health/live", "health/ready", "metrics"})


def configure(config: dict[str, Any]) -> None:
    """Set up structlog and the standard library's logging, once per process.

    ``config`` is Django's ``LOGGING``: ``level``, the least severity of our own events (libraries: WARNING);
    ``console``, to write for people on standard error; ``hooks``, to log uncaught exceptions instead of
    printing them.
    """
    level = logging.getLevelNamesMapping()[config["level"]]
    is_for_people = bool(config.get("console"))
    write = _write_for_people if is_for_people else _write_json
    _lines.level, _lines.write_all = level, _write_all_for_people if is_for_people else _write_all_json
    structlog.configure(
        processors=[_Line(write)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_Named,
        cache_logger_on_first_use=False,  # tests configure again
    )
    root = logging.getLogger()
    root.handlers = [
        *(handler for handler in root.handlers if not isinstance(handler, LibraryHandler)),
        LibraryHandler(write),
    ]
    root.setLevel(logging.WARNING)
    logging.getLogger("django").setLevel(logging.INFO)
    logging.getLogger("django.tasks").setLevel(logging.CRITICAL)  # the jobs' own lines say it, once
    for name in ("django", "django.server", "_granian", "granian.access"):
        own = logging.getLogger(name)
        own.handlers, own.propagate = [], True
    logging.captureWarnings(bool(config.get("hooks")))
    if config.get("hooks"):
        sys.excepthook = _uncaught
        threading.excepthook = _uncaught_in_thread


def granian_config() -> dict[str, Any]:
    """Granian's ``log_dictconfig``: its loggers hand everything to ours."""
    through: dict[str, Any] = {"handlers": [], "propagate": True}
    return {
        "formatters": {},
        "handlers": {},
        "loggers": {"_granian": {**through, "level": "INFO"}, "granian.access": {**through, "level": "INFO"}},
    }


def tell_of_requests(answered: Iterable[Answered]) -> None:
    """Write a line for each: method, route (never the path), status, milliseconds, statements; all in one go."""
    _lines.write_all([_line_of(one) for one in answered])


def has_line(one: Answered) -> bool:
    """Whether a line is written of the request: of one that only asks how the server is there is none, but to who debugs."""
    return _level_of(one) >= _lines.level


def _level_of(one: Answered) -> int:
    return logging.DEBUG if one.route in _QUIET_ROUTES else logging.INFO


def _line_of(one: Answered) -> dict[str, Any]:
    """Put together here and not redacted: each value is a word of our own code or a number, as the allow-list asks."""
    level = _level_of(one)
    line = {
        "timestamp": one.at,
        "level": "debug" if level == logging.DEBUG else "info",
        "logger": __name__,
        "event": "request",
        "request_id": one.request_id,
        "method": one.method,
        "route": one.route,
        "status": one.status,
        "duration_ms": round(one.seconds * 1000, 2),
        "statements": one.statements,
    }
    if one.statements is None or one.request_id is None:
        return {key: value for key, value in line.items() if value is not None}
    return line


class LibraryHandler(logging.Handler):
    """Turns a record of the standard library's logging into a line of ours, without its arguments."""

    def __init__(self, write: "Write") -> None:
        super().__init__()
        self._write = write

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the interface is the library's
        """Say that a line was lost, and not which: the usual way prints the record with its arguments."""
        self._write({"level": "error", "logger": "logging", "event": "log_line_lost"}, sys.exception())

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record's line."""
        if record.name == _DJANGO_REQUESTS and not record.exc_info:
            return
        try:
            line = _line(_message(record), record.levelname.lower(), record.name, {})
            line["at"] = f"{record.module}:{record.lineno}" + (
                f":{record.funcName}" if record.funcName else ""
            )
            self._write(line, tracebacks.of(record.exc_info))
        except Exception:  # noqa: BLE001 - logging must not fail the request it tells of
            self.handleError(record)


type Write = Callable[[dict[str, Any], BaseException | None], None]


@dataclass(slots=True)
class _Lines:
    """What becomes of lines, as this process was last configured."""

    level: int = logging.CRITICAL
    write_all: Callable[[list[dict[str, Any]]], None] = lambda _lines: None


class _Named:
    """The end of a structlog logger: keeps its name; the processor has written the line already."""

    __slots__ = ("name",)

    def __init__(self, name: str = "", *_: object) -> None:
        self.name = name

    def swallow(self, *_: object) -> None:
        """Nothing is left to do."""

    debug = info = warning = error = critical = exception = msg = swallow


class _Line:
    """The one structlog processor: builds the line and writes it."""

    def __init__(self, write: Write) -> None:
        self._write = write

    def __call__(self, logger: Any, method: str, fields: MutableMapping[str, Any]) -> str:
        exception = tracebacks.of(fields.pop("exc_info", None))
        event = event_name(fields.pop("event", None))
        level = "error" if method == "exception" else method
        self._write(_line(event, level, getattr(logger, "name", ""), fields), exception)
        return ""


def _line(event: str, level: str, logger: str, fields: MutableMapping[str, Any]) -> dict[str, Any]:
    context = get_contextvars()
    name = logger if word(logger) == logger else "unnamed"
    line = {"timestamp": clock.now(), "level": level, "logger": name, "event": event}
    line.update(redacted({**context, **fields} if context else fields))
    return line


def _message(record: logging.LogRecord) -> str:
    if record.name == _DJANGO_REQUESTS:
        return "unhandled_exception"
    if record.name.startswith(_READ_LOGGERS) and isinstance(record.msg, str):
        return record.msg.splitlines()[0][:_LONGEST_MESSAGE] if record.msg else ""
    return "library_message"


def _write_json(line: dict[str, Any], exception: BaseException | None) -> None:
    if exception is not None:
        line["traceback"] = tracebacks.outline(exception)
    _flushed(sys.stdout, msgspec.json.encode(line).decode())


def _write_all_json(lines: list[dict[str, Any]]) -> None:
    _flushed(sys.stdout, b"\n".join(map(msgspec.json.encode, lines)).decode())


def _write_all_for_people(lines: list[dict[str, Any]]) -> None:
    for line in lines:
        _write_for_people(line, None)


def _write_for_people(line: dict[str, Any], exception: BaseException | None) -> None:
    text = _people(None, line["level"], line)
    if exception is not None:
        text = f"{text}\n{''.join(traceback.format_exception(exception)).rstrip()}"
    _flushed(sys.stderr, str(text))


_lines = _Lines()

_people = structlog.dev.ConsoleRenderer(pad_event_to=25, sort_keys=False)


def _flushed(stream: TextIO, text: str) -> None:
    # One write, whole lines: those of several threads do not mix.
    stream.write(f"{text}\n")
    stream.flush()


def _uncaught(kind: type[BaseException], exception: BaseException, where: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, exception, where)
    else:
        log.critical("uncaught_exception", exc_info=exception)


def _uncaught_in_thread(hook: threading.ExceptHookArgs) -> None:
    if not issubclass(hook.exc_type, SystemExit):
        log.critical("uncaught_exception", exc_info=hook.exc_value)
