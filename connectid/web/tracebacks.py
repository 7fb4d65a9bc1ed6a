"""Exceptions as a log may show them: types and places in the code, without messages or variables.

An exception's message quotes what was wrong, which is often a phone number, and local variables hold all the
rest.
"""

import re
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

MOST_FRAMES = 30
DEEPEST_CHAIN = 4

_ROOT = Path(__file__).resolve().parents[2]
_LIBRARIES = re.compile(r".*/(?:site-packages|lib/python3\.\d+)/")
_SQLSTATE = re.compile(r"[0-9A-Z]{5}")

type ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def outline(exception: BaseException, *, depth: int = 0) -> dict[str, Any]:
    """Type and frames (``file:line:function``, innermost last) of the exception and of what caused it."""
    found: dict[str, Any] = {"type": _type_name(exception), "frames": _frames(exception.__traceback__)}
    sqlstate = getattr(exception, "sqlstate", None)
    if isinstance(sqlstate, str) and _SQLSTATE.fullmatch(sqlstate):
        found["sqlstate"] = sqlstate
    if isinstance(exception, OSError) and isinstance(exception.errno, int):
        found["errno"] = exception.errno
    if depth < DEEPEST_CHAIN:
        if isinstance(exception, BaseExceptionGroup):
            found["members"] = [outline(member, depth=depth + 1) for member in exception.exceptions[:5]]
        cause = exception.__cause__ or (None if exception.__suppress_context__ else exception.__context__)
        if cause is not None:
            found["cause"] = outline(cause, depth=depth + 1)
    return found


def of(exc_info: object) -> BaseException | None:
    """The exception logging's ``exc_info`` stands for: itself, a triple, or true for the one in hand."""
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        return exc_info[1] if len(exc_info) == 3 and isinstance(exc_info[1], BaseException) else None
    return sys.exception() if exc_info else None


def _type_name(exception: BaseException) -> str:
    kind = type(exception)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _frames(traceback: TracebackType | None) -> list[str]:
    frames: list[str] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        frames.append(f"{shortened(code.co_filename)}:{traceback.tb_lineno}:{code.co_qualname}")
        traceback = traceback.tb_next
    return frames[-MOST_FRAMES:]


def shortened(filename: str) -> str:
    """A file's path from the project's folder, or from its library's."""
    path = Path(filename)
    return (
        str(path.relative_to(_ROOT)) if path.is_relative_to(_ROOT) else _LIBRARIES.sub("", filename, count=1)
    )
