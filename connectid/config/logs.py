"""How a process logs, from the environment: Django's ``LOGGING``, which ``connectid.web.logging.configure`` reads."""

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from connectid.config.env import Environment


def logs(environment: "Environment") -> dict[str, Any]:
    """Lines for people where an embedded server has a terminal, else JSON."""
    return {
        "level": environment.LOG_LEVEL,
        "console": environment.ENVIRONMENT == "embedded" and sys.stderr.isatty(),
        "hooks": environment.ENVIRONMENT == "production",
    }
