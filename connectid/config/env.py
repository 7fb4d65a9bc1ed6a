"""The environment, read once into one frozen, typed object.

Every setting that an operator can choose is a field of :class:`Environment` and nothing else reads ``os.environ``. They are
declared in three parts: ``env_server``, ``env_providers`` and ``env_rules``. A field says how its text is parsed, what it means and how to obtain a value; ``docs/reference/settings.md`` is generated from the
same declarations. :func:`load` reports every mistake at once, each with its hint.
"""

import dataclasses
import os
from dataclasses import dataclass
from typing import Any

import environs

from connectid.config import embedded_keys, env_problems
from connectid.config.env_providers import Providers
from connectid.config.env_rules import Rules
from connectid.config.env_server import Server


@dataclass(frozen=True, kw_only=True)
class Environment(Rules, Providers, Server):
    """Everything an operator chooses. Field names are the variables' names."""


def load() -> Environment:
    """Read the process's variables into an :class:`Environment`; an empty variable counts as unset.

    An embedded or test server that was given no keys gets keys of its own, generated once into ``DATA_DIR/keys.env``.
    Raises :class:`~connectid.config.env_problems.EnvironmentInvalid` naming every variable at fault.
    """
    source = environs.Env(eager=False)
    given = [declared for declared in dataclasses.fields(Environment) if os.environ.get(declared.name)]
    values = {declared.name: _read(source, declared) for declared in given}
    try:
        source.seal()
    except environs.EnvValidationError as invalid:
        collected: Any = (
            invalid.error_messages
        )  # by variable; the type environs inherits also allows a plain list
        problems = {name: " ".join(texts) for name, texts in collected.items()}
    else:
        problems = {}
    environment = Environment(**{name: value for name, value in values.items() if name not in problems})
    problems = env_problems.problems_of(environment) | problems
    if problems:
        raise env_problems.EnvironmentInvalid(problems)
    return embedded_keys.fill(environment)


def _read(source: environs.Env, declared: dataclasses.Field[Any]) -> Any:
    parse = declared.metadata["parse"]
    if isinstance(parse, str):
        return getattr(source, parse)(declared.name)
    try:
        return parse(source.str(declared.name))
    except ValueError as problem:
        # environs collects only the errors of its own parsers; this one joins them.
        source._errors[declared.name].append(str(problem))
        return None


def names() -> tuple[str, ...]:
    """The names of all variables, in the order of their declaration."""
    return tuple(declared.name for declared in dataclasses.fields(Environment))
