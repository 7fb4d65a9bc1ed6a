"""How :mod:`connectid.config.env` declares one variable."""

from collections.abc import Callable
from dataclasses import field
from typing import Any

type Parse = Callable[[str], Any]


def setting(
    default: Any,
    meaning: str,
    *,
    parse: str | Parse = "str",
    hint: str = "",
    production: bool = False,
    choices: tuple[str, ...] = (),
) -> Any:
    """Declare one variable.

    ``parse`` is the name of an environs parser or a function of the text. ``production=True`` means that production refuses
    to start while it is unset; ``hint`` says how to obtain a value.
    """
    metadata = {
        "meaning": meaning,
        "parse": parse,
        "hint": hint,
        "production": production,
        "choices": choices,
    }
    return field(default=default, metadata=metadata)


KEYS_HINT = (
    "make one with: python3 -c \"import os,base64;print('k1:'+base64.b64encode(os.urandom(32)).decode())\""
)
