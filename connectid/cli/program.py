"""The group of all commands.

A command's module is imported when the command is asked for, and a command's own imports wait until it runs: ``--help`` is
quick and works whatever the environment says.
"""

import copy
import functools
import importlib
import os
from collections.abc import Callable
from typing import Any

import click

from connectid import __version__
from connectid.cli import memory
from connectid.config.env_problems import EnvironmentInvalid

COMMANDS = {
    "run": "connectid.cli.run:run",
    "serve": "connectid.cli.serve:serve",
    "worker": "connectid.jobs.commands:worker",
    "dispatcher": "connectid.jobs.commands:dispatcher",
    "jobs": "connectid.jobs.backlog_commands:jobs",
    "callbacks": "connectid.messaging.callback_commands:callbacks",
    "migrate": "connectid.cli.migrate:migrate",
    "doctor": "connectid.cli.doctor:doctor",
    "create-admin": "connectid.staff.commands:create_admin",
    "create-oauth-client": "connectid.oauth.commands:create_oauth_client",
    "rotate-oidc-key": "connectid.oauth.commands:rotate_oidc_key",
    "create-message-server": "connectid.messaging.commands:create_message_server",
    "create-issuer": "connectid.credentials.commands:create_issuer",
    "rotate-credential-key": "connectid.credentials.commands:rotate_credential_key",
    "verify-credential": "connectid.credentials.commands:verify_credential",
    "unlock": "connectid.recovery.commands:unlock",
    "export": "connectid.insights.commands:export",
    "switch": "connectid.cli.switch:switch",
    "reencrypt": "connectid.cli.reencrypt:reencrypt",
    "generate": "connectid.population.commands:generate",
    "demo": "connectid.demo.commands:demo",
}
"""Where each command is, in the order in which help shows them."""

PREPARE_THE_ENVIRONMENT = frozenset({"run", "serve", "doctor", "demo"})
"""Commands that set up Django themselves, having arranged variables that it reads or to report what it says, or not at all."""


class Program(click.Group):
    """Finds commands by name, sets up Django before they run, and tells an operator's mistakes from faults."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        place, _, attribute = COMMANDS[cmd_name].partition(":")
        command: click.Command = copy.copy(getattr(importlib.import_module(place), attribute))
        if cmd_name not in PREPARE_THE_ENVIRONMENT and command.callback is not None:
            command.callback = _after_set_up(command.callback)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what an operator can mend becomes a line, not a traceback."""
        memory.return_large_blocks()
        try:
            return super().invoke(ctx)
        except EnvironmentInvalid as error:
            raise click.ClickException(str(error)) from error
        except Exception as error:
            message = _mistake(error)
            if message is None:
                raise
            raise click.ClickException(message) from error


@click.command(cls=Program)
@click.version_option(__version__, prog_name="connectid")
def main() -> None:
    """Run and operate a Connect-ID server. Settings come from the environment: docs/reference/settings.md."""


def set_up() -> None:
    """Set up Django. Raises :class:`EnvironmentInvalid`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "connectid.config.settings")
    import django

    django.setup()


def _after_set_up(callback: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(callback)
    def run(*args: Any, **kwargs: Any) -> Any:
        set_up()
        return callback(*args, **kwargs)

    return run


def _mistake(error: Exception) -> str | None:
    """What to tell an operator about a failure that is not a fault of the program; None for one that is."""
    from django.core.exceptions import ValidationError
    from django.db import OperationalError, ProgrammingError

    from connectid.core.errors import DomainError

    match error:
        case DomainError():
            return " ".join((type(error).__doc__ or error.code).split())
        case ValidationError() if hasattr(error, "error_dict"):
            return "\n".join(f"{field}: {' '.join(texts)}" for field, texts in error.message_dict.items())
        case ValidationError():
            return " ".join(error.messages)
        case OperationalError() | ProgrammingError() if "no such table" in str(
            error
        ) or "does not exist" in str(error):
            return "The database lacks tables of this version: run `connectid migrate` first."
        case OperationalError():
            return f"The database does not answer: {error}"
    return None
